"""One keras fit: what there is to save of it, and its replay.

A replayed fit goes through the epochs that are done without training: the
training step takes the next batch, so that shuffling and augmentation advance
as they did; callbacks and evaluation are mute. The very first step is real: it
builds what a first step builds, and shows whether what was saved fits. Where
it does not, that step was simply the first of a training from the beginning.
"""

import time
from typing import Any, Callable, Dict, List, Optional

from . import generators, state_callbacks, state_keras, written
from .record import Recorder

HOOKS = ["on_%s_%s" % (m, h) for m in ("train", "test", "predict") for h in ("batch_begin", "batch_end")]
MUTED = HOOKS + ["on_batch_begin", "on_batch_end", "on_test_begin", "on_test_end", "on_epoch_begin"]

State = Dict[str, Any]


class Fit:
    """A fit that runs, or that an earlier attempt ran: its epochs so far and its state between two of them."""

    def __init__(self, number: int, listed: Any, frame: Any, tree: str) -> None:
        self.number, self.listed, self.model, self.frame, self.tree = number, listed, listed.model, frame, tree
        self.replay: Optional[Replay] = None
        self.began = time.monotonic()
        self.prepared = 0.0  # seconds in which its training step was compiled
        self.first: Optional[int] = None  # number of its first epoch, as Keras counts
        self.epochs: List[Dict[str, Any]] = []  # logs, and generators that changed since the one before
        self.replayed = 0  # how many of them an earlier attempt trained
        self.doubts: List[str] = []
        self.threaded = self._feed()  # Python code that makes batches in another thread
        self.generators = generators.Watch()
        self._public = state_keras.public(self.model)
        self._before: Optional[written.Listing] = self._listing()
        self._examined = False

    def note(self, epoch: int, logs: Any) -> None:
        """An epoch was trained."""
        plain = {name: _number(value) for name, value in (logs or {}).items()}
        history = getattr(getattr(self.model, "history", None), "history", None) or {}
        curve = {name: _number(values[-1]) for name, values in history.items() if values}  # with what callbacks added
        self.epochs.append({"epoch": epoch, "logs": plain, "curve": curve or plain, "generators": self.generators.moved()})

    def state(self, over: bool) -> State:
        """All that a replay puts back; over tells that the fit ended."""
        if not self._examined:
            self._examined = True
            self._doubt(*state_keras.doubts(self.model))
        callbacks, lost = state_callbacks.take(self.listed.callbacks, self.model)
        self._doubt(*lost, *state_keras.records(self.model, self._public))
        files: Dict[str, bytes] = {}
        try:
            files = written.take(self.tree, self._before) if self._before is not None else {}
        except (written.TooMuch, OSError) as error:
            self._doubt(str(error))
        return {
            "over": over, "epochs": self.epochs, "model": state_keras.take(self.model, self._public),
            "callbacks": callbacks, "generators": generators.take(), "files": files, "doubts": self.doubts,
        }

    def _doubt(self, *reasons: str) -> None:
        self.doubts.extend(reason for reason in reasons if reason not in self.doubts)

    def _listing(self) -> Optional[written.Listing]:
        try:
            return written.listing(self.tree)
        except (written.TooMuch, OSError) as error:
            self._doubt("files that the script writes are not kept: %s" % error)
            return None

    def _feed(self) -> bool:
        """Look at what feeds the fit; tell whether its batches come out of Python code that reads ahead."""
        data = self.frame.f_locals.get("x")
        kinds = {cls.__name__ for cls in type(data).__mro__}
        if hasattr(data, "__next__"):
            self._doubt("a Python generator feeds fit; its batches are drawn again")
        elif kinds & {"PyDataset", "Sequence"}:
            self._doubt("a %s feeds fit from another thread" % type(data).__name__)
        elif "DataLoader" in kinds:
            if state_keras.backend(self.model) == "torch" and not getattr(data, "persistent_workers", False):
                return False
            self._doubt("a DataLoader feeds fit from other threads or processes")
        elif hasattr(data, "element_spec") and hasattr(data, "options"):
            if data.options().deterministic is False:
                self._doubt("the order of its dataset is not deterministic")
            if not _runs_python(data):
                return False
            self._doubt("Python code within a tf.data pipeline feeds fit")
        else:
            return False
        return True


