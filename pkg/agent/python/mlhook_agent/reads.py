"""Which data the script reads, seen by an audit hook: files that it opens, also
those that are not there, and directories that it lists.

What Python and its packages read for themselves (modules, /proc, /usr, caches
in hidden directories) is no data, nor is what the script wrote before. What C
code opens on its own, as HDF5 and xgboost's file loader do, raises no event.
"""

import os
import sys
from typing import Any, Dict, List, Set

from . import events

MAX_PATHS = 500  # recorded in all
MAX_SIBLINGS = 20  # files of one directory; then the directory stands for the rest

EVENTS = {"open", "os.listdir", "os.mkdir", "os.scandir"}
CODE = (".py", ".pyc", ".pyi", ".so", ".pyd", ".dll", ".dylib", ".pth")
SYSTEM = ("/proc", "/sys", "/dev", "/etc", "/usr", "/lib", "/lib64", "/bin", "/run")


class Reads:
    """Writes a data event for each path that is read, once."""

    def __init__(self, writer: events.Writer, directory: str) -> None:
        self.writer = writer
        self.directory = directory + os.sep
        self.trials = os.path.dirname(os.path.dirname(directory)) + os.sep
        self.tree = os.path.join(directory, "tree")
        self.on = False
        self.left = MAX_PATHS
        self.seen: Set[Any] = set()  # as the script names them, so that a loop costs little
        self.known: Set[str] = set()  # in full
        self.own: Set[str] = set()  # files and directories made by the script
        self.siblings: Dict[str, int] = {}
        packages = {sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(os.path.isabs, sys.path), *SYSTEM}
        roots = (p.rstrip(os.sep) + os.sep for p in packages)
        self.foreign = tuple(root for root in roots if not self.directory.startswith(root))
        self.ours = tuple(self.directory + name for name in ("events.jsonl", "log", "model" + os.sep))

    def start(self) -> None:
        """Look at what is opened from now on. An audit hook cannot be removed, only switched off."""
        self.on = True
        seen = self._audit

        def audit(event: str, args: Any, wanted: Any = EVENTS) -> None:
            if event in wanted:  # torch's optimizers alone cause six other events a batch
                seen(event, args)

        sys.addaudithook(audit)

    def stop(self) -> None:
        """The script has ended; what follows are reads of the agent's."""
        self.on = False

    def _audit(self, event: str, args: Any) -> None:
        if not self.on:
            return
        try:
            if event == "open":
                self._opened(*args)
            elif event == "os.mkdir":
                if not os.path.exists(args[0]):
                    self._made(args[0])
            elif _of_program(sys._getframe(2)):  # behind the hook
                self._read(args[0] if args[0] is not None else ".", listed=True)
        except Exception:
            pass  # a name that cannot be read; the script must not suffer from it

    def _opened(self, path: Any, mode: Any, flags: int) -> None:
        if isinstance(path, int) or path is None:
            return
        if isinstance(mode, str):
            writing = not set(mode).isdisjoint("wax")
        elif not os.path.isabs(path):
            return  # os.open, maybe below a directory that the event does not tell
        else:
            writing = bool(flags & (os.O_WRONLY | os.O_CREAT | os.O_TRUNC))
        if writing:
            self._made(path)
        else:
            self._read(path, listed=False)

    def _made(self, path: Any) -> None:
        if len(self.own) < 10 * MAX_PATHS:
            self.own.add(os.path.abspath(os.fsdecode(path)))

    def _read(self, path: Any, listed: bool) -> None:
        if self.left <= 0 or isinstance(path, int) or path in self.seen:
            return
        if len(self.seen) < 10 * MAX_PATHS:
            self.seen.add(path)
        name = os.fsdecode(path)
        full = os.path.abspath(name)
        parent = os.path.dirname(full)
        siblings = self.siblings.get(parent, 0)
        if full in self.known or not listed and siblings > MAX_SIBLINGS or not self._is_data(full):
            return
        if not listed:
            self.siblings[parent] = siblings + 1
            if siblings == MAX_SIBLINGS:
                self._read(parent, listed=True)
                return
        self.known.add(full)
        if not os.path.isabs(name) or full.startswith(self.directory):
            shown = os.path.relpath(full, self.tree).replace(os.sep, "/")
        else:
            shown = full
        self.left -= 1
        self.writer.write(
            "data", path=shown, format="directory" if listed else None, missing=not os.path.exists(full) or None
        )

    def _is_data(self, full: str) -> bool:
        if full.endswith(CODE) or full.endswith(">") or not self.own.isdisjoint(_above(full)):
            return False  # "<stdin>" and the like are asked for by tracebacks
        if full.startswith(self.trials):
            return full.startswith(self.directory) and not full.startswith(self.ours)
        return not full.startswith(self.foreign) and "/." not in full.replace(os.sep, "/")


def _of_program(frame: Any) -> bool:
    """Whether a directory is listed neither by an import nor by the agent, which watches what the script writes."""
    while frame.f_globals.get("__name__") == "os":  # os.walk
        frame = frame.f_back
    return not frame.f_globals.get("__name__", "").startswith(("importlib", "_frozen_importlib", "mlhook_agent"))


def _above(path: str) -> List[str]:
    """A path and the directories above it."""
    found = [path]
    while os.path.dirname(path) != path:
        path = os.path.dirname(path)
        found.append(path)
    return found
