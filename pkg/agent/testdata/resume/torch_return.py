import torch

import kill

model = torch.nn.Linear(6, 2)


def train(model, patience):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    seen = []
    for epoch in range(20):
        x = torch.randn(50, 6)
        loss = torch.nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        kill.at("first-%d" % epoch)
        seen.append(loss.item())
        if epoch >= patience:
            return {"epochs": epoch, "seen": seen}
    return None


first = train(model, 5)
# The first training has ended by its return when this one is interrupted.
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(5):
    x = torch.randn(50, 6)
    loss = model(x).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    kill.at("second-%d" % epoch)
    first["seen"].append(loss.item())
print(first)
print(kill.weights(model))
