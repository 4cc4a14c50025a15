import torch
from torch import nn

torch.manual_seed(0)

HIDDEN = 1
EPOCHS = 3
LR = 0.002
BATCH = 32


def series(n):
    """Random walks that fall, stay or rise."""
    trend = torch.randint(0, 3, (n,))
    steps = torch.randn(n, 24) * 0.4 + (trend[:, None] - 1) * 0.25
    walk = steps.cumsum(dim=1)
    return (walk + torch.randn(n, 24) * 0.3).unsqueeze(-1), trend


class TrendNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, HIDDEN, batch_first=True)
        self.head = nn.Linear(HIDDEN, 3)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.head(out[:, -1])


x_train, y_train = series(1500)
x_test, y_test = series(500)
model = TrendNet()
optimizer = torch.optim.Adam(model.parameters(), lr=LR)
criterion = nn.CrossEntropyLoss()

for epoch in range(1, EPOCHS + 1):
    model.train()
    running = 0.0
    for i in range(0, len(x_train), BATCH):
        xb, yb = x_train[i:i + BATCH], y_train[i:i + BATCH]
        optimizer.zero_grad()
        loss = criterion(model(xb), yb)
        loss.backward()
        optimizer.step()
        running += loss.item()
    print(f"[{epoch}/{EPOCHS}] loss: {running:.3f}")

model.eval()
with torch.no_grad():
    hits = (model(x_test).argmax(1) == y_test).sum().item()
print("Accuracy: %.2f %%" % (100 * hits / len(y_test)))
