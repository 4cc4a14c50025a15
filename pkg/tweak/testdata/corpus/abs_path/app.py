import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

dataset = pd.read_csv('/root/mlops_task/Social_Network_Ads.csv')
X = dataset[['Age', 'EstimatedSalary']]
y = dataset['Purchased']
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.20, random_state=42)
model = LogisticRegression()
model.fit(X_train, y_train)
print('accuracy', model.score(X_test, y_test))
