"""scikit-learn: fit, predict, score, metrics, cross-validation and grid search."""

import functools
import inspect
import sys
from typing import Any, Dict, Set, Tuple

from . import hook_boosting, rows, scoring, seen, wrapping
from .record import Origin, Recorder
from .wrapping import Given

# Functions that print or return something else; the accuracy is computed again.
TABLES = ("classification_report", "confusion_matrix")
# Their classes evaluate sets during a fit.
BOOSTING = ("xgboost", "lightgbm")


def patch_base(base: Any, recorder: Recorder) -> None:
    """Observe every estimator there is and every one to come."""
    known, hooks = [base.BaseEstimator], _hooks(recorder)
    seen: Set[Any] = {object}

    def observe(cls: Any) -> None:
        for part in cls.__mro__:  # a mixin may be what predicts
            if part not in seen:
                seen.add(part)
                _observe(part, recorder, hooks)

    for cls in known:  # grows while it is walked
        observe(cls)
        known.extend(cls.__subclasses__())
    inherited = base.BaseEstimator.__init_subclass__

    def __init_subclass__(cls: Any, **kwargs: Any) -> None:
        if hasattr(inherited, "__func__"):
            inherited.__func__(cls, **kwargs)
        try:
            observe(cls)
        except Exception as error:
            recorder.warn("hook of %s: %s" % (cls, error))

    base.BaseEstimator.__init_subclass__ = classmethod(__init_subclass__)
    wrapping.method(base.ClassifierMixin, "score", recorder, after=functools.partial(_after_score, recorder))
    wrapping.method(base.RegressorMixin, "score", recorder, after=functools.partial(_after_score, recorder))


def _hooks(recorder: Recorder) -> Dict[str, Tuple[Any, Any]]:
    """What happens before and after an estimator's methods, the same for all of them."""
    predicted = None, functools.partial(_after_predict, recorder)
    return {
        "fit": (functools.partial(_before_fit, recorder, "fit"), functools.partial(_after_fit, recorder)),
        "partial_fit": (functools.partial(_before_fit, recorder, "partial_fit"), None),
        "predict": predicted, "predict_proba": predicted, "decision_function": predicted,
        "score": (None, functools.partial(_after_score, recorder)),
    }


def _observe(cls: Any, recorder: Recorder, hooks: Dict[str, Tuple[Any, Any]]) -> None:
    own = cls.__dict__
    for name, (before, after) in hooks.items():
        if name in own and (name != "score" or "fit" in own):  # searches, pipelines and ensembles score on their own
            wrapping.method(cls, name, recorder, after=after, before=before)


def patch_selection(selection: Any, recorder: Recorder) -> None:
    """Observe cross-validation, whose scores are the program's own validation."""
    wrapping.method(
        selection.GridSearchCV.__mro__[1], "score", recorder, after=functools.partial(_after_score, recorder)
    )
    for name in ("cross_val_score", "cross_validate"):
        before = functools.partial(_before_cross, recorder, name)
        after = functools.partial(_after_cross, recorder, name)
        wrapping.function(selection, name, recorder, before=before, after=after)
    for name in ("learning_curve", "validation_curve", "permutation_test_score"):
        wrapping.function(selection, name, recorder)  # what they train and score is no result
    after = functools.partial(_after_cross_predict, recorder)
    wrapping.function(selection, "cross_val_predict", recorder, after=after)
    for cls in vars(selection._split).values():
        if inspect.isclass(cls) and inspect.isfunction(cls.__dict__.get("split")):
            recorder.folds.follow(cls)


def patch_inspection(inspection: Any, recorder: Recorder) -> None:
    """Pass over the scores of a model whose inputs are shuffled on purpose."""
    wrapping.function(inspection, "permutation_importance", recorder)


def patch_metrics(metrics: Any, recorder: Recorder) -> None:
    """Observe the metric functions that a script calls with its predictions."""
    for name in scoring.METRICS:
        wrapping.function(metrics, name, recorder, after=functools.partial(_after_metric, recorder, name))
    for name in TABLES:
        after = functools.partial(_after_table, recorder, name, metrics.accuracy_score)
        wrapping.function(metrics, name, recorder, after=after)


def _before_fit(recorder: Recorder, name: str, given: Given, kwargs: Any) -> None:
    model = given["self"]
    if "Y" in given:  # of several outputs
        given["y"] = given["Y"]
    if not hasattr(model, "predict"):
        return  # a scaler, an encoder
    fresh = name == "fit" and not getattr(model, "warm_start", False)
    if given.get("y") is None:
        recorder.fitting_alone(model, given.get("X"), fresh)
        return
    onto = given.get("xgb_model", given.get("init_model"))
    recorder.fitting("sklearn", model, type(model).__name__ + ".fit", given.get("X"), given["y"], fresh, onto)
    held = given.get("eval_set")
    given["held"] = []
    for pair in [held] if isinstance(held, tuple) else held or ():
        split = "train" if recorder.asked(model, *pair[:2]) == "train" else "validation"
        given["held"].append((split, pair[1]))
        if split != "train":
            recorder.watching(*pair[:2])
    _begin(recorder, name, given, kwargs)


