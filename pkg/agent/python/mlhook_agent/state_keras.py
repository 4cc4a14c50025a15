"""What a keras fit depends on between two epochs, taken out and put back.

Covers Keras 3 on TensorFlow and torch, Keras 2 and tf.keras: weights, metrics,
optimizers with their learning rates, seed generators, and the plain attributes
of a model with a training step of its own.
"""

import sys
from typing import Any, Dict, List, Optional

# Attributes in which optimizers keep variables that their list does not hold.
RATES = ("_learning_rate", "_current_learning_rate")
PLAIN = (bool, int, float, str, type(None))
BUILT = ("input_names", "output_names")  # lists that Keras 2 makes as it builds a model


class Unlike(Exception):
    """What was saved does not fit the program that is to go on with it."""


def backend(model: Any) -> str:
    """Name of the library that computes this model: tensorflow, torch, jax ..."""
    keras = sys.modules.get("keras")
    for cls in type(model).__mro__:
        if cls.__module__.split(".")[0] == "keras" and hasattr(keras, "backend"):
            name = getattr(keras.backend, "backend", lambda: "tensorflow")()  # type: ignore[union-attr]
            return str(name)
    return "tensorflow"


def variables(model: Any) -> List[Any]:
    """Every variable that training changes, each once, in an order that the program repeats."""
    found = list(getattr(model, "variables", model.weights)) + list(getattr(model, "metrics_variables", ()))
    for metric in model.metrics:
        found.extend(metric.variables)
    for optimizer in _optimizers(model):
        found.extend(_of_optimizer(optimizer))
    found.extend(value for value in vars(model).values() if _is_variable(value))
    found.extend(_generators(model))
    return list({id(variable): variable for variable in found}.values())


def public(model: Any) -> Dict[str, Any]:
    """A model's own attributes as they are, which callbacks may change; of lists and dictionaries copies."""
    return {
        name: (dict if isinstance(value, dict) else list)(value) if _is_record(value) else value
        for name, value in vars(model).items() if not name.startswith("_")
    }


def take(model: Any, before: Dict[str, Any]) -> Dict[str, Any]:
    """The state of a model as plain values and NumPy arrays (copies, or views that a pickle copies).

    before is what public returned as the fit began; where the training step is Keras' own, attributes are only
    saved that were set since.
    """
    own, none = _own(model), object()
    return {
        "variables": [_array(variable) for variable in variables(model)],
        "trainable": [layer.trainable for layer in model.layers],
        "stop": bool(model.stop_training),
        "attributes": {
            name: value for name, value in vars(model).items() if _is_plain(value)
            and (own or not name.startswith("_") and before.get(name, none) is not value)
        },
    }


def records(model: Any, before: Dict[str, Any]) -> List[str]:
    """What of the model take does not see though it changed since the fit began: lists and dictionaries."""
    changed = sorted(
        name for name, value in public(model).items()
        if _is_record(value) and name not in BUILT and before.get(name) != value)
    return ["%s of the model was changed and is as a new run makes it" % name for name in changed]


def _array(variable: Any) -> Any:
    """A variable's value; of TensorFlow's by its bare operation, since Keras' way there takes four times as long."""
    held = getattr(variable, "_value", variable)  # Keras 3 has them wrapped
    if not any(cls.__name__ == "BaseResourceVariable" for cls in type(held).__mro__):
        return variable.numpy()
    return sys.modules["tensorflow"].raw_ops.ReadVariableOp(resource=held.handle, dtype=held.dtype).numpy()


def check(model: Any, state: Dict[str, Any]) -> None:
    """Raise Unlike when the model, which has been built, is not the one that was saved."""
    if [tuple(v.shape) for v in variables(model)] != [tuple(array.shape) for array in state["variables"]]:
        raise Unlike("the model has other variables than the one that was saved")
    if [layer.trainable for layer in model.layers] != state["trainable"]:
        raise Unlike("layers were frozen or thawed during the training")


def put(model: Any, state: Dict[str, Any]) -> None:
    """Give a model the state that take returned. Raises Unlike before anything is changed."""
    check(model, state)
    for variable, array in zip(variables(model), state["variables"]):
        variable.assign(array)
    vars(model).update(state["attributes"])
    model.stop_training = state["stop"]


