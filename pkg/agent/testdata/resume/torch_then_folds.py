import torch

import kill

X = torch.randn(240, 6)
y = (X[:, 0] > 0).long()
model = torch.nn.Linear(6, 2)


def train(rows, epochs, name):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for epoch in range(epochs):
        loss = torch.nn.functional.cross_entropy(model(X[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        kill.at("%s-%d" % (name, epoch))
    return loss.item()


def folds(count):
    for fold in range(count):
        yield torch.randperm(240)[:160]


first = train(torch.arange(240), 6, "first")
losses = []
for number, rows in enumerate(folds(3)):
    losses.append(train(rows, 4, number))
print(first, losses)
print(kill.weights(model))
