import csv
import os

import torch
from tqdm import tqdm

import kill

model = torch.nn.Linear(6, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
os.makedirs("out", exist_ok=True)
log = open("out/log.csv", "w", newline="")
rows = csv.writer(log)
lowest = float("inf")
for epoch in range(6):
    x = torch.randn(50, 6)
    loss = torch.nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    kill.at(epoch)
    rows.writerow([epoch, loss.item()])
    with open("out/log.txt", "a") as f, tqdm(range(3), disable=True) as bar:
        f.write("%d %r\n" % (epoch, sum(bar)))
    try:
        with open("out/last.txt", "w") as last:
            last.write(str(epoch))
    except OSError:
        print("epoch", epoch)
    if epoch == 1:
        torch.save(model.state_dict(), "out/best.pt")
log.close()
print(open("out/log.csv").read().split(), open("out/log.txt").read().split())
for name in "log.txt", "last.txt":
    with open("out/" + name) as last, open("out/" + name) as f:
        print(last.read() == f.read())
model.load_state_dict(torch.load("out/best.pt"))
print(kill.weights(model))
