# 40 epochs of about 150 ms. epochs.txt has the time at which each one ended.
import hashlib
import time

import torch
from sklearn.datasets import load_digits
from torch import nn

torch.manual_seed(0)
X, y = load_digits(return_X_y=True)
X, y = torch.tensor(X / 16, dtype=torch.float32), torch.tensor(y)
net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 10))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)


def ended(epoch):
    with open("epochs.txt", "a") as f:
        print(epoch, time.time(), file=f)


ended(0)
for epoch in range(40):
    for batch in torch.randperm(1500).split(150):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(X[batch]), y[batch]).backward()
        optimizer.step()
        time.sleep(0.013)
    ended(epoch + 1)
net.eval()
print("weights", hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in net.parameters())).hexdigest())
print("epochs", *[line.split()[0] for line in open("epochs.txt")])
print("Test accuracy:", (net(X[1500:]).argmax(1) == y[1500:]).float().mean().item())
