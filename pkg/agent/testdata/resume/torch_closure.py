import torch

import kill


def counter():
    count = 0

    def count_one():
        nonlocal count
        count += 1
        return count

    return count_one


def remember(value, seen=[]):
    seen.append(value)
    remember.last = value
    return len(seen)


best = 0.0


def improve(value):
    global best
    best = max(best, value)


tick = counter()
model = torch.nn.Linear(6, 2)
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=4)
for epoch in range(6):
    x = torch.randn(50, 6)
    target = (x[:, 0] > torch.randn(50)).long()

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), target)
        loss.backward()
        return loss

    loss = optimizer.step(closure).item()
    kill.at(epoch)
    tick()
    remember(loss)
    improve(loss)
print(tick(), remember(0), remember.last, best)
print(kill.weights(model))
