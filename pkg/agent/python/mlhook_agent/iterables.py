"""What loops go through: whether it can be gone through again, and the rest of it."""

from typing import Any


def is_loader(iterable: Any) -> bool:
    """Whether a loop goes through batches."""
    return any(kind.__name__ == "DataLoader" for kind in type(iterable).__mro__)


def inner(iterable: Any) -> Any:
    """What a progress bar counts."""
    while type(iterable).__module__.startswith("tqdm") and hasattr(iterable, "iterable"):
        iterable = iterable.iterable
    return iterable


def replayable(iterable: Any) -> bool:
    """Whether taking items gives the same ones again; None stands for a while loop."""
    iterable = inner(iterable)
    if isinstance(iterable, (zip, enumerate, map, reversed)):
        parts = iterable.__reduce__()[1]  # type: ignore[misc]
        parts = parts if isinstance(iterable, (zip, map)) else parts[:1]
        return all(replayable(part) for part in parts if not callable(part))
    name = type(iterable).__name__
    return not hasattr(iterable, "__next__") or name.endswith(
        ("range_iterator", "list_iterator", "tuple_iterator", "rangeiterator", "listiterator"))


def left_of(iterable: Any, taken: int) -> Any:
    """An iterable without its first items."""
    if isinstance(iterable, range):
        return iterable[taken:]
    iterator = iter(iterable)
    for place in range(taken):
        try:
            next(iterator)
        except StopIteration:
            raise LookupError("the loop went on from item %d, and there are %d" % (taken, place)) from None
    return iterator
