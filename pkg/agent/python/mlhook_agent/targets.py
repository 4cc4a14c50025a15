"""The labels of a torch training, as its gradients tell them.

A loop by hand tells nobody what it trains on. What it calls backward on has been
computed from labels, which PyTorch keeps for the gradient: those of the last
batches, in their order, are the labels of an accuracy on the training data. So are
those of an epoch in any order, where the one before had the same.
"""

import sys
from collections import deque
from typing import Any, Deque, Iterator, List

from . import rows

KEPT = 1 << 21  # labels, of the last batches
NODES = 64  # of the graph that are looked at, from its end
FEW = 8  # labels below which two batches may be the same by chance


class Targets:
    """The labels of the last batches that were trained on."""

    def __init__(self) -> None:
        self._batches: Deque[Any] = deque()
        self._count = 0

    def trains(self, loss: Any) -> None:
        """Gradients of this loss are about to be computed."""
        for target in _saved(loss.grad_fn):
            self._batches.append(target)
            self._count += target.numel()
        while self._count > KEPT:
            self._count -= self._batches.popleft().numel()

    def ends_with(self, labels: Any) -> bool:
        """Whether these are the labels of the last batches, of one or of several, or of the last two epochs in another order."""
        given = rows.flat(labels) if self._batches else None
        if given is None or len(given) < FEW or given.dtype.kind not in "biuf" or (given == given[0]).all():
            return False
        last = self._last(len(given))
        if last is not None and (last == given).all():
            return True
        numpy, epochs = sys.modules["numpy"], self._last(2 * len(given))
        return epochs is not None and bool((numpy.sort(epochs.reshape(2, -1)) == numpy.sort(given)).all())

    def _last(self, count: int) -> Any:
        """The last labels; None where no batches are as many."""
        found: List[Any] = []
        for target in reversed(self._batches):
            if count <= 0:
                break
            found.append(rows.flat(target))
            count -= target.numel()
        whole = not count and all(batch is not None for batch in found)
        return sys.modules["numpy"].concatenate(found[::-1]) if whole else None


def _saved(node: Any) -> Iterator[Any]:
    """The labels that the losses behind a node of the graph keep."""
    nodes = deque([node])
    for _ in range(NODES):
        node = nodes.popleft() if nodes else None
        if node is None:
            return
        target = getattr(node, "_saved_target", None)
        if target is not None:
            yield target
        else:
            nodes.extend(behind for behind, _ in node.next_functions if behind is not None)
