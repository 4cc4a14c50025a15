"""The rows of tf.data sets that a Python function generates: seen as they are generated, on one pass through each."""

import functools
import sys
import threading
import weakref
from typing import Any, Callable, Iterator, List, MutableMapping, Optional, Tuple

from . import batches, containers, rows, seen

TOGETHER = 64  # rows that are hashed at a time


class Source:
    """A generating function, and which model learns what it gives."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._learned: Optional[seen.Seen] = None  # by it, until one pass was seen
        self._last: Optional[seen.Seen] = None
        self._single = False  # whether it gives rows, and not batches
        self._rows: List[Tuple[Any, ...]] = []
        self._lock = threading.Lock()  # passes may be side by side

    def teaches(self, learned: seen.Seen, single: bool) -> None:
        """The model that learns so is trained on what this gives."""
        if learned is not self._last:
            self._learned, self._last, self._single, self._rows = learned, learned, single, []

    def watched(self, generate: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
        """The function, seen when it is called."""

        @functools.wraps(generate)
        def watching(*args: Any) -> Iterator[Any]:
            for element in generate(*args):
                if self._learned is not None:
                    self._see(element)
                yield element
            self._flush(last=True)

        return watching

    def _see(self, element: Any) -> None:
        try:
            given = element[0] if isinstance(element, tuple) else element
            if not self._single:
                self._meet(rows.few(containers.content(given).inputs))
                return
            inputs = [given[key] for key in sorted(given, key=str)] if isinstance(given, dict) else [given]
            with self._lock:
                self._rows.append(tuple(map(rows.spaced, inputs)))
            if len(self._rows) >= TOGETHER:
                self._flush()
        except Exception as error:
            self._learned = None
            self._warn("rows of a generated %s: %s: %s" % (type(element).__name__, type(error).__name__, error))

    def _flush(self, last: bool = False) -> None:
        with self._lock:
            found, self._rows = self._rows, []
        if found and self._learned is not None:
            self._meet(rows.few([sys.modules["numpy"].stack(part) for part in zip(*found)]))
        if last:
            self._learned = None

    def _meet(self, hashes: Any) -> None:
        learned = self._learned
        if learned is None or hashes is None or learned.count >= batches.MOST:
            self._learned = None
            return
        with self._lock:
            learned.meet(hashes)


class Generated:
    """The sets that were made of generating functions."""

    def __init__(self, warn: Callable[[str], None], within: Callable[[], bool]) -> None:
        self._warn, self._within = warn, within
        self._sources: "MutableMapping[Any, Source]" = weakref.WeakKeyDictionary()
        self._expecting: Optional[seen.Seen] = None

    def observe(self, cls: Any) -> None:
        """See the sets that are made by this class, tf.data.Dataset."""
        original = cls.from_generator

        @functools.wraps(original)
        def from_generator(generator: Any, *args: Any, **kwargs: Any) -> Any:
            learned, self._expecting = (self._expecting, None) if self._within() else (None, self._expecting)
            if not callable(generator) or self._within() and learned is None:  # of what Keras is given
                return original(generator, *args, **kwargs)
            source = Source(self._warn)
            dataset = original(source.watched(generator), *args, **kwargs)
            self._sources[dataset] = source
            if learned is not None:
                source.teaches(learned, single=False)
            return dataset

        cls.from_generator = staticmethod(from_generator)

    def expect(self, learned: Optional[seen.Seen]) -> None:
        """Keras is about to make a set of batches that this model learns."""
        self._expecting = learned

    def follow(self, dataset: Any, learned: seen.Seen) -> None:
        """The model that learns so is trained on this set, which may be made of a generated one."""
        single = False
        for _ in range(containers.DEPTH):
            if dataset in self._sources:
                self._sources[dataset].teaches(learned, single)
                return
            single = single or "Batch" in type(dataset).__name__
            if not containers.whole(dataset):
                return
            dataset = getattr(dataset, "_input_dataset", None)
