from argparse import Namespace
from functools import reduce, total_ordering

import kill

library = [total_ordering, Namespace, reduce]  # a function and a class, saved before those of the program


class Counter:
    calls = 0


def remember(value, seen=[]):
    seen.append(value)
    remember.last = value
    return len(seen)


for epoch in range(6):
    kill.at(epoch)
    Counter.calls += 1
    seen = remember(epoch)
print(len(library))
print(Counter.calls, seen, remember.last)
