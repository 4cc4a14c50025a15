"""The turns of a training whose epochs are timed: python train.py BATCHES EPOCHS [EVERY MINE OTHERS [first]].

It prints the seconds of an epoch, without the first, and those of the processor.
Where two pipes are named it takes turns with another program, so many batches
each: it waits for a byte in its own, and gives one to the other's. One of them
is first. The wait is no part of an epoch, and the clock stands still in it.
"""
import os
import sys
import time

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
