"""Writes dataset.csv, which is too large to commit."""
import csv
from sklearn.datasets import load_breast_cancer

data = load_breast_cancer()
with open("dataset.csv", "w", newline="") as f:
    out = csv.writer(f)
    out.writerow(list(data.feature_names) + ["diagnosis"])
    for row, label in zip(data.data, data.target):
        out.writerow(list(row) + ["B" if label else "M"])
