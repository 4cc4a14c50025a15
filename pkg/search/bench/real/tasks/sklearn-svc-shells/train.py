"""Three nested shells in six dimensions."""
from sklearn.datasets import make_gaussian_quantiles
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

KERNEL = "linear"
PENALTY = 0.01


class Experiment:
    def __init__(self, kernel, c):
        self.scaler = StandardScaler()
        self.model = SVC(kernel=kernel, C=c)

    def run(self, x, y):
        x_tr, x_te, y_tr, y_te = train_test_split(x, y, test_size=0.3, random_state=2)
        self.model.fit(self.scaler.fit_transform(x_tr), y_tr)
        return self.model.score(self.scaler.transform(x_te), y_te)


if __name__ == "__main__":
    x, y = make_gaussian_quantiles(n_samples=6000, n_features=6, n_classes=3, random_state=2)
    print("held-out accuracy:", Experiment(KERNEL, PENALTY).run(x, y))
