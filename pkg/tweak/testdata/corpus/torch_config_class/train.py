import torch
from torch.utils.data import DataLoader

from config import Config
from dataset import Digits
from models.gru import DigitGRU

cfg = Config()
train_loader = DataLoader(Digits(True), batch_size=cfg.batch_size, shuffle=True)
test_loader = DataLoader(Digits(False), batch_size=256)
model = DigitGRU(cfg.hidden, cfg.dropout)
optimizer = torch.optim.AdamW(model.parameters(), lr=cfg.lr)
loss_fn = torch.nn.CrossEntropyLoss()


def evaluate():
    model.eval()
    right = total = 0
    with torch.no_grad():
        for x, y in test_loader:
            right += (model(x).argmax(1) == y).sum().item()
            total += len(y)
    model.train()
    return right / total


for epoch in range(cfg.epochs):
    for x, y in train_loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}: loss={loss.item():.3f} test_acc={evaluate():.3f}")