class Replay:
    """The way of a fit to where an earlier attempt left it."""

    def __init__(self, fit: Fit, state: State, refused: Callable[[str], None]) -> None:
        self.fit, self.saved, self.refused = fit, state, refused
        self._logs: Any = None  # of the first step
        self._train, self._test = fit.model.train_function, fit.model.test_function
        fit.model.train_function = self._step

    def begins_at(self, epoch: int) -> bool:
        """Whether the earlier attempt's fit began with this epoch."""
        epochs = self.saved["epochs"]
        return not epochs or epochs[0]["epoch"] == epoch

    def epoch_ends(self, epoch: int, recorder: Recorder, curve: Callable[[Any], Any]) -> bool:
        """An epoch has taken its batches; tell whether the fit goes on by itself from here."""
        fit, epochs = self.fit, self.saved["epochs"]
        done = epochs[fit.replayed]
        fit.replayed += 1
        fit.epochs.append(done)
        self._generators(done["generators"])
        recorder.writer.write("curve", epoch=epoch + 1, values=curve(done["curve"]))
        last = fit.replayed == len(epochs)
        if last and self.saved["over"]:
            fit.model.stop_training = True  # at the end, or stopped early
        elif last:
            self.end()
        return last and not self.saved["over"]

    def end(self) -> None:
        """Put back what was saved."""
        model, listed = self.fit.model, self.fit.listed
        self.cancel()
        state_keras.put(model, self.saved["model"])
        state_callbacks.put(listed.callbacks, model, self.saved["callbacks"])
        written.put(self.fit.tree, self.saved["files"])
        for callback in listed.callbacks:
            _reopen(callback)
        self._generators(self.saved["generators"])
        self.fit.generators.moved()
        self.fit._examined = True
        self.fit._doubt(*self.saved["doubts"])

    def cancel(self) -> None:
        """Let the fit train again."""
        self.fit.model.train_function, self.fit.model.test_function = self._train, self._test
        for name in MUTED:
            vars(self.fit.listed).pop(name, None)

    def _generators(self, states: Dict[str, bytes]) -> None:
        mine = ("python", "numpy") if self.fit.threaded else ()  # these advance with the batches
        generators.put({name: state for name, state in states.items() if name not in mine})

    def _step(self, data: Any) -> Any:
        """Stand in for the training step."""
        if self._logs is None:
            self._logs = self._train(data)
            try:
                state_keras.check(self.fit.model, self.saved["model"])
            except state_keras.Unlike as error:
                self.refused(str(error))
            else:
                self._mute()
        else:
            self._take(data)
        return self._logs

    def _mute(self) -> None:
        for name in MUTED:
            vars(self.fit.listed)[name] = _nothing
        self.fit.model.test_function = self._evaluate

    def _evaluate(self, data: Any) -> Any:
        self._take(data)
        return self._logs

    def _take(self, data: Any) -> None:
        """Take the batches of one execution; with torch they have been taken."""
        if not hasattr(data, "get_next_as_optional"):
            return
        model = self.fit.model
        steps = getattr(model, "steps_per_execution", None) or model._steps_per_execution
        for number in range(int(steps.numpy() if hasattr(steps, "numpy") else steps)):
            if not bool(data.get_next_as_optional().has_value()):
                if number == 0:
                    raise StopIteration
                break


def _nothing(*_: Any, **__: Any) -> None:
    """Stand in for a callback."""


def _number(value: Any) -> Any:
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


def _reopen(callback: Any) -> None:
    """A CSVLogger has an empty file open, in place of the one that was put back."""
    if getattr(callback, "csv_file", None) is not None and not callback.append and callback.keys:
        callback.csv_file.close()
        callback.csv_file = open(callback.filename, "a", newline="")
        callback.append_header, callback.writer = False, None


def _runs_python(dataset: Any) -> bool:
    """Whether a tf.data pipeline calls back into Python."""
    waiting = [dataset]
    while waiting:
        stage = waiting.pop()
        for function in getattr(stage, "_functions", list)():
            graph = function.function.graph.as_graph_def()
            nodes = list(graph.node) + [node for inner in graph.library.function for node in inner.node_def]
            if any(node.op in ("PyFunc", "EagerPyFunc", "PyFuncStateless") for node in nodes):
                return True
        waiting.extend(getattr(stage, "_inputs", list)())
    return False
