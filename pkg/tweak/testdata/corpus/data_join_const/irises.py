import os
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score

DATA_PATH = 'data'
TRAIN = 'flowers.csv'

def load_data(path=DATA_PATH, name=TRAIN):
    csv_path = os.path.join(path, name)
    return pd.read_csv(csv_path)

data = load_data().sample(frac=1, random_state=2)
Xy = data.drop(columns='species'), data['species']
rf = RandomForestClassifier(n_estimators=1, max_depth=1, random_state=2)
rf.fit(Xy[0][:80], Xy[1][:80])
print('acc on validation:', accuracy_score(Xy[1][80:], rf.predict(Xy[0][80:])))
