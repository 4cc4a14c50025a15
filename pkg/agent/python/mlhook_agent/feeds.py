"""The rows that Keras draws out of what is asked for batches: a Sequence, a PyDataset, a generator; those of tf.data are followed to what generates them.

What those hold may be anything, in parts or transformed: the rows are seen as they are given.
"""

import functools
import inspect
import os
import pydoc
import threading
from typing import Any, Dict, Iterator

from . import batches, containers, rows, seen
from .record import Recorder
from .wrapping import POSITIONAL, Given

KINDS = ("PyDataset", "Sequence")  # of Keras 3 and 2


class Feeds:
    """What trainings draw their rows out of, and for which model."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._learning = seen.Models()  # by what is asked for batches
        self._lock = threading.Lock()  # batches are drawn in several threads

    def follow(self, given: Given, kwargs: Dict[str, Any], learned: seen.Seen) -> None:
        """See the rows that this call of fit is going to draw."""
        data = given.get("x")
        self._recorder.generated.expect(None)
        if inspect.isgenerator(data):
            watched = self._watched(data, learned)
            if "x" in kwargs:
                kwargs["x"] = watched
            else:
                given[POSITIONAL][1] = watched  # behind the model
        elif any(kind.__name__ in KINDS for kind in type(data).__mro__):
            if given.get("use_multiprocessing") or getattr(data, "use_multiprocessing", False):
                self._recorder.generated.expect(learned)  # of what the processes give
                return
            self._learning.bind(data, learned)
            self._observe(type(data))
        elif hasattr(data, "_variant_tensor"):
            self._recorder.generated.follow(data, learned)

    def __call__(self, data: Any, batch: Any) -> None:
        """Data was asked for a batch."""
        learned = self._learning.of(data)
        if learned is not None:
            self._saw(batch, learned)

    def __reduce__(self) -> Any:  # for other processes, which have no agent, with a class sent by value
        return pydoc.locate, ("operator.is_",)

    def _observe(self, cls: Any) -> None:
        owner = next(part for part in cls.__mro__ if "__getitem__" in vars(part))
        original, saw = owner.__getitem__, self
        if hasattr(original, "__mlhook_feeds__"):
            return

        @functools.wraps(original)
        def getitem(self: Any, *args: Any, **kwargs: Any) -> Any:
            batch = original(self, *args, **kwargs)
            saw(self, batch)
            return batch

        vars(getitem)["__mlhook_feeds__"] = True
        owner.__getitem__ = getitem

    def _watched(self, batches_of: Any, learned: seen.Seen) -> Iterator[Any]:
        for batch in batches_of:
            self._saw(batch, learned)
            yield batch

    def _saw(self, batch: Any, learned: seen.Seen) -> None:
        """The model that learns so is trained on a batch: inputs, with labels and weights behind them."""
        if os.getpid() != self._recorder.pid or learned.count >= batches.MOST:
            return
        try:
            given = batch[0] if isinstance(batch, (list, tuple)) else batch
            hashes = rows.few(containers.content(given).inputs)
            if hashes is not None:
                with self._lock:
                    learned.meet(hashes)
        except Exception as error:
            self._recorder.warn("rows of %s: %s: %s" % (type(batch).__name__, type(error).__name__, error))
