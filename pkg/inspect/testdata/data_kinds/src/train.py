import os
from pathlib import Path

import pandas as pd
from google.colab import drive
from sklearn.linear_model import LogisticRegression

BASE = Path("../data")
KAGGLE = "/kaggle/input"
HERE = Path(__file__).resolve().parent
FOLD = 0

train = pd.read_csv(BASE / "train.csv")
fold = pd.read_csv(f"{BASE}/fold_{FOLD}.csv")
test = pd.read_csv(f"{KAGGLE}/titanic/test.csv")
again = pd.read_csv("../../input/titanic/test.csv")
joined = pd.read_csv(os.path.join(HERE, "..", "data", "only.csv"))
home = pd.read_csv(os.path.expanduser("~/work/only.csv"))
drive.mount("/content/drive")
colab = pd.read_csv("/content/drive/MyDrive/kaggle/nothing.csv")
for name in os.listdir("/kaggle/input"):
    print(name)
for i in range(3):
    part = pd.read_csv(os.path.join("../data", "part_%d.csv" % i))
for image in Path("pictures").glob("*.png"):
    print(image.read_text())
absolute = pd.read_csv("/home/me/secret/table.csv")
missing = pd.read_csv("nowhere.csv")
first = pd.read_csv("/mnt/one/x1.csv")
far = pd.read_csv("../../../x9.csv")
made = pd.read_csv("/tmp/made.csv")
pd.DataFrame().to_csv("/tmp/made.csv")
model = LogisticRegression().fit(train[["a"]], train.y)
print("accuracy", model.score(train[["a"]], train.y))
one = pd.read_csv("/kaggle/input/one/same.csv")
two = pd.read_csv("/kaggle/input/two/same.csv")
