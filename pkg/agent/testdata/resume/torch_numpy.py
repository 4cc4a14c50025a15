import numpy as np
import torch

import kill

# No seed anywhere: the run pins the entropy, and draws within the loop go on from its count.
X = np.random.default_rng().normal(size=(4000, 20))
y = (X[:, 0] > 0).astype(int)
order = np.random.permutation(len(X))
train, test = order[:3000], order[3000:]
model = torch.nn.Linear(20, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
history = []
for epoch in range(6):
    np.random.shuffle(train)
    noise = np.random.default_rng().normal(size=(len(train), 20)) * 0.1
    x = torch.tensor(X[train] + noise, dtype=torch.float32)
    loss = torch.nn.functional.cross_entropy(model(x), torch.tensor(y[train]))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    kill.at(epoch)
    history.append(np.float64(loss.item()))
print(history, train[:5], test[:5])
print(kill.weights(model))
