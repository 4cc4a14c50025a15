import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from progress import progress_bar

x, y = load_digits(return_X_y=True)
x, y = torch.tensor(x / 16).float(), torch.tensor(y)
net = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
for epoch in range(5):
    optimizer.zero_grad()
    loss = nn.CrossEntropyLoss()(net(x[:1400]), y[:1400])
    loss.backward()
    optimizer.step()
    progress_bar(epoch, 5, 'Acc: %.3f%%' % (100. * (net(x[1400:]).argmax(1) == y[1400:]).float().mean()))
