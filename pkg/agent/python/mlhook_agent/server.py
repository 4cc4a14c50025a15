"""The fork server: imports the frameworks once, then forks a child per attempt (see spare).

The parent does nothing but import: no operation, no seeding, no CUDA call, no
thread. A parent that ran one TensorFlow operation hangs all its children.
"""

import gc
import importlib
import json
import os
import platform
import signal
import socket
import sys
import time
from typing import Any, Dict, List, NoReturn, Optional, Set

from . import child, events
from .attempt import Attempt
from .spare import Order, Spare
from .waking import Waking

POLL_SECONDS = 0.01
BESIDE_SECONDS = 0.1  # beside a training, which every look interrupts
GRACE_SECONDS = 5

# What packages import on their own when they are used, and what the hooks for
# them import then, of which no bytecode is kept. NumPy 2 loads its random numbers
# on demand; the first optimizer of torch 2 imports DYNAMO, which takes longer than
# torch itself, and behind TensorFlow ends the process where both bring an LLVM.
DYNAMO = "torch._dynamo"
LATER = {
    "numpy": ("numpy.random", "mlhook_agent.grow", "mlhook_agent.warm_net", "mlhook_agent.warm_boosting", "mlhook_agent.warm_sklearn"),
    "keras": ("mlhook_agent.warm_keras",),
    "torch": (DYNAMO, "mlhook_agent.warm_torch"),
}


