"""What is known of a script's training: rows trained on, metrics, models."""

import hashlib
import os
import threading
from typing import Any, List, Optional, Set, Tuple

from . import events

# Names under which frameworks report the share of right answers.
ACCURACY = {
    "accuracy", "acc", "categorical_accuracy", "sparse_categorical_accuracy", "binary_accuracy",
    "compile_metrics", "accuracy_score",
}


class Recorder:
    """Collects events of the main process; hooks call it and never raise."""

    def __init__(self, writer: events.Writer) -> None:
        self.writer = writer
        self.pid = os.getpid()
        self.trained: Set[str] = set()
        self.watched: Set[str] = set()
        self.models: List[Tuple[str, Any]] = []  # framework, model; the last is the newest
        self.measured: Optional[Tuple[str, Any]] = None  # the model of the last metric
        self._local = threading.local()

    def outermost(self) -> "_Guard":
        """A context whose value tells whether no other hook is active around it.

        Frameworks call each other: only the call that the user wrote counts.
        """
        return _Guard(self)

    def warn(self, text: str) -> None:
        try:
            self.writer.write("warning", text=text[:2000])
        except Exception:
            pass

    def fitted(self, framework: str, model: Any, source: str, rows: Any, labels: Any) -> None:
        """A training call has ended. rows and labels are what it was given."""
        for data in (rows, labels):
            digest = fingerprint(data)
            if digest:
                self.trained.add(digest)
        self.remember(framework, model)
        self.writer.write("fit", source=source, model=_class(model), samples=size(labels) or size(rows) or None)

    def remember(self, framework: str, model: Any) -> None:
        self.models = [m for m in self.models if m[1] is not model][-3:] + [(framework, model)]

    def watching(self, rows: Any, labels: Any) -> None:
        """Data that the program watches its training with."""
        for data in (rows, labels):
            digest = fingerprint(data)
            if digest:
                self.watched.add(digest)

    def split(self, rows: Any, labels: Any) -> str:
        """Say which data a metric was measured on."""
        digests = [d for d in (fingerprint(rows), fingerprint(labels)) if d]
        if any(d in self.trained for d in digests[:1]):
            return "train"
        if any(d in self.watched for d in digests[:1]):
            return "validation"
        return "test" if self.trained and digests else "unknown"

    def metric(
        self, name: str, value: Any, split: str, source: str, samples: int = 0, labels: Any = None, model: Any = None,
        framework: str = "",
    ) -> None:
        """Record a value; accuracies are a share of 1."""
        if model is not None and split != "train":
            self.measured = (framework, model)
        self.writer.write(
            "metric", name="accuracy" if name in ACCURACY else name, value=value, split=split, source=source,
            samples=samples or size(labels) or None, rows=fingerprint(labels), majority=majority(labels),
        )


class _Guard:
    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def __enter__(self) -> bool:
        local = self.recorder._local
        local.depth = getattr(local, "depth", 0) + 1
        return local.depth == 1 and os.getpid() == self.recorder.pid

    def __exit__(self, *_: Any) -> None:
        self.recorder._local.depth -= 1


def _class(model: Any) -> str:
    kind = type(model)
    return "%s.%s" % (kind.__module__, kind.__qualname__)


def _array(data: Any) -> Any:
    """View data as a NumPy array where that is cheap; None otherwise."""
    import sys

    numpy = sys.modules.get("numpy")
    if numpy is None or data is None or isinstance(data, (str, bytes, dict)):
        return None
    if hasattr(data, "detach"):  # torch
        data = data.detach().cpu()
    if hasattr(data, "toarray"):  # sparse: the values tell rows apart well enough
        data = data.data
    if not hasattr(data, "__array__") and not isinstance(data, (list, tuple)):
        return None
    try:
        array = numpy.asarray(data)
    except Exception:
        return None
    return array if array.size else None


def fingerprint(data: Any) -> Optional[str]:
    """Hash the values of rows or labels, whatever holds them; None when unknown."""
    array = _array(data)
    if array is None:
        return None
    digest = hashlib.blake2b(digest_size=16)
    digest.update(str(array.size).encode())
    flat = array.reshape(-1)
    step = max(1, flat.size // 1_000_000)
    flat = flat[::step]
    if array.dtype.kind in "biuf":
        digest.update(flat.astype("float32").tobytes())
    else:
        for item in flat[:100_000].tolist():
            digest.update(repr(item).encode("utf-8", "replace"))
    return digest.hexdigest()


def size(data: Any) -> int:
    """Number of rows."""
    try:
        return int(len(data)) if data is not None else 0
    except TypeError:
        return 0


def classes(labels: Any) -> Any:
    """Labels as a flat array, one-hot rows turned into their class."""
    array = _array(labels)
    if array is None:
        return None
    if array.ndim == 2 and array.shape[1] > 1 and array.dtype.kind in "biuf":
        return array.argmax(axis=1)
    return array.reshape(-1)


def majority(labels: Any) -> Optional[float]:
    """Share of the most frequent class; None for what is no set of classes."""
    import sys

    array = classes(labels)
    if array is None:
        return None
    try:
        _, counts = sys.modules["numpy"].unique(array, return_counts=True)
    except TypeError:
        return None
    return float(counts.max()) / array.size if len(counts) <= max(2, array.size // 2) else None
