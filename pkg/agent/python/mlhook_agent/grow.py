"""Where the weights of a trained network belong in one that has grown.

Networks are lists of layers and weights are NumPy arrays, whatever the
framework. The grown network computes what its parent computed: a widened layer
keeps its old units, and its new ones have the random incoming weights that the
program gave them and outgoing weights of zero; an inserted layer is an
identity. Whether that holds for the functions between the layers, which are
not seen here, only the outputs on real data can tell.
"""

import collections
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy


class Refused(Exception):
    """The network cannot begin where its parent stopped; the text says why."""


class Weight(NamedTuple):
    """One array of a layer and what its axes mean; None where none does."""

    array: Any
    into: Optional[int] = None  # the axis of the inputs
    out: Optional[int] = None  # the axis of the units
    gates: int = 1  # how often the units come along that axis: an LSTM has four of each
    own: bool = False  # whether its inputs are the layer's own units, of the step before


class Layer(NamedTuple):
    """A layer: its weights, and which layers before it, by index, it reads."""

    kind: str  # dense, conv, norm, embedding, concat, sum, plain or other
    type: str  # class
    weights: Sequence[Weight] = ()
    inputs: Sequence[int] = ()
    name: str = ""  # empty where the framework chose it
    detail: str = ""  # activation
    width: int = 0  # units or channels; needed of what a concat reads


class Plan(NamedTuple):
    """The arrays of the grown network by layer, and what was done, in words."""

    arrays: Dict[int, List[Any]]
    calibrate: List[int]  # inserted normalizations: identities once they know real data
    grown: bool
    text: str


class _Spread(NamedTuple):
    """Where a widened layer's old units are among its units. None stands for all in their places."""

    old: int
    new: int
    at: Any


def plan(parent: Sequence[Layer], child: Sequence[Layer], channels_first: bool = False) -> Plan:
    """Say what each array of the child must hold; the child's own ones are the fresh weights.

    channels_first is the layout in which a Flatten finds what convolutions made.
    """
    pairs = align(parent, child)
    arrays: Dict[int, List[Any]] = {}
    calibrate, notes = [], []
    spreads: List[Optional[_Spread]] = []
    for i, layer in enumerate(child):
        came = _merge(layer, [(spreads[j], child[j].width) for j in layer.inputs])
        if not layer.weights:
            spreads.append(came)
        elif i in pairs:
            arrays[i], spread = _take(parent[pairs[i]], layer, came, channels_first)
            spreads.append(spread)
            if spread is not None and layer.kind != "norm":
                notes.append("%s %d -> %d widened" % (layer.type, spread.old, spread.new))
        elif layer.kind == "norm":
            calibrate.append(i)
            spreads.append(came)
            notes.append(layer.type + " inserted")
        else:
            arrays[i], spread = _insert(layer, came, channels_first)
            spreads.append(spread)
            notes.append("%s%s inserted" % (layer.type, " (%s)" % layer.detail if layer.detail else ""))
    if spreads and spreads[-1] is not None:
        raise Refused("the outputs of the network are others")
    plain, before = (collections.Counter(x.type for x in side if not x.weights) for side in (child, parent))
    notes += [kind + " inserted" for kind in plain - before] + [kind + " removed" for kind in before - plain]
    weighted = sum(1 for layer in child if layer.weights)
    return Plan(arrays, calibrate, bool(notes), ", ".join(["%d of %d layers" % (len(pairs), weighted)] + notes))


def align(parent: Sequence[Layer], child: Sequence[Layer]) -> Dict[int, int]:
    """Find for every layer of the parent that has weights its place in the child.

    The order is kept, and the first and the last layers are pairs in any case:
    without these anchors an output layer could pass for a hidden one.
    """
    ours = [i for i, layer in enumerate(parent) if layer.weights]
    theirs = [i for i, layer in enumerate(child) if layer.weights]
    if not ours:
        raise Refused("the parent has no weights")
    ends = list(zip(_ends(parent, ours), _ends(child, theirs)))
    # best[j]: the highest score of pairing the parent's layers so far with those before j, and the pairs
    best: List[Optional[Tuple[float, Tuple[int, ...]]]] = [(0.0, ())] * (len(theirs) + 1)
    for p in ours:
        row: List[Optional[Tuple[float, Tuple[int, ...]]]] = [None]
        for j, c in enumerate(theirs):
            options = [row[j]]
            before = best[j]
            if before is not None and all((p == a) == (c == b) for a, b in ends):
                score = _score(parent[p], child[c])
                if score is not None:
                    options.append((before[0] + score, before[1] + (c,)))
            row.append(max((o for o in options if o is not None), default=None, key=lambda o: o[0]))
        best = row
        if best[-1] is None:
            raise Refused("there is no place for the parent's %s" % _words(parent[p]))
    found = best[-1]
    assert found is not None
    return dict(zip(found[1], ours))


def _ends(layers: Sequence[Layer], weighted: List[int]) -> Tuple[int, int]:
    """The first and the last layer that compute something of their own."""
    solid = [i for i in weighted if layers[i].kind != "norm"] or weighted or [-1]
    return solid[0], solid[-1]


