"""How generators of random numbers and NumPy arrays are saved: see graph."""

import pickle
import random
import sys
from typing import Any, Tuple

from . import graph
from .graph import Kind, Mismatch, Reader, Writer


class Random(Kind):
    """random.Random and NumPy's generators: their state."""

    name = "random"

    def holds(self, value: Any) -> bool:
        numpy = sys.modules.get("numpy")
        kinds: Tuple[type, ...] = (random.Random,)
        if numpy is not None and hasattr(numpy, "random"):
            kinds += (numpy.random.Generator, numpy.random.RandomState)
        return type(value) in kinds

    def save(self, out: Writer, value: Any, n: int) -> Any:
        return type(value).__name__, pickle.dumps(value)

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        return type(live).__name__ == data[0] and self.holds(live)

    def make(self, table: Reader, data: Any, n: int) -> Any:
        return pickle.loads(data[1])

    def fill(self, table: Reader, data: Any, target: Any) -> None:
        saved = pickle.loads(data[1])
        if isinstance(target, random.Random):
            target.setstate(saved.getstate())
        elif hasattr(target, "bit_generator"):
            target.bit_generator.state = saved.bit_generator.state
        else:
            target.set_state(saved.get_state())


class Array(Kind):
    """NumPy arrays of numbers; others are values."""

    name = "array"

    def holds(self, value: Any) -> bool:
        numpy = sys.modules.get("numpy")
        return numpy is not None and type(value) is numpy.ndarray and not value.dtype.hasobject

    def save(self, out: Writer, value: Any, n: int) -> Any:
        content, known = self._bytes(value), None
        if content.nbytes >= graph.BIG:
            known = graph.mark(content)
            if not out.same(n, known):
                known = None
        saved = b"" if known or out.entry is None else bytes(content)
        return value.shape, pickle.dumps(value.dtype), known, saved

    def _bytes(self, value: Any) -> memoryview:
        flat = sys.modules["numpy"].ascontiguousarray(value).reshape(-1)
        return memoryview(flat.view("uint8"))

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        if not self.holds(live) or live.shape != data[0] or live.dtype != pickle.loads(data[1]):
            return False
        if data[2] is not None and graph.mark(self._bytes(live)) != data[2]:
            raise Mismatch("the program's data (an array of shape %s) is not what it was" % (data[0],))
        return data[2] is not None or bool(live.flags.writeable)

    def make(self, table: Reader, data: Any, n: int) -> Any:
        if data[2] is not None:
            raise Mismatch("an array of shape %s is not there" % (data[0],))
        return sys.modules["numpy"].empty(data[0], pickle.loads(data[1]))

    def fill(self, table: Reader, data: Any, target: Any) -> None:
        if data[2] is None:
            saved = sys.modules["numpy"].frombuffer(data[3], pickle.loads(data[1]))
            target[...] = saved.reshape(data[0])
