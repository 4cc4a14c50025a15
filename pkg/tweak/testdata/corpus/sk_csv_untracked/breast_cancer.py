import pandas as pd
import numpy as np
import matplotlib.pyplot as plt
from sklearn.preprocessing import LabelEncoder
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import confusion_matrix

df = pd.read_csv('dataset.csv')
print(df.head())
print(df.isna().sum())

plt.figure(figsize=(5,5))
plt.hist(df['mean radius'])
plt.show()

X = df.iloc[:, 0:30].values
Y = df.iloc[:, 30].values

labelencoder_Y = LabelEncoder()
Y = labelencoder_Y.fit_transform(Y)

X_train, X_test, Y_train, Y_test = train_test_split(X, Y, test_size = 0.25, random_state = 0)

sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.transform(X_test)

forest = RandomForestClassifier(n_estimators = 2, criterion = 'entropy', max_depth = 1, random_state = 0)
forest.fit(X_train, Y_train)

cm = confusion_matrix(Y_test, forest.predict(X_test))
TN = cm[0][0]
TP = cm[1][1]
FN = cm[1][0]
FP = cm[0][1]
print(cm)
print('Model Test Accuracy = {}'.format((TP + TN) / (TP + TN + FN + FP)))
