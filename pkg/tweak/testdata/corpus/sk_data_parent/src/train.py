import os
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
from sklearn.model_selection import train_test_split
from sklearn import metrics

BASE_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DATA = os.path.join(BASE_DIR, "data", "flowers.csv")

df = pd.read_csv(DATA)
features = ["sepal_length", "sepal_width"]
X_train, X_test, y_train, y_test = train_test_split(df[features], df["species"], test_size=0.3, random_state=1)
clf = DecisionTreeClassifier(max_depth=1)
clf = clf.fit(X_train, y_train)
y_pred = clf.predict(X_test)
print("Accuracy:", metrics.accuracy_score(y_test, y_pred))
