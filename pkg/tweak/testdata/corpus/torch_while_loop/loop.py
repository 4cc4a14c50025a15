# train until it is good
import torch
import torch.nn.functional as F
from sklearn.datasets import load_iris

X, y = load_iris(return_X_y=True)
X, y = torch.tensor(X).float(), torch.tensor(y)
w = torch.nn.Linear(4, 3)
opt = torch.optim.SGD(w.parameters(), lr=0.01)
acc, steps = 0, 0
while acc < 92 and steps < 500:
    opt.zero_grad()
    F.cross_entropy(w(X), y).backward()
    opt.step()
    steps += 1
    acc = 100 * (w(X).argmax(1) == y).float().mean().item()
    if steps % 50 == 0:
        print("step", steps, "accuracy", acc)
print("Train accuracy: {:.1f}%".format(acc))
