"""How Python's objects are saved: see graph. Random numbers and arrays are in kinds_numbers, the rest in kinds_values."""

import collections
import enum
import io
import sys
import threading
import types
import weakref
from typing import Any, Dict, Iterator, List, Tuple

from . import graph, kinds_held
from .attributes import attributes, c_base, class_of, is_class, set_attributes
from .graph import Kind, Mismatch, Program, Reader, Unsaveable, Writer
from .kinds_numbers import Array, Bits, Generator, Random

# Packages whose plain Python objects are walked, attribute by attribute, as the
# program's own are; those of others are pickled, each as one value.
WALKED = frozenset(("torch", "torchvision", "accelerate", "sklearn", "argparse", "types", "collections", "queue"))
# Objects that show or write something, and that a new run makes again.
SHOWING = frozenset((
    "logging", "tqdm", "matplotlib", "tensorboard", "tensorboardX", "wandb", "mlflow", "rich", "_csv", "io", "_io",
    "threading", "_thread", "mlhook_agent", "contextlib", "subprocess", "socket", "_queue", "weakref",
))
# Classes written in C whose instances have nothing but attributes.
PLAIN = (object, types.SimpleNamespace, *threading.local.__mro__[:-1])
ITERATORS = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType)
KEPT = (
    types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.CodeType, types.FrameType, weakref.ref, property,
    io.IOBase, type, types.MappingProxyType, type(Ellipsis),
)


class Container(Kind):
    """Lists, tuples, dictionaries, sets and deques, and classes derived from them.

    Saved: class, contents, attributes of a derived class, and what makes a new one.
    """

    name = "container"
    bases: Tuple[type, ...] = (
        list, dict, set, frozenset, collections.deque, collections.OrderedDict, collections.defaultdict
    )

    def holds(self, value: Any) -> bool:
        return isinstance(value, self.bases) and c_base(type(value)) in self.bases

    def save(self, out: Writer, value: Any, n: int) -> Any:
        kind = type(value)
        if isinstance(value, dict):
            contents: Any = [
                (out.ref(k, n, "key"), out.ref(v, n, k if type(k) in graph.ATOMS else "value"))
                for k, v in dict.items(value)
            ]
        else:
            contents = [out.ref(item, n, place) for place, item in enumerate(value)]
        own = {}
        if hasattr(value, "__dict__"):
            own = {name: out.ref(part, n, name) for name, part in vars(value).items()}
        extra = getattr(value, "maxlen", None)
        if isinstance(value, collections.defaultdict):
            extra = out.ref(value.default_factory, n, "default_factory")
        return (kind.__module__, kind.__qualname__), contents, own, extra

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        return is_class(data[0], live) and not isinstance(live, frozenset)

    def pairs(self, data: Any, live: Any) -> Iterator[Tuple[Any, Any]]:
        if isinstance(live, dict):
            for key, value in data[1]:
                if type(key) is not graph.Ref and key in live:
                    yield value, dict.__getitem__(live, key)
        elif not isinstance(live, set):
            yield from zip(data[1], live)
        own = getattr(live, "__dict__", {})
        yield from ((part, own[name]) for name, part in data[2].items() if name in own)
        if isinstance(live, collections.defaultdict):
            yield data[3], live.default_factory

    def make(self, table: Reader, data: Any, n: int) -> Any:
        cls = class_of(data[0])
        if issubclass(cls, frozenset):
            made: Any = frozenset.__new__(cls, [table.get(item) for item in data[1]])
        elif issubclass(cls, collections.deque):
            made = collections.deque.__new__(cls)
            collections.deque.__init__(made, (), data[3])
        else:
            made = cls.__new__(cls)
            if issubclass(cls, collections.defaultdict):
                made.default_factory = table.get(data[3])
        return made

    def fill(self, table: Reader, data: Any, target: Any) -> None:
        if isinstance(target, dict):
            items = [(table.get(key), table.get(value)) for key, value in data[1]]
            base: Any = collections.OrderedDict if isinstance(target, collections.OrderedDict) else dict
            base.clear(target)
            for key, value in items:
                base.__setitem__(target, key, value)
        elif isinstance(target, list):
            list.__setitem__(target, slice(None), [table.get(item) for item in data[1]])
        elif isinstance(target, (set, collections.deque)):
            items = [table.get(item) for item in data[1]]
            target.clear()
            (target.update if isinstance(target, set) else target.extend)(items)
        if data[2]:
            set_attributes(target, {name: table.get(part) for name, part in data[2].items()})


