"""What is known of a script's training: rows trained on, metrics, models."""

import functools
import os
import threading
import weakref
from collections import OrderedDict
from typing import Any, Callable, NamedTuple, Optional, Set, Tuple

from . import checkpoint, events, folds, rows, structure, targets, warm

# Names under which frameworks report the share of right answers.
ACCURACY = {
    "accuracy", "acc", "categorical_accuracy", "sparse_categorical_accuracy", "binary_accuracy", "accuracy_score",
}


class Origin(NamedTuple):
    """Where predictions came from."""

    framework: str
    model: Any
    given: Optional[str]  # identity of the rows predicted
    count: int


class Recorder:
    """Turns what the hooks see into events; one per attempt."""

    def __init__(
        self, writer: events.Writer, checkpoints: Optional[checkpoint.Store] = None, lineage: Optional[warm.Warm] = None
    ) -> None:
        self.writer = writer
        self.checkpoints = checkpoints  # None when resuming is switched off
        self.built = 0  # optimizers
        self.warm = lineage  # None where no trial starts from another
        self.pid = os.getpid()
        self.trained: Set[str] = set()
        self.parts = rows.Known()  # rows of batches that were trained on one by one
        self.watched: Set[str] = set()
        self.targets = targets.Targets()  # of a loop by hand
        self.fitted: Optional[Origin] = None
        self.measured: Optional[Origin] = None  # the model of the last metric off the training data
        self._predictions: "OrderedDict[str, Tuple[Origin, Callable[[], Any]]]" = OrderedDict()
        self._predictor: Any = None  # the last one; the program may drop it before it measures
        self._local = threading.local()
        self.folds = folds.Folds(self.outermost, self.metric)

    def outermost(self) -> "_Guard":
        """A context whose value tells whether no other hook is active around it.

        Frameworks call each other: only the call that the user wrote counts.
        """
        return _Guard(self)

    def warn(self, text: str) -> None:
        self.writer.write("warning", text=text)

    def fitting(self, framework: str, model: Any, source: str, given: Any, labels: Any) -> None:
        """A training call begins on these rows and labels."""
        seen = {rows.identity(data) for data in (given, labels)} - {None}
        again = bool(seen) and seen <= self.trained and self.fitted is not None and self.fitted.model is model
        self.trained.update(filter(None, seen))
        self.remember(framework, model)
        if not again:  # partial_fit in a loop is one training
            self.training(framework, model, source, given, labels)

    def fitting_part(self, given: Any) -> None:
        """A training call is about to see a batch of the rows."""
        found = None if rows.identity(given) in self.trained else rows.hashes(given)
        if found is not None:
            self.parts.add(found)

    def recognise(self, given: Any) -> Optional[str]:
        """The identity of rows that a model is asked for; those that were trained on in batches become known as one."""
        known = rows.identity(given)
        if known is not None and known not in self.trained and self.parts.values() is not None:
            found = rows.hashes(given)
            # Where few values make the rows, those held out may all be in the batches too.
            if found is not None and self.parts.holds(found).all() and 2 * len(set(found.tolist())) > len(found):
                self.trained.add(known)
        return known

    def training(self, framework: str, model: Any, source: str, given: Any, labels: Any) -> None:
        """Write down that a training call begins, of a copy of the model where it is cross-validated."""
        self.writer.write(
            "fit", source=source, model=name_of(model, framework),
            rows=rows.fingerprint(given) or rows.fingerprint(labels),
            samples=rows.size(labels) or rows.size(given) or None, layers=structure.layers(framework, model),
        )

    def remember(self, framework: str, model: Any) -> None:
        """This is the model that was trained last."""
        self.fitted = Origin(framework, model, None, 0)

    def watching(self, *data: Any) -> None:
        """The program watches its training with this data."""
        self.watched.update(filter(None, map(rows.identity, data)))

    def predicted(self, framework: str, model: Any, given: Any, output: Any) -> None:
        """Remember who predicted this, for the metric that follows."""
        origin = Origin(framework, None, self.recognise(given), rows.size(output)), weakly(model)
        for digest in filter(None, (rows.identity(output), rows.fingerprint(rows.decided(output)))):
            self._predictions.pop(digest, None)
            self._predictions[digest] = origin
            self._predictor = model
        while len(self._predictions) > 64:
            self._predictions.popitem(last=False)

    def measured_on(self, output: Any, labels: Any) -> Tuple[str, Optional[Origin]]:
        """Say on which data a metric of predictions was measured, and who made them,
        without the model where the program dropped it.

        Where they were transformed since, and only their number tells who it
        may have been, the labels come first, and then what all of those agree in.
        """
        known = rows.identity(labels)
        found = self._predictions.get(rows.fingerprint(output) or "")
        if found is not None:
            return self.split(found[0].given, known), whole(*found)
        count = rows.size(output)
        alike = [one for one in reversed(self._predictions.values()) if one[0].count == count]
        if not alike or known in self.trained or known in self.watched:
            split = "train" if self.targets.ends_with(labels) else self.split(known)
            return split, whole(*alike[0]) if alike else None
        splits = {self.split(one.given, known) for one, _ in alike}
        return splits.pop() if len(splits) == 1 else "unknown", whole(*alike[0])

    def split(self, *identities: Optional[str]) -> str:
        """Say which data a metric was measured on; the first that is known decides."""
        for known in filter(None, identities):
            if known in self.trained:
                return "train"
            if known in self.watched:
                return "validation"
            return "test" if self.trained else "unknown"
        return "unknown"

    def metric(
        self, name: str, value: Any, split: str, source: str, labels: Any = None, origin: Optional[Origin] = None,
        counts: Any = None,
    ) -> None:
        """Record a value; accuracies are a share of 1. counts stands in for labels that cannot be counted."""
        if origin is not None and split != "train":
            self.measured = origin
        self.folds.measured(name, value, split, source, labels, origin)
        known = labels if labels is not None else counts
        self.writer.write(
            "metric", name="accuracy" if name in ACCURACY else name, value=value, split=split, source=source,
            samples=rows.size(known) or None, rows=rows.fingerprint(labels), majority=rows.majority(labels),
        )


class _Guard:
    """Counts how deep this thread is within hooked calls."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def __enter__(self) -> bool:
        local = self.recorder._local
        if not hasattr(local, "depth"):
            local.depth = int(getattr(threading.current_thread(), "_mlhook_inner", False))
        local.depth += 1
        return local.depth == 1 and os.getpid() == self.recorder.pid

    def __exit__(self, *_: Any) -> None:
        self.recorder._local.depth -= 1


def mark_threads(recorder: Recorder) -> None:
    """Let threads that a hooked call starts know that they work within it."""
    start = threading.Thread.start

    @functools.wraps(start)
    def marked(self: threading.Thread) -> None:
        self._mlhook_inner = getattr(recorder._local, "depth", 0) > 0  # type: ignore[attr-defined]
        start(self)

    threading.Thread.start = marked  # type: ignore[method-assign]


def weakly(thing: Any) -> Callable[[], Any]:
    """A reference that does not keep a thing alive, if there can be one."""
    try:
        return weakref.ref(thing)
    except TypeError:
        return lambda: thing


def whole(origin: Origin, model: Callable[[], Any]) -> Origin:
    """An origin with its model, if that is alive."""
    return origin._replace(model=model())


def name_of(model: Any, framework: str = "") -> str:
    """The model's class with its module; boosting has its Booster only after training."""
    if model is None:
        return framework + ".Booster"
    kind = type(model)
    return "%s.%s" % (kind.__module__, kind.__qualname__)
