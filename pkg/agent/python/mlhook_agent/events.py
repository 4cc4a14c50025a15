"""Append-only event files: one JSON object a line, a torn last line is no event."""

import errno
import json
import math
import operator
import os
import threading
import time
from typing import Any, Dict, Tuple

from . import PROTOCOL

MAX_EVENTS = 50_000  # a script that measures in a tight loop must not fill the disk
FLOODING = ("curve", "metric", "fit", "warning")  # what there is no more of then
THINNED = 1_000  # of so many metrics beyond, the last ones are written
MAX_TEXT = 4_000
MAX_UNWRITTEN = 1 << 20  # bytes kept for a disk that is full
FULL = (errno.ENOSPC, errno.EDQUOT)
FULL_SECONDS = 0.2  # between two looks at a full disk


class Writer:
    """Writes events to a file and never raises.

    While the disk is full an event waits in memory for the next one; a durable
    one, without which nobody knows how the training went, waits for the disk.
    Beyond MAX_EVENTS, of each metric the last value is written, since it counts.

    Safe to use from several threads. In a forked child it writes nothing, since
    the file's numbering belongs to the process that made the writer.
    """

    def __init__(self, path: str, seq: int = 0, torn: bool = False) -> None:
        """Go on behind so many lines, the last of which may be torn."""
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._seq = seq
        self._unwritten = b"\n" if torn else b""
        self._held: Dict[Any, Dict[str, Any]] = {}  # the last of each metric beyond MAX_EVENTS, in order
        self._beyond = 0  # metrics
        self._pid = os.getpid()
        self._lock = threading.Lock()

    def write(self, kind: str, durable: bool = False, **fields: Any) -> None:
        """Append one event. Values that JSON cannot hold (NaN, infinity) are left out."""
        if os.getpid() != self._pid:
            return
        full = not durable and kind in FLOODING and (self._seq >= MAX_EVENTS or len(self._unwritten) > MAX_UNWRITTEN)
        if full and kind != "metric":
            return
        event = {"v": PROTOCOL, "seq": self._seq, "time": round(time.time(), 6), "type": kind}
        for name, value in fields.items():
            value = plain(value)
            if value is not None:
                event[name] = value
        with self._lock:
            if full:
                self._hold(event)
            else:
                self._append(event, durable)

    def _hold(self, event: Dict[str, Any]) -> None:
        key = event.get("name"), event.get("split"), event.get("source")
        self._held.pop(key, None)
        self._held[key] = event
        self._beyond += 1
        if self._beyond % THINNED == 0 and len(self._unwritten) <= MAX_UNWRITTEN:
            self._release()

    def _release(self) -> None:
        for event in self._held.values():
            self._append(event, False)
        self._held.clear()

    def _append(self, event: Dict[str, Any], durable: bool) -> None:
        event["seq"] = self._seq
        try:
            self._unwritten += (json.dumps(event, allow_nan=False) + "\n").encode("ascii")
        except ValueError:
            return
        self._seq += 1
        self._unwritten = put(self._fd, self._unwritten, durable)
        if durable:
            try:
                os.fsync(self._fd)
            except OSError:
                pass  # it is written all the same

    def settle(self) -> None:
        """Wait until all events are written."""
        if os.getpid() == self._pid:
            with self._lock:
                self._release()
                self._unwritten = put(self._fd, self._unwritten, True)

    def close(self) -> None:
        """Close the file; the writer is of no use afterwards."""
        os.close(self._fd)


def put(fd: int, data: bytes, wait: bool) -> bytes:
    """Write the data and return what a full disk did not take; nothing, if told to wait for it."""
    while data:
        try:
            data = data[os.write(fd, data) :]
        except OSError as error:
            if error.errno not in FULL:
                return b""  # the script closed the file, say
            if not wait:
                return data
            time.sleep(FULL_SECONDS)
    return data


def plain(value: Any) -> Any:
    """Turn NumPy scalars and the like into what JSON holds; None for what it cannot."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, dict):
        pairs = ((str(k), plain(v)) for k, v in value.items())
        return {k: v for k, v in pairs if v is not None}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    try:
        return operator.index(value)
    except (TypeError, AttributeError):  # NumPy's floats raise either
        pass
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)[:MAX_TEXT]
    return number if math.isfinite(number) else None


def count_lines(path: str) -> Tuple[int, bool]:
    """Return the number of whole lines and whether a torn one follows."""
    lines, last = 0, b"\n"
    try:
        with open(path, "rb") as f:
            for block in iter(lambda: f.read(1 << 20), b""):
                lines += block.count(b"\n")
                last = block[-1:]
    except OSError:
        pass
    return lines, last != b"\n"
