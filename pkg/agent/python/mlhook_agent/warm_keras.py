"""keras models of every version as networks that can start warm."""

import re
from typing import Any, Dict, Iterator, List, Tuple

import numpy

from .grow import Layer, Weight
from .warm import Training

GATES = {"LSTMCell": 4, "GRUCell": 3, "SimpleRNNCell": 1}
SUMS = {"Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"}


class Net:
    """A keras model with what its training was given; see warm_net."""

    def __init__(self, model: Any, training: Training) -> None:
        self.model, self.keys = model, training.keys
        if training.inputs is not None and not getattr(model, "built", False):
            self.outputs(training.inputs)  # builds what has no Input, as the first step would
        self.parts = list(_leaves(model))
        formats = {getattr(part, "data_format", None) for part in self.parts}
        self.channels_first = "channels_first" in formats

    def layers(self) -> List[Layer]:
        """The layers in the order of the data."""
        inputs = _graph(self.model, self.parts)
        return [
            Layer(
                _kind(part), type(part).__name__, [w._replace(array=_array(w.array)) for w in _weights(part)],
                inputs[i], _name(part), _activation(part), _width(part),
            )
            for i, part in enumerate(self.parts)
        ]

    def put(self, arrays: Dict[int, List[Any]]) -> None:
        """Set the weights of layers."""
        for i, values in arrays.items():
            for weight, value in zip(_weights(self.parts[i]), values):
                weight.array.assign(value)

    def calibrate(self, indices: List[int], inputs: List[Any]) -> None:
        """Let normalizations undo what they do, on these inputs."""
        for i in indices:
            part = self.parts[i]
            seen = []
            call = part.call

            def spy(values: Any, *args: Any, **kwargs: Any) -> Any:
                seen.append(numpy.asarray(values, dtype="float64"))
                return call(values, *args, **kwargs)

            part.call = spy
            try:
                self.outputs(inputs)
            finally:
                del part.call
            axis = part.axis[0] if isinstance(part.axis, (list, tuple)) else part.axis
            others = tuple(a for a in range(seen[0].ndim) if a != axis % seen[0].ndim)
            mean, variance = seen[0].mean(axis=others), seen[0].var(axis=others)
            part.moving_mean.assign(mean)
            part.moving_variance.assign(variance)
            part.gamma.assign(numpy.sqrt(variance + part.epsilon))
            part.beta.assign(mean)

    def outputs(self, inputs: List[Any]) -> List[Any]:
        """Outputs in evaluation, on inputs as fit was given them."""
        given: Any = inputs[0] if len(inputs) == 1 else list(inputs)
        if self.keys is not None:
            given = dict(zip(self.keys, inputs))
        result = self.model(given, training=False)
        if isinstance(result, dict):
            result = [result[key] for key in sorted(result)]
        return [numpy.asarray(y) for y in (result if isinstance(result, (list, tuple)) else [result])]


def training_begins(training: Training, given: Dict[str, Any]) -> None:
    """Note the rows of a call of fit, without those that it holds out itself."""
    x = given.get("x")
    keys = sorted(x) if isinstance(x, dict) else None
    parts = [x[key] for key in keys] if keys is not None else list(x) if _several(x) else [x]
    share = given.get("validation_split") or 0
    if share and given.get("validation_data") is None:
        parts = [part[: int(len(part) * (1 - share))] for part in parts]
    training.saw(*parts)
    if training.known:
        training.keep(parts, keys)


def _several(x: Any) -> bool:
    """Whether these are the inputs of a model with more than one."""
    return isinstance(x, (list, tuple)) and bool(x) and all(getattr(part, "ndim", 0) for part in x)


def _leaves(model: Any) -> Iterator[Any]:
    """The layers of a model and of the models within it."""
    for layer in model.layers:
        if hasattr(layer, "layers") and hasattr(layer, "fit"):
            yield from _leaves(layer)
        else:
            yield layer


def _graph(model: Any, parts: List[Any]) -> List[Tuple[int, ...]]:
    """What each layer reads: told by a functional model, else the one before."""
    places = {id(part): i for i, part in enumerate(parts)}
    chain: List[Tuple[int, ...]] = [(i - 1,) if i else () for i in range(len(parts))]
    if not type(model).__name__.startswith("Functional") or len(parts) != len(model.layers):
        return chain
    found = []
    for i, part in enumerate(parts):
        readings = []
        for node in part._inbound_nodes:
            before = [getattr(n, "operation", None) or n.layer for n in node.parent_nodes]
            if all(places.get(id(layer), i) < i for layer in before):
                readings.append(tuple(places[id(layer)] for layer in before))
        if not readings:
            return chain  # an operation without a layer stands between
        found.append(readings[0])
    return found


def _kind(part: Any) -> str:
    name = type(part).__name__
    if name in ("Dense", "Embedding"):
        return name.lower()
    if name.startswith("Conv") and getattr(part, "groups", 1) == 1:
        return "conv"
    if name == "BatchNormalization":
        return "norm" if part.scale and part.center else "other"
    if name == "Concatenate" and part.axis in (-1, 3):
        return "concat"
    if name in SUMS:
        return "sum"
    return "other" if part.weights else "plain"


def _weights(part: Any) -> List[Weight]:
    """The variables of a layer and the meaning of their axes."""
    kind = _kind(part)
    if kind == "norm":
        return [Weight(v, None, 0) for v in (part.gamma, part.beta, part.moving_mean, part.moving_variance)]
    if kind in ("dense", "conv"):
        rank = len(part.kernel.shape)
        into, out = (rank - 1, rank - 2) if "Transpose" in type(part).__name__ else (rank - 2, rank - 1)
        return [Weight(part.kernel, into, out)] + ([Weight(part.bias, None, 0)] if part.use_bias else [])
    if kind == "embedding":
        return [Weight(part.weights[0], None, 1)]
    cell = getattr(part, "cell", None)
    gates = GATES.get(type(cell).__name__)
    if gates is not None:
        bias = [cell.bias] if cell.use_bias else []
        return [Weight(cell.kernel, 0, 1, gates), Weight(cell.recurrent_kernel, 0, 1, gates, True)] + [
            Weight(b, None, len(b.shape) - 1, gates) for b in bias  # a GRU may have two
        ]
    return [Weight(v) for v in part.weights]


def _array(variable: Any) -> Any:
    array = numpy.array(variable.numpy())
    return array if array.dtype.kind in "biuf" else array.astype("float32")


def _name(part: Any) -> str:
    """The layer's name unless keras counted it: dense, dense_3."""
    plain = re.sub(r"_\d+$", "", part.name).replace("_", "")
    return "" if plain == type(part).__name__.lower() else part.name


def _activation(part: Any) -> str:
    return str(getattr(getattr(part, "activation", None), "__name__", ""))


def _width(part: Any) -> int:
    try:
        return int(part.output.shape[-1])
    except Exception:  # not built by a graph, several outputs
        return 0