def _score(ours: Layer, theirs: Layer) -> Optional[float]:
    """How well two layers fit each other; None where the weights do not."""
    if (ours.kind, ours.type, len(ours.weights)) != (theirs.kind, theirs.type, len(theirs.weights)):
        return None
    for a, b in zip(ours.weights, theirs.weights):
        if a.array.ndim != b.array.ndim:
            return None
        for axis, (old, new) in enumerate(zip(a.array.shape, b.array.shape)):
            if new < old or new > old and axis not in (b.into, b.out):
                return None
    same = [a.array.shape == b.array.shape for a, b in zip(ours.weights, theirs.weights)]
    score = 2.0 * all(same) + 1.0 * (ours.detail == theirs.detail)
    if ours.name and ours.name == theirs.name:
        return score + 4
    return score - 3 if theirs.name.startswith("mlhook_") else score


def _words(layer: Layer) -> str:
    shape = "x".join(map(str, layer.weights[0].array.shape))
    return "%s %s (%s)" % (layer.type, layer.name, shape) if layer.name else "%s (%s)" % (layer.type, shape)


def _merge(layer: Layer, incoming: List[Tuple[Optional[_Spread], int]]) -> Optional[_Spread]:
    """What the inputs of a layer together look like."""
    if all(spread is None for spread, _ in incoming):
        return None
    if layer.kind == "concat":
        at, old, new = [], 0, 0
        for spread, width in incoming:
            part = spread or _Spread(width, width, numpy.arange(width))
            at.append(part.at + new)
            old, new = old + part.old, new + part.new
        return _Spread(old, new, numpy.concatenate(at))
    first = incoming[0][0]
    for spread, _ in incoming:
        if first is None or spread is None or first[:2] != spread[:2] or (first.at != spread.at).any():
            raise Refused("%s joins a widened layer with another" % layer.type)
    return first


def _take(
    ours: Layer, theirs: Layer, came: Optional[_Spread], channels_first: bool
) -> Tuple[List[Any], Optional[_Spread]]:
    """The arrays of a layer that its parent had, and where its old units are."""
    arrays, spread = [], came if theirs.kind == "norm" else None
    for old, new in zip(ours.weights, theirs.weights):
        array, places = new.array.copy(), [numpy.arange(n) for n in old.array.shape]
        if theirs.kind == "norm":
            if new.out is not None:
                places[new.out] = _inputs(came, old.array.shape[new.out], new.array.shape[new.out], channels_first)
        elif new.out is not None:
            count, width = (w.array.shape[new.out] // new.gates for w in (old, new))
            places[new.out] = (numpy.arange(new.gates)[:, None] * width + numpy.arange(count)).reshape(-1)
            spread = None if count == width else _Spread(count, width, numpy.arange(count))
        if new.into is not None:
            if not new.own:
                places[new.into] = _inputs(came, old.array.shape[new.into], new.array.shape[new.into], channels_first)
            units: List[Any] = [slice(None)] * array.ndim
            if new.out is not None:
                units[new.out] = places[new.out]
            array[tuple(units)] = 0  # of the new inputs the old units see nothing
        array[numpy.ix_(*places)] = old.array
        arrays.append(array)
    if came is not None and all(w.into is None for w in theirs.weights) and theirs.kind != "norm":
        raise Refused("%s cannot read a widened layer" % theirs.type)
    return arrays, spread


def _inputs(came: Optional[_Spread], old: int, new: int, channels_first: bool) -> Any:
    """Where the old inputs of a layer are among its inputs, behind a Flatten too."""
    if old == new:
        return numpy.arange(old)
    if came is None or old % came.old or new != old // came.old * came.new:
        raise Refused("%d inputs have become %d" % (old, new))
    positions = numpy.arange(old // came.old)
    if channels_first:
        return (came.at[:, None] * len(positions) + positions).reshape(-1)
    return (positions[:, None] * came.new + came.at).reshape(-1)


def _insert(layer: Layer, came: Optional[_Spread], channels_first: bool) -> Tuple[List[Any], Optional[_Spread]]:
    """An identity that hands the old units on; units beyond them stay as they are."""
    if layer.kind not in ("dense", "conv"):
        raise Refused("an inserted %s is no identity" % layer.type)
    kernel = layer.weights[0]
    width, inputs = kernel.array.shape[kernel.out], kernel.array.shape[kernel.into]
    places = numpy.arange(inputs)
    if came is not None:
        places = _inputs(came, inputs // came.new * came.old, inputs, channels_first)
    if width < len(places):
        raise Refused("an inserted %s of %d units is narrower than its %d inputs" % (layer.type, width, len(places)))
    arrays = []
    for weight in layer.weights:
        array, units = weight.array.copy(), [slice(None)] * weight.array.ndim
        units[weight.out] = slice(len(places))
        array[tuple(units)] = 0
        arrays.append(array)
    centre: List[Any] = [(n - 1) // 2 for n in kernel.array.shape]
    centre[kernel.into], centre[kernel.out] = places, numpy.arange(len(places))
    arrays[0][tuple(centre)] = 1
    return arrays, None if width == len(places) else _Spread(len(places), width, numpy.arange(len(places)))
