"""What is known of a script's training: rows trained on, metrics, models."""

import functools
import os
import threading
import weakref
from collections import OrderedDict
from typing import Any, Callable, List, NamedTuple, Optional, Set, Tuple

from . import checkpoint, compared, containers, events, folds, generated, rows, seen, structure, targets, warm

# Names under which frameworks report the share of right answers.
ACCURACY = {
    "accuracy", "acc", "categorical_accuracy", "sparse_categorical_accuracy", "binary_accuracy", "accuracy_score",
}


class Origin(NamedTuple):
    """Where predictions came from."""

    framework: str
    model: Any
    split: str = "unknown"  # that of the rows predicted, as far as they tell
    count: int = 0
    own: Optional[seen.Seen] = None  # what the model was trained on
    copied: bool = False  # copies of the model made them, which are gone; it may be untrained


Predicted = Tuple[Origin, Callable[[], Any]]  # with a reference to the model, which the origin does without


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
        self.all = seen.Seen()  # what any model was trained on
        self.last = self.all  # and the last one
        self.models = seen.Models()
        self.watched: Set[str] = set()
        self.targets = targets.Targets()  # of a loop by hand
        self.fitted: Optional[Origin] = None
        self.measured: Optional[Origin] = None  # the model of the last metric off the training data
        self._predictions: "OrderedDict[str, List[Predicted]]" = OrderedDict()
        self._predictor: Any = None  # the last one; the program may drop it before it measures
        self._foresaw = False  # whether rows were predicted that no model was trained on
        self._local = threading.local()
        self.folds = folds.Folds(self.outermost, self.metric)
        self.compared = compared.Compared(self.metric)
        self.generated = generated.Generated(self.warn, lambda: getattr(self._local, "depth", 0) > 0)

    def outermost(self) -> "_Guard":
        """A context whose value tells whether no other hook is active around it.

        Frameworks call each other: only the call that the user wrote counts.
        """
        return _Guard(self)

    def warn(self, text: str) -> None:
        self.writer.write("warning", text=text)

    def fitting(
        self, framework: str, model: Any, source: str, given: Any, labels: Any, fresh: bool = False, onto: Any = None
    ) -> seen.Seen:
        """A training call begins on these rows and labels: a fresh one forgets what the model was trained on before.

        onto is another model that this one goes on from. The result is for a model that there is only afterwards.
        """
        known = rows.identity(given)
        labelled = seen.names(containers.labels_of(given) if labels is None else labels)
        again = known in self.all.given and labelled <= self.all.labels
        again = again and self.fitted is not None and self.fitted.model is model
        self.last = self.models.of(onto) or (None if fresh else self.models.of(model)) or seen.Seen()
        self.models.bind(model, self.last)
        self.last.add(known, labelled, given)
        self.all.add(known, labelled)
        self.remember(framework, model)
        if not again:  # partial_fit in a loop is one training
            self.training(framework, model, source, given, labels)
        return self.last

    def fitting_alone(self, model: Any, given: Any, fresh: bool) -> None:
        """A model is fitted on these rows without labels; what others were trained on stays as it is."""
        own = seen.Seen() if fresh else self.models.made(model)
        own.unlabelled = True
        self.models.bind(model, own)
        own.add(rows.identity(given), set(), given)

    def training(self, framework: str, model: Any, source: str, given: Any, labels: Any) -> None:
        """Write down that a training call begins, of a copy of the model where it is cross-validated."""
        self.writer.write(
            "fit", source=source, model=name_of(model, framework),
            rows=rows.fingerprint(labels) or rows.fingerprint(given),
            samples=rows.size(labels) or rows.size(given) or None, layers=structure.layers(framework, model),
        )

    def remember(self, framework: str, model: Any) -> None:
        """This is the model that was trained last."""
        self.fitted = Origin(framework, model)

    def watching(self, given: Any, labels: Any = None) -> None:
        """The program watches its training with this data."""
        labels = containers.labels_of(given) if labels is None else labels
        self.watched.update(filter(None, [rows.identity(given), *seen.names(labels)]))

    def predicted(self, framework: str, model: Any, given: Any, output: Any) -> None:
        """Remember who predicted this, for the metric that follows."""
        own = self.models.of(model)
        split, count = self.rows_split(own, given), rows.size(output)
        if split in ("test", "validation") and count >= targets.FEW and not self._foresaw:
            self._foresaw = True
            self.writer.write("predicted", split=split, samples=count)
        self.made(Origin(framework, None, split, count, own), model, output)

    def made(self, origin: Origin, model: Any, output: Any) -> None:
        """Remember predictions by their values."""
        self._predictor = model
        for digest in {rows.identity(output), rows.fingerprint(rows.decided(output))} - {None}:
            others = [one for one in self._predictions.pop(digest, []) if one[0].split != origin.split]
            self._predictions[digest] = others + [(origin, weakly(model))]
        while len(self._predictions) > 64:
            self._predictions.popitem(last=False)

    def measured_on(self, output: Any, labels: Any) -> Tuple[str, Optional[Origin]]:
        """Say on which data a metric of predictions was measured, and who made them,
        without the model where the program dropped it.

        Where several predictions are equal, or they were transformed since, and
        only their number tells who it may have been, the labels come first, and
        then what all of those agree in.
        """
        found = self._predictions.get(rows.fingerprint(output) or "", [])
        known = rows.identity(labels)
        decisive = known in self.all.labels or known in self.watched
        if not found:
            if self.targets.ends_with(labels):
                return "train", None
            count = rows.size(output)
            found = [one for made in self._predictions.values() for one in made if one[0].count == count]
            if not found or decisive:
                return self.split("unknown", labels), whole(*found[-1]) if found else None
        splits = {self.split(one.split, labels, one.own) for one, _ in found}
        if len(splits) > 1:
            splits = {self.split("unknown", labels) if decisive else "unknown"}
        return splits.pop(), whole(*found[-1])

    def rows_split(self, own: Optional[seen.Seen], given: Any) -> str:
        """Say which data rows are to a model that has seen so much; unknown where there are none."""
        known = rows.identity(given)
        if known is None:
            return "unknown"
        # Of a copy, or a model that was loaded, it is not known what it was trained on.
        if any(one.holds(known, given) for one in ([own] if own else [self.all, self.last])):
            return "train"
        return "validation" if known in self.watched else "test"

    def split(self, of_rows: str, labels: Any, own: Optional[seen.Seen] = None) -> str:
        """Say which data a metric was measured on, by what its rows are and by its labels.

        Rows may have been computed anew, so labels count too where it is by no chance that they are the same.
        """
        known = rows.identity(labels)
        trained, watched = known in (own or self.all).labels, known in self.watched
        if of_rows != "train" and (trained or watched) and (of_rows == "unknown" or seen.telling(labels)):
            of_rows = "train" if trained else "validation"
        if of_rows == "train" and own is not None and own.unlabelled:
            return "unknown"
        if of_rows in ("train", "validation"):
            return of_rows
        told = of_rows == "test" or known is not None
        return "test" if told and (own or self.all.given or self.all.labels) else "unknown"

    def asked(self, model: Any, given: Any, labels: Any) -> str:
        """Say which data a model is scored or evaluated on."""
        labels, own = containers.labels_of(given) if labels is None else labels, self.models.of(model)
        return self.split(self.rows_split(own, given), labels, own)

    def metric(
        self, name: str, value: Any, split: str, source: str, labels: Any = None, origin: Optional[Origin] = None,
        counts: Any = None,
    ) -> None:
        """Record a value; accuracies are a share of 1. counts stands in for labels that cannot be counted."""
        if origin is not None and split != "train" and not origin.copied:
            self.measured = origin
        self.folds.measured(name, value, split, source, labels, origin)
        known, digest = labels if labels is not None else counts, rows.fingerprint(labels)
        name = "accuracy" if name in ACCURACY else name
        self.compared.measured(name, value, split, source, digest, labels, origin)
        self.writer.write(
            "metric", name=name, value=value, split=split, source=source, samples=rows.size(known) or None, rows=digest,
            majority=rows.majority(labels), model=name_of(origin.model) if origin is not None and origin.model is not None else None,
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
