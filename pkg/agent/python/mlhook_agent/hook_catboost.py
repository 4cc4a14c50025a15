"""catboost: fits, predictions and scores of its models, which are none of scikit-learn's."""

import functools
from typing import Any

from . import logged, wrapping
from .record import Origin, Recorder
from .wrapping import Given


def patch(catboost: Any, recorder: Recorder) -> None:
    """Observe the models' methods; catboost.train and cv's models go through the same."""
    wrapping.method(
        catboost.CatBoost, "_fit", recorder, after=functools.partial(_after_fit, recorder),
        before=functools.partial(_before_fit, recorder))
    for cls in (catboost.CatBoost, catboost.CatBoostClassifier, catboost.CatBoostRegressor):
        for name in ("predict", "predict_proba"):
            wrapping.method(cls, name, recorder, after=functools.partial(_after_predict, recorder))
    for cls, measure in ((catboost.CatBoostClassifier, "accuracy"), (catboost.CatBoostRegressor, "r2_score")):
        wrapping.method(cls, "score", recorder, after=functools.partial(_after_score, recorder, measure))


def _labels(data: Any, y: Any) -> Any:
    """The labels beside the data, or those within a Pool."""
    return data.get_label() if y is None and hasattr(data, "get_label") else y


def _held(given: Given) -> Any:
    """The evaluation sets: a Pool, a pair, or a list of such."""
    sets = given.get("eval_set")
    sets = sets if isinstance(sets, list) else [] if sets is None else [sets]
    return [held if isinstance(held, (tuple, list)) else (held, held.get_label()) for held in sets]


def _before_fit(recorder: Recorder, given: Given, _kwargs: Any) -> None:
    model, data = given["self"], given["X"]
    labels, begun = _labels(data, given.get("y")), given.get("init_model")
    recorder.fitting("catboost", model, "%s.fit" % _name(model), data, labels, begun is None, begun)
    held = _held(given)
    given["held"] = [recorder.asked(model, *pair[:2]) for pair in held]
    for pair, split in zip(held, given["held"]):
        if split != "train":
            recorder.watching(*pair[:2])


def _after_fit(recorder: Recorder, given: Given, _result: Any) -> None:
    model, held = given["self"], _held(given)
    results = model.get_evals_result()
    series = {
        ("" if name == "learn" else "val_") + logged.reading(_loss(measure))[1]: values
        for name, measures in results.items() if name in ("learn", "validation", "validation_0")
        for measure, values in measures.items()
    }
    for i in range(max(map(len, series.values()), default=0)):
        values = {name: points[i] for name, points in series.items() if i < len(points)}
        recorder.writer.write("curve", epoch=i + 1, values=values)
    origin = Origin("catboost", model)
    labels = {"accuracy": ("train", _labels(given["X"], given.get("y")))}
    labels["val_accuracy"] = ("train" if given["held"][:1] == ["train"] else "validation", held[0][1] if held else None)
    for name, (split, of) in labels.items():
        if series.get(name):
            best = model.get_best_iteration() if name == "val_accuracy" else None  # which the model is cut back to
            value = series[name][-1 if best is None or best >= len(series[name]) else best]
            recorder.metric("accuracy", value, split, "%s.fit" % _name(model), of, origin)


def _loss(measure: str) -> str:
    return "loss" if measure in ("Logloss", "MultiClass", "CrossEntropy") else measure


def _after_predict(recorder: Recorder, given: Given, result: Any) -> None:
    recorder.predicted("catboost", given["self"], given.get("data", given.get("X")), result)


def _after_score(recorder: Recorder, measure: str, given: Given, result: Any) -> None:
    model, data = given["self"], given["X"]
    labels = _labels(data, given.get("y"))
    split = recorder.asked(model, data, labels)
    recorder.metric(measure, result, split, "%s.score" % _name(model), labels, Origin("catboost", model))


def _name(model: Any) -> str:
    return "catboost." + type(model).__name__