def doubts(model: Any) -> List[str]:
    """What of this model's training step take does not see."""
    found = []
    if _own(model):
        unknown = sorted(n for n, v in vars(model).items() if not n.startswith("_") and not _is_known(v))
        if unknown:
            found.append("its own train_step may change %s" % ", ".join(unknown[:3]))
    kinds = _stateful_operations(model.train_function)
    if kinds:
        found.append("%s in the training step keeps a state that TensorFlow does not show" % ", ".join(kinds))
    return found


def _optimizers(model: Any) -> List[Any]:
    held = [getattr(model, "optimizer", None)] + list(vars(model).values())
    return [value for value in held if hasattr(value, "apply_gradients")]


def _of_optimizer(optimizer: Any) -> List[Any]:
    held = getattr(optimizer, "variables", ())
    if callable(held):  # a method until Keras 2.10, a list that can be called until 2.15
        held = held()
    found = list(held) + [getattr(optimizer, name, None) for name in RATES]
    found.extend(getattr(optimizer, "_hyper", {}).values())
    inner = getattr(optimizer, "inner_optimizer", None)
    if inner is not None:
        found.extend(_of_optimizer(inner))
    return [value for value in found if _is_variable(value)]


def _generators(model: Any) -> List[Any]:
    """States of the generators of random numbers in no layer's list of variables."""
    states = []
    if hasattr(model, "_flatten_layers"):
        for layer in model._flatten_layers():
            generator = getattr(getattr(layer, "_random_generator", None), "_generator", None)
            states.append(getattr(generator, "state", None))
    shared = sys.modules.get("keras.src.backend.common.global_state")
    if shared is not None:
        states.append(getattr(shared.get_global_attribute("global_seed_generator"), "state", None))
    return [state for state in states if _is_variable(state)]


def _is_variable(value: Any) -> bool:
    return hasattr(value, "assign") and hasattr(value, "numpy") and hasattr(value, "shape")


def _own(model: Any) -> bool:
    """Whether the training step is the program's own."""
    module = getattr(type(model).train_step, "__module__", "")
    return module.split(".")[0] not in ("keras", "tensorflow", "tf_keras")


def _is_plain(value: Any) -> bool:
    return isinstance(value, PLAIN) or type(value).__module__ == "numpy"


def _is_record(value: Any) -> bool:
    """Whether a value is a list or dictionary of plain values, which is changed in its place."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else (value,)
    return isinstance(value, (dict, list)) and all(isinstance(part, PLAIN) for part in parts)


def _is_known(value: Any) -> bool:
    """Whether a value is saved elsewhere, or is not of the kind that a step changes."""
    if isinstance(value, (list, tuple)):
        return all(map(_is_known, value))
    if isinstance(value, dict):
        return all(map(_is_known, value.values()))
    package = type(value).__module__.split(".")[0]
    return _is_plain(value) or callable(value) or _is_variable(value) or package in ("keras", "tensorflow", "tf_keras")


def _stateful_operations(function: Any) -> List[str]:
    """Random operations with a hidden state in what TensorFlow compiled of the training step."""
    kinds = set()
    for graph in _graphs(function, set()):
        nodes = list(graph.node)
        for inner in graph.library.function:
            nodes.extend(inner.node_def)
        kinds.update(n.op for n in nodes if n.op.startswith("Random") and "Dataset" not in n.op)
    return sorted(kinds)


def _graphs(function: Any, seen: "set[int]") -> List[Any]:
    """Definitions of the graphs that a function, or one that it encloses, was compiled to."""
    if function is None or id(function) in seen or len(seen) > 100:
        return []
    seen.add(id(function))
    found = []
    compiled: Optional[Any] = getattr(function, "_list_all_concrete_functions", None)
    if compiled is not None:
        found.extend(concrete.graph.as_graph_def() for concrete in compiled())
    for cell in getattr(function, "__closure__", None) or ():
        try:
            inner = cell.cell_contents
        except ValueError:  # not bound yet
            continue
        if callable(inner) and not isinstance(inner, type):
            found.extend(_graphs(inner, seen))
    return found
