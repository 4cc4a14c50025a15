"""Append-only event files: one JSON object a line, a torn last line is no event."""

import json
import math
import operator
import os
import threading
import time
from typing import Any, Tuple

from . import PROTOCOL

MAX_EVENTS = 50_000  # a script that measures in a tight loop must not fill the disk
MAX_TEXT = 4_000


class Writer:
    """Writes events to a file and never raises: a full disk costs events, not the training.

    Safe to use from several threads. In a forked child it writes nothing, since
    the file's numbering belongs to the process that made the writer.
    """

    def __init__(self, path: str, seq: int = 0) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._seq = seq
        self._pid = os.getpid()
        self._lock = threading.Lock()

    def write(self, kind: str, durable: bool = False, **fields: Any) -> None:
        """Append one event. Values that JSON cannot hold (NaN, infinity) are left out."""
        if os.getpid() != self._pid or (self._seq >= MAX_EVENTS and not durable):
            return
        event = {"v": PROTOCOL, "seq": self._seq, "time": round(time.time(), 6), "type": kind}
        for name, value in fields.items():
            value = plain(value)
            if value is not None:
                event[name] = value
        with self._lock:
            event["seq"] = self._seq
            try:
                os.write(self._fd, (json.dumps(event, allow_nan=False) + "\n").encode("ascii"))
                if durable:
                    os.fsync(self._fd)
            except (OSError, ValueError):
                return
            self._seq += 1

    def close(self) -> None:
        """Close the file; the writer is of no use afterwards."""
        os.close(self._fd)


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