class Tuples(Kind):
    """Tuples lead on to what they hold, but are made anew: they cannot be filled."""

    name = "tuple"

    def holds(self, value: Any) -> bool:
        return isinstance(value, tuple) and c_base(type(value)) is tuple

    def save(self, out: Writer, value: Any, n: int) -> Any:
        kind = type(value)
        return (kind.__module__, kind.__qualname__), [out.ref(item, n, place) for place, item in enumerate(value)]

    def leads(self, data: Any, live: Any) -> bool:
        return is_class(data[0], live)

    def pairs(self, data: Any, live: Any) -> Iterator[Tuple[Any, Any]]:
        return zip(data[1], live)

    def make(self, table: Reader, data: Any, n: int) -> Any:
        return tuple.__new__(class_of(data[0]), [table.get(item) for item in data[1]])


class Function(Kind):
    """A function of the program: what its closure and its attributes hold."""

    name = "function"

    def __init__(self, program: Program) -> None:
        self.program = program

    def holds(self, value: Any) -> bool:
        return type(value) is types.FunctionType and self.program(value.__module__ or "")

    def save(self, out: Writer, value: Any, n: int) -> Any:
        place = graph.located(value)
        if place is None:
            out.keep(n, "a function")
        cells = {}
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or ()):
            try:
                cells[name] = out.ref(cell.cell_contents, n, name)
            except ValueError:  # not yet set
                pass
        defaults = out.ref(value.__defaults__, n, "__defaults__"), out.ref(value.__kwdefaults__, n, "__kwdefaults__")
        own = {name: out.ref(part, n, name) for name, part in vars(value).items() if name != "__wrapped__"}
        return (value.__module__, value.__qualname__, place is not None), cells, defaults, own

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        return type(live) is types.FunctionType and (live.__module__, live.__qualname__) == data[0][:2]

    def pairs(self, data: Any, live: Any) -> Iterator[Tuple[Any, Any]]:
        for name, cell in zip(live.__code__.co_freevars, live.__closure__ or ()):
            if name in data[1] and cell != types.CellType():
                yield data[1][name], cell.cell_contents
        yield from zip(data[2], (live.__defaults__, live.__kwdefaults__))
        yield from ((part, vars(live)[name]) for name, part in data[3].items() if name in vars(live))

    def make(self, table: Reader, data: Any, n: int) -> Any:
        module, name, importable = data[0]
        found = graph.resolved(sys.modules.get(module), name) if importable else None
        if found is None:
            raise Mismatch("the function %s.%s is not there" % (module, name))
        return found

    def fill(self, table: Reader, data: Any, target: Any) -> None:
        for name, cell in zip(target.__code__.co_freevars, target.__closure__ or ()):
            if name in data[1]:
                cell.cell_contents = table.get(data[1][name])
        defaults, kwdefaults = (table.get(part) for part in data[2])
        if defaults is not None:
            target.__defaults__ = defaults
        if kwdefaults is not None:
            target.__kwdefaults__ = kwdefaults
        vars(target).update({name: table.get(part) for name, part in data[3].items()})


class Class(Kind):
    """A class of the program, whose attributes may count something."""

    name = "class"

    def __init__(self, program: Program) -> None:
        self.program = program

    def holds(self, value: Any) -> bool:
        return isinstance(value, type) and not issubclass(value, enum.Enum) and self.program(value.__module__)

    def save(self, out: Writer, value: Any, n: int) -> Any:
        if graph.located(value) is None:
            out.keep(n, "a class")
        own = {name: out.ref(part, n, name) for name, part in self._parts(value).items()}
        return (value.__module__, value.__qualname__), own

    def _parts(self, cls: type) -> Dict[str, Any]:
        """What a class has of its own: its values, and the functions that its methods are."""
        found = {}
        for name, part in vars(cls).items():
            part = part.__func__ if isinstance(part, (staticmethod, classmethod)) else part
            if isinstance(part, (types.FunctionType, kinds_held.CACHE)):
                if isinstance(part, types.FunctionType) and part.__code__.co_filename.startswith("<"):  # as dataclasses make them
                    continue
            elif name.startswith("__") or name == "_abc_impl" or hasattr(type(part), "__get__"):
                continue
            found[name] = part
        return found

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        return isinstance(live, type) and (live.__module__, live.__qualname__) == data[0]

    def pairs(self, data: Any, live: Any) -> Iterator[Tuple[Any, Any]]:
        own = self._parts(live)
        return ((part, own[name]) for name, part in data[1].items() if name in own)

    def make(self, table: Reader, data: Any, n: int) -> Any:
        return class_of(data[0])

    def fill(self, table: Reader, data: Any, target: Any) -> None:
        own = self._parts(target)
        for name, part in data[1].items():
            restored = table.get(part)
            if own.get(name) is not restored:
                wrap = type(vars(target).get(name))
                setattr(target, name, wrap(restored) if wrap in (staticmethod, classmethod) else restored)


