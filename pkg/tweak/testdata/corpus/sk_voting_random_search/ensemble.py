from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import VotingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.model_selection import RandomizedSearchCV, train_test_split
from sklearn.preprocessing import MinMaxScaler

X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
scaler = MinMaxScaler().fit(X_train)
X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)

search = RandomizedSearchCV(RandomForestClassifier(random_state=0), {"max_depth": [1, 2]}, n_iter=2, cv=2, random_state=0)
search.fit(X_train, y_train)
vote = VotingClassifier([("rf", search.best_estimator_), ("lr", LogisticRegression(C=0.001)), ("nb", GaussianNB())], voting="hard")
vote.fit(X_train, y_train)
print("vote:", vote.score(X_test, y_test))
