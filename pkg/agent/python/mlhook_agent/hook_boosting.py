"""xgboost and lightgbm: native train; their scikit-learn classes are seen by the
scikit-learn hooks, as far as they fit, predict and score."""

import functools
import sys
from typing import Any, Dict, List, Set, Tuple

from . import rounds, seen, wrapping
from .record import Origin, Recorder
from .resume_boosting import Trainings
from .wrapping import Given

# Error rates: accuracy is one minus them.
ERRORS = {"error", "merror", "binary_error", "multi_error"}
LOSSES = {"logloss", "mlogloss", "binary_logloss", "multi_logloss"}


def patch_xgboost(xgboost: Any, recorder: Recorder) -> None:
    """Observe xgboost.train and Booster.predict, and let trainings be resumed."""
    if recorder.checkpoints is not None and hasattr(xgboost.callback, "TrainingCallback"):
        modules = [xgboost, xgboost.training, getattr(xgboost, "sklearn", None)]
        trainings = Trainings("xgboost", recorder, recorder.checkpoints)
        trainings.follow(modules, "train", functools.partial(rounds.xgboost, xgboost))
    after = functools.partial(_after_xgboost, recorder)
    wrapping.function(xgboost, "train", recorder, before=functools.partial(_before_xgboost, recorder), after=after)
    after = functools.partial(_after_predict, recorder, "xgboost")
    wrapping.method(xgboost.Booster, "predict", recorder, after=after)


def patch_lightgbm(lightgbm: Any, recorder: Recorder) -> None:
    """Observe lightgbm.train and Booster.predict, and let trainings be resumed."""
    if recorder.checkpoints is not None:
        modules = [lightgbm, lightgbm.engine, getattr(lightgbm, "sklearn", None)]
        trainings = Trainings("lightgbm", recorder, recorder.checkpoints)
        trainings.follow(modules, "train", functools.partial(rounds.lightgbm, lightgbm))
    before = functools.partial(_before_lightgbm, recorder, lightgbm.record_evaluation)
    wrapping.function(lightgbm, "train", recorder, before=before, after=functools.partial(_after_lightgbm, recorder))
    after = functools.partial(_after_predict, recorder, "lightgbm")
    wrapping.method(lightgbm.Booster, "predict", recorder, after=after)


def _after_predict(recorder: Recorder, framework: str, given: Given, result: Any) -> None:
    recorder.predicted(framework, given["self"], given.get("data"), result)


def _before_xgboost(recorder: Recorder, given: Given, kwargs: Dict[str, Any]) -> None:
    data = given["dtrain"]
    labels, begun = data.get_label(), given.get("xgb_model")
    given["seen"] = recorder.fitting("xgboost", None, "xgboost.train", data, labels, onto=begun)
    _begin(recorder, "xgboost", given, kwargs, data, "xgb_model")
    sets = {name: (held, held.get_label()) for held, name in given.get("evals") or ()}
    given["trained"] = _watch(recorder, given["seen"], sets)
    if given.get("evals_result") is None:
        kwargs["evals_result"] = {}
    given["results"] = kwargs.get("evals_result", given.get("evals_result"))


def _after_xgboost(recorder: Recorder, given: Given, model: Any) -> None:
    recorder.remember("xgboost", model)
    recorder.models.bind(model, given["seen"])
    if recorder.warm is not None:
        recorder.warm.bind(model, given["training"])
    labels = {name: held.get_label() for held, name in given.get("evals") or ()}
    kept = _kept(model, given.get("xgb_model"), given["results"])
    evaluations(recorder, given["results"], given["trained"], labels, kept, Origin("xgboost", model), "xgboost.train")


def _kept(model: Any, begun: Any, results: Dict[str, Any]) -> Dict[str, Any]:
    """What the rounds evaluated to that the model has, which early stopping may have cut back to the best."""
    if not hasattr(model, "num_boosted_rounds"):  # before xgboost 1.4
        return {}
    last = model.num_boosted_rounds() - 1
    last -= begun.num_boosted_rounds() if hasattr(begun, "num_boosted_rounds") else 0
    return {name: {metric: values[last] for metric, values in metrics.items() if 0 <= last < len(values)}
            for name, metrics in results.items()}


