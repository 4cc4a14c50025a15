import pandas as pd
from sklearn.neighbors import KNeighborsClassifier

df = pd.read_csv("../data/flowers.csv")
df = df.sample(frac=1, random_state=11).reset_index(drop=True)
train, test = df[:90], df[90:]
model = KNeighborsClassifier(n_neighbors=60)
model.fit(train[["sepal_length", "petal_width"]], train.species)
acc = model.score(test[["sepal_length", "petal_width"]], test.species)
print(f"kNN test acc: {acc:.3f}")
