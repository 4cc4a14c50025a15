"""Checkpoints of a trial: directories that are there whole or not at all.

A checkpoint is ``<trials>/<n>/checkpoints/<epoch>-<attempt>-<k>/``: some files
and MANIFEST.json, which was written last: one line of JSON and one with its
sha256. All attempts of a trial share the directory. Whoever can restore a kind of
training (``loops``, keras ...) is named in the position's ``by``, and only that one
may use the checkpoint.

The training's thread takes the state; a thread of ours, known to nobody else,
makes it last, so that the training does not wait for the disk (see spacing for
when it does).
"""

import hashlib
import json
import os
import platform
import re
import shutil
import sys
import time
import _thread
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from . import events, spacing

EXACT, APPROXIMATE, RESTART = "exact", "approximate", "restart"
KEEP = 3  # checkpoints kept besides the best
MANIFEST = "MANIFEST.json"
NAME = re.compile(r"(\d+)-(\d+)-(\d+)$")
FRAMEWORKS = ("torch", "numpy", "sklearn", "keras", "tensorflow", "tf_keras", "xgboost", "lightgbm")

Write = Callable[[str], Any]  # writes a file at the path; may return what identify would


class Unusable(Exception):
    """A checkpoint that must not be restored; the text says why."""


class Checkpoint(NamedTuple):
    """A checkpoint whose files were found to be those that were written."""

    name: str
    directory: str
    epoch: int
    position: Dict[str, Any]
    level: str

    def path(self, name: str) -> str:
        """Where one of its files lies."""
        return os.path.join(self.directory, name)


class Store:
    """The checkpoints of a trial, seen from one of its attempts.

    Nothing here raises into the user's program: a full disk costs checkpoints
    and one warning.
    """

    def __init__(
        self, directory: str, writer: events.Writer, share: float = spacing.SHARE, attempt: int = 1, tree: str = ""
    ) -> None:
        self.directory, self.writer, self.attempt, self.tree = directory, writer, attempt, tree
        self.spacing = spacing.Spacing(share)
        self.resume: Optional[Checkpoint] = None  # what this attempt has to go on from
        self.went_on = False  # whether the training stands where a checkpoint was taken, or will
        self.written = ""  # name of the last checkpoint, once it is on disk
        self.pid = os.getpid()
        self._saved = 0
        self._writing = _thread.allocate_lock()  # held while a checkpoint is being written
        self._scores: Dict[str, float] = {}
        self._warned = False
        self._script = self._wrote = ""
        self._clean()

    def open(self, name: str, wrote: str = "") -> None:
        """Take the checkpoint that the host chose; where it cannot be used, say so and start fresh.

        wrote is the hash of another program that may have written it: a shorter training of the same.
        """
        if not name:
            return
        self._wrote = wrote
        try:
            self.resume = self.load(name)
        except (Unusable, OSError, ValueError, KeyError, TypeError) as error:
            self.resumed(None, RESTART, "checkpoint %s: %s" % (name, error))

    def due(self, now: float) -> bool:
        """Whether to save at this epoch's end; now is time.monotonic(), asked once an epoch."""
        return os.getpid() == self.pid and self.spacing.due(now) and not self._writing.locked()

    def save(
        self, position: Dict[str, Any], files: Dict[str, Write], epoch: int, level: str, cost: float,
        score: Optional[float] = None,
    ) -> None:
        """Write a checkpoint; files are written later, so they must not depend on what changes.

        epoch counts the finished epochs; position has to be JSON; cost is the
        thread's time (time.thread_time) that the state took; score is better when
        higher.
        """
        self.wait()
        began, cpu = time.monotonic(), time.thread_time()
        self._saved += 1
        self.written = ""
        manifest = {"v": 1, "epoch": epoch, "position": position, "level": level, "score": score}
        job = ("%d-%d-%d" % (epoch, self.attempt, self._saved), manifest, files, began, cost)
        self._writing.acquire()
        if self.spacing.waits():
            self._write(*job)
        else:
            try:
                _thread.start_new_thread(self._write, job)
            except RuntimeError:  # no more threads are to be had
                self._write(*job)
        self.spacing.taken(cost + time.thread_time() - cpu)

    def wait(self) -> None:
        """Return when no checkpoint is being written; a forked process has none, though its lock may be held."""
        if os.getpid() == self.pid:
            with self._writing:
                pass

    def _write(
        self, name: str, manifest: Dict[str, Any], files: Dict[str, Write], began: float, cost: float
    ) -> None:
        """Make a checkpoint last, and give the lock back."""
        temporary = os.path.join(self.directory, ".tmp-" + name)
        try:
            os.makedirs(temporary)
            manifest["files"] = {file: put(os.path.join(temporary, file), write) for file, write in files.items()}
            manifest.update(script=self.script(), versions=versions())
            text = json.dumps(manifest, sort_keys=True).encode()
            put(os.path.join(temporary, MANIFEST), lambda path: dump(path, sealed(text)))
            os.rename(temporary, os.path.join(self.directory, name))
            sync(self.directory)
            self.written = name
            self.spacing.latency = time.monotonic() - began
            self.writer.write(
                "checkpoint", path=name, epoch=manifest["epoch"], seconds=cost + self.spacing.latency,
                sha256=hashlib.sha256(text).hexdigest(),
                size=len(text) + sum(file["size"] for file in manifest["files"].values()),
            )
            if manifest["score"] is not None:
                self._scores[name] = manifest["score"]
            self._prune()
        except Exception as error:
            shutil.rmtree(temporary, ignore_errors=True)
            self._warn("a checkpoint was not written: %s: %s" % (type(error).__name__, error))
        finally:
            self._writing.release()

    def load(self, name: str) -> Checkpoint:
        """Verify a checkpoint of this program; raises Unusable. Nothing is unpickled before.

        Versions are compared of what is loaded by now, so whoever restores calls it again.
        """
        if not NAME.match(name):
            raise Unusable("no name of a checkpoint")
        directory = os.path.join(self.directory, name)
        with open(os.path.join(directory, MANIFEST), "rb") as f:
            manifest = json.loads(unsealed(f.read()).decode())
        if manifest["v"] != 1:
            raise Unusable("manifest version %s" % manifest["v"])
        for file, known in manifest["files"].items():
            if os.path.basename(file) != file or identify(os.path.join(directory, file)) != known:
                raise Unusable("%s is not the file that was written" % file)
        if manifest["script"] not in (self.script(), self._wrote):
            raise Unusable("written by other code")
        for module, version in manifest["versions"].items():
            here = _version(module)
            if here != version and here is not None:
                raise Unusable("written with %s %s, and this is %s" % (module, version, here))
        return Checkpoint(name, directory, manifest["epoch"], manifest["position"], manifest["level"])

    def resumed(self, checkpoint: Optional[Checkpoint], level: str, why: str) -> None:
        """Say how the training goes on, or that it cannot be resumed."""
        self.spacing.resumed(time.monotonic())
        self.went_on = checkpoint is not None and level != RESTART
        self.writer.write(
            "resume", durable=True, path=checkpoint.name if checkpoint else None,
            epoch=checkpoint.epoch if checkpoint else 0, level=level, text=why,
        )

    def script(self) -> str:
        """Hash of the program's Python files."""
        if not self._script:
            digest = hashlib.sha256()
            for directory, names, files in os.walk(self.tree):
                names[:] = sorted(name for name in names if not name.startswith((".", "__pycache__")))
                for file in sorted(file for file in files if file.endswith(".py")):
                    path = os.path.join(directory, file)
                    digest.update(os.path.relpath(path, self.tree).encode("utf-8", "surrogateescape") + b"\0")
                    digest.update(identify(path)["sha256"].encode())
            self._script = digest.hexdigest()
        return self._script

    def names(self) -> List[str]:
        """The names of what is there, newest first."""
        try:
            found = [name for name in os.listdir(self.directory) if NAME.match(name)]
        except OSError:
            return []
        return sorted(found, key=age, reverse=True)

    def _prune(self) -> None:
        names = self.names()
        best = max(self._scores, key=self._scores.__getitem__, default="")
        for name in names[KEEP:]:
            if name != best:  # under another name first, so that none is there by half
                gone = os.path.join(self.directory, ".tmp-" + name)
                os.rename(os.path.join(self.directory, name), gone)
                shutil.rmtree(gone, ignore_errors=True)

    def _clean(self) -> None:
        """Remove what an attempt left that was killed while it wrote."""
        try:
            left = [name for name in os.listdir(self.directory) if name.startswith(".tmp-")]
        except OSError:
            return
        for name in left:
            path = os.path.join(self.directory, name)
            try:
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
            except OSError:
                pass

    def _warn(self, text: str) -> None:
        if not self._warned:
            self._warned = True
            self.writer.write("warning", text=text)


