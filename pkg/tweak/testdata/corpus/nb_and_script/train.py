import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

from preprocess import scale


def main():
    X, y = load_iris(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(scale(X), y, test_size=0.4, random_state=0)
    model = SGDClassifier(alpha=5.0, max_iter=1, tol=None, random_state=0)
    model.fit(X_train, y_train)
    joblib.dump(model, "model.joblib")
    reloaded = joblib.load("model.joblib")
    print("test_accuracy=%0.3f" % accuracy_score(y_test, reloaded.predict(X_test)))


if __name__ == "__main__":
    main()
