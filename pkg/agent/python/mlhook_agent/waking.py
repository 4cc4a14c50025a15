"""Wakes the server at once when a request or the end of a process is there.

Where the system does not tell, as through the file shares of a virtual machine,
the server finds it at its next poll.
"""

import ctypes
import os
import select
import signal
import sys
from typing import List

IN_MOVED_TO = 0x80


class Waking:
    """What ends the server's sleep, besides the attempts' output."""

    def __init__(self, directory: str) -> None:
        read, self._signalled = os.pipe()
        self._sources = [read] + _watch(directory)
        for end in (read, self._signalled):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, _noted)
        signal.set_wakeup_fd(self._signalled, warn_on_full_buffer=False)

    def wait(self, pipes: List[int], seconds: float) -> List[int]:
        """Sleep so long at most; return the pipes that have output."""
        ready = select.select(pipes + self._sources, [], [], seconds)[0]
        for source in self._sources:
            if source in ready:
                os.read(source, 1 << 16)
        return [pipe for pipe in ready if pipe in pipes]

    def forget(self) -> None:
        """In a child: be an ordinary process again."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in self._sources + [self._signalled]:
            os.close(end)


def _noted(_number: int, _frame: object) -> None:
    """A process has ended: the wakeup is all that is wanted."""


def _watch(directory: str) -> List[int]:
    """A descriptor that can be read when a file was moved into the directory, where the system has such."""
    if sys.platform != "linux":
        return []
    try:
        libc = ctypes.CDLL(None)
        notified = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if notified < 0:
            return []
        if libc.inotify_add_watch(notified, os.fsencode(directory), IN_MOVED_TO) < 0:
            os.close(notified)
            return []
    except (OSError, AttributeError):
        return []
    return [notified]
