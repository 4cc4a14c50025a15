"""The rows that trainers which own the loop give a model batch by batch, known again where it is evaluated on them.

Their data sets may be anything: what a model gets are tensors.
"""

import sys
from typing import Any, Iterator, List

from . import rows, seen

MOST = 1 << 20  # rows of a training that are kept


class Batches:
    """What a model of a trainer was trained on, and what the evaluation that runs asks it about."""

    def __init__(self, models: seen.Models) -> None:
        self._models = models
        self._last = seen.Seen()  # of the model that was trained last
        self._asked: List[Any] = []

    def trains(self, model: Any, batch: Any) -> None:
        """The model is trained on a batch."""
        self._last = self._models.made(model)
        hashes = _hashes(batch) if self._last.count < MOST else None
        if hashes is not None:
            self._last.meet(hashes)

    def begin(self) -> None:
        """An evaluation begins."""
        self._asked = []

    def asks(self, batch: Any) -> None:
        """A batch of the evaluation."""
        hashes = _hashes(batch)
        if hashes is not None:
            self._asked.append(hashes)

    def trained(self, model: Any, data: Any, held: Any) -> bool:
        """Whether the evaluation was on what the model was trained on: this data, rows of it, or equal ones."""
        own = self._models.of(model) or self._last  # one that was loaded
        own.add(rows.identity(data), set())
        known = rows.identity(held)
        if known is not None and own.holds(known, held):
            return True
        return bool(self._asked) and own.met(sys.modules["numpy"].concatenate(self._asked))


def _hashes(batch: Any) -> Any:
    """Hashes of a batch's rows; None when unknown."""
    parts = [part for part in _tensors(batch) if part.dim()]
    return rows.few(part for part in parts if len(part) == len(parts[0]))


def _tensors(batch: Any) -> Iterator[Any]:
    if isinstance(batch, sys.modules["torch"].Tensor):
        yield batch
    elif hasattr(batch, "values"):
        yield from _tensors([batch[key] for key in sorted(batch)])
    elif isinstance(batch, (list, tuple)):
        for part in batch:
            yield from _tensors(part)
