"""Checkpoints of a trial: directories that are there whole or not at all.

A checkpoint is ``<trials>/<n>/checkpoints/<epoch>-<attempt>-<k>/``: some files
and MANIFEST.json, which was written last. All attempts of a trial share the
directory. Whoever can restore a kind of training (``loops``, keras ...) is named
in the position's ``by``, and only that one may use the checkpoint.
"""

import hashlib
import json
import os
import platform
import re
import shutil
import sys
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from . import events

EXACT, APPROXIMATE, RESTART = "exact", "approximate", "restart"
SHARE = 0.02  # of the training time that snapshots may take
SECONDS = 1.0  # of training that a crash may repeat, where an epoch is shorter
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
        self, directory: str, writer: events.Writer, share: float = SHARE, attempt: int = 1, tree: str = ""
    ) -> None:
        self.directory, self.writer, self.share, self.attempt, self.tree = directory, writer, share, attempt, tree
        self.resume: Optional[Checkpoint] = None  # what this attempt has to go on from
        self.went_on = False  # whether the training stands where a checkpoint was taken, or will
        self.saved = 0
        self.pid = os.getpid()
        self._began: Optional[float] = None
        self._asked = self._last = 0.0  # monotonic seconds: the last question, the last snapshot
        self._spent = self._cost = 0.0  # seconds: of all snapshots, of the last one
        self._scores: Dict[str, float] = {}
        self._warned = False
        self._script = ""

    def open(self, name: str) -> None:
        """Take the checkpoint that the host chose; where it cannot be used, say so and start fresh."""
        if not name:
            return
        try:
            self.resume = self.load(name)
        except (Unusable, OSError, ValueError, KeyError, TypeError) as error:
            self.resumed(None, RESTART, "checkpoint %s: %s" % (name, error))

    def due(self, now: float) -> bool:
        """Whether to save at this epoch's end; now is time.monotonic(), asked once an epoch.

        Snapshots may take their share of the time and no more. Within it, one is
        due before a second of training, or one longer epoch, is at risk. A share
        of 1 or more asks for one after every epoch.
        """
        if os.getpid() != self.pid:
            return False
        if self._began is None:
            self._began = self._asked = self._last = now
        epoch, self._asked = now - self._asked, now
        if self.share >= 1:
            return True
        if now - self._last + epoch <= SECONDS:
            return False
        return self._spent + self._cost <= self.share * (now - self._began)

    def save(
        self, position: Dict[str, Any], files: Dict[str, Write], epoch: int, level: str, score: Optional[float] = None
    ) -> Optional[str]:
        """Write a checkpoint and return its name; None when it could not be written.

        epoch counts the finished epochs; position has to be JSON; score is
        better when higher.
        """
        began = time.monotonic()
        self.saved += 1
        name = "%d-%d-%d" % (epoch, self.attempt, self.saved)
        temporary = os.path.join(self.directory, ".tmp-" + name)
        try:
            if self.saved == 1:
                self._clean()
            os.makedirs(temporary)
            manifest = {
                "v": 1, "epoch": epoch, "position": position, "level": level, "score": score,
                "files": {file: put(os.path.join(temporary, file), write) for file, write in files.items()},
                "script": self.script(), "versions": versions(),
            }
            text = json.dumps(manifest, sort_keys=True).encode()
            put(os.path.join(temporary, MANIFEST), lambda path: dump(path, text))
            os.rename(temporary, os.path.join(self.directory, name))
            sync(self.directory)
        except Exception as error:
            shutil.rmtree(temporary, ignore_errors=True)
            self._warn("a checkpoint was not written: %s: %s" % (type(error).__name__, error))
            return None
        finally:
            self._last = time.monotonic()
            self._cost = self._last - began
            self._spent += self._cost
        self.writer.write(
            "checkpoint", path=name, epoch=epoch, seconds=self._cost, sha256=hashlib.sha256(text).hexdigest(),
            size=len(text) + sum(file["size"] for file in manifest["files"].values()),
        )
        if score is not None:
            self._scores[name] = score
        self._prune()
        return name

    def spent(self, seconds: float) -> None:
        """Count time that a snapshot took outside of save."""
        self._spent += seconds
        self._cost += seconds

    def load(self, name: str) -> Checkpoint:
        """Verify a checkpoint of this program; raises Unusable. Nothing is unpickled before.

        Versions are compared of what is loaded by now, so whoever restores calls it again.
        """
        if not NAME.match(name):
            raise Unusable("no name of a checkpoint")
        directory = os.path.join(self.directory, name)
        with open(os.path.join(directory, MANIFEST), encoding="utf-8") as f:
            manifest = json.load(f)
        if manifest["v"] != 1:
            raise Unusable("manifest version %s" % manifest["v"])
        for file, known in manifest["files"].items():
            if os.path.basename(file) != file or identify(os.path.join(directory, file)) != known:
                raise Unusable("%s is not the file that was written" % file)
        if manifest["script"] != self.script():
            raise Unusable("written by other code")
        for module, version in manifest["versions"].items():
            here = _version(module)
            if here != version and here is not None:
                raise Unusable("written with %s %s, and this is %s" % (module, version, here))
        return Checkpoint(name, directory, manifest["epoch"], manifest["position"], manifest["level"])

    def resumed(self, checkpoint: Optional[Checkpoint], level: str, why: str) -> None:
        """Say how the training goes on, or that it cannot be resumed."""
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
            if name != best:
                shutil.rmtree(os.path.join(self.directory, name), ignore_errors=True)

    def _clean(self) -> None:
        """Remove what an attempt left that was killed while it wrote."""
        if os.path.isdir(self.directory):
            for name in os.listdir(self.directory):
                if name.startswith(".tmp-"):
                    shutil.rmtree(os.path.join(self.directory, name), ignore_errors=True)

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


def put(path: str, write: Write) -> Dict[str, Any]:
    """Write a file, make it last, and return its size and hash."""
    known = write(path)
    sync(path)
    return known if isinstance(known, dict) else identify(path)


def dump(path: str, data: bytes) -> None:
    """Write a file."""
    with open(path, "wb") as f:
        f.write(data)


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