def age(name: str) -> Tuple[int, int]:
    """What orders the names of checkpoints: the attempt, and the number within it."""
    match = NAME.match(name)
    return (int(match.group(2)), int(match.group(3))) if match else (0, 0)


def versions() -> Dict[str, str]:
    """The versions of all that a checkpoint's meaning depends on."""
    found = ((module, _version(module)) for module in ("python",) + FRAMEWORKS)
    return {module: version for module, version in found if version is not None}


def _version(module: str) -> Optional[str]:
    """Of a loaded module; None for one that is not loaded (yet)."""
    if module == "python":
        return platform.python_version()
    loaded = sys.modules.get(module)
    return str(getattr(loaded, "__version__", "")) if loaded else None


def sealed(text: bytes) -> bytes:
    """One line of text and one with its hash: nothing else vouches for a manifest."""
    return b"%s\n%s\n" % (text, hashlib.sha256(text).hexdigest().encode())


def unsealed(data: bytes) -> bytes:
    """The text of sealed; raises Unusable."""
    text = data.split(b"\n")[0]
    if data != sealed(text):
        raise Unusable("the manifest is not what was written")
    return text


def put(path: str, write: Write) -> Dict[str, Any]:
    """Write a file, make it last, and return its size and hash."""
    known = write(path)
    sync(path)
    return known if isinstance(known, dict) else identify(path)


def dump(path: str, data: bytes) -> Dict[str, Any]:
    """Write a file and return its size and hash."""
    with open(path, "wb", buffering=0) as f:
        view = memoryview(data)
        while view:
            view = view[f.write(view) :]
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def identify(path: str) -> Dict[str, Any]:
    """A file's size and hash."""
    digest, size = hashlib.sha256(), 0
    with open(path, "rb") as f:
        for block in iter(lambda: f.read(1 << 20), b""):
            digest.update(block)
            size += len(block)
    return {"size": size, "sha256": digest.hexdigest()}


def sync(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
