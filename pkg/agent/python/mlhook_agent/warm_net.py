"""Warm start of networks, whatever the framework: weights are taken over, then proved.

A Net is what a framework's adapter makes of a model:

    channels_first   the layout of its convolutions
    layers()         its layers, with copies of their weights
    put(arrays)      sets the weights of layers, by their index
    calibrate(i, x)  turns normalizations into identities of what they see of the inputs x
    outputs(x)       its outputs in evaluation, a list of arrays
"""

from typing import Any, List

import numpy

from . import grow
from .warm import TOLERANCE, Outcome, Training
from .warm_state import State


def describe(net: Any, training: Training) -> State:
    """A network's weights, its structure, and its outputs on some real inputs."""
    if training.inputs is None:
        raise grow.Refused("no inputs that could prove a warm start were seen")
    facts: List[Any] = []
    arrays = {"x%d" % i: x for i, x in enumerate(training.inputs)}
    arrays.update(("y%d" % i, y) for i, y in enumerate(net.outputs(training.inputs)))
    for i, layer in enumerate(net.layers()):
        arrays.update(("w%d.%d" % (i, j), weight.array) for j, weight in enumerate(layer.weights))
        axes = [weight[1:] for weight in layer.weights]
        facts.append(layer._replace(weights=axes)._asdict())
    return State({"layers": facts, "keys": training.keys}, arrays)


def take_over(net: Any, state: State) -> Outcome:
    """Take the parent's weights over; raises and leaves the network as it was where they do not fit."""
    fresh = net.layers()
    plan = grow.plan(_layers(state), fresh, net.channels_first)
    inputs = series(state, "x")
    try:
        net.put(plan.arrays)
        net.calibrate(plan.calibrate, inputs)
        difference = _difference(net.outputs(inputs), series(state, "y"))
        if not difference < TOLERANCE:
            raise grow.Refused("outputs would differ by %.2g from the parent's: %s" % (difference, plan.text))
    except BaseException:
        net.put({i: [weight.array for weight in layer.weights] for i, layer in enumerate(fresh) if layer.weights})
        raise
    return Outcome("grown" if plan.grown else "warm", difference, len(inputs[0]), plan.text)


def _layers(state: State) -> List[grow.Layer]:
    layers = []
    for i, facts in enumerate(state.facts["layers"]):
        weights = [grow.Weight(state.arrays["w%d.%d" % (i, j)], *axes) for j, axes in enumerate(facts["weights"])]
        layers.append(grow.Layer(**dict(facts, weights=weights)))
    return layers


def series(state: State, name: str) -> List[Any]:
    """Arrays name0, name1 ..."""
    count = sum(1 for key in state.arrays if key[0] == name and key[1:].isdigit())
    return [state.arrays["%s%d" % (name, i)] for i in range(count)]


def _difference(ours: List[Any], theirs: List[Any]) -> float:
    """The largest difference, relative to the largest output where that is above 1; not a number counts as one."""
    if [y.shape for y in ours] != [y.shape for y in theirs]:
        raise grow.Refused("the outputs of the network have another shape")
    largest = 0.0
    for a, b in zip(ours, theirs):
        a, b = a.astype("float64"), b.astype("float64")
        scale = max(1.0, float(numpy.abs(b).max(initial=0)))
        largest = max(largest, float(numpy.nan_to_num(numpy.abs(a - b), nan=numpy.inf).max(initial=0)) / scale)
    return largest
