"""The ways of xgboost.train and lightgbm.train through a training that may have been begun before."""

import contextlib
import functools
import sys
from typing import Any, Dict, Iterator, List

from .resume_boosting import Training

# Names of the number of rounds among lightgbm's parameters, where it overrides the argument.
ROUNDS = (
    "num_iterations", "num_iteration", "n_iter", "num_tree", "num_trees", "num_round", "num_rounds", "nrounds",
    "num_boost_round", "n_estimators", "max_iter",
)
LAST = 1 << 30  # order of a callback that is called behind all others


def xgboost(module: Any, training: Training, original: Any, given: Dict[str, Any]) -> Any:
    """Train with xgboost, from 1.3 on."""
    callbacks = list(given.pop("callbacks", None) or [])
    training.look(given.get("params"), callbacks, "xgboost")
    saved = training.saved
    if saved is not None and saved["over"]:
        if given.get("evals_result") is not None:
            given["evals_result"].update(saved["history"])
        return saved["model"]
    results = given.get("evals_result")
    given["evals_result"] = history = {} if results is None else results
    follower = _follower(module.callback.TrainingCallback, training, given)
    with _followed(module.Booster, follower):
        model = original(callbacks=[follower] + callbacks, **given)
    training.over(model, dict(history))
    return model


@contextlib.contextmanager
def _followed(booster: Any, follower: Any) -> Iterator[None]:
    """Let a follower see rounds; the class is patched, since a booster with functions of its own could not be pickled."""
    originals = {"eval_set": (booster.eval_set, follower.evaluated), "update": (booster.update, follower.updated)}
    for name, (original, way) in originals.items():
        setattr(booster, name, _method(original, way))
    try:
        yield
    finally:
        for name, (original, _) in originals.items():
            setattr(booster, name, original)


def _method(original: Any, way: Any) -> Any:
    @functools.wraps(original)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return way(original, self, *args, **kwargs)

    return method


def _follower(base: Any, training: Training, given: Dict[str, Any]) -> Any:
    """A callback, the first of all, that skips the rounds that are done and saves the others."""
    saved = training.saved
    done = len(training.evaluations)

    class Follower(base):  # type: ignore[misc]
        model: Any = None  # that is trained
        skips = saved is not None

        def before_training(self, model: Any) -> Any:
            self.model = model
            return model

        def evaluated(self, original: Any, model: Any, evals: Any, iteration: int = 0, *args: Any, **kwargs: Any) -> Any:
            """The line of a round's evaluation: what was saved of a round that is done."""
            if model is not self.model:
                return original(model, evals, iteration, *args, **kwargs)
            if saved is not None and iteration < done:
                return training.evaluations[iteration]
            self.line = original(model, evals, iteration, *args, **kwargs)
            return self.line

        def updated(self, original: Any, model: Any, *args: Any, **kwargs: Any) -> Any:
            """Boost a round, unless it is done."""
            skipped = model is self.model and self.skips
            return None if skipped else original(model, *args, **kwargs)

        def after_iteration(self, model: Any, epoch: int, _log: Any) -> bool:
            if saved is None or epoch >= done:
                training.note(self.line)
                training.save(lambda: bytes(model.save_raw("ubj")))
            elif epoch == done - 1:
                attributes = model.attributes()  # early stopping's own
                self.skips = False
                model.load_model(bytearray(saved["model"]))
                model.set_param(_pairs(given.get("params")))
                model.set_attr(**attributes)
                training.goes_on()
            return False

    return Follower()


def _pairs(params: Any) -> List[Any]:
    """Parameters in the form in which a Booster takes one with several values."""
    pairs = []
    for name, value in dict(params or {}).items():
        pairs.extend((name, one) for one in (value if isinstance(value, (list, tuple)) else [value]))
    return pairs


