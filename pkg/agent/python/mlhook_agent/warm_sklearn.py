"""scikit-learn's estimators that go on with ``warm_start``, networks also when they have grown."""

import pickle
from typing import Any, Dict, List

import numpy

from . import grow
from .grow import Layer, Refused, Weight
from .warm import TOLERANCE, Outcome, Training
from .warm_state import State

# Parameters that change how an ensemble is trained, not which.
FREE = {"n_jobs", "verbose", "warm_start", "random_state"}


def describe(model: Any, training: Training) -> State:
    """A fitted estimator and what it predicts for some real rows."""
    if training.inputs is None or "warm_start" not in model.get_params(deep=False):
        raise Refused("%s has no warm_start" % type(model).__name__)
    inputs = training.inputs[0]
    text = numpy.frombuffer(pickle.dumps(model), dtype="uint8")
    return State({"class": _class(model)}, {"model": text, "x0": inputs, "y0": _outputs(model, inputs)})


def take_over(model: Any, x: Any, y: Any, state: State) -> Outcome:
    """Make fit go on from the parent; the caller sets warm_start back afterwards."""
    if state.facts.get("class") != _class(model):
        raise Refused("%s does not go on from the parent's model" % type(model).__name__)
    parent, inputs = pickle.loads(state.arrays["model"].tobytes()), state.arrays["x0"]
    if numpy.shape(x)[1:] != inputs.shape[1:]:
        raise Refused("the columns are others")
    if hasattr(parent, "classes_") and not numpy.array_equal(numpy.unique(y), parent.classes_):
        raise Refused("the classes are others")
    params = model.get_params(deep=False)
    before = dict(vars(model))
    vars(model).update({name: value for name, value in vars(parent).items() if name not in params})
    try:
        text, level = "the fitted state of %s" % type(model).__name__, "warm"
        count = _counter(model)
        if count:
            _check_ensemble(parent.get_params(deep=False), params, count)
        elif "hidden_layer_sizes" in params:
            plan = _grow(parent, model, state)
            text, level = plan.text, "grown" if plan.grown else "warm"
        difference = float(numpy.abs(_outputs(model, inputs) - state.arrays["y0"]).max(initial=0))
        if not difference < TOLERANCE:
            raise Refused("outputs would differ by %.2g from the parent's: %s" % (difference, text))
    except BaseException:
        vars(model).clear()
        vars(model).update(before)
        raise
    model.warm_start = True
    return Outcome(level, difference, len(inputs), text)


def _class(model: Any) -> str:
    return "%s.%s" % (type(model).__module__, type(model).__qualname__)


def _counter(model: Any) -> str:
    """The parameter that counts an ensemble's members; empty for other estimators."""
    if type(model).__name__.startswith("HistGradientBoosting"):
        return "max_iter"
    return "n_estimators" if hasattr(model, "n_estimators") else ""


def _check_ensemble(before: Dict[str, Any], now: Dict[str, Any], count: str) -> None:
    """Only more members of the same kind can be added to those there are."""
    for name in sorted(now):
        if name != count and name not in FREE and repr(now[name]) != repr(before.get(name)):
            raise Refused("%s is %r, the parent's was %r" % (name, now[name], before.get(name)))
    if now[count] <= before[count]:
        raise Refused("the parent has all %d members" % before[count])


def _grow(parent: Any, model: Any, state: State) -> grow.Plan:
    """Give a network the weights of its parent, in the sizes that it will have."""
    sizes = numpy.ravel(model.hidden_layer_sizes).tolist()
    widths = [parent.coefs_[0].shape[0]] + sizes + [parent.coefs_[-1].shape[1]]
    draw = numpy.random.RandomState(len(state.arrays["y0"]))
    factor = 2.0 if model.activation == "logistic" else 6.0  # as scikit-learn initializes
    fresh = []
    for inputs, units in zip(widths[:-1], widths[1:]):
        bound = (factor / (inputs + units)) ** 0.5
        fresh.append((draw.uniform(-bound, bound, (inputs, units)), draw.uniform(-bound, bound, units)))
    plan = grow.plan(_layers(zip(parent.coefs_, parent.intercepts_), parent), _layers(fresh, model))
    kind = parent.coefs_[0].dtype
    model.coefs_ = [plan.arrays[i][0].astype(kind) for i in range(len(fresh))]
    model.intercepts_ = [plan.arrays[i][1].astype(kind) for i in range(len(fresh))]
    model.n_layers_ = len(widths)
    # Its training counts from here: it must not stop because its parent's was at an end.
    model._no_improvement_count, model.best_loss_ = 0, numpy.inf
    if getattr(model, "best_validation_score_", None) is not None:
        model.best_validation_score_ = -numpy.inf
    return plan


def _layers(pairs: Any, model: Any) -> List[Layer]:
    pairs = list(pairs)
    activations = [str(model.activation)] * (len(pairs) - 1) + ["out"]
    return [
        Layer("dense", "layer", [Weight(kernel, 0, 1), Weight(bias, None, 0)], (i - 1,) if i else (), "", activation)
        for i, ((kernel, bias), activation) in enumerate(zip(pairs, activations))
    ]


def _outputs(model: Any, inputs: Any) -> Any:
    for name in ("predict_proba", "decision_function", "predict"):
        if hasattr(model, name):
            return numpy.asarray(getattr(model, name)(inputs), dtype="float64")
    raise Refused("%s predicts nothing" % type(model).__name__)
