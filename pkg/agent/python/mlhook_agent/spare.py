"""A process that was forked before there is an attempt for it.

A fork of a parent that holds a framework takes as long as many a short script;
so it is made while nobody waits, and the attempt begins where it stands ready.
"""

import json
import os
import signal
import warnings
import weakref
from typing import Any, Callable, Dict, NoReturn

from . import child

UNUSED = 0  # exit code of one that was not needed

Order = Dict[str, Any]


class Spare:
    """The parent's view of it: it becomes an attempt, or is dismissed. Raises OSError where there is no fork."""

    def __init__(self, ready: Callable[[], None], become: Callable[[Order], NoReturn]) -> None:
        self.output, output = os.pipe()
        orders, self._orders = os.pipe()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # a framework's own threads
                self.pid = os.fork()
        except OSError:
            for end in (self.output, output, orders, self._orders):
                os.close(end)
            raise
        if self.pid == 0:
            _wait(orders, [self.output, self._orders], output, ready, become)
        os.close(output)
        os.close(orders)

    def give(self, order: Order) -> None:
        """Let it become an attempt. Raises OSError where it is gone; it is to be dismissed then."""
        text, sent = json.dumps(order).encode(), 0
        while sent < len(text):
            sent += os.write(self._orders, text[sent:])
        os.close(self._orders)
        self._orders = -1

    def dismiss(self) -> None:
        """Let it end."""
        if self._orders >= 0:
            os.close(self._orders)
        os.close(self.output)
        os.waitpid(self.pid, 0)


def _wait(
    orders: int, foreign: Any, output: int, ready: Callable[[], None], become: Callable[[Order], NoReturn]
) -> NoReturn:
    """Be the process: make ready, wait, and become an attempt."""
    try:
        for end in foreign:
            os.close(end)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for finalizer in list(getattr(weakref.finalize, "_registry", ())):
            finalizer.atexit = False  # what the parent made is not this process's to clean up
        child.die_with_parent()
        child.detach(output)
        ready()
        with open(orders, "rb") as f:
            text = f.read()
        if not text:
            os._exit(UNUSED)
        become(json.loads(text.decode()))
    finally:
        os._exit(child.SETUP_FAILED)  # not reached: become does not return