def lightgbm(module: Any, training: Training, original: Any, given: Dict[str, Any]) -> Any:
    """Train with lightgbm, from 3.0 on."""
    callbacks = list(given.pop("callbacks", None) or [])
    params = dict(given.get("params") or {})
    training.look(params, callbacks, "lightgbm")
    if training.saved is not None and training.saved["over"]:
        behind = [c for c in callbacks if not getattr(c, "before_iteration", False)]
        _Rounds(module.callback, training).again(behind, training.saved["model"], params)
        return training.saved["model"]
    if training.saved is not None and _is_bound(given["train_set"]):
        training.refuse("its Dataset was constructed before the training, and its rows were freed")
    rounds = _Rounds(module.callback, training)
    done = len(training.evaluations)
    if training.saved is not None:
        names = [name for name in ROUNDS if name in params]
        left = (params[names[0]] if names else given.get("num_boost_round", 100)) - done
        given["params"] = dict(params, **{names[0]: left}) if names else params
        given.update(num_boost_round=left, init_model=module.Booster(model_str=training.saved["model"]))
    module.callback.CallbackEnv = rounds.environment()
    try:
        model = original(callbacks=callbacks + rounds.callbacks(), **given)
    finally:
        module.callback.CallbackEnv = rounds.plain
    if not given.get("keep_training_booster"):  # such a booster is more than its trees
        training.over(model, rounds.span)
    return model


def _is_bound(dataset: Any) -> bool:
    """Whether a Dataset can no longer be evaluated by a model that it goes on from."""
    return getattr(dataset, "_handle", None) is not None and dataset.data is None


class _Rounds:
    """What lightgbm's callbacks are told, as if all rounds were of one training."""

    def __init__(self, module: Any, training: Training) -> None:
        self.module, self.training = module, training
        self.plain = module.CallbackEnv
        self.done = len(training.evaluations)
        self.span = (0, 0)  # first round, and the one behind the last

    def environment(self) -> Any:
        """Stand in for CallbackEnv, as a class that its instances are of: the training began with the rounds that were saved."""
        rounds, plain = self, self.plain

        class Type(type):
            def __instancecheck__(cls, thing: Any) -> bool:
                return isinstance(thing, plain)

        class CallbackEnv(metaclass=Type):
            def __new__(cls, **fields: Any) -> Any:
                fields["begin_iteration"] -= rounds.done
                rounds.span = (fields["begin_iteration"], fields["end_iteration"])
                return plain(**fields)

        return CallbackEnv

    def callbacks(self) -> List[Any]:
        """Callbacks that are called before a round, behind it, and behind it as the last."""

        def before(env: Any) -> None:
            if env.iteration == env.begin_iteration + self.done and self.training.saved is not None:
                listening = sys._getframe(1).f_locals["callbacks_after_iter"]
                self._tell([c for c in listening if c not in mine], env.model, env.params)
                self.training.goes_on()

        def noted(env: Any) -> None:
            self.training.note(env.evaluation_result_list)

        def ended(env: Any) -> None:
            if env.iteration + 1 < env.end_iteration:  # lightgbm cannot go on for no round
                self.training.save(lambda: env.model.model_to_string(num_iteration=-1))

        mine = [before, noted, ended]
        for callback, first, order in ((before, True, -LAST), (noted, False, -LAST), (ended, False, LAST)):
            vars(callback).update(before_iteration=first, order=order)
        return mine

    def again(self, callbacks: List[Any], model: Any, params: Dict[str, Any]) -> None:
        """Tell callbacks of a training that ended."""
        self.span = self.training.saved["history"]  # type: ignore[index]
        try:
            self._tell(sorted(callbacks, key=lambda c: getattr(c, "order", 0)), model, params)
        except self.module.EarlyStopException:
            pass

    def _tell(self, callbacks: List[Any], model: Any, params: Dict[str, Any]) -> None:
        for number, evaluation in enumerate(self.training.evaluations):
            for callback in callbacks:
                callback(self.plain(
                    model=model, params=params, iteration=self.span[0] + number, begin_iteration=self.span[0],
                    end_iteration=self.span[1], evaluation_result_list=evaluation,
                ))
