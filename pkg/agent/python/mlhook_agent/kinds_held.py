"""How objects of Python's library that hold others are saved: see graph."""

import functools
import io
import sys
import types
from typing import Any, Iterator, Tuple

from . import graph
from .attributes import class_of, is_class
from .graph import Kind, Mismatch, Reader, Unsaveable, Writer

BUILT_IN = (types.BuiltinFunctionType, types.MethodWrapperType)
FILES = (io.TextIOWrapper, io.BufferedReader, io.BufferedWriter, io.BufferedRandom, io.FileIO, io.StringIO, io.BytesIO)
CACHE = type(functools.lru_cache()(print))


class Method(Kind):
    """A method of an object: made anew, since it may be the only way to the object."""

    name = "method"

    def holds(self, value: Any) -> bool:
        if isinstance(value, BUILT_IN):
            return not isinstance(value.__self__, (types.ModuleType, type, type(None)))
        return isinstance(value, types.MethodType)

    def save(self, out: Writer, value: Any, n: int) -> Any:
        function = value.__name__ if isinstance(value, BUILT_IN) else (
            out.ref(value.__func__, n, "__func__"))
        return function, out.ref(value.__self__, n, "__self__")

    def leads(self, data: Any, live: Any) -> bool:
        return self.holds(live)

    def pairs(self, data: Any, live: Any) -> Iterator[Tuple[Any, Any]]:
        yield data[0], getattr(live, "__func__", None)
        yield data[1], live.__self__

    def make(self, table: Reader, data: Any, n: int) -> Any:
        owner = table.get(data[1])
        return getattr(owner, data[0]) if isinstance(data[0], str) else types.MethodType(table.get(data[0]), owner)


class Partial(Kind):
    """functools.partial: the function and what it is given."""

    name = "partial"

    def holds(self, value: Any) -> bool:
        return isinstance(value, functools.partial)

    def save(self, out: Writer, value: Any, n: int) -> Any:
        parts = {"func": value.func, "args": value.args, "keywords": value.keywords, "own": vars(value)}
        return (type(value).__module__, type(value).__qualname__), [out.ref(part, n, name) for name, part in parts.items()]

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        return is_class(data[0], live)

    def pairs(self, data: Any, live: Any) -> Iterator[Tuple[Any, Any]]:
        return zip(data[1], (live.func, live.args, live.keywords, vars(live)))

    def make(self, table: Reader, data: Any, n: int) -> Any:
        cls: Any = class_of(data[0])
        return functools.partial.__new__(cls, print)  # whatever can be called, until it is filled

    def fill(self, table: Reader, data: Any, target: Any) -> None:
        function, args, keywords, own = (table.get(part) for part in data[1])
        target.__setstate__((function, args, keywords, own))


class Buffer(Kind):
    """Files in memory: their contents and position."""

    name = "buffer"

    def holds(self, value: Any) -> bool:
        return type(value) in (io.StringIO, io.BytesIO) and not value.closed

    def save(self, out: Writer, value: Any, n: int) -> Any:
        state = value.__getstate__()[:-1]  # the last are attributes
        known = None
        if len(state[0]) >= graph.BIG:
            known = graph.mark(state[0] if isinstance(value, io.BytesIO) else state[0].encode("utf-8", "surrogatepass"))
            if not out.same(n, known):
                known = None
        return type(value).__name__, known, (None,) + state[1:] if known else state

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        return type(live).__name__ == data[0] and self.holds(live)

    def make(self, table: Reader, data: Any, n: int) -> Any:
        if data[1]:
            raise Mismatch("a %s of %d bytes is not there" % (data[0], data[1][0]))
        return getattr(io, data[0])()

    def fill(self, table: Reader, data: Any, target: Any) -> None:
        contents = target.getvalue() if data[1] else data[2][0]
        target.__setstate__((contents,) + data[2][1:] + (None,))


class Closed(Kind):
    """A closed file, of which nothing is left."""

    name = "closed"

    def holds(self, value: Any) -> bool:
        return type(value) in FILES and value.closed

    def save(self, out: Writer, value: Any, n: int) -> Any:
        return ""

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        return self.holds(live)

    def make(self, table: Reader, data: Any, n: int) -> Any:
        closed = io.BytesIO()
        closed.close()
        return closed


class Stream(Kind):
    """A file that is read piece by piece: where in it the program is."""

    name = "stream"

    def holds(self, value: Any) -> bool:
        return type(value) in (io.TextIOWrapper, io.BufferedReader) and not value.closed and (
            not value.writable() and value.seekable())

    def save(self, out: Writer, value: Any, n: int) -> Any:
        out.keep(n, "a file opened")
        try:
            return str(value.name), value.tell()
        except OSError:  # a loop goes through its lines, and reads ahead
            if out.entry is not None:
                raise Unsaveable("%s is a file in the middle of a loop through it" % out.way(n))
            return str(value.name), 0

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        return self.holds(live)

    def make(self, table: Reader, data: Any, n: int) -> Any:
        raise Mismatch("the file %s is not open" % data[0])

    def fill(self, table: Reader, data: Any, target: Any) -> None:
        target.seek(data[1])


class Cache(Kind):
    """A function with a cache, which a new run begins without."""

    name = "cache"

    def holds(self, value: Any) -> bool:
        return isinstance(value, CACHE)

    def save(self, out: Writer, value: Any, n: int) -> Any:
        place = graph.located(value)
        if place is None:
            out.keep(n, "a function")
        if not out.same(n, value.cache_info().misses, "cache") and out.entry is not None:
            out.concerns.append("%s is called again for what it remembered" % out.way(n))
        return place, out.ref(value.__wrapped__, n, "__wrapped__")

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        return self.holds(live) and graph.located(live) == data[0]

    def pairs(self, data: Any, live: Any) -> Iterator[Tuple[Any, Any]]:
        yield data[1], live.__wrapped__

    def make(self, table: Reader, data: Any, n: int) -> Any:
        found = data[0] and graph.resolved(sys.modules.get(data[0][0]), data[0][1])
        if not found:
            raise Mismatch("a function with a cache is not there")
        return found


KINDS = (Method(), Partial(), Buffer(), Closed(), Stream(), Cache())
