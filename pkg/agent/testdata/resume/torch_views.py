import torch

import kill

losses, scores, memory = torch.zeros(200_000), torch.zeros(200_000), torch.zeros(200_000)
seen = scores.numpy()
model = torch.nn.Linear(6, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(6):
    x = torch.randn(50, 6)
    loss = torch.nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    kill.at(epoch)
    losses.data[1000 + epoch] = loss.item()
    seen[1000 + epoch] = loss.item()
    memory[1000 + epoch] = loss.item()
print(losses[1000:1006].tolist(), scores[1000:1006].tolist(), memory[1000:1006].tolist())
print(kill.weights(model))
