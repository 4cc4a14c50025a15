import dataclasses
import functools

import kill


def counted(method):
    calls = 0

    @functools.wraps(method)
    def call(*args):
        nonlocal calls
        calls += 1
        call.calls = calls
        return method(*args)

    return call


class Log:
    rows = 0

    def __init__(self, shared=[]):
        self.shared = shared

    def add(self, row, seen={}):
        seen[row] = True
        self.shared.append(row)
        return len(seen)

    @counted
    def step(self):
        return Log.step.calls

    @staticmethod
    def count(seen=[0]):
        seen[0] += 1
        return seen[0]

    @classmethod
    def made(cls, seen=[0]):
        cls.rows += 1
        seen[0] += cls.rows
        return seen[0]


class Later(Log):
    def step(self):
        return -1


@dataclasses.dataclass
class Options:
    rate: float = 1.0
    steps: list = dataclasses.field(default_factory=list)


log, options = Log(), Options()
for epoch in range(6):
    kill.at(epoch)
    result = log.add(epoch), log.step(), Log.count(), Log.made()
    options.steps.append(options.rate)
    options.rate /= 2
    if epoch == 1:
        Later.step = Log.step  # as a patch does
print(result, Log().shared)
print(Later().step(), options, Options())
