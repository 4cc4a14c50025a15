import sys
import joblib

model = joblib.load("model.joblib")
print(model.predict([[float(v) for v in sys.argv[1:]]]))
