"""python torch_epochs.py BATCHES EPOCHS [EVERY MINE OTHERS [first]]: prints the seconds of an epoch, without the first, and those of the processor.

Where two pipes are named it takes turns with another program, so many batches
each: it waits for a byte in its own, and gives one to the other's. One of them
is first. The wait is no part of an epoch, and the clock stands still in it.
"""
import os
import sys
import time

import torch
from torch import nn

batches, epochs, first = int(sys.argv[1]), int(sys.argv[2]), "first" in sys.argv
pipes = [os.open(name, os.O_RDWR) for name in sys.argv[4:6]]
every = int(sys.argv[3]) if pipes else batches
seconds = 0.0  # of the turns so far
began = ()  # of this one: its time, and the processor's when the first began
waited, monotonic = 0.0, time.monotonic
time.monotonic = lambda: monotonic() - waited  # by which the agent spaces its checkpoints


def turn(last=False):
    global began, seconds, waited
    ended = time.perf_counter()
    if began:
        seconds += ended - began[0]
    if pipes and (began or not first):
        os.write(pipes[1], b".")
    if pipes and not last:
        os.read(pipes[0], 1)
    now = time.perf_counter()
    began = now, began[1] if began else time.process_time()
    waited += now - ended


def report():
    turn(last=True)
    print("EPOCH", seconds / (epochs - 1), (time.process_time() - began[1]) / (epochs - 1))


torch.manual_seed(0)
X = torch.randn(2048, 64)
y = (X[:, 0] > 0).long()
net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 2))
optimizer = torch.optim.Adam(net.parameters())


def train():
    for epoch in range(epochs):
        for batch in range(batches):
            if epoch > 0 and batch % every == 0:
                turn()
            rows = slice(batch * 32 % 2016, batch * 32 % 2016 + 32)
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(X[rows]), y[rows]).backward()
            optimizer.step()


train()
report()
