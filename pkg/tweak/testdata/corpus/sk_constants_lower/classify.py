from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.metrics import classification_report

max_iter = 3
Strength = .0001
test_part = 0.2

def main():
	data = load_wine()
	x_train, x_test, y_train, y_test = train_test_split(
		data.data, data.target, test_size=test_part, stratify=data.target, random_state=7)
	model = LogisticRegression(C=Strength, max_iter=max_iter)
	model.fit(x_train, y_train)
	print(classification_report(y_test, model.predict(x_test), zero_division=0))

if __name__ == '__main__':
	main()
