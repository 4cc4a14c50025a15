import pandas as pd
from sklearn.linear_model import LogisticRegression

TRAIN = "../data/train.csv"
train = pd.read_csv(TRAIN)
test = pd.read_csv("/kaggle/input/test.csv")
extra = pd.read_csv("extra.csv")
model = LogisticRegression(C=1e-3)
model.fit(train.drop(columns="y"), train.y)
with open("out.txt", "w") as f:
    f.write(str(model.score(test.drop(columns="y"), test.y)))
