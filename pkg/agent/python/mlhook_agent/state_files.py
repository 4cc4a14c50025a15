"""The files that a program wrote below its tree, in its checkpoints."""

import io
import os
import shutil
from typing import Any, Callable, Dict, List, Optional, Tuple

from . import checkpoint

WRITERS = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom, io.FileIO)
MAX_WRITTEN = 4 << 30  # bytes of files that a program wrote and that a checkpoint takes along


class Blob:
    """A file of every checkpoint that needs it: the state of a loop, or a copy of what the program wrote."""

    made = 0

    def __init__(self, store: checkpoint.Store, text: Optional[bytes], write: Optional[checkpoint.Write] = None) -> None:
        Blob.made += 1
        self.pid = os.getpid()
        self.text = text  # until it is written, by the first checkpoint
        self.path = os.path.join(store.directory, ".tmp-blob-%d-%d" % (store.attempt, Blob.made))
        self.identity: Dict[str, Any] = {}
        if write is not None:
            os.makedirs(store.directory, exist_ok=True)
            write(self.path)
            self.identity = checkpoint.identify(self.path)

    def link(self, path: str) -> Dict[str, Any]:
        """Be a file of a checkpoint."""
        if self.text is not None:
            self.identity, self.text = checkpoint.dump(self.path, self.text), None
        os.link(self.path, path)
        return self.identity

    def __del__(self) -> None:
        try:
            if os.getpid() == self.pid and self.text is None:
                os.remove(self.path)
        except OSError:
            pass


class Written:
    """The files that the program wrote below its tree: its best model, its log."""

    def __init__(self, top: str) -> None:
        self.top = top
        self._known = self._files()
        self._open: List[Any] = []
        self._blobs: Dict[str, Tuple[Tuple[int, int], Any]] = {}

    def _files(self) -> Dict[str, Tuple[int, int]]:
        """Time and size of all regular files."""
        found = {}
        for directory, _, files in os.walk(self.top):
            for file in files:
                path = os.path.join(directory, file)
                status = os.lstat(path)
                if os.path.isfile(path) and not os.path.islink(path):
                    found[os.path.relpath(path, self.top)] = (status.st_mtime_ns, status.st_size)
        return found

    def changed(self, keep: Callable[[checkpoint.Write], Any]) -> Dict[str, checkpoint.Write]:
        """What was written since the start, each with what puts a copy of it into a checkpoint."""
        self._open = open_files(self.top)
        for stream in self._open:
            stream.flush()
        writes: Dict[str, checkpoint.Write] = {}
        size = 0
        for name, status in self._files().items():
            if self._known.get(name) == status or size + status[1] > MAX_WRITTEN:
                continue
            size += status[1]
            if name not in self._blobs or self._blobs[name][0] != status:
                source = os.path.join(self.top, name)
                self._blobs[name] = (status, keep(lambda path, source=source: shutil.copyfile(source, path)))
            writes[name] = self._blobs[name][1].link
        return writes

    def places(self) -> Dict[str, List[int]]:
        """Where the program is in the files that changed found open, in the order in which it opened them."""
        found: Dict[str, List[int]] = {}
        for stream in self._open:
            try:
                found.setdefault(self._name(stream), []).append(stream.tell())
            except OSError:  # a pipe, or a loop goes through its lines
                found[self._name(stream)] = []
        self._open = []
        return found

    def restore(self, files: Dict[str, str], places: Dict[str, List[int]]) -> None:
        """Write the files again, and go to the places in those that are open."""
        streams = open_files(self.top)
        for stream in streams:
            stream.flush()
        for source, name in files.items():
            target = os.path.join(self.top, name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(source, "rb") as saved, open(target, "r+b" if os.path.exists(target) else "wb") as f:
                f.truncate()
                shutil.copyfileobj(saved, f)
        for stream in streams:
            left = places.get(self._name(stream))
            if left:
                stream.seek(left.pop(0))
            elif stream.seekable():
                stream.seek(0, os.SEEK_END)

    def _name(self, stream: Any) -> str:
        return os.path.relpath(os.path.realpath(stream.name), self.top)


def open_files(top: str) -> List[Any]:
    """The program's files that are open for writing, without what Python keeps within one."""
    import gc

    found = [
        thing for thing in gc.get_objects()
        if type(thing) in WRITERS and not thing.closed and thing.writable()
        and isinstance(getattr(thing, "name", None), str) and os.path.realpath(thing.name).startswith(top + os.sep)
    ]
    within = {id(getattr(thing, name, None)) for thing in found for name in ("buffer", "raw")}
    return [thing for thing in found if id(thing) not in within]
