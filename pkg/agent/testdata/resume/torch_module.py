import torch
from torch.utils.data import DataLoader, TensorDataset

import kill

X = torch.randn(512, 20)
y = (X[:, 0] > 0).long()
model = torch.nn.Sequential(torch.nn.Linear(20, 32), torch.nn.BatchNorm1d(32), torch.nn.ReLU(), torch.nn.Dropout(0.2),
                            torch.nn.Linear(32, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
loader = DataLoader(TensorDataset(X, y), batch_size=64, shuffle=True)
history = []
for epoch in range(6):
    total = 0.0
    for number, (a, b) in enumerate(loader):
        loss = torch.nn.functional.cross_entropy(model(a), b)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        if number == 3:
            kill.at(epoch)
    history.append(total)
print(history)
print(kill.weights(model))
