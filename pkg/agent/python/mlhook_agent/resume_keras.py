"""Resume of keras fit: a resumed script calls fit again, and replays the epochs that are done.

Fits are counted as they begin, and followed through their list of callbacks,
which every version of Keras has. Every fit that ended is kept in a file of its
own beside the one that runs, since the program reads the model between two
fits. See replay_keras for what happens within one.
"""

import functools
import os
import pickle
import sys
import time
from typing import Any, Callable, List, Optional

from . import state_keras
from .checkpoint import APPROXIMATE, EXACT, RESTART, Store
from .ended import Ended, file_of
from .record import Recorder
from .replay_keras import Fit, Replay

TRAINS_ON = ("tensorflow", "torch")  # backends whose training step is a function of the batch alone
ABANDONED = 70  # exit code of an attempt that cannot be resumed

Original = Callable[..., Any]


class Fits:
    """The fits of an attempt, in the order in which they begin."""

    def __init__(self, recorder: Recorder, store: Store, curve: Callable[[Any], Any]) -> None:
        self.recorder, self.store, self.curve = recorder, store, curve
        self.by = ""  # the package, keras or tf_keras
        self.number = 0  # of the last fit that began, from 1
        self.current: Optional[Fit] = None
        self.ended = Ended()
        self.epochs = 0  # of the fits that ended
        self.doubts: List[str] = []
        self.closed = ""  # why nothing is saved any more

    def follow(self, callback_list: Any) -> None:
        """Follow every training through the calls of its list of callbacks, which is of this class."""
        self.by = callback_list.__module__.split(".")[0]
        for name, step in (
            ("on_train_begin", self._begin), ("on_epoch_begin", self._epoch_begins),
            ("on_epoch_end", self._epoch_ends), ("on_train_end", self._end),
        ):
            original = callback_list.__dict__.get(name)
            if original is not None and not hasattr(original, "__mlhook_fits__"):
                setattr(callback_list, name, _followed(original, step))

    def _begin(self, original: Original, listed: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(listed, *args, **kwargs)
        self.store.spacing.begin(time.monotonic())
        frame = sys._getframe(2)  # of fit
        if os.getpid() != self.recorder.pid or (self.current is not None and _runs(self.current.frame)):
            return result  # a fit of a callback, or of another process
        if self.current is not None:
            self._close("fit %d was left by an exception" % self.number)
            self.current = None
        self.number += 1
        try:
            self.current = Fit(self.number, listed, frame, self.store.tree)
            self._resume(self.current)
            if self.current.replay is None and hasattr(listed, "on_train_batch_end"):
                self._time_preparation(self.current)
        except Exception as error:
            self._failed("following", error)
        return result

    def _time_preparation(self, fit: Fit) -> None:
        """Find out how much longer than the second the first batch took: then the training step was compiled."""
        ended: List[float] = []
        step = fit.listed.on_train_batch_end

        def stepped(*args: Any, **kwargs: Any) -> Any:
            ended.append(time.monotonic())
            if len(ended) == 2:
                vars(fit.listed).pop("on_train_batch_end", None)
                if not fit.epochs:  # else there may be a snapshot, and the time between these two is no batch's
                    fit.prepared = max(0.0, 2 * ended[0] - ended[1] - fit.began)
                    self.store.spacing.prepared(fit.prepared)
            return step(*args, **kwargs)

        fit.listed.on_train_batch_end = stepped

    def _epoch_begins(self, original: Original, listed: Any, epoch: int, *args: Any, **kwargs: Any) -> Any:
        fit = self._of(listed)
        if fit is not None and fit.first is None:
            fit.first = epoch
            if fit.replay is not None and not fit.replay.begins_at(epoch):
                self._refuse("the script goes on from epoch %d by itself" % epoch)
        return original(listed, epoch, *args, **kwargs)

    def _epoch_ends(self, original: Original, listed: Any, epoch: int, logs: Any = None) -> Any:
        fit = self._of(listed)
        if fit is not None and fit.replay is not None:
            try:
                if fit.replay.epoch_ends(epoch, self.recorder, self.curve):
                    self._resumed(fit)
            except Exception as error:
                self._abandon(error)
            return None
        result = original(listed, epoch, logs)
        if fit is not None and not self.closed:
            try:
                fit.note(epoch, logs)
                if self.store.resume is None and self.store.due(time.monotonic()):
                    self._save(fit)
            except Exception as error:
                self._failed("saving", error)
        return result

    def _end(self, original: Original, listed: Any, *args: Any, **kwargs: Any) -> Any:
        fit = self._of(listed)
        if fit is None:
            return original(listed, *args, **kwargs)
        self.current = None
        self.epochs += len(fit.epochs)
        if fit.replay is not None:
            try:
                fit.replay.end()
            except Exception as error:
                self._abandon(error)
            self._resumed(fit)
            getattr(listed, "_on_end", _nothing)()  # Keras 3 counts how often it began
            return None
        if fit.replayed and fit.replayed == len(fit.epochs):  # killed behind its last epoch
            args, kwargs = (dict(fit.epochs[-1]["logs"]),), {}
        result = original(listed, *args, **kwargs)
        if not self.closed:
            try:
                if self.store.spacing.keeps(time.monotonic() - fit.began - fit.prepared):
                    self._keep(fit)
                self._doubt(fit)
            except Exception as error:
                self._failed("saving", error)
        return result

    def _of(self, listed: Any) -> Optional[Fit]:
        return self.current if self.current is not None and self.current.listed is listed else None

    def _resume(self, fit: Fit) -> None:
        """Begin the replay of a fit that an earlier attempt knows."""
        found = self.store.resume
        backend = state_keras.backend(fit.model)
        if backend not in TRAINS_ON:
            self._close("fit of Keras on %s cannot be resumed" % backend)
        if found is None or found.position.get("by") != self.by or fit.number > found.position["fit"]:
            return
        if self.closed:
            self._refuse(self.closed)
            return
        path = found.path(file_of(fit.number))
        if not os.path.exists(path):
            return  # it was not kept, so it is trained again
        with open(path, "rb") as f:
            state = pickle.load(f)
        fit.replay = Replay(fit, state, self._refuse)
        if state["over"]:
            self._hold(fit.number, path)

    def _refuse(self, why: str) -> None:
        """Train from here as if there were no checkpoint."""
        found, self.store.resume = self.store.resume, None
        if self.current is not None:
            if self.current.replay is not None:
                self.current.replay.cancel()
            self.current.replay = None
            self.ended.drop(self.current.number)
        if found is not None:
            self.store.resumed(found, RESTART, why)

    def _resumed(self, fit: Fit) -> None:
        """The replay of a fit is over; behind the last one, say how the training goes on."""
        found, fit.replay = self.store.resume, None
        self._doubt(fit)
        if found is not None and fit.number == found.position["fit"]:
            self.store.resume = None
            where = "fit %d goes on behind %d epochs" % (fit.number, fit.replayed)
            self.store.resumed(found, APPROXIMATE if self.doubts else EXACT, "; ".join([where] + self.doubts))

    def _keep(self, fit: Fit) -> None:
        """Keep a fit that ended, for the next checkpoint."""
        began = time.thread_time()
        content = pickle.dumps(fit.state(True), 4)
        self._hold(fit.number, content)
        self.store.spacing.spent(time.thread_time() - began)

    def _hold(self, number: int, content: Any) -> None:
        self.ended.add(number, content)
        if self.ended.full():
            self.ended.clear()
            self._close("the models of %d fits are too large to be kept" % number)

    def _save(self, fit: Fit) -> None:
        began = time.thread_time()
        self.store.wait()
        if self.store.written:
            self.ended.saved(os.path.join(self.store.directory, self.store.written))
        state = pickle.dumps(fit.state(False), 4)
        level = APPROXIMATE if self.doubts or fit.doubts else EXACT
        files, epoch = self.ended.files(fit.number, state), self.epochs + len(fit.epochs)
        self.store.save({"by": self.by, "fit": fit.number}, files, epoch, level, time.thread_time() - began)

    def _doubt(self, fit: Fit) -> None:
        self.doubts.extend(reason for reason in fit.doubts if reason not in self.doubts)

    def _close(self, why: str) -> None:
        if not self.closed:
            self.closed = why
            self.recorder.warn("no checkpoints from here on: " + why)

    def _abandon(self, error: Exception) -> None:
        """End the process: the epochs that were skipped cannot be made up for."""
        why = "%s: %s" % (type(error).__name__, error)
        self.store.resumed(self.store.resume, RESTART, why)
        self.recorder.writer.write(
            "error", durable=True, error=type(error).__name__, text="resuming the training: " + why)
        os._exit(ABANDONED)

    def _failed(self, what: str, error: Exception) -> None:
        self._close("%s fit %d: %s: %s" % (what, self.number, type(error).__name__, error))
        self._refuse(self.closed)


def _followed(original: Original, step: Callable[..., Any]) -> Original:
    @functools.wraps(original)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        return step(original, self, *args, **kwargs)

    wrapped.__dict__["__mlhook_fits__"] = True
    return wrapped


def _runs(frame: Any) -> bool:
    """Whether a call has not returned yet."""
    around: Any = sys._getframe(1)
    while around is not None and around is not frame:
        around = around.f_back
    return around is frame


def _nothing() -> None:
    """Stand in for what a version of Keras lacks."""
