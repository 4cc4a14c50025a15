"""The fork server: imports the frameworks once, then forks a child per attempt.

The parent does nothing but import: no operation, no seeding, no CUDA call, no
thread. A parent that ran one TensorFlow operation hangs all its children.
"""

import importlib
import json
import os
import platform
import select
import signal
import sys
import time
from typing import Any, Dict, List, Optional, Set

from . import child, events

POLL_SECONDS = 0.01


class Attempt:
    """A running attempt, as the parent sees it."""

    def __init__(self, pid: int, directory: str, pipe: int, limit: int) -> None:
        self.pid = pid
        self.directory = directory
        self.pipe = pipe
        self.left = limit
        self.dropped = 0
        self.started = time.time()
        self.kill_at: Optional[float] = None
        self.log = os.open(os.path.join(directory, "log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def pump(self) -> bool:
        """Move what the script printed into the log; False at the end of the pipe."""
        try:
            data = os.read(self.pipe, 1 << 16)
        except BlockingIOError:
            return True
        except OSError:
            return False
        keep = data[: max(self.left, 0)]
        while keep:
            try:
                keep = keep[os.write(self.log, keep) :]
            except OSError:  # disk full: the training goes on without its log
                self.dropped += len(keep)
                break
        self.dropped += max(len(data) - max(self.left, 0), 0)
        self.left -= len(data)
        return bool(data)


class Server:
    def __init__(self, home: str, requests: str, trials: str, state: str, preload: List[str]) -> None:
        self.home = home
        self.requests = requests
        self.trials = trials
        self.preload = preload
        self.events = events.Writer(os.path.join(state, "agent.jsonl"))
        self.seen: Set[str] = set()
        self.attempts: Dict[str, Attempt] = {}
        self.quit = False

    def serve(self) -> int:
        signal.signal(signal.SIGTERM, self._on_term)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        began = time.time()
        versions = {}
        for name in self.preload:
            try:
                module = importlib.import_module(name)
                versions[name] = str(getattr(module, "__version__", ""))
            except BaseException as error:  # a broken framework must not end the agent
                self.events.write("warning", text="cannot import %s: %s" % (name, error))
        self.events.write(
            "hello", durable=True, python=platform.python_version(), frameworks=versions,
            fork=hasattr(os, "fork"), seconds=time.time() - began,
        )
        while not self.quit or self.attempts:
            self._requests()
            self._wait()
            self._reap()
        return 0

    def _on_term(self, _number: int, _frame: Any) -> None:
        self.quit = True
        for attempt in self.attempts.values():
            self._stop(attempt, 2)

    def _requests(self) -> None:
        try:
            names = sorted(n for n in os.listdir(self.requests) if n.endswith(".json") and not n.startswith("."))
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
                self.events.write("warning", text="request %s: %s" % (name, error))

    def _handle(self, name: str, request: Dict[str, Any]) -> None:
        op = request["op"]
        key = "%s/%s" % (request.get("trial"), request.get("attempt"))
        if op == "run" and not self.quit:
            self._start(name, key, request)
        elif op == "stop" and key in self.attempts:
            self._stop(self.attempts[key], request.get("grace") or 5)
        elif op == "quit":
            self.quit = True
            for attempt in self.attempts.values():
                self._stop(attempt, request.get("grace") or 5)

    def _start(self, name: str, key: str, request: Dict[str, Any]) -> None:
        directory = os.path.join(self.trials, str(request["trial"]), str(request["attempt"]))
        read, write = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            try:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                os.setsid()
                child.redirect(write)
                if request.get("cold"):
                    command = [sys.executable, "-B", self.home, "--requests", self.requests, "--trials", self.trials, "--one", name]
                    os.execv(sys.executable, command)
                child.run(request, directory)
            finally:
                os._exit(70)  # not reached: run and execv do not return
        os.close(write)
        os.set_blocking(read, False)
        self.attempts[key] = Attempt(pid, directory, read, request.get("log_limit") or 1 << 62)

    @staticmethod
    def _stop(attempt: Attempt, grace: float) -> None:
        if attempt.kill_at is None:
            attempt.kill_at = time.time() + grace
            kill_group(attempt.pid, signal.SIGTERM)

    def _wait(self) -> None:
        pipes = {a.pipe: a for a in self.attempts.values() if a.pipe >= 0}
        try:
            ready, _, _ = select.select(list(pipes), [], [], POLL_SECONDS)
        except (OSError, ValueError):
            return
        for pipe in ready:
            if not pipes[pipe].pump():
                os.close(pipe)
                pipes[pipe].pipe = -1
                time.sleep(0.001)

    def _reap(self) -> None:
        for key, attempt in list(self.attempts.items()):
            if attempt.kill_at is not None and time.time() > attempt.kill_at:
                kill_group(attempt.pid, signal.SIGKILL)
            pid, status, usage = os.wait4(attempt.pid, os.WNOHANG)
            if pid == 0:
                continue
            del self.attempts[key]
            kill_session(attempt.pid)
            while attempt.pipe >= 0:
                before = attempt.left
                if not attempt.pump() or attempt.left == before:
                    os.close(attempt.pipe)
                    attempt.pipe = -1
            os.close(attempt.log)
            self._write_exit(attempt, status, usage)

    @staticmethod
    def _write_exit(attempt: Attempt, status: int, usage: Any) -> None:
        path = os.path.join(attempt.directory, "events.jsonl")
        lines, torn = events.count_lines(path)
        if torn:  # the child was killed while it wrote
            with open(path, "ab") as f:
                f.write(b"\n")
            lines += 1
        writer = events.Writer(path, lines)
        writer.write(
            "exit", durable=True,
            code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
            seconds=time.time() - attempt.started, cpu=usage.ru_utime + usage.ru_stime,
            max_rss=usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024), dropped=attempt.dropped or None,
        )
        writer.close()


def kill_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except OSError:
        pass


def kill_session(leader: int) -> None:
    """Kill what an attempt left running, also what made a group of its own."""
    kill_group(leader, signal.SIGKILL)
    try:
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return
    for pid in pids:
        try:
            with open("/proc/%d/stat" % pid, "rb") as f:
                fields = f.read().rpartition(b")")[2].split()
            if int(fields[3]) == leader:
                os.kill(pid, signal.SIGKILL)
        except (OSError, IndexError, ValueError):
            continue


def run_one(request_file: str, trials: str) -> int:
    """Run a request in this fresh process: the cold start."""
    with open(request_file, encoding="utf-8") as f:
        request = json.load(f)
    child.run(request, os.path.join(trials, str(request["trial"]), str(request["attempt"])))
    return 0