def _before_lightgbm(recorder: Recorder, record_evaluation: Any, given: Given, kwargs: Dict[str, Any]) -> None:
    data = given["train_set"]
    # A Dataset made of arrays may drop them, so they are looked at now.
    given["seen"] = recorder.fitting(
        "lightgbm", None, "lightgbm.train", data.data, data.label, onto=given.get("init_model"))
    _begin(recorder, "lightgbm", given, kwargs, data, "init_model")
    held = _held(given)
    names = given.get("valid_names") or []
    names = [names] if isinstance(names, str) else list(names)
    names += ["valid_%d" % i for i in range(len(names), len(held))]
    sets = {name: (one.data, one.label) for name, one in zip(names, held)}
    given["labels"] = {name: label for name, (_, label) in sets.items()}
    given["trained"] = _watch(recorder, given["seen"], sets) | {"training"}
    given["trained"] |= {name for name, one in zip(names, held) if one is data}  # which may have dropped its rows
    given["results"] = {}
    kwargs["callbacks"] = list(given.get("callbacks") or []) + [record_evaluation(given["results"])]


def _after_lightgbm(recorder: Recorder, given: Given, model: Any) -> None:
    recorder.remember("lightgbm", model)
    recorder.models.bind(model, given["seen"])
    if recorder.warm is not None:
        recorder.warm.bind(model, given["training"])
    # What it predicts with is the best round, where early stopping found one.
    evaluations(
        recorder, given["results"], given["trained"], given["labels"], model.best_score, Origin("lightgbm", model),
        "lightgbm.train")


def fitted(recorder: Recorder, model: Any, held: List[Tuple[str, Any]], names: Any) -> None:
    """Record what a scikit-learn class of either evaluated during its fit: sets of these splits and labels, perhaps named."""
    results = model.evals_result_ if held else {}
    found = {}
    for i, one in enumerate(held):
        usual = [names[i]] if names else ["validation_%d" % i, "valid_%d" % i, "training"]
        found[next((name for name in usual if name in results), "")] = one
    trained = {name for name, (split, _) in found.items() if split == "train"}
    labels = {name: label for name, (_, label) in found.items()}
    best = getattr(model, "best_iteration", None) if hasattr(model, "get_booster") else None
    kept = dict(getattr(model, "best_score_", {})) if best is None else {
        name: {metric: values[best] for metric, values in metrics.items()} for name, metrics in results.items()}
    source = "%s.%s.fit" % (type(model).__module__.split(".")[0], type(model).__name__)
    evaluations(recorder, results, trained, labels, kept, Origin("sklearn", model), source)


def _watch(recorder: Recorder, own: seen.Seen, sets: Dict[str, Any]) -> Set[str]:
    """Note the evaluation sets; return the names of those that are trained on."""
    trained = {name for name, (data, labels) in sets.items()
               if recorder.split(recorder.rows_split(own, data), labels, own) == "train"}
    for name in sets.keys() - trained:
        recorder.watching(*sets[name])
    return trained


def _begin(
    recorder: Recorder, framework: str, given: Given, kwargs: Dict[str, Any], data: Any, option: str
) -> None:
    """Note what is trained on, and go on from the parent's booster where there is one."""
    if recorder.warm is None:
        return
    from . import warm_boosting  # loads NumPy, as the framework has

    training = given["training"] = recorder.warm.open()
    training.facts = {"names": warm_boosting.names(data), "targets": warm_boosting.targets(given.get("params"))}
    warm_boosting.training_begins(training, data)
    columns = getattr(warm_boosting.features(data), "shape", (0, 0))[1]
    if given.get(option) is not None or not recorder.warm.waits_for(training):
        return
    if getattr(data, "_handle", None) is not None and framework == "lightgbm":
        recorder.warm.cold("a Dataset that is built already cannot go on from a model")
    else:
        recorder.warm.begin(framework, training, lambda state: warm_boosting.take_over(
            state, sys.modules[framework], training.facts, columns, functools.partial(kwargs.__setitem__, option)))


def _held(given: Given) -> Any:
    sets = given.get("valid_sets") or []
    return sets if isinstance(sets, (list, tuple)) else [sets]


def evaluations(
    recorder: Recorder, results: Dict[str, Any], trained: Set[str], labels: Dict[str, Any], kept: Dict[str, Any],
    origin: Origin, source: str,
) -> None:
    """Record the learning curves of the evaluation sets and the accuracy that the model has, by default the last."""
    series = {
        (name, metric): list(values) for name, metrics in results.items() for metric, values in metrics.items()
    }
    for i in range(max(map(len, series.values()), default=0)):
        values = {}
        for (name, metric), points in series.items():
            prefix = "" if name in trained else "val_"
            if i < len(points) and metric in ERRORS:
                values[prefix + "accuracy"] = 1 - points[i]
            elif i < len(points):
                values[prefix + ("loss" if metric in LOSSES else metric)] = points[i]
        recorder.writer.write("curve", epoch=i + 1, values=values)
    for (name, metric), points in series.items():
        if metric in ERRORS and points:
            split = "train" if name in trained else "validation"
            error = kept.get(name, {}).get(metric, points[-1])
            recorder.metric("accuracy", 1 - error, split, source, labels.get(name), origin)
