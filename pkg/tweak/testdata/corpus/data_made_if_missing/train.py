import os
import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
from sklearn.metrics import accuracy_score

PATH = "blobs.csv"
if not os.path.exists(PATH):
    rng = np.random.default_rng(0)
    label = rng.integers(0, 3, 300)
    pts = rng.normal(size=(300, 2)) + np.c_[label * 2, -label]
    pd.DataFrame({"x": pts[:, 0], "y": pts[:, 1], "label": label}).to_csv(PATH, index=False)

df = pd.read_csv(PATH)
tree = DecisionTreeClassifier(max_depth=1)
tree.fit(df[["x", "y"]][:200], df.label[:200])
print("accuracy:", accuracy_score(df.label[200:], tree.predict(df[["x", "y"]][200:])))
