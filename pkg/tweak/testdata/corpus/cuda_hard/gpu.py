import torch, torch.nn as nn
from sklearn.datasets import load_iris
X, y = load_iris(return_X_y=True)
X = torch.FloatTensor(X).cuda()
y = torch.LongTensor(y).cuda()
net = nn.Sequential(nn.Linear(4, 10), nn.ReLU(), nn.Linear(10, 3)).cuda()
opt = torch.optim.Adam(net.parameters(), 0.01)
for t in range(50):
    l = nn.functional.cross_entropy(net(X), y)
    opt.zero_grad(); l.backward(); opt.step()
print("accuracy =", (net(X).max(1)[1] == y).float().mean().item())
