"""Count the bright spots of a noisy picture: none, one, two or three."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(5)


def make_pictures(n, size=16, seed=0):
    rng = np.random.RandomState(seed)
    pics = rng.normal(0, 0.15, (n, 1, size, size))
    count = rng.randint(0, 4, n)
    corners = [(3, 3), (3, 11), (11, 3), (11, 11)]
    for i in range(n):
        for c in rng.permutation(4)[:count[i]]:
            r, k = np.array(corners[c]) + rng.randint(-2, 3, 2)
            pics[i, 0, r - 1:r + 2, k - 1:k + 2] += 1.0
    return torch.tensor(pics, dtype=torch.float32), torch.tensor(count)


train_loader = DataLoader(TensorDataset(*make_pictures(1600, seed=1)), batch_size=512, shuffle=True)
test_loader = DataLoader(TensorDataset(*make_pictures(400, seed=2)), batch_size=400)

model = nn.Sequential(
    nn.Conv2d(1, 8, kernel_size=3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(8, 16, kernel_size=3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(256, 32),
    nn.ReLU(),
    nn.Linear(32, 4),
)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

for epoch in range(5):
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()

correct, total = 0, 0
with torch.no_grad():
    for x, y in test_loader:
        predicted = model(x).argmax(1)
        total += y.size(0)
        correct += (predicted == y).sum().item()
print("Accuracy of the network on the %d test images: %d %%" % (total, 100 * correct / total))
