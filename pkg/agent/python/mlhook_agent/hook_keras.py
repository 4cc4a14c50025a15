"""Keras 2 and 3, tf.keras: fit, evaluate and predict."""

import functools
from typing import Any, Dict, List, Optional, Tuple

from . import feeds, resume_keras, warm, wrapping
from .record import ACCURACY, Origin, Recorder
from .wrapping import Given


def patch_keras(keras: Any, recorder: Recorder) -> None:
    """Observe the keras package, of any version that has a Model."""
    model = getattr(keras, "Model", None) or keras.models.Model
    _patch(model, keras.callbacks, recorder)


def patch_tensorflow(tensorflow: Any, recorder: Recorder) -> None:
    """Observe tf.data, and tf.keras before TensorFlow 2.6, when it became the keras package."""
    version = tuple(int(n) for n in tensorflow.__version__.split(".")[:2])
    if version < (2, 6):
        _patch(tensorflow.keras.Model, tensorflow.keras.callbacks, recorder)
    if version >= (2, 0):
        recorder.generated.observe(tensorflow.data.Dataset)


def _patch(model: Any, callbacks: Any, recorder: Recorder) -> None:
    before = functools.partial(_before_fit, recorder, feeds.Feeds(recorder), callbacks.Callback)
    hooks: Dict[str, Tuple[Any, Any]] = {
        "fit": (before, functools.partial(_after_fit, recorder)),
        "evaluate": (None, functools.partial(_after_evaluate, recorder)),
        "predict": (None, functools.partial(_after_predict, recorder)),
    }
    for name, (before, after) in hooks.items():
        for cls in model.__mro__:
            if name in cls.__dict__:
                wrapping.method(cls, name, recorder, after=after, before=before)
                break
    if recorder.checkpoints is not None and hasattr(callbacks, "CallbackList"):
        resume_keras.Fits(recorder, recorder.checkpoints, _named).follow(callbacks.CallbackList)


def _before_fit(
    recorder: Recorder, drawn: feeds.Feeds, callback: Any, given: Given, kwargs: Dict[str, Any]
) -> None:
    learned = recorder.fitting("keras", given["self"], "keras.Model.fit", given.get("x"), given.get("y"))
    drawn.follow(given, kwargs, learned)
    if recorder.warm is not None:
        from . import warm_keras  # loads NumPy, as keras has

        warm_keras.training_begins(recorder.warm.training(given["self"]), given)
    held = given.get("validation_data")
    if held is not None:
        held = held if isinstance(held, (tuple, list)) else (held, None)
        given["held"] = recorder.asked(given["self"], *held[:2])
        if given["held"] != "train":
            recorder.watching(*held[:2])
    if "callbacks" in given and "callbacks" not in kwargs:  # given by position
        if isinstance(given["callbacks"], list):
            given["callbacks"].append(_curve(callback, recorder, given["callbacks"]))
        return
    callbacks = kwargs.get("callbacks")
    if callbacks is None or isinstance(callbacks, (list, tuple)):
        kwargs["callbacks"] = list(callbacks or []) + [_curve(callback, recorder)]
    elif hasattr(callbacks, "append"):  # a CallbackList
        callbacks.append(_curve(callback, recorder))
    else:
        kwargs["callbacks"] = [callbacks, _curve(callback, recorder)]


def _curve(callback: Any, recorder: Recorder, lent: Optional[List[Any]] = None) -> Any:
    """A callback that starts the training warm and records every epoch as it ends.

    It leaves a list of the program's as soon as Keras has made its own of it.
    """

    class Curve(callback):  # type: ignore[misc]
        def on_train_begin(self, logs: Optional[Dict[str, Any]] = None) -> None:
            if lent is not None:
                lent[:] = [other for other in lent if other is not self]
            if recorder.warm is not None:
                _start_warm(recorder.warm, self.model)

        def on_epoch_end(self, epoch: int, logs: Optional[Dict[str, Any]] = None) -> None:
            recorder.writer.write("curve", epoch=epoch + 1, values=_named(logs or {}))

    return Curve()


def _start_warm(lineage: warm.Warm, model: Any) -> None:
    training = lineage.training(model)
    if lineage.waits_for(training):
        from . import warm_keras, warm_net

        lineage.begin("keras", training, lambda state: warm_net.take_over(warm_keras.Net(model, training), state))


def _named(logs: Dict[str, Any]) -> Dict[str, Any]:
    """An epoch's values with the accuracy under its usual name."""
    named = {}
    for name, value in logs.items():
        prefix = "val_" if name.startswith("val_") else ""
        named[prefix + "accuracy" if name[len(prefix) :] in ACCURACY else name] = value
    return named


def _after_fit(recorder: Recorder, given: Given, history: Any) -> None:
    last = _named(_kept(given["self"], given.get("callbacks"), history.history))
    held = given.get("validation_data")
    files = None if given.get("validation_steps") else _files(held)
    held = held[1] if isinstance(held, (tuple, list)) and len(held) > 1 else None
    origin = Origin("keras", given["self"])
    split = "train" if given.get("held") == "train" else "validation"
    for name, split, labels, counts in (("accuracy", "train", given.get("y"), None), ("val_accuracy", split, held, files)):
        if name in last:
            recorder.metric("accuracy", last[name], split, "keras.Model.fit", labels, origin, counts)


def _files(data: Any) -> Any:
    """As many as the images that Keras reads data from, one for each; None where that is something else."""
    if any(kind.__name__ == "Iterator" and "preprocessing" in kind.__module__ for kind in type(data).__mro__):
        return range(data.n)
    paths = getattr(data, "file_paths", None)  # of image_dataset_from_directory
    return range(len(paths)) if isinstance(paths, list) else None


def _kept(model: Any, callbacks: Any, history: Dict[str, List[Any]]) -> Dict[str, Any]:
    """The values of the epoch whose weights the model has: the last, or the best that early stopping put back."""
    kept = {name: values[-1] for name, values in history.items() if len(values)}
    callbacks = getattr(callbacks, "callbacks", callbacks)
    for callback in callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]:
        weights = getattr(callback, "best_weights", None)
        if weights is None or not getattr(callback, "restore_best_weights", False):
            continue
        monitored = list(history.get(callback.monitor, ()))
        if callback.best in monitored and all((a == b).all() for a, b in zip(model.get_weights(), weights)):
            best = monitored.index(callback.best)
            kept.update((name, values[best]) for name, values in history.items() if len(values) == len(monitored))
    return kept


def _after_predict(recorder: Recorder, given: Given, result: Any) -> None:
    recorder.predicted("keras", given["self"], given.get("x"), result)


def _after_evaluate(recorder: Recorder, given: Given, result: Any) -> None:
    model, labels = given["self"], given.get("y")
    split = recorder.asked(model, given.get("x"), labels)
    counts = None if given.get("steps") else _files(given.get("x"))
    for name, value in _named(_values(model, result)).items():
        if name not in ("loss", "compile_metrics"):
            recorder.metric(name, value, split, "keras.Model.evaluate", labels, Origin("keras", model), counts)


def _values(model: Any, result: Any) -> Dict[str, Any]:
    """The values of an evaluation by name; metrics_names of Keras 3 does not name them."""
    if isinstance(result, dict):
        return result
    if hasattr(model, "get_metrics_result"):
        return dict(model.get_metrics_result())
    return dict(zip(model.metrics_names, result if isinstance(result, (list, tuple)) else [result]))