def _begin(recorder: Recorder, name: str, given: Given, kwargs: Any) -> None:
    """Note the rows, and let a fit go on from the parent's model where there is one."""
    if recorder.warm is None:
        return
    from . import warm_boosting, warm_sklearn  # load NumPy, as scikit-learn has

    model = given["self"]
    training = recorder.warm.training(model)
    if name == "fit" and not getattr(model, "warm_start", False):
        training.restart()
    warm_boosting.training_begins(training, given["X"])
    package = type(model).__module__.split(".")[0]
    option = {"xgboost": "xgb_model", "lightgbm": "init_model"}.get(package)
    if option is not None:
        classes = len(set(rows.classes(given["y"]).tolist()))
        training.facts = {"names": warm_boosting.names(given["X"]), "classes": classes}
    if name != "fit" or option and given.get(option) is not None or not recorder.warm.waits_for(training):
        return
    if option is not None:
        columns = getattr(given["X"], "shape", (0, 0))[1]
        recorder.warm.begin("sklearn", training, lambda state: warm_boosting.take_over(
            state, sys.modules[package], training.facts, columns, functools.partial(kwargs.__setitem__, option)))
        return
    before = getattr(model, "warm_start", None)
    if before is not None:
        given["undo"] = functools.partial(setattr, model, "warm_start", before)
    recorder.warm.begin("sklearn", training, lambda state: warm_sklearn.take_over(model, given["X"], given["y"], state))


def _after_fit(recorder: Recorder, given: Given, _result: Any) -> None:
    model = given["self"]
    if "undo" in given:
        given["undo"]()
    if hasattr(model, "labels_"):  # of clusters
        recorder.predicted("sklearn", model, given.get("X"), model.labels_)
    if type(model).__module__.split(".")[0] in BOOSTING:
        hook_boosting.fitted(recorder, model, given.get("held") or [], given.get("eval_names"))
    best = getattr(model, "best_score_", None)
    if best is None or not hasattr(model, "cv_results_") or given.get("y") is None:
        return
    measure = scoring.of_search(model)
    if measure is not None:
        source = "sklearn.model_selection.%s.best_score_" % type(model).__name__
        recorder.metric(
            measure.name, measure.sign * best, "validation", source, given["y"], Origin("sklearn", model))


def _after_predict(recorder: Recorder, given: Given, result: Any) -> None:
    recorder.predicted("sklearn", given["self"], given.get("X"), result)


def _after_score(recorder: Recorder, given: Given, value: Any) -> None:
    model, labels = given["self"], given.get("y")
    measure = scoring.of_score(model)
    if measure is not None:
        split = recorder.asked(model, given.get("X"), labels)
        source = "sklearn.%s.score" % type(model).__name__
        recorder.metric(measure.name, measure.sign * value, split, source, labels, Origin("sklearn", model))


def _after_metric(recorder: Recorder, name: str, given: Given, value: Any) -> None:
    if name == "accuracy_score" and given.get("normalize", True) is False:
        return  # a count
    if not isinstance(value, (int, float)):
        return  # one value for each class
    output = given.get("y_pred", given.get("y_score"))
    _measured(recorder, name, name, value, given["y_true"], output)


def _after_table(recorder: Recorder, name: str, accuracy_score: Any, given: Given, _result: Any) -> None:
    # Called from within a hooked call, so this is no measurement of the user's.
    accuracy = accuracy_score(given["y_true"], given["y_pred"])
    _measured(recorder, "accuracy", name, accuracy, given["y_true"], given["y_pred"])


def _measured(recorder: Recorder, name: str, function: str, value: Any, labels: Any, output: Any) -> None:
    split, origin = recorder.measured_on(output, labels)
    if origin is None:
        origin = recorder.fitted
    recorder.metric(name, value, split, "sklearn.metrics." + function, labels, origin)


def _before_cross(recorder: Recorder, name: str, given: Given, _kwargs: Any) -> None:
    recorder.training("sklearn", given["estimator"], name, given.get("X"), given.get("y"))


def _after_cross_predict(recorder: Recorder, given: Given, result: Any) -> None:
    """What was predicted is no row that its model was trained on."""
    origin = Origin("sklearn", None, "validation", rows.size(result), seen.Seen())
    recorder.made(origin, given["estimator"], result)


def _after_cross(recorder: Recorder, name: str, given: Given, result: Any) -> None:
    several, one = scoring.by_name(given.get("scoring")), given.get("scoring")
    measures = {"test_" + key: scoring.of(of) for key, of in several.items()} or {
        "test_score": scoring.of_score(given["estimator"]) if one is None else scoring.of(one)}
    origin = Origin("sklearn", given["estimator"], "validation", copied=True)
    for key, measure in measures.items():
        scores = result[key] if isinstance(result, dict) else result
        if measure is not None:
            source = "sklearn.model_selection." + name
            recorder.metric(measure.name, measure.sign * scores.mean(), "validation", source, given.get("y"), origin)
