import functools
import io
import queue
import threading

import numpy as np

import kill


class Trainer:
    def __init__(self):
        self.steps = 0

    def step(self):
        self.steps += 1
        return self.steps


def put(seen, value):
    seen.append(value)
    return sum(seen)


def made():
    log = []
    return log.append, log.__len__


with open("data.txt", "w") as f:
    f.write("".join("%d\n" % (i * i) for i in range(20)))
lines, raw = open("data.txt"), open("data.txt", "rb")
step, add, (note, noted) = Trainer().step, functools.partial(put, []), made()
waiting, tasks, text, here = queue.Queue(), queue.PriorityQueue(), io.StringIO(), threading.local()
memory, here.count, read = io.BytesIO(np.arange(20.0).tobytes()), 0, []
for epoch in range(6):
    kill.at(epoch)
    read.append((int(lines.readline()), raw.read(3), memory.read(8)))
    waiting.put(epoch)
    tasks.put(-epoch)
    text.write("%d;" % epoch)
    here.count += 1
    note(epoch)
    total, steps = add(epoch), step()
print(read, waiting.get(), waiting.qsize(), tasks.get(), text.getvalue())
print(total, steps, here.count, noted())
