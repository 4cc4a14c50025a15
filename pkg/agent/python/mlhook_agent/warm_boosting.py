"""Boosters of xgboost and lightgbm that go on from their parent's trees."""

import json
from typing import Any, Dict, List

import numpy

from .grow import Refused
from .warm import PROBE, TOLERANCE, Outcome, Training
from .warm_state import State

# Parameters that say what is predicted, under all their names.
TARGETS = {
    "objective", "application", "app", "objective_type", "loss", "num_class", "num_classes", "booster", "boosting",
    "boosting_type",
}


def targets(params: Any) -> Dict[str, str]:
    """What the parameters of a training say about its outputs; a parent and its child must agree."""
    return {str(key): str(value) for key, value in dict(params or {}).items() if key in TARGETS}


def names(data: Any) -> List[str]:
    """The columns' names; empty where they have none."""
    found = getattr(data, "columns", getattr(data, "feature_names", None))
    return [] if found is None else [str(name) for name in found]


def features(data: Any) -> Any:
    """The rows of a DMatrix or a Dataset, or the data itself; None where they are gone."""
    if hasattr(data, "num_row"):
        try:
            return data.get_data()
        except Exception:  # of an external memory, of an old version
            return None
    return data.data if hasattr(data, "set_reference") else data


def training_begins(training: Training, data: Any) -> None:
    """Note the rows that a booster is about to train on."""
    table = features(data)
    training.saw(table)
    if training.known:
        training.keep([_dense(table[:PROBE])])


def describe(model: Any, training: Training, more: Dict[str, Any]) -> State:
    """A trained model and what it predicts for some real rows."""
    booster, inputs = _booster(model), training.inputs
    if inputs is None:
        raise Refused("its rows are no numbers")
    if _package(booster) == "xgboost":
        text = bytes(booster.save_raw("ubj"))
    else:
        text = booster.model_to_string().encode()
    arrays = {"model": numpy.frombuffer(text, dtype="uint8"), "x0": inputs[0], "y0": _outputs(booster, inputs[0])}
    return State(dict(more, package=_package(booster)), arrays)


def take_over(state: State, package: Any, more: Dict[str, Any], columns: int, give: Any) -> Outcome:
    """Hand the parent's booster to give, where what is trained is the same."""
    if state.facts.get("package") != package.__name__:
        raise Refused("the parent's model is no booster of %s" % package.__name__)
    for name, value in more.items():
        if json.loads(json.dumps(value)) != state.facts.get(name):
            raise Refused("%s are others: %s, not %s" % (name, value, state.facts.get(name)))
    if columns != state.arrays["x0"].shape[1]:
        raise Refused("%d columns have become %d" % (state.arrays["x0"].shape[1], columns))
    text = state.arrays["model"].tobytes()
    if package.__name__ == "xgboost":
        booster = package.Booster()
        booster.load_model(bytearray(text))
    else:
        booster = package.Booster(model_str=text.decode())
    inputs = state.arrays["x0"]
    difference = float(numpy.abs(_outputs(booster, inputs) - state.arrays["y0"]).max(initial=0))
    if not difference < TOLERANCE:
        raise Refused("outputs would differ by %.2g from the parent's" % difference)
    give(booster)
    rounds = booster.num_boosted_rounds() if package.__name__ == "xgboost" else booster.current_iteration()
    return Outcome("warm", difference, len(inputs), "%d rounds of the parent" % rounds)


def _booster(model: Any) -> Any:
    if hasattr(model, "get_booster"):
        return model.get_booster()
    return getattr(model, "booster_", model)


def _package(booster: Any) -> str:
    return str(type(booster).__module__.split(".")[0])


def _outputs(booster: Any, rows: Any) -> Any:
    """Sums of the leaves, before any link function."""
    if _package(booster) == "xgboost":
        from xgboost import DMatrix

        return booster.predict(DMatrix(rows, feature_names=booster.feature_names), output_margin=True)
    return booster.predict(rows, raw_score=True)


def _dense(table: Any) -> Any:
    return table.toarray() if hasattr(table, "toarray") else numpy.asarray(table)
