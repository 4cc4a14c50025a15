"""The state of a fit's callbacks, and of what the program's own callbacks change around them.

Keras' own callbacks keep everything in their attributes. Those of the program
also write to globals and enclosing variables; what those hold is saved with
them, as far as it can be pickled and is no data set.
"""

import io
import pickle
import types
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Tuple

LARGEST = 1 << 20  # bytes of one global: what is larger is data, which no callback changes
KERAS = ("keras", "tensorflow", "tf_keras", "mlhook_agent")
SET_AT_BEGIN = {"model", "_model", "params", "validation_data"}


class Place(NamedTuple):
    """Something that a callback changes: where it is, how to read it and how to replace it."""

    name: str
    get: Callable[[], Any]
    set: Callable[[Any], None]
    own: bool  # of the program, not of Keras


def take(callbacks: List[Any], model: Any) -> Tuple[Dict[str, bytes], List[str]]:
    """Pickle every place by name; say what the program keeps that cannot be pickled."""
    saved, lost = {}, []
    for place in _places(callbacks):
        value = place.get()
        try:
            pickled = _pickle(value, model)
        except Exception:  # an open file, a generator
            if place.own and not _is_fixed(value):
                lost.append("%s cannot be saved" % place.name)
            continue
        if len(pickled) <= LARGEST or place.name[0] == "#":
            saved[place.name] = pickled
    return saved, lost


def put(callbacks: List[Any], model: Any, saved: Dict[str, bytes]) -> None:
    """Put back what take pickled. Containers keep their identity, since others may hold them too."""
    for place in _places(callbacks):
        if place.name not in saved:
            continue
        value = _Unpickler(io.BytesIO(saved[place.name]), model).load()
        current = place.get()
        if not _refill(current, value):
            place.set(value)


def _places(callbacks: List[Any]) -> Iterator[Place]:
    for number, callback in enumerate(callbacks):
        own = type(callback).__module__.split(".")[0] not in KERAS
        for attribute in sorted(set(vars(callback)) - SET_AT_BEGIN):
            yield _attribute("#%d.%s" % (number, attribute), callback, attribute, own)
        for function in _functions(callback, own):
            yield from _around(function, "%s" % type(callback).__name__)


def _attribute(name: str, holder: Any, attribute: str, own: bool) -> Place:
    return Place(name, lambda: getattr(holder, attribute, None), lambda v: setattr(holder, attribute, v), own)


def _functions(callback: Any, own: bool) -> Iterator[types.FunctionType]:
    """Functions of the program that a callback consists of."""
    held = list(vars(callback).values())
    if own:
        for cls in type(callback).__mro__:
            if cls.__module__.split(".")[0] not in KERAS:
                held.extend(cls.__dict__.values())
    for value in held:
        value = getattr(value, "__func__", value)
        if isinstance(value, types.FunctionType) and value.__module__.split(".")[0] not in KERAS:
            yield value


def _around(function: types.FunctionType, name: str) -> Iterator[Place]:
    """Globals and enclosing variables that a function of the program reaches."""
    waiting, seen = [function], set()
    while waiting:
        function = waiting.pop()
        if function.__code__ in seen:
            continue
        seen.add(function.__code__)
        for variable in function.__code__.co_names:
            if variable in function.__globals__:
                place = _global("%s: %s" % (name, variable), function.__globals__, variable)
                if _is_fixed(place.get()):
                    if isinstance(place.get(), types.FunctionType) and place.get().__globals__ is function.__globals__:
                        waiting.append(place.get())
                    continue
                yield place
        for variable, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
            place = _cell("%s: %s" % (name, variable), cell)
            if not _is_fixed(place.get()):
                yield place


def _global(name: str, scope: Dict[str, Any], variable: str) -> Place:
    return Place(name, lambda: scope.get(variable), lambda v: scope.__setitem__(variable, v), True)


def _cell(name: str, cell: Any) -> Place:
    def get() -> Any:
        try:
            return cell.cell_contents
        except ValueError:  # not bound yet
            return None

    return Place(name, get, lambda v: setattr(cell, "cell_contents", v), True)


def _is_fixed(value: Any) -> bool:
    """Whether a value is code, or an object of Keras, which is saved with the model."""
    if isinstance(value, (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
        return True
    return any(cls.__module__.split(".")[0] in KERAS for cls in type(value).__mro__)


def _refill(current: Any, value: Any) -> bool:
    """Change a container in place to equal value; tell whether that was possible."""
    if type(current) is not type(value) or current is None:
        return False
    if isinstance(value, list):
        current[:] = value
    elif isinstance(value, (dict, set)):
        current.clear()
        current.update(value)
    elif type(value).__module__ == "numpy" and getattr(value, "shape", ()) and current.shape == value.shape:
        current[...] = value
    else:
        return False
    return True


class _Pickler(pickle.Pickler):
    def __init__(self, file: Any, model: Any) -> None:
        super().__init__(file, protocol=4)
        self._model = model

    def persistent_id(self, value: Any) -> Any:
        return "model" if value is self._model else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: Any, model: Any) -> None:
        super().__init__(file)
        self._model = model

    def persistent_load(self, pid: Any) -> Any:
        return self._model


def _pickle(value: Any, model: Any) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer, model).dump(value)
    return buffer.getvalue()
