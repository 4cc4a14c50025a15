"""Models that a script compares: a loop measures them, one after the other, on the same data.

The result of such a loop at the end of a script is the best of them, which its
author takes, and not what it happens to measure last. Models that differ in
nothing but their seeds are not compared, nor is one model in several states.
"""

import sys
from collections import OrderedDict
from typing import Any, Callable, Dict, Optional, Set, Tuple

from . import events, is_own

BEST = ", best of %d models"  # behind the source
SEEDS = ("random_state", "seed", "random_seed")
KEPT = 16  # loops, each of which keeps a model
SMALLER = ("loss", "error")  # in names of what is the better the smaller


class _Loop:
    """What one place of the script measures on the same data."""

    def __init__(self, rows: Optional[str]) -> None:
        self.rows = rows
        self.configurations: Set[str] = set()
        self.best: Any = None  # value, labels, origin and source
        self.last: Any = None

    def add(self, name: str, value: float, labels: Any, origin: Any, source: str) -> None:
        """Note a model's value."""
        if self.best is not None and self.best[2].model is origin.model:
            self.configurations, self.best = set(), None  # it is another one now
        self.configurations.add(_configuration(origin.model))
        self.last = value, labels, origin, source
        sign = -1 if any(word in name for word in SMALLER) else 1
        if self.best is None or sign * value > sign * self.best[0]:
            self.best = self.last


class Compared:
    """The loops that were there last, and which of them measured each metric on each kind of data last."""

    def __init__(self, report: Callable[..., None]) -> None:
        self._report = report
        self._loops: "OrderedDict[Any, _Loop]" = OrderedDict()
        self._last: Dict[Tuple[str, str], Any] = {}

    def measured(self, name: str, value: Any, split: str, source: str, rows: Optional[str], labels: Any, origin: Any) -> None:
        """Note a metric; where no estimator is known whose it is, there is no comparison."""
        # Without the class, which a score's source names: that is what is compared.
        number, key = events.plain(value), (name, split, source.rpartition(".")[2], _place())
        self._last[name, split] = key
        loop = self._loops.pop(key, None)
        if not isinstance(number, (int, float)) or not hasattr(getattr(origin, "model", None), "get_params") or split == "train":
            return
        if loop is None or loop.rows != rows:
            loop = _Loop(rows)
        loop.add(name, number, labels, origin, source)
        self._loops[key] = loop
        if len(self._loops) > KEPT:
            self._loops.popitem(last=False)

    def end(self) -> None:
        """Report the best of the models that were compared last, accuracy behind the other metrics."""
        for (name, split), key in sorted(self._last.items(), key=lambda item: item[0][0] == "accuracy"):
            loop = self._loops.get(key)
            if loop is not None and len(loop.configurations) > 1 and loop.best[0] != loop.last[0]:
                value, labels, origin, source = loop.best
                self._report(name, value, split, source + BEST % len(loop.configurations), labels, origin)


def _place() -> Tuple[Any, ...]:
    """Where the script is, without the agent's frames."""
    frame, found = sys._getframe(1), []
    while frame is not None:
        if not is_own(frame.f_code):
            found.append((frame.f_code, frame.f_lineno))
        frame = frame.f_back  # type: ignore[assignment]
    return tuple(found)


def _configuration(model: Any) -> str:
    """What an estimator is and how it is set, but for its seeds."""
    settings = model.get_params()
    traits = ["%s %s" % (name, _trait(settings[name])) for name in sorted(settings) if not name.endswith(SEEDS)]
    return "\n".join([type(model).__name__] + traits)


def _trait(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return " ".join(map(_trait, value))
    return type(value).__name__ if hasattr(value, "get_params") else repr(value)