class Importable(Kind):
    """Functions, classes and modules of libraries, which a name leads to."""

    name = "import"
    last = True

    def holds(self, value: Any) -> bool:
        if isinstance(value, types.ModuleType):
            return sys.modules.get(value.__name__) is value
        kinds = (types.FunctionType, types.BuiltinFunctionType, type)
        return isinstance(value, kinds) and graph.located(value) is not None

    def save(self, out: Writer, value: Any, n: int) -> Any:
        return (value.__name__, "") if isinstance(value, types.ModuleType) else graph.located(value)

    def make(self, table: Reader, data: Any, n: int) -> Any:
        module = sys.modules.get(data[0])
        found = graph.resolved(module, data[1]) if data[1] else module
        if found is None:
            raise Mismatch("%s.%s is not there" % tuple(data))
        return found


class Object(Kind):
    """An instance of a class written in Python: its attributes."""

    name = "object"

    def __init__(self, program: Program, bases: Tuple[type, ...] = ()) -> None:
        self.program = program
        self.bases = bases

    def holds(self, value: Any) -> bool:
        kind = type(value)
        package = kind.__module__.partition(".")[0]
        if not (self.program(kind.__module__) or package in WALKED or isinstance(value, self.bases) or (
                c_base(kind) is threading.local)):
            return False
        return not isinstance(value, (type, enum.Enum)) and c_base(kind) in PLAIN

    def save(self, out: Writer, value: Any, n: int) -> Any:
        kind = type(value)
        own = {name: out.ref(part, n, name) for name, part in attributes(value).items()}
        return (kind.__module__, kind.__qualname__), own

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        return is_class(data[0], live)

    def pairs(self, data: Any, live: Any) -> Iterator[Tuple[Any, Any]]:
        own = attributes(live)
        return ((part, own[name]) for name, part in data[1].items() if name in own)

    def make(self, table: Reader, data: Any, n: int) -> Any:
        cls = class_of(data[0])
        return cls.__new__(cls)

    def fill(self, table: Reader, data: Any, target: Any) -> None:
        set_attributes(target, {name: table.get(part) for name, part in data[1].items()})


class Kept(Kind):
    """What is left as the resumed program makes it: files that are written, threads, displays."""

    name = "kept"
    last = True

    def holds(self, value: Any) -> bool:
        kind = type(value)
        return isinstance(value, KEPT) or kind.__module__.partition(".")[0] in SHOWING

    def save(self, out: Writer, value: Any, n: int) -> Any:
        kind = type(value).__name__
        out.keep(n, "a " + kind)
        if out.entry is not None and (kind == "SimpleQueue" and not value.empty() or isinstance(value, io.BytesIO)):
            out.concerns.append("%s (%s) cannot be saved and is as a new run makes it" % (out.way(n), kind))
        return kind

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        return type(live).__name__ == data

    def make(self, table: Reader, data: Any, n: int) -> Any:
        raise Mismatch("a %s is not there" % data)


class Iterators(Kind):
    """A generator stands somewhere within itself, and where cannot be saved."""

    name = "iterator"

    def __init__(self, program: Program) -> None:
        self.program = program

    def holds(self, value: Any) -> bool:
        kind = type(value)
        if isinstance(value, ITERATORS):
            return True
        known = isinstance(value, io.IOBase) or kind.__module__.startswith("tqdm") or self.program(kind.__module__)
        return hasattr(kind, "__next__") and not known

    def save(self, out: Writer, value: Any, n: int) -> Any:
        if out.entry is not None:
            what = "the workers of a DataLoader that keeps them" if "DataLoader" in type(value).__name__ else (
                "a live " + type(value).__name__)
            raise Unsaveable("%s holds %s, whose place cannot be saved" % (out.way(n), what))
        return ""


def python_kinds(program: Program, bases: Tuple[type, ...] = ()) -> List[Kind]:
    """The kinds of Python and NumPy, without values; the first that holds an object saves it."""
    return [
        Tuples(), Container(), Random(), Bits(), Generator(), Array(), Function(program), Class(program), Importable(),
        *kinds_held.KINDS, Iterators(program), Object(program, bases), Kept(),
    ]
