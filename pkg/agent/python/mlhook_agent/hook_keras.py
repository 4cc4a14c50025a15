"""Keras 2 and 3, tf.keras: fit and evaluate."""

from typing import Any, Callable, Dict

from . import record
from .wrapping import arguments, wrap


def patch_keras(keras: Any, recorder: record.Recorder) -> None:
    model = getattr(keras, "Model", None) or keras.models.Model
    _patch_model(model, keras.callbacks.Callback, recorder)


def patch_tensorflow(tensorflow: Any, recorder: record.Recorder) -> None:
    """tf.keras of TensorFlow before 2.16 is a package of its own."""
    version = tuple(int(n) for n in tensorflow.__version__.split(".")[:2])
    if version < (2, 16):
        _patch_model(tensorflow.keras.Model, tensorflow.keras.callbacks.Callback, recorder)


def _patch_model(model: Any, callback: Any, recorder: record.Recorder) -> None:
    for name, make in (("fit", _fit), ("evaluate", _evaluate)):
        for cls in model.__mro__:
            if name in cls.__dict__:
                wrap(cls, name, lambda o, m=make: m(o, callback, recorder))
                break
    # Sequential of Keras 2 inherits both; nothing more to patch.


def _accuracy(values: Dict[str, Any], prefix: str = "") -> Any:
    """The accuracy among the values of an epoch, if there is one."""
    for name, value in values.items():
        if name.startswith(prefix) and name[len(prefix) :] in record.ACCURACY:
            return value
    return None


def _fit(original: Callable[..., Any], callback: Any, recorder: record.Recorder) -> Callable[..., Any]:
    class Curve(callback):  # type: ignore[misc]
        """Records every epoch as it ends."""

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            try:
                recorder.writer.write("curve", epoch=epoch + 1, values=dict(logs or {}))
            except Exception as error:
                recorder.warn("curve: %s" % error)

    def fit(self: Any, *args: Any, **kwargs: Any) -> Any:
        with recorder.outermost() as outermost:
            if not outermost:
                return original(self, *args, **kwargs)
            given = arguments(original, (self,) + args, kwargs)
            if "callbacks" in kwargs or "callbacks" not in given:
                callbacks = kwargs.get("callbacks")
                if callbacks is None or isinstance(callbacks, (list, tuple)):
                    kwargs["callbacks"] = list(callbacks or []) + [Curve()]
            history = original(self, *args, **kwargs)
        try:
            _after_fit(self, given, history, recorder)
        except Exception as error:
            recorder.warn("hook for fit: %s" % error)
        return history

    return fit


def _after_fit(model: Any, given: Dict[str, Any], history: Any, recorder: record.Recorder) -> None:
    recorder.fitted("keras", model, "keras.Model.fit", given.get("x"), given.get("y"))
    held = given.get("validation_data")
    rows = labels = None
    if isinstance(held, (tuple, list)) and len(held) >= 2:
        rows, labels = held[0], held[1]
        recorder.watching(rows, labels)
    last = {name: values[-1] for name, values in history.history.items() if len(values)}
    for prefix, split in (("", "train"), ("val_", "validation")):
        value = _accuracy({n: v for n, v in last.items() if n.startswith("val_") == bool(prefix)}, prefix)
        if value is not None:
            recorder.metric(
                "accuracy", value, split, "keras.Model.fit", labels=labels if prefix else given.get("y"),
                model=model, framework="keras",
            )


def _evaluate(original: Callable[..., Any], callback: Any, recorder: record.Recorder) -> Callable[..., Any]:
    def evaluate(self: Any, *args: Any, **kwargs: Any) -> Any:
        with recorder.outermost() as outermost:
            result = original(self, *args, **kwargs)
        if outermost:
            try:
                given = arguments(original, (self,) + args, kwargs)
                value = _accuracy(_values(self, result))
                if value is not None:
                    rows, labels = given.get("x"), given.get("y")
                    recorder.metric(
                        "accuracy", value, recorder.split(rows, labels), "keras.Model.evaluate", labels=record.classes(labels),
                        model=self, framework="keras",
                    )
            except Exception as error:
                recorder.warn("hook for evaluate: %s" % error)
        return result

    return evaluate


def _values(model: Any, result: Any) -> Dict[str, Any]:
    """The values of an evaluation by name; metrics_names of Keras 3 does not name them."""
    if isinstance(result, dict):
        return result
    if hasattr(model, "get_metrics_result"):
        return dict(model.get_metrics_result())
    values = result if isinstance(result, (list, tuple)) else [result]
    return dict(zip(model.metrics_names, values))
