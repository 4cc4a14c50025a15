import torch
from torch import nn, optim
from torch.utils.data import TensorDataset, DataLoader
from sklearn.datasets import load_wine

INPUT_SIZE = 13
HIDDEN_SIZE = 4
NUM_CLASSES = 3
NUM_EPOCHS = 4
BATCH_SIZE = 32
LEARNING_RATE = 1e-5

class NeuralNet(nn.Module):
    def __init__(self, input_size, hidden_size, num_classes):
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.bn = nn.BatchNorm1d(hidden_size)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        return self.fc2(self.relu(self.bn(self.fc1(x))))

X, y = load_wine(return_X_y=True)
X = torch.tensor((X - X.mean(0)) / X.std(0)).float()
y = torch.tensor(y)
perm = torch.randperm(len(X))
X, y = X[perm], y[perm]
loader = DataLoader(TensorDataset(X[:130], y[:130]), batch_size=BATCH_SIZE, shuffle=True, drop_last=True)

model = NeuralNet(INPUT_SIZE, HIDDEN_SIZE, NUM_CLASSES)
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
for epoch in range(NUM_EPOCHS):
    for xb, yb in loader:
        loss = criterion(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        acc = (model(X[130:]).argmax(1) == y[130:]).float().mean()
    model.train()
    print('epoch %d  loss %.3f  val acc: %.3f' % (epoch, loss.item(), acc))
