"""Resume of boosting by rounds, native and through the scikit-learn classes.

A training is a function of its arguments, so a resumed script trains again what
it trained before, from the rounds that were saved. xgboost goes through the
rounds that are done without boosting and loads the trees behind the last one;
lightgbm continues the saved model with the rounds that are left. In both, early
stopping, recorded evaluations and printed lines come from the evaluations that
were saved, so that they are those of the whole training.
"""

import functools
import os
import pickle
import time
from typing import Any, Callable, Dict, List, Optional

from . import wrapping
from .checkpoint import APPROXIMATE, EXACT, RESTART, Checkpoint, Store
from .ended import Ended, file_of
from .record import Recorder

# Parameters that draw random numbers in every round, with the value that draws none. The
# state of those generators is in no saved model.
DRAWING = {
    "subsample": 1, "bagging_fraction": 1, "sub_row": 1, "bagging": 1, "colsample_bytree": 1, "colsample_bylevel": 1,
    "colsample_bynode": 1, "feature_fraction": 1, "sub_feature": 1, "feature_fraction_bynode": 1, "extra_trees": False,
    "boosting": "gbdt", "boosting_type": "gbdt", "boost": "gbdt", "booster": "gbtree",
    "data_sample_strategy": "bagging",
    "pos_bagging_fraction": 1, "neg_bagging_fraction": 1, "num_parallel_tree": 1, "use_quantized_grad": False,
}


class Trainings:
    """The trainings with one framework, in the order in which they begin."""

    def __init__(self, by: str, recorder: Recorder, store: Store) -> None:
        self.by, self.recorder, self.store = by, recorder, store
        self.number = 0
        self.rounds = 0  # of the trainings that ended
        self.ended = Ended()
        self.running = False
        self.warned = False

    def follow(self, modules: List[Any], name: str, way: "Callable[[Training, Any, Any], Any]") -> None:
        """Let calls of a function, under its name in these modules, go the way that saves and resumes."""
        original = getattr(modules[0], name)

        @functools.wraps(original)
        def train(*args: Any, **kwargs: Any) -> Any:
            given = wrapping.arguments(original, args, kwargs)
            if self.running or os.getpid() != self.recorder.pid or not given or self.ended.full():
                return original(*args, **kwargs)
            return self._train(original, given, way)

        for module in modules:
            if getattr(module, name, None) is original:
                setattr(module, name, train)

    def _train(self, original: Any, given: Dict[str, Any], way: "Callable[[Training, Any, Any], Any]") -> Any:
        self.number += 1
        training = Training(self, self.number, self._saved())
        self.store.spacing.begin(time.monotonic())
        self.running = True
        try:
            model = way(training, original, given)
        finally:
            self.running = False
        self.rounds += len(training.evaluations)
        return model

    def _saved(self) -> Optional[Dict[str, Any]]:
        """What an earlier attempt left of the training that begins."""
        found = self.store.resume
        if found is None or found.position.get("by") != self.by or self.number > found.position["training"]:
            return None
        try:
            with open(found.path(file_of(self.number)), "rb") as f:
                saved: Dict[str, Any] = pickle.load(f)
        except Exception as error:
            self.resumed(RESTART, "training %d: %s: %s" % (self.number, type(error).__name__, error))
            return None
        if saved["over"]:
            self.ended.add(self.number, found.path(file_of(self.number)))
        return saved

    def resumed(self, level: str, why: str) -> None:
        """Say how the last of the saved trainings goes on."""
        found: Optional[Checkpoint] = self.store.resume
        self.store.resume = None
        self.store.resumed(found, level, why)

    def save(self, training: "Training", state: Dict[str, Any]) -> None:
        """Write a checkpoint, or hold what a training that ended left for the next one."""
        began = time.thread_time()
        try:
            content = pickle.dumps(state, 4)
        except Exception as error:  # an evaluation that is no number
            if not self.warned:
                self.recorder.warn("a checkpoint was not written: %s: %s" % (type(error).__name__, error))
            self.warned = True
            return
        if state["over"]:
            self.ended.add(training.number, content)
            self.store.spacing.spent(time.thread_time() - began)
            return
        self.store.wait()
        if self.store.written:
            self.ended.saved(os.path.join(self.store.directory, self.store.written))
        rounds = self.rounds + len(training.evaluations)
        level = APPROXIMATE if training.doubts else EXACT
        files = self.ended.files(training.number, content)
        position = {"by": self.by, "training": training.number}
        self.store.save(position, files, rounds, level, time.thread_time() - began)


class Training:
    """One training: its rounds so far, by what they were evaluated to."""

    def __init__(self, trainings: Trainings, number: int, saved: Optional[Dict[str, Any]]) -> None:
        self.trainings, self.number, self.saved = trainings, number, saved
        self.evaluations: List[Any] = list(saved["evaluations"]) if saved else []
        self.doubts: List[str] = []

    def look(self, params: Any, callbacks: Any, package: str) -> None:
        """Find out what a resumed training would not have in common with an uninterrupted one."""
        given = dict(params or {})
        drawing = [n for n, rest in DRAWING.items() if given.get(n, rest) not in (rest, None)]
        if drawing:
            self.doubts.append("the state of the random numbers behind %s is not saved" % ", ".join(sorted(drawing)))
        own = [c for c in callbacks or () if getattr(c, "__module__", type(c).__module__).split(".")[0] != package]
        if own:
            self.doubts.append("the state of the program's own callbacks is not saved")

    def note(self, evaluation: Any) -> None:
        """A round was boosted and evaluated."""
        self.evaluations.append(evaluation)

    def save(self, model: Callable[[], Any]) -> None:
        """Save the rounds so far when that is due."""
        if self.trainings.store.due(time.monotonic()):
            self.trainings.save(self, {"over": False, "evaluations": self.evaluations, "model": model()})

    def refuse(self, why: str) -> None:
        """Train from the first round."""
        self.saved, self.evaluations = None, []
        self.trainings.resumed(RESTART, why)

    def over(self, model: Any, history: Any = None) -> None:
        """The training ended with this model and these recorded evaluations."""
        state = {"over": True, "evaluations": self.evaluations, "model": model, "history": history}
        self.trainings.save(self, state)

    def goes_on(self) -> None:
        """What was saved of this training has been put back."""
        found = self.trainings.store.resume
        if found is not None and found.position.get("training") == self.number:
            where = "training %d goes on behind %d rounds" % (self.number, len(self.evaluations))
            self.trainings.resumed(APPROXIMATE if self.doubts else EXACT, "; ".join([where] + self.doubts))
