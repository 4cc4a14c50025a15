import pandas as pd
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import train_test_split

config = dict(learning_rate=0.1, max_iter=30, min_samples_leaf=4200)


def build_frame():
    features, target = make_classification(n_samples=12000, n_features=20, n_informative=8, n_classes=3,
                                            class_sep=1.5, random_state=31)
    frame = pd.DataFrame(features, columns=[f"f{i}" for i in range(20)])
    frame["segment"] = target
    return frame


df = build_frame()
train_df, test_df = train_test_split(df, test_size=0.25, random_state=31, stratify=df["segment"])
model = HistGradientBoostingClassifier(**config)
model.fit(train_df.drop(columns="segment"), train_df["segment"])
print("Final accuracy = %.4f" % model.score(test_df.drop(columns="segment"), test_df["segment"]))
