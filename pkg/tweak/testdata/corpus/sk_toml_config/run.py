import tomllib
from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

HERE = Path(__file__).resolve().parent
with open(HERE / 'settings.toml', 'rb') as fh:
    settings = tomllib.load(fh)

t = settings['training']
X, y = load_digits(return_X_y=True)
a, b, c, d = train_test_split(X, y, test_size=settings['split']['test'], random_state=0)
clf = SGDClassifier(alpha=t['alpha'], max_iter=t['max_iter'], tol=None, random_state=0)
clf.fit(a, c)
print('Accuracy on test set:', clf.score(b, d))
