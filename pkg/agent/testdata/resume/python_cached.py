import functools

import kill

calls = []


@functools.lru_cache(maxsize=None)
def square(x):
    calls.append(x)
    return x * x


class Net:
    @functools.lru_cache(maxsize=None)
    def rate(self, epoch):
        return 1 / (1 + epoch // 4)


net, known = Net(), square(2)
for epoch in range(6):
    kill.at(epoch)
    total = square(2) + net.rate(epoch)
print(total)
print(calls)
