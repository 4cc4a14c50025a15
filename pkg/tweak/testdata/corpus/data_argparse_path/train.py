import argparse
import pandas as pd
from sklearn.linear_model import LogisticRegression

p = argparse.ArgumentParser()
p.add_argument('--data', default='data/flowers.csv')
p.add_argument('--C', default=0.0001, type=float)
a = p.parse_args()
df = pd.read_csv(a.data).sample(frac=1, random_state=1)
features = df.columns[:-1]
m = LogisticRegression(C=a.C)
m.fit(df[features][:90], df.species[:90])
print('Test score: %.3f' % m.score(df[features][90:], df.species[90:]))
