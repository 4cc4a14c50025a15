import pandas
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.model_selection import train_test_split

# Windows user, tabs
def main():
	df = pandas.read_csv("flowers.csv")
	X = df[["sepal_length",
	        "sepal_width"]]
	Y = df["species"]
	x1, x2, y1, y2 = train_test_split(X, Y, random_state=0)
	gb = GradientBoostingClassifier(n_estimators=1,
		learning_rate=0.001,	# slow
		max_depth=1)
	gb.fit(x1, y1)
	print("Test Accuracy = %.1f %%" % (gb.score(x2, y2)*100))

main()
