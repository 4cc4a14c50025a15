"""What a program may set for its whole process: its directory, environment, and defaults of libraries."""

import os
import pickle
import sys
from typing import Any, Dict

Settings = Dict[Any, Any]


def take(top: str) -> Settings:
    """The settings of now, those of a directory below top relative to it."""
    found: Settings = {("environ", name): value for name, value in os.environ.items()}
    here = os.getcwd()
    found["directory"] = os.path.relpath(here, top) if (here + os.sep).startswith(top + os.sep) else here
    decimal, numpy, torch = (sys.modules.get(name) for name in ("decimal", "numpy", "torch"))
    if hasattr(decimal, "getcontext"):
        found["decimal"] = pickle.dumps(decimal.getcontext())  # type: ignore[union-attr]
    if hasattr(numpy, "set_printoptions"):
        options = numpy.get_printoptions()  # type: ignore[union-attr]
        found["print"] = {name: value for name, value in options.items() if name != "formatter"}
        found["errors"] = numpy.geterr()  # type: ignore[union-attr]
    if hasattr(torch, "set_default_dtype"):
        found["dtype"] = str(torch.get_default_dtype()).split(".")[1]  # type: ignore[union-attr]
        found["threads"] = torch.get_num_threads()  # type: ignore[union-attr]
    return found


def changed(now: Settings, before: Settings) -> Settings:
    """What was set, or with None unset, since then."""
    return {name: now.get(name) for name in {**before, **now} if now.get(name) != before.get(name)}


def put(settings: Settings, top: str) -> None:
    """Set what changed returned."""
    for name, value in settings.items():
        if name == "directory":
            os.makedirs(os.path.join(top, value), exist_ok=True)
            os.chdir(os.path.join(top, value))
        elif name == "decimal":
            sys.modules["decimal"].setcontext(pickle.loads(value))
        elif name == "print":
            sys.modules["numpy"].set_printoptions(**value)
        elif name == "errors":
            sys.modules["numpy"].seterr(**value)
        elif name == "dtype":
            sys.modules["torch"].set_default_dtype(getattr(sys.modules["torch"], value))
        elif name == "threads":
            sys.modules["torch"].set_num_threads(value)
        elif value is None:
            os.environ.pop(name[1], None)
        else:
            os.environ[name[1]] = value
