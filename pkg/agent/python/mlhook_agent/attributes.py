"""What an object consists of beside its value: its class and its attributes."""

import copyreg
import functools
import sys
from typing import Any, Dict

from . import graph
from .graph import Mismatch

HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made when Python runs, by a class statement or by a module written in C

def attributes(value: Any) -> Dict[str, Any]:
    """The instance's own attributes, those in slots among them."""
    found = dict(getattr(value, "__dict__", ()))
    for name in copyreg._slotnames(type(value)):  # type: ignore[attr-defined]
        if hasattr(value, name):
            found[name] = getattr(value, name)
    return found


def set_attributes(value: Any, saved: Dict[str, Any]) -> None:
    """Replace all attributes, passing by __setattr__."""
    own = getattr(value, "__dict__", None)
    if own is not None:
        own.clear()
    slots = set(copyreg._slotnames(type(value)))  # type: ignore[attr-defined]
    for name, attribute in saved.items():
        if own is not None and name not in slots:
            own[name] = attribute
        else:
            object.__setattr__(value, name, attribute)


def class_of(data: Any) -> type:
    """The class that was saved as module and name."""
    found = graph.resolved(sys.modules.get(data[0]), data[1])
    if not isinstance(found, type):
        raise Mismatch("there is no class %s.%s" % tuple(data))
    return found


def is_class(data: Any, live: Any) -> bool:
    """Whether an object is exactly of the class that was saved."""
    return (type(live).__module__, type(live).__qualname__) == tuple(data)


@functools.lru_cache(maxsize=None)
def c_base(kind: type) -> type:
    """The class written in C by which instances of a class are laid out, found as copyreg does."""
    for base in kind.__mro__:
        new = base.__new__
        if not base.__flags__ & HEAP_TYPE or isinstance(new, type(object.__new__)) and new.__self__ is base:
            return base
    return object
