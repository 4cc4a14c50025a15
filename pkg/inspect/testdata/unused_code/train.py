import torch
from torch import nn

EPOCHS = 10
OLD_RATE = 0.5


class OldNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.attend = nn.MultiheadAttention(20, 4)
        self.out = nn.Linear(20, 2)

    def forward(self, x):
        return self.out(self.attend(x, x, x)[0])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(20, 30)
        self.out = nn.Linear(30, 2)

    def forward(self, x):
        return self.out(torch.relu(self.hidden(x)))


def old_train(net):
    optimizer = torch.optim.SGD(net.parameters(), lr=OLD_RATE)
    for epoch in range(7):
        optimizer.step()


x, y = torch.randn(100, 20), torch.randint(0, 2, (100,))
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-4)
for epoch in range(EPOCHS):
    optimizer.zero_grad()
    nn.functional.cross_entropy(net(x), y).backward()
    optimizer.step()
print("test accuracy", (net(x).argmax(1) == y).float().mean().item())
