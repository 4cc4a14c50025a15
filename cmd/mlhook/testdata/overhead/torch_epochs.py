"""python torch_epochs.py BATCHES EPOCHS [MEETING]: prints the seconds of an epoch, without the first, and those of the processor.

Where a directory is named to meet in, the second epoch begins when another program's does."""
import os
import sys
import time

import torch
from torch import nn

batches, epochs = int(sys.argv[1]), int(sys.argv[2])


def meet():
    for directory in sys.argv[3:]:
        open(os.path.join(directory, str(os.getpid())), "w").close()
        while len(os.listdir(directory)) < 2:
            time.sleep(0.0005)


torch.manual_seed(0)
X = torch.randn(2048, 64)
y = (X[:, 0] > 0).long()
net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 2))
optimizer = torch.optim.Adam(net.parameters())


def train():
    for epoch in range(epochs):
        if epoch == 1:
            meet()
            began = time.perf_counter(), time.process_time()
        for batch in range(batches):
            rows = slice(batch * 32 % 2016, batch * 32 % 2016 + 32)
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(X[rows]), y[rows]).backward()
            optimizer.step()
    return began, (time.perf_counter(), time.process_time())


began, ended = train()
print("EPOCH", *((b - a) / (epochs - 1) for a, b in zip(began, ended)))
