"""scikit-learn: fit, score, metrics, cross-validation and grid search."""

from typing import Any, Callable

from . import record
from .wrapping import arguments, wrap

# Metric functions whose value is reported as it is.
METRICS = ("accuracy_score", "balanced_accuracy_score", "f1_score", "precision_score", "recall_score", "roc_auc_score")
# Functions that print or return something else; the accuracy is computed again.
TABLES = ("classification_report", "confusion_matrix")


def patch_base(base: Any, recorder: record.Recorder) -> None:
    def fit_of(cls: Any) -> None:
        if "fit" in cls.__dict__ and callable(cls.__dict__["fit"]):
            wrap(cls, "fit", lambda original: _fit(original, recorder))

    def known(cls: Any) -> None:
        for sub in cls.__subclasses__():
            fit_of(sub)
            known(sub)

    known(base.BaseEstimator)
    original = base.BaseEstimator.__init_subclass__.__func__

    def __init_subclass__(cls: Any, **kwargs: Any) -> None:
        original(cls, **kwargs)
        try:
            fit_of(cls)
        except Exception as error:
            recorder.warn("hook for %s: %s" % (cls, error))

    base.BaseEstimator.__init_subclass__ = classmethod(__init_subclass__)
    wrap(base.ClassifierMixin, "score", lambda o: _score(o, recorder))


def patch_pipeline(pipeline: Any, recorder: record.Recorder) -> None:
    wrap(pipeline.Pipeline, "score", lambda o: _score(o, recorder))


def patch_selection(selection: Any, recorder: record.Recorder) -> None:
    wrap(selection.GridSearchCV.__mro__[1], "score", lambda o: _score(o, recorder))
    for name in ("cross_val_score", "cross_validate"):
        wrap(selection, name, lambda o, n=name: _cross(o, n, recorder))


def patch_metrics(metrics: Any, recorder: record.Recorder) -> None:
    for name in METRICS:
        wrap(metrics, name, lambda o, n=name: _metric(o, n, recorder))
    for name in TABLES:
        wrap(metrics, name, lambda o, n=name: _table(o, n, recorder))


def _fit(original: Callable[..., Any], recorder: record.Recorder) -> Callable[..., Any]:
    def fit(self: Any, *args: Any, **kwargs: Any) -> Any:
        with recorder.outermost() as outermost:
            result = original(self, *args, **kwargs)
        if outermost:
            try:
                _after_fit(self, arguments(original, (self,) + args, kwargs), recorder)
            except Exception as error:
                recorder.warn("hook for fit: %s" % error)
        return result

    return fit


def _after_fit(model: Any, given: Any, recorder: record.Recorder) -> None:
    labels = given.get("y")
    if labels is None or not hasattr(model, "predict"):
        return  # a scaler, an encoder
    source = "%s.fit" % type(model).__name__
    recorder.fitted("sklearn", model, source, given.get("X"), labels)
    best = getattr(model, "best_score_", None)
    if best is not None and getattr(model, "scoring", None) in (None, "accuracy") and _classifies(model):
        recorder.metric("accuracy", best, "validation", "sklearn.model_selection.best_score_", labels=labels, model=model, framework="sklearn")


def _classifies(model: Any) -> bool:
    import sklearn.base

    return bool(sklearn.base.is_classifier(model))


def _score(original: Callable[..., Any], recorder: record.Recorder) -> Callable[..., Any]:
    def score(self: Any, *args: Any, **kwargs: Any) -> Any:
        with recorder.outermost() as outermost:
            value = original(self, *args, **kwargs)
        if outermost:
            try:
                given = arguments(original, (self,) + args, kwargs)
                if _classifies(self) and getattr(self, "scoring", None) in (None, "accuracy"):
                    recorder.metric(
                        "accuracy", value, recorder.split(given.get("X"), given.get("y")),
                        "sklearn.%s.score" % type(self).__name__, labels=given.get("y"), model=self, framework="sklearn",
                    )
            except Exception as error:
                recorder.warn("hook for score: %s" % error)
        return value

    return score


def _metric(original: Callable[..., Any], name: str, recorder: record.Recorder) -> Callable[..., Any]:
    def metric(*args: Any, **kwargs: Any) -> Any:
        with recorder.outermost() as outermost:
            value = original(*args, **kwargs)
        if outermost:
            try:
                given = arguments(original, args, kwargs)
                if name == "accuracy_score" and given.get("normalize", True) is False:
                    return value  # a count
                labels = given.get("y_true")
                recorder.metric(name, value, recorder.split(None, labels), "sklearn.metrics." + name, labels=labels)
            except Exception as error:
                recorder.warn("hook for %s: %s" % (name, error))
        return value

    return metric


def _table(original: Callable[..., Any], name: str, recorder: record.Recorder) -> Callable[..., Any]:
    def table(*args: Any, **kwargs: Any) -> Any:
        with recorder.outermost() as outermost:
            value = original(*args, **kwargs)
            if outermost:
                try:
                    import sklearn.metrics

                    given = arguments(original, args, kwargs)
                    labels = given["y_true"]
                    accuracy = sklearn.metrics.accuracy_score(labels, given["y_pred"])  # no metric of its own: depth 2
                    recorder.metric("accuracy", accuracy, recorder.split(None, labels), "sklearn.metrics." + name, labels=labels)
                except Exception as error:
                    recorder.warn("hook for %s: %s" % (name, error))
        return value

    return table


def _cross(original: Callable[..., Any], name: str, recorder: record.Recorder) -> Callable[..., Any]:
    def cross(*args: Any, **kwargs: Any) -> Any:
        with recorder.outermost() as outermost:
            value = original(*args, **kwargs)
        if outermost:
            try:
                given = arguments(original, args, kwargs)
                scores = value["test_score"] if isinstance(value, dict) else value
                if given.get("scoring") in (None, "accuracy") and _classifies(given.get("estimator")):
                    recorder.metric("accuracy", scores.mean(), "validation", "sklearn.model_selection." + name, labels=given.get("y"))
            except Exception as error:
                recorder.warn("hook for %s: %s" % (name, error))
        return value

    return cross
