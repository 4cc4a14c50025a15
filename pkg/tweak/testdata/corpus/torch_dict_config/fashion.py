import torch
import torch.nn as nn
import torch.optim as optim
from sklearn.datasets import load_digits

CONFIG = {
    'learning_rate': 0.0001,
    'num_epochs': 5,
    'hidden_dim': 6,
    'dropout': 0.5,
    'momentum': 0.0,
}
device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
data = load_digits()
X = torch.tensor(data.data / 16, dtype=torch.float32).to(device)
y = torch.tensor(data.target).to(device)
split = int(0.8 * len(X))

model = nn.Sequential(
    nn.Linear(64, CONFIG['hidden_dim']), nn.ReLU(), nn.Dropout(CONFIG['dropout']),
    nn.Linear(CONFIG['hidden_dim'], 10)).to(device)
optimizer = optim.SGD(model.parameters(), lr=CONFIG['learning_rate'], momentum=CONFIG['momentum'])
scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
for epoch in range(1, CONFIG['num_epochs'] + 1):
    model.train()
    optimizer.zero_grad()
    loss = nn.CrossEntropyLoss()(model(X[:split]), y[:split])
    loss.backward()
    optimizer.step()
    scheduler.step()
    model.eval()
    train_acc = (model(X[:split]).argmax(1) == y[:split]).float().mean().item()
    valid_acc = (model(X[split:]).argmax(1) == y[split:]).float().mean().item()
    print(f'Epoch: {epoch}\tTrain Acc: {train_acc:.3f}\tValid Acc: {valid_acc:.3f}')
