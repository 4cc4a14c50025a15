import wandb
import torch
from sklearn.datasets import load_iris

wandb.init(project="iris", config={"lr": 0.01, "epochs": 10})
cfg = wandb.config
X, y = load_iris(return_X_y=True)
X, y = torch.tensor(X).float(), torch.tensor(y)
net = torch.nn.Linear(4, 3)
opt = torch.optim.SGD(net.parameters(), lr=cfg.lr)
for epoch in range(cfg.epochs):
    opt.zero_grad()
    loss = torch.nn.functional.cross_entropy(net(X), y)
    loss.backward()
    opt.step()
    wandb.log({"loss": loss.item(), "accuracy": (net(X).argmax(1) == y).float().mean().item()})
