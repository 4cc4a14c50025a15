"""The trainings of a script that ended before the one that runs.

Each has a file of its own in every later checkpoint, since the program reads
its result again when it is resumed. Within a checkpoint's directory the file is
a link to that of the checkpoint before.
"""

import functools
import os
from typing import Any, Callable, Dict

from . import checkpoint

MOST = 1 << 30  # bytes of all of them


class Ended:
    """The files of the trainings that ended, by number."""

    def __init__(self) -> None:
        self.size = 0  # bytes
        self._held: Dict[str, Any] = {}  # file name to content, or to the path of a file that has it
        self._given: Dict[str, Any] = {}  # what the last checkpoint was made of

    def add(self, number: int, content: Any) -> None:
        """Hold what a training left: its bytes, or the path of the file that an earlier attempt wrote."""
        self.size += len(content) if isinstance(content, bytes) else os.path.getsize(content)
        self._held[file_of(number)] = content

    def full(self) -> bool:
        """Whether they are more than may be kept."""
        return self.size > MOST

    def clear(self) -> None:
        """Let go of all of them."""
        self._held.clear()

    def drop(self, number: int) -> None:
        """Forget one that turned out to be of no use."""
        self._held.pop(file_of(number), None)

    def files(self, number: int, running: bytes) -> "Dict[str, Callable[[str], Any]]":
        """What a checkpoint consists of, with the state of the training that runs."""
        self._given = dict(self._held)
        held = dict(self._held, **{file_of(number): running})
        return {name: functools.partial(_write, content) for name, content in held.items()}

    def saved(self, directory: str) -> None:
        """Those that the last checkpoint was made of lie in it now."""
        for name, content in self._given.items():
            if self._held.get(name) is content:
                self._held[name] = os.path.join(directory, name)
        self._given = {}


def file_of(number: int) -> str:
    """Name of the file of a training, which are counted from 1."""
    return "training-%d" % number


def _write(content: Any, path: str) -> Any:
    if isinstance(content, bytes):
        return checkpoint.dump(path, content)
    return os.link(content, path)
