"""Append-only event files: one JSON object a line, a torn last line is no event."""

import json
import math
import os
import time
from typing import Any

from . import PROTOCOL


class Writer:
    """Writes events to a file; safe to use from several threads of one process."""

    def __init__(self, path: str, seq: int = 0) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._seq = seq

    def write(self, kind: str, durable: bool = False, **fields: Any) -> None:
        """Append one event. Values that JSON cannot hold (NaN, infinity) are left out."""
        event = {"v": PROTOCOL, "seq": self._seq, "time": round(time.time(), 6), "type": kind}
        for name, value in fields.items():
            value = plain(value)
            if value is not None:
                event[name] = value
        os.write(self._fd, (json.dumps(event, allow_nan=False) + "\n").encode("utf-8"))
        self._seq += 1
        if durable:
            os.fsync(self._fd)

    def close(self) -> None:
        os.close(self._fd)


def plain(value: Any) -> Any:
    """Turn NumPy scalars and the like into what JSON holds; None for what it cannot."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, dict):
        pairs = ((str(k), plain(v)) for k, v in value.items())
        return {k: v for k, v in pairs if v is not None}
    if isinstance(value, int):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return number if math.isfinite(number) else None


def count_lines(path: str) -> "tuple[int, bool]":
    """Return the number of whole lines and whether a torn one follows."""
    try:
        with open(path, "rb") as f:
            data = f.read()
    except OSError:
        return 0, False
    return data.count(b"\n"), bool(data) and not data.endswith(b"\n")