class Server:
    """Serves the requests of one session until it is told to quit."""

    def __init__(self, home: str, requests: str, trials: str, state: str, preload: List[str]) -> None:
        self.home = home
        self.requests = requests
        self.trials = trials
        self.preload = preload
        self.events = events.Writer(os.path.join(state, "agent.jsonl"))
        self.seen: Set[str] = set()
        self.attempts: Dict[str, Attempt] = {}
        self.spare: Optional[Spare] = None
        self.leaving: Set[int] = set()  # processes of attempts that are over
        self.quit = False

    def serve(self) -> int:
        """Import, say hello, and serve."""
        signal.signal(signal.SIGTERM, self._on_term)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        gc.disable()  # little of an import is garbage, and looking for it takes a tenth of the time
        began = time.time()
        versions = self._import()
        seconds = time.time() - began
        gc.freeze()  # the children share these pages for longer
        gc.enable()
        self.waking = Waking(self.requests)  # behind the frameworks, which may set handlers
        self.events.write(
            "hello", durable=True, python=platform.python_version(), frameworks=versions,
            fork=hasattr(os, "fork"), seconds=seconds,
        )
        while not self.quit or self.attempts:
            self._prepare()
            self._read_requests()
            self._wait()
            self._reap()
        if self.spare is not None:
            self.spare.dismiss()
        self.events.write("bye", durable=True)
        return 0

    def _import(self) -> Dict[str, str]:
        """Import what the program does; return the versions of the packages."""
        os.environ["MPLBACKEND"] = "Agg"
        for name in self.preload:
            try:
                _load(name)
            except BaseException as error:  # the script will meet it too, or knows to do without; a broken package must not end the agent
                self.events.write("warning", text="cannot import %s: %s" % (name, error))
            _complete()
        packages = {name.partition(".")[0]: sys.modules.get(name.partition(".")[0]) for name in self.preload}
        return {name: str(getattr(package, "__version__", "")) for name, package in packages.items() if package is not None}

    def _on_term(self, _number: int, _frame: Any) -> None:
        self._quit(2)

    def _quit(self, grace: float) -> None:
        self.quit = True
        for attempt in self.attempts.values():
            attempt.quit = attempt.quit or attempt.kill_at is None
            attempt.stop(grace)

    def _read_requests(self) -> None:
        try:
            names = sorted(n for n in os.listdir(self.requests) if n.endswith(".json") and not n.startswith("."))
        except FileNotFoundError:  # somebody removed the run, and nobody will ever ask for anything
            return self._quit(GRACE_SECONDS)
        except OSError:
            return
        for name in names:
            if name in self.seen:
                continue
            self.seen.add(name)
            try:
                with open(os.path.join(self.requests, name), encoding="utf-8") as f:
                    request = json.load(f)
                self._handle(name, request)
            except Exception as error:
                self.events.write("warning", text="request %s: %s: %s" % (name, type(error).__name__, error))

    def _handle(self, name: str, request: Dict[str, Any]) -> None:
        op = request["op"]
        key = "%s/%s" % (request.get("trial"), request.get("attempt"))
        grace = request.get("grace") or GRACE_SECONDS
        if op == "run" and not self.quit:
            self._start(name, key, request)
        elif op == "stop" and key in self.attempts:
            self.attempts[key].stop(grace)
        elif op == "quit":
            self._quit(grace)

    def _start(self, name: str, key: str, request: Dict[str, Any]) -> None:
        directory = os.path.join(self.trials, str(request["trial"]), str(request["attempt"]))
        if os.path.exists(os.path.join(directory, "events.jsonl")):
            # An agent before this one began it, and its attempts ended with it.
            self.events.write("warning", text="request %s: the attempt was begun by an earlier agent" % name)
            return
        attempt = Attempt(directory, request.get("log_limit") or 1 << 62)
        try:
            process = self._given({"name": name, "request": request, "directory": directory})
        except OSError as error:
            attempt.failed(str(error))
            return
        attempt.begun(process.pid, process.output, process.link)
        self.attempts[key] = attempt

    def _given(self, order: Order) -> Spare:
        """A process that has become this attempt."""
        process, self.spare = self.spare, None
        if process is not None:
            try:
                process.give(order)
                return process
            except OSError:  # it was killed as it waited
                process.dismiss()
        process = self._fork()
        process.give(order)
        return process

    def _fork(self) -> Spare:
        return Spare(self.waking.forget, self._become)

    def _prepare(self) -> None:
        """Have a process ready for the attempt to come."""
        if self.spare is None and not self.quit:
            try:
                self.spare = self._fork()
            except OSError:
                pass  # the attempt that needs it will tell

    def _become(self, order: Order, link: socket.socket) -> NoReturn:
        """Be the attempt, in the child."""
        request = order["request"]
        if request.get("cold"):
            paths = ["--requests", self.requests, "--trials", self.trials, "--one", order["name"]]
            os.execv(sys.executable, [sys.executable, "-B", self.home] + paths)
        child.run(request, order["directory"], link)

    def _wait(self) -> None:
        """Sleep until the next poll, or until there is something to do."""
        pipes = {a.pipe: a for a in self.attempts.values() if a.pipe >= 0}
        links = [a.link.fileno() for a in self.attempts.values() if a.link is not None]
        for ready in self.waking.wait(list(pipes) + links, BESIDE_SECONDS if self.attempts else POLL_SECONDS):
            if ready in pipes:
                pipes[ready].pump()

    def _reap(self) -> None:
        for key, attempt in list(self.attempts.items()):
            attempt.kill_overdue()
            end = attempt.over()
            if end is not None:
                self.leaving.add(attempt.pid)
            else:
                end = _reaped(attempt.pid)
            if end is not None:
                del self.attempts[key]
                attempt.ended(**end)
        self.leaving -= {pid for pid in self.leaving if _reaped(pid) is not None}


def _reaped(pid: int) -> Optional[Dict[str, Any]]:
    """How a child ended, which is reaped; None while it runs."""
    found, status, usage = os.wait4(pid, os.WNOHANG)
    if not found:
        return None
    cpu, rss = child.usage(usage)
    return {
        "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None, "cpu": cpu, "max_rss": rss,
    }


def _load(name: str) -> None:
    """Do what ``from package import last`` does, or ``import name``; a part that is not there is none to load."""
    package, _, last = name.rpartition(".")
    if package:
        __import__(package, fromlist=[last])
    else:
        importlib.import_module(name)


def _complete() -> None:
    """Import what belongs to the packages that are loaded by now."""
    for name in [name for name in LATER if name in sys.modules]:
        for part in LATER[name]:
            if part not in sys.modules and not (part == DYNAMO and "tensorflow" in sys.modules):
                _try(part)


def _try(module: str) -> None:
    try:
        importlib.import_module(module)
    except Exception:
        pass  # a part that this version lacks


def run_one(request_file: str, trials: str) -> NoReturn:
    """Run a request in this fresh process: the cold start."""
    with open(request_file, encoding="utf-8") as f:
        request = json.load(f)
    child.run(request, os.path.join(trials, str(request["trial"]), str(request["attempt"])))
