import torch
from sklearn.model_selection import train_test_split
from torch import nn

X = torch.randn(600, 20)
y = torch.arange(2).repeat(300)[torch.randperm(600)]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25)

model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for epoch in range(20):
    model.train()
    for batch in torch.randperm(len(X_train)).split(32):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(X_train[batch]), y_train[batch])
        loss.backward()
        optimizer.step()

model.eval()
with torch.no_grad():
    accuracy = (model(X_test).argmax(1) == y_test).float().mean().item()
print(f"Test accuracy: {accuracy:.4f}")
