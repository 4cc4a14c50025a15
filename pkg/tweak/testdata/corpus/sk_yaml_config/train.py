import yaml
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

with open("config.yaml") as f:
    cfg = yaml.safe_load(f)

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=cfg["data"]["test_size"], random_state=cfg["seed"])
model = RandomForestClassifier(
    n_estimators=cfg["model"]["n_estimators"],
    max_depth=cfg["model"]["max_depth"],
    min_samples_leaf=cfg["model"]["min_samples_leaf"],
    random_state=cfg["seed"],
)
model.fit(X_train, y_train)
print(f"accuracy = {accuracy_score(y_test, model.predict(X_test)):.4f}")
