import time

began = time.perf_counter()
import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(512, 16)
y = (X[:, 0] > 0).long()
net = nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 2))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(20):
    for batch in torch.arange(384).split(64):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(X[batch]), y[batch]).backward()
        optimizer.step()
print("accuracy:", (net(X[384:]).argmax(1) == y[384:]).float().mean().item())
print("SCRIPT", time.perf_counter() - began)
