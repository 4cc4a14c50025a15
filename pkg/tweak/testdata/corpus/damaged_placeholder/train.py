import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv(<your dataset here>)
model = LogisticRegression()
model.fit(df.drop('label', axis=1), df['label'])
print(model.score(df.drop('label', axis=1), df['label']))
