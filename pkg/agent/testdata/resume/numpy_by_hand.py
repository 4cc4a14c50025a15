import numpy as np

import kill


class Layer:
    def __init__(self, inputs, outputs):
        self.w, self.b = np.random.randn(inputs, outputs) * 0.1, np.zeros(outputs)

    def __call__(self, x):
        self.x = x
        return x @ self.w + self.b

    def learn(self, gradient, rate):
        back = gradient @ self.w.T
        self.w -= rate * self.x.T @ gradient
        self.b -= rate * gradient.sum(0)
        return back


X = np.random.randn(400, 10)
y = (X[:, 0] + X[:, 1] > 0).astype(float)[:, None]
layers = [Layer(10, 16), Layer(16, 1)]
history = []
for epoch in range(6):
    order = np.random.permutation(len(X))
    hidden = np.tanh(layers[0](X[order]))
    out = 1 / (1 + np.exp(-layers[1](hidden)))
    error = (out - y[order]) / len(X)
    kill.at(epoch)
    layers[0].learn(layers[1].learn(error, 1.0) * (1 - hidden ** 2), 1.0)
    history.append(float(np.abs(error).sum()))
print(history)
print(kill.digest(part for layer in layers for part in (layer.w, layer.b)))
