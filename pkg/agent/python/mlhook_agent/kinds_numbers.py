"""How generators of random numbers and NumPy arrays are saved: see graph.

An array may be a view of another one's memory. Then what is saved is where in it
the view lies, so that memory that was shared is shared again.
"""

import pickle
import random
import sys
from typing import Any, Iterator, Optional, Tuple

from . import graph
from .attributes import attributes, class_of, is_class
from .graph import Kind, Mismatch, Reader, Writer


def numpy() -> Any:
    """The loaded NumPy, or None."""
    found = sys.modules.get("numpy")
    return found if hasattr(found, "random") else None


class Random(Kind):
    """random.Random, and classes derived from it: state and attributes. numpy.random.RandomState: its state."""

    name = "random"

    def holds(self, value: Any) -> bool:
        if isinstance(value, random.Random):
            return not isinstance(value, random.SystemRandom)
        return numpy() is not None and type(value) is numpy().random.RandomState

    def save(self, out: Writer, value: Any, n: int) -> Any:
        kind = type(value)
        state = value.getstate() if isinstance(value, random.Random) else pickle.dumps(value.get_state())
        own = {} if kind is random.Random else {name: out.ref(part, n, name) for name, part in attributes(value).items()}
        return (kind.__module__, kind.__qualname__), state, own

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        return is_class(data[0], live)

    def pairs(self, data: Any, live: Any) -> Iterator[Tuple[Any, Any]]:
        own = attributes(live)
        return ((part, own[name]) for name, part in data[2].items() if name in own)

    def make(self, table: Reader, data: Any, n: int) -> Any:
        cls = class_of(data[0])
        return cls.__new__(cls) if issubclass(cls, random.Random) else cls()

    def fill(self, table: Reader, data: Any, target: Any) -> None:
        if isinstance(target, random.Random):
            vars(target).update({name: table.get(part) for name, part in data[2].items()})
            target.setstate(data[1])
        else:
            target.set_state(pickle.loads(data[1]))


class Bits(Kind):
    """NumPy's bit generators: their state, and how many have been spawned."""

    name = "bits"

    def holds(self, value: Any) -> bool:
        return numpy() is not None and isinstance(value, getattr(numpy().random, "BitGenerator", ()))

    def save(self, out: Writer, value: Any, n: int) -> Any:
        return type(value).__name__, pickle.dumps(value), pickle.dumps(value.state)

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        return self.holds(live) and type(live).__name__ == data[0]

    def make(self, table: Reader, data: Any, n: int) -> Any:
        return pickle.loads(data[1])

    def fill(self, table: Reader, data: Any, target: Any) -> None:
        target.state = pickle.loads(data[2])
        seeds, saved = (getattr(bits, "seed_seq", None) for bits in (target, pickle.loads(data[1])))
        if hasattr(seeds, "spawn"):
            seeds.spawn(max(0, saved.n_children_spawned - seeds.n_children_spawned))


class Generator(Kind):
    """NumPy's Generator, which draws from a bit generator that others may draw from too."""

    name = "generator of numpy"

    def holds(self, value: Any) -> bool:
        return numpy() is not None and type(value) is getattr(numpy().random, "Generator", None)

    def save(self, out: Writer, value: Any, n: int) -> Any:
        return out.ref(value.bit_generator, n, "bit_generator")

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        if not self.holds(live):
            return False
        table.pair(data, live.bit_generator, id(live.bit_generator))
        return table.live(data) is live.bit_generator

    def make(self, table: Reader, data: Any, n: int) -> Any:
        return numpy().random.Generator(table.get(data))


class Array(Kind):
    """NumPy arrays of numbers; others are values."""

    name = "array"

    def holds(self, value: Any) -> bool:
        return numpy() is not None and type(value) is numpy().ndarray and not value.dtype.hasobject

    def save(self, out: Writer, value: Any, n: int) -> Any:
        dtype, memory = pickle.dumps(value.dtype), self._memory(value)
        if memory is not None:
            return value.shape, dtype, (out.ref(memory, n, "base"), *_place(value, memory)), None, b""
        content, known = self._bytes(value), None
        if content.nbytes >= graph.BIG:
            known = graph.mark(content)
            if not out.same(n, known):
                known = None
        saved = b"" if known or out.entry is None else bytes(content)
        return value.shape, dtype, _order(value), known, saved

    def _memory(self, value: Any) -> Optional[Any]:
        """The array of which another is a view; None where it has memory of its own, or what is no array's."""
        memory = memory_of(value)
        return memory if memory is not value and self.holds(memory) and _order(memory) else None

    def _bytes(self, value: Any) -> memoryview:
        """The content, in the order in which it lies in memory."""
        rows = value.T if _order(value) == "F" else value
        return memoryview(numpy().ascontiguousarray(rows).reshape(-1).view("uint8"))

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        if not self.holds(live) or live.shape != data[0] or live.dtype != pickle.loads(data[1]):
            return False
        memory, view = self._memory(live), isinstance(data[2], tuple)
        if view != (memory is not None):
            return False
        if memory is not None:
            table.pair(data[2][0], memory, id(memory))
            return table.live(data[2][0]) is memory and _place(live, memory) == data[2][1:]
        if data[3] is not None and graph.mark(self._bytes(live)) != data[3]:
            raise Mismatch("the program's data (an array of shape %s) is not what it was" % (data[0],))
        return data[3] is not None or bool(live.flags.writeable) and _order(live) == data[2]

    def make(self, table: Reader, data: Any, n: int) -> Any:
        dtype = pickle.loads(data[1])
        if isinstance(data[2], tuple):
            memory: Any = table.get(data[2][0])
            content = (memory.T if _order(memory) == "F" else memory).reshape(-1).view("uint8")
            return numpy().ndarray(data[0], dtype, content, *data[2][1:])
        if data[3] is not None:
            raise Mismatch("an array of shape %s is not there" % (data[0],))
        return numpy().empty(data[0], dtype, data[2] or "C")

    def fill(self, table: Reader, data: Any, target: Any) -> None:
        if isinstance(data[2], tuple) or data[3] is not None:
            return
        saved = numpy().frombuffer(data[4], pickle.loads(data[1]))
        if data[2] == "F":
            target.T[...] = saved.reshape(data[0][::-1])
        else:
            target[...] = saved.reshape(data[0])


def is_array(value: Any) -> bool:
    """Whether an object is an array, of whatever it holds."""
    return numpy() is not None and isinstance(value, numpy().ndarray)


def memory_of(array: Any) -> Any:
    """The object that has an array's memory: itself, or what it is a view of."""
    while is_array(array.base):
        array = array.base
    return array if array.base is None else array.base


def _order(value: Any) -> str:
    """How an array lies in memory: by rows, by columns, or neither."""
    return "C" if value.flags.c_contiguous else "F" if value.flags.f_contiguous else ""


def _place(view: Any, memory: Any) -> Tuple[int, Tuple[int, ...]]:
    """Where a view lies in an array's memory: offset and strides in bytes."""
    return view.__array_interface__["data"][0] - memory.__array_interface__["data"][0], view.strides
