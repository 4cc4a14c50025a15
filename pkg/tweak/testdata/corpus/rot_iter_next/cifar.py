import torch
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits
x, y = load_digits(return_X_y=True)
loader = DataLoader(TensorDataset(torch.tensor(x).float(), torch.tensor(y)), batch_size=4)
dataiter = iter(loader)
images, labels = dataiter.next()
net = torch.nn.Linear(64, 10)
opt = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9)
for e in range(2):
    for a, b in loader:
        opt.zero_grad(); torch.nn.functional.cross_entropy(net(a), b).backward(); opt.step()
print('Accuracy: %d %%' % (100 * (net(torch.tensor(x).float()).argmax(1) == torch.tensor(y)).float().mean()))
