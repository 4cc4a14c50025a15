from sklearn.datasets import load_digits
from sklearn.naive_bayes import MultinomialNB
from sklearn.model_selection import train_test_split
x, y = load_digits(return_X_y=True)
xtr, xte, ytr, yte = train_test_split(x, y, random_state=0)
clf = MultinomialNB()
clf.fit(xtr, ytr)
print(clf.score(xte, yte))
