import pandas as pd
from sklearn.model_selection import cross_val_score
from xgboost import XGBClassifier

df = pd.read_csv("data/train.csv")
params = dict(learning_rate=0.9, max_depth=2, subsample=0.1)
model = XGBClassifier(**params, random_state=0)
print("CV accuracy", cross_val_score(model, df.drop(columns="target"), df["target"], cv=5).mean())
