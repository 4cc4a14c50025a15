import torch
from torch.utils.data import DataLoader, TensorDataset
from sklearn.datasets import load_digits

x, y = load_digits(return_X_y=True)
ds = TensorDataset(torch.tensor(x / 16).float(), torch.tensor(y))
train_ds, test_ds = torch.utils.data.random_split(ds, [1500, 297])
train_loader = DataLoader(train_ds, batch_size=100, shuffle=True, num_workers=2)
test_loader = DataLoader(test_ds, batch_size=100, num_workers=2)

net = torch.nn.Sequential(torch.nn.Linear(64, 12), torch.nn.Tanh(), torch.nn.Linear(12, 10))
opt = torch.optim.Adam(net.parameters(), lr=3e-4)
crit = torch.nn.CrossEntropyLoss()
for epoch in range(2):
    running = 0.0
    for inputs, labels in train_loader:
        opt.zero_grad()
        loss = crit(net(inputs), labels)
        loss.backward()
        opt.step()
        running += loss.item()
    print('[%d] loss: %.3f' % (epoch + 1, running / len(train_loader)))
print('Finished Training')

hits = n = 0
with torch.no_grad():
    for inputs, labels in test_loader:
        hits += (net(inputs).argmax(1) == labels).sum().item()
        n += len(labels)
print("correct: %d/%d" % (hits, n))
