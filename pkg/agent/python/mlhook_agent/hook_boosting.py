"""xgboost and lightgbm: native train; their scikit-learn classes are seen by the
scikit-learn hooks."""

from typing import Any, Callable, Dict

from . import record
from .wrapping import arguments, wrap

# Error rates: accuracy is one minus them.
ERRORS = {"error", "merror", "binary_error", "multi_error"}


def patch_xgboost(xgboost: Any, recorder: record.Recorder) -> None:
    training = __import__("xgboost.training", fromlist=["train"])
    wrap(xgboost, "train", lambda o: _xgboost(o, recorder))
    training.train = xgboost.train


def _xgboost(original: Callable[..., Any], recorder: record.Recorder) -> Callable[..., Any]:
    def train(*args: Any, **kwargs: Any) -> Any:
        with recorder.outermost() as outermost:
            if not outermost:
                return original(*args, **kwargs)
            given = arguments(original, args, kwargs)
            results = given.get("evals_result")
            if results is None:
                results = kwargs["evals_result"] = {}
            model = original(*args, **kwargs)
        try:
            data = given.get("dtrain")
            recorder.fitted("xgboost", model, "xgboost.train", None, data.get_label() if data is not None else None)
            trained = {name for matrix, name in given.get("evals") or () if matrix is data}
            labels = {name: matrix.get_label() for matrix, name in given.get("evals") or ()}
            _evaluations(results, trained, labels, "xgboost.train", model, recorder)
        except Exception as error:
            recorder.warn("hook for xgboost.train: %s" % error)
        return model

    return train


def patch_lightgbm(lightgbm: Any, recorder: record.Recorder) -> None:
    wrap(lightgbm, "train", lambda o: _lightgbm(lightgbm, o, recorder))


def _lightgbm(lightgbm: Any, original: Callable[..., Any], recorder: record.Recorder) -> Callable[..., Any]:
    def train(*args: Any, **kwargs: Any) -> Any:
        with recorder.outermost() as outermost:
            if not outermost:
                return original(*args, **kwargs)
            given = arguments(original, args, kwargs)
            results: Dict[str, Any] = {}
            kwargs["callbacks"] = list(kwargs.get("callbacks") or []) + [lightgbm.record_evaluation(results)]
            model = original(*args, **kwargs)
        try:
            data = given.get("train_set")
            recorder.fitted("lightgbm", model, "lightgbm.train", None, data.get_label() if data is not None else None)
            sets = given.get("valid_sets") or []
            names = given.get("valid_names") or ["valid_%d" % i for i in range(len(sets))]
            trained = {name for name, held in zip(names, sets) if held is data} | {"training"}
            labels = {name: held.get_label() for name, held in zip(names, sets)}
            _evaluations(results, trained, labels, "lightgbm.train", model, recorder)
        except Exception as error:
            recorder.warn("hook for lightgbm.train: %s" % error)
        return model

    return train


def _evaluations(
    results: Dict[str, Any], trained: Any, labels: Dict[str, Any], source: str, model: Any, recorder: record.Recorder
) -> None:
    """Record the learning curves of the evaluation sets and their last accuracy."""
    for name, held in labels.items():
        if name not in trained:
            recorder.watching(None, held)
    rounds = max((len(values) for metrics in results.values() for values in metrics.values()), default=0)
    for i in range(rounds):
        values = {}
        for name, metrics in results.items():
            prefix = "" if name in trained else "val_"
            for metric, series in metrics.items():
                if i < len(series):
                    if metric in ERRORS:
                        values[prefix + "accuracy"] = 1 - series[i]
                    else:
                        values[prefix + ("loss" if "logloss" in metric else metric)] = series[i]
        recorder.writer.write("curve", epoch=i + 1, values=values)
    for name, metrics in results.items():
        for metric, series in metrics.items():
            if metric in ERRORS and series:
                split = "train" if name in trained else "validation"
                recorder.metric("accuracy", 1 - series[-1], split, source, labels=labels.get(name), model=model, framework=source.split(".")[0])
