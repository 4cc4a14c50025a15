from sklearn.linear_model import LinearRegression
model = LinearRegression().fit([[0], [1]], [0, 1])
print(model.coef_)
