"""What an attempt leaves to those that start from it: the directory ``warm``.

``state.json`` describes, ``state.npz`` holds the arrays, and ``MANIFEST`` gives
the size and the SHA-256 of both. It appears whole or not at all.
"""

import hashlib
import json
import os
import shutil
from typing import Any, Dict, NamedTuple

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
    numpy.savez(os.path.join(temporary, "state.npz"), **state.arrays)
    _dump(os.path.join(temporary, "state.json"), state.facts)
    names = ("state.json", "state.npz")
    _dump(os.path.join(temporary, "MANIFEST"), {name: _digest(os.path.join(temporary, name)) for name in names})
    for name in names + ("MANIFEST", "."):
        handle = os.open(os.path.join(temporary, name), os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    os.rename(temporary, directory)


def read(directory: str) -> State:
    """Read a state; raises OSError or ValueError for one that is missing or damaged."""
    import numpy

    with open(os.path.join(directory, "MANIFEST"), encoding="utf-8") as f:
        manifest = json.load(f)
    for name in ("state.json", "state.npz"):
        if manifest.get(name) != _digest(os.path.join(directory, name)):
            raise ValueError("%s is damaged" % name)
    with open(os.path.join(directory, "state.json"), encoding="utf-8") as f:
        facts = json.load(f)
    with numpy.load(os.path.join(directory, "state.npz"), allow_pickle=False) as arrays:
        return State(facts, dict(arrays))


def _dump(path: str, value: Any) -> None:
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f)


def _digest(path: str) -> Dict[str, Any]:
    digest = hashlib.sha256()
    with open(path, "rb") as f:
        for block in iter(lambda: f.read(1 << 20), b""):
            digest.update(block)
    return {"sha256": digest.hexdigest(), "size": os.path.getsize(path)}
