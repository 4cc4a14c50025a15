"""Cross-validation by hand: a loop over the folds that ``split`` of scikit-learn gives.

The result of such a loop is the mean over its folds, as cross_val_score reports
it, and not what its last fold happens to measure.
"""

import functools
import sys
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from . import events, rows

Key = Tuple[str, str, str]  # name, split and source of a metric
MEAN = ", mean of folds"  # behind the source
Report = Callable[..., None]


class Folds:
    """The loops over folds that are running."""

    def __init__(self, outermost: Callable[[], Any], report: Report) -> None:
        self._outermost, self._report = outermost, report
        self._running: List[List[Dict[Key, Any]]] = []  # of each loop, of each fold, the last values

    def follow(self, cls: Any) -> None:
        """Go along with loops over what split of this class gives."""
        original = cls.__dict__["split"]

        @functools.wraps(original)
        def split(*args: Any, **kwargs: Any) -> Any:
            with self._outermost() as outermost:
                found = original(*args, **kwargs)
            return self._loop(iter(found)) if outermost else found

        cls.split = split

    def _loop(self, splits: Iterator[Any]) -> Iterator[Any]:
        folds: List[Dict[Key, Any]] = []
        self._running.append(folds)
        try:
            while True:
                with self._outermost():  # a split may go through another's
                    found = next(splits, None)
                if found is None:
                    break
                folds.append({})
                yield found
        finally:
            self._running = [other for other in self._running if other is not folds]  # one may be equal
        self._mean(folds)

    def measured(self, name: str, value: Any, split: str, source: str, labels: Any, origin: Any) -> None:
        """Note a metric for the folds that it was measured in."""
        number = events.plain(value)
        for folds in self._running:
            if folds and split != "train" and isinstance(number, (int, float)):
                folds[-1].pop((name, split, source), None)  # so that the last stands last
                folds[-1][name, split, source] = number, rows.classes(labels), origin

    def _mean(self, folds: List[Dict[Key, Any]]) -> None:
        """Report what was measured in every fold."""
        for key in folds[-1] if len(folds) > 1 else ():
            if not all(key in fold for fold in folds):
                continue
            values, labels, origins = zip(*(fold[key] for fold in folds))
            name, split, source = key
            mean = sum(values) / len(values)
            self._report(name, mean, split, source + MEAN, labels=_joined(labels), origin=origins[-1])


def _joined(labels: Any) -> Optional[Any]:
    """The labels of all folds; None where some are unknown."""
    return None if any(part is None for part in labels) else sys.modules["numpy"].concatenate(labels)
