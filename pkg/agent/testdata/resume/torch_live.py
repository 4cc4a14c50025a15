import torch

import kill


def batches():
    while True:
        order = torch.randperm(90)
        for part in order.split(30):
            yield part


x = torch.randn(90, 6)
y = (x[:, 0] > 0).long()
source = batches()
model = torch.nn.Linear(6, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
history = []
for step in range(6):
    part = next(source)
    loss = torch.nn.functional.cross_entropy(model(x[part]), y[part])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    kill.at(step)
    history.append(loss.item())
print(history)
print(kill.weights(model))
