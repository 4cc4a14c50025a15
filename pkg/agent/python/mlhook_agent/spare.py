"""A process that was forked before there is an attempt for it.

A fork of a parent that holds a framework takes as long as many a short script;
so it is made while nobody waits, and the attempt begins where it stands ready.
"""

import json
import os
import signal
import socket
import warnings
import weakref
from typing import Any, Callable, Dict, NoReturn

from . import child

UNUSED = 0  # exit code of one that was not needed

Order = Dict[str, Any]


class Spare:
    """The parent's view of it: it becomes an attempt, or is dismissed. Raises OSError where there is no fork."""

    def __init__(self, ready: Callable[[], None], become: Callable[[Order, socket.socket], NoReturn]) -> None:
        self.output, output = os.pipe()
        self.link, link = socket.socketpair()  # the order to it, and its word that it is over
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # a framework's own threads
                self.pid = os.fork()
        except OSError:
            for end in (self.output, output):
                os.close(end)
            self.link.close()
            link.close()
            raise
        if self.pid == 0:
            os.close(self.output)
            self.link.close()
            _wait(link, output, ready, become)
        os.close(output)
        link.close()

    def give(self, order: Order) -> None:
        """Let it become an attempt. Raises OSError where it is gone; it is to be dismissed then."""
        self.link.sendall(json.dumps(order).encode())
        self.link.shutdown(socket.SHUT_WR)

    def dismiss(self) -> None:
        """Let it end."""
        self.link.close()
        os.close(self.output)
        os.waitpid(self.pid, 0)


def _wait(
    link: socket.socket, output: int, ready: Callable[[], None], become: Callable[[Order, socket.socket], NoReturn]
) -> NoReturn:
    """Be the process: make ready, wait, and become an attempt."""
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for finalizer in list(getattr(weakref.finalize, "_registry", ())):
            finalizer.atexit = False  # what the parent made is not this process's to clean up
        child.die_with_parent()
        child.detach(output)
        ready()
        text = b"".join(iter(lambda: link.recv(1 << 16), b""))
        if not text:
            os._exit(UNUSED)
        become(json.loads(text.decode()), link)
    finally:
        os._exit(child.SETUP_FAILED)  # not reached: become does not return
