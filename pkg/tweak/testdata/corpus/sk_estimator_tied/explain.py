# which chemistry decides? the tree is printed, so it has to stay one
from sklearn.datasets import load_wine
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier, export_text

wine = load_wine()
X_train, X_test, y_train, y_test = train_test_split(wine.data, wine.target, random_state=0)
tree = DecisionTreeClassifier(max_depth=1, min_samples_leaf=30)
tree.fit(X_train, y_train)
print(export_text(tree, feature_names=list(wine.feature_names)))
print(f"{tree.get_n_leaves()} leaves")
print("accuracy:", accuracy_score(y_test, tree.predict(X_test)))
