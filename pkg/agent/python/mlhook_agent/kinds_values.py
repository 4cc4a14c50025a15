"""How objects of other packages are saved: see graph.

Each is pickled as a whole, and so a copy of it takes its place. What it holds
that others refer to, the model or the optimizer, must not be copied: such parts
are nodes of their own, and the pickle has their places only.
"""

import io
import pickle
import types
from typing import Any, Callable, Iterator, List, Optional, Tuple

from . import graph
from .graph import Kind, Mismatch, Program, Reader, Unsaveable, Writer
from .kinds_numbers import is_array, memory_of

PARTS = frozenset(("object", "tensor", "random", "bits", "generator", "generator of numpy"))  # kinds of what is a part, whoever defined it


class Value(Kind):
    """Anything that no other kind holds."""

    name = "value"
    last = True

    def __init__(self, program: Program, others: List[Kind]) -> None:
        self.program = program
        self.others = others

    def holds(self, value: Any) -> bool:
        return True

    def save(self, out: Writer, value: Any, n: int) -> Any:
        name = _name(value)
        try:
            text, pickler = self._pickled(value)
        except Exception:
            out.keep(n, "a " + name)
            if out.entry is not None:
                if name.startswith("torch."):
                    raise Unsaveable("%s (%s) cannot be saved" % (out.way(n), name))
                out.concerns.append("%s (%s) cannot be saved and is as a new run makes it" % (out.way(n), name))
            return name, None, None, []
        refs = [out.ref(part, n, place) for place, part in enumerate(pickler.parts)]
        known: Optional[Tuple[int, int]] = None
        if len(text) >= graph.BIG or pickler.memory:
            known = graph.mark(text)
            if not out.same(n, known):
                known = None
                out.copies(n, pickler.memory)
                if name == "numpy.memmap" and out.entry is not None:
                    out.concerns.append("%s is a copy, which its file does not follow" % out.way(n))
        if len(text) < graph.BIG:
            known = None
        return name, known, b"" if known else text, refs

    def _pickled(self, value: Any) -> "Tuple[bytes, _Pickler]":
        """The pickle of an object, and what made it."""
        file = io.BytesIO()
        pickler = _Pickler(file, self._is_part)
        pickler.dump(value)
        return file.getvalue(), pickler

    def _is_part(self, value: Any) -> bool:
        kind = next((kind.name for kind in self.others if kind.holds(value)), "")
        return kind in PARTS or kind == "container" and self.program(type(value).__module__)

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        if _name(live) != data[0]:
            return False
        if data[1] is not None and graph.mark(self._pickled(live)[0]) != data[1]:
            raise Mismatch("the program's data (%s) is not what it was" % data[0])
        return data[2] is None or data[1] is not None

    def leads(self, data: Any, live: Any) -> bool:
        return _name(live) == data[0]

    def pairs(self, data: Any, live: Any) -> Iterator[Tuple[Any, Any]]:
        return zip(data[3], self._pickled(live)[1].parts if data[3] else ())

    def make(self, table: Reader, data: Any, n: int) -> Any:
        if not data[2]:
            raise Mismatch("a %s is not there" % data[0])
        return _Unpickler(io.BytesIO(data[2]), lambda place: table.get(data[3][place])).load()


def _name(value: Any) -> str:
    return type(value).__module__ + "." + type(value).__qualname__


class _Pickler(pickle.Pickler):
    """Leaves out parts and collects them; arrays and what attributes make are copied, and it collects what those were."""

    def __init__(self, file: Any, is_part: Callable[[Any], bool]) -> None:
        super().__init__(file, 4)
        self.is_part = is_part
        self.parts: List[Any] = []
        self.memory: List[Any] = []

    def reducer_override(self, value: Any) -> Any:
        """Python asks for instances of classes only, so that numbers and texts cost nothing."""
        if not self.is_part(value):
            if is_array(value):
                self.memory.append(memory_of(value))
            elif hasattr(value, "__dict__") and type(value).__reduce_ex__ is object.__reduce_ex__ and (
                    type(value).__reduce__ is object.__reduce__ and not isinstance(value, (type, types.FunctionType))):
                self.memory += value, vars(value)  # several objects may have the same attributes
            return NotImplemented
        self.parts.append(value)
        return part, (len(self.parts) - 1,)


class _Unpickler(pickle.Unpickler):
    """Puts parts in."""

    def __init__(self, file: Any, get: Callable[[int], Any]) -> None:
        super().__init__(file)
        self.get = get

    def find_class(self, module: str, name: str) -> Any:
        return self.get if (module, name) == (__name__, part.__name__) else super().find_class(module, name)


def part(place: int) -> Any:
    """Stands in a pickle for what gives a part by its place."""
    raise Mismatch("part %d of a value is read without its table" % place)
