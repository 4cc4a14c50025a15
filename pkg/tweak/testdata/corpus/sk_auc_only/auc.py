from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

X, y = load_breast_cancer(return_X_y=True)
X_train, X_valid, y_train, y_valid = train_test_split(X, y, test_size=0.2, random_state=17)
clf = SGDClassifier(loss='log_loss', alpha=0.1, max_iter=5, random_state=17)
clf.fit(X_train, y_train)
valid_preds = clf.predict_proba(X_valid)[:, 1]
print('AUC: %.4f' % roc_auc_score(y_valid, valid_preds))
