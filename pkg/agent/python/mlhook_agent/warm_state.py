"""What an attempt leaves to those that start from it: the directory ``warm``.

``state.json`` describes, ``state.npz`` holds the arrays, and ``MANIFEST.json`` gives
the size and the SHA-256 of both. It appears whole or not at all; after a crash
of the machine it may be damaged, which its reader sees. A trial that finds it so
starts cold, so it is not worth waiting for the disk.
"""

import json
import os
import shutil
from typing import Any, Callable, Dict, NamedTuple

from . import checkpoint

MAX_BYTES = 512 << 20  # of arrays; a larger model is trained cold


class State(NamedTuple):
    """facts describe, arrays are NumPy arrays by name."""

    facts: Dict[str, Any]
    arrays: Dict[str, Any]


def write(directory: str, state: State) -> None:
    """Write a state; a model that is too large leaves the reason only."""
    import numpy

    size = sum(array.nbytes for array in state.arrays.values())
    if size > MAX_BYTES:
        state = State({"refused": "the parent's state of %d MB was not kept" % (size >> 20)}, {})
    temporary = directory + ".tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    os.makedirs(temporary)
    files = {"state.npz": lambda path: numpy.savez(path, **state.arrays), "state.json": _json(state.facts)}
    known = {}
    for name, put in files.items():
        path = os.path.join(temporary, name)
        put(path)
        known[name] = checkpoint.identify(path)
    _json(known)(os.path.join(temporary, checkpoint.MANIFEST))
    os.rename(temporary, directory)


def read(directory: str) -> State:
    """Read a state; raises OSError or ValueError for one that is missing or damaged."""
    import numpy

    with open(os.path.join(directory, checkpoint.MANIFEST), encoding="utf-8") as f:
        manifest = json.load(f)
    for name in ("state.json", "state.npz"):
        if manifest.get(name) != checkpoint.identify(os.path.join(directory, name)):
            raise ValueError("%s is damaged" % name)
    with open(os.path.join(directory, "state.json"), encoding="utf-8") as f:
        facts = json.load(f)
    with numpy.load(os.path.join(directory, "state.npz"), allow_pickle=False) as arrays:
        return State(facts, dict(arrays))


def _json(value: Any) -> Callable[[str], Any]:
    return lambda path: checkpoint.dump(path, json.dumps(value).encode())
