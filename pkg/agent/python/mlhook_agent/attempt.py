"""An attempt as the parent sees it: its process, its log and its end."""

import json
import os
import signal
import socket
import time
from typing import Any, Dict, Optional, Set

from . import events

DRAIN = 16 << 20  # bytes taken out of the pipe after the end, at most


class Attempt:
    """A running attempt. The parent alone writes its log and its exit event."""

    def __init__(self, directory: str, limit: int) -> None:
        self.directory = directory
        self.events = os.path.join(directory, "events.jsonl")
        self.log = os.open(os.path.join(directory, "log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self.pid = 0
        self.pipe = -1
        self.link: Optional[socket.socket] = None  # on which it says that it is over
        self.heard = b""
        self.left = limit
        self.unwritten = b""
        self.dropped = 0
        self.started = time.time()
        self.kill_at: Optional[float] = None
        self.quit = False  # it is stopped because the agent ends

    def begun(self, pid: int, pipe: int, link: socket.socket) -> None:
        """The process runs, prints into this pipe, and has this link."""
        os.set_blocking(pipe, False)
        link.setblocking(False)
        self.pid, self.pipe, self.link = pid, pipe, link

    def pump(self) -> int:
        """Move what the script printed into the log; return the number of bytes moved.

        Reading never stops, whatever becomes of the log, so that the script
        never waits for us.
        """
        try:
            data = os.read(self.pipe, 1 << 16)
        except BlockingIOError:
            return 0
        except OSError:
            data = b""
        if not data:
            self.close_pipe()
            return 0
        keep = data[: max(self.left, 0)]
        if len(self.unwritten) > events.MAX_UNWRITTEN:  # the disk has been full for long
            keep = b""
        self.left -= len(data)
        self.dropped += len(data) - len(keep)
        self.unwritten = events.put(self.log, self.unwritten + keep, False)
        return len(data)

    def close_pipe(self) -> None:
        """Stop listening to the script's output."""
        os.close(self.pipe)
        self.pipe = -1

    def close_link(self) -> None:
        """Hear nothing more of the process but its end."""
        if self.link is not None:
            self.link.close()
        self.link = None

    def stop(self, grace: float) -> None:
        """Ask the attempt to end, and see to it after so many seconds."""
        if self.kill_at is None:
            self.kill_at = time.time() + grace
            kill_group(self.pid, signal.SIGTERM)

    def kill_overdue(self) -> None:
        """Kill an attempt that was asked to end and did not."""
        if self.kill_at is not None and time.time() > self.kill_at:
            kill_group(self.pid, signal.SIGKILL)

    def over(self) -> Optional[Dict[str, Any]]:
        """How the process says that it ended; None while it says nothing. It may still be there."""
        if self.link is None:
            return None
        try:
            heard = self.link.recv(1 << 12)
        except OSError:
            return None  # it says nothing so far
        self.heard += heard
        if not heard:
            self.close_link()
        for line in self.heard.split(b"\n")[:-1]:
            said: Dict[str, Any] = json.loads(line.decode())
            if said.pop("pid") == self.pid:  # and not of a process that the script forked
                return said
        return None

    def ended(self, **fields: Any) -> None:
        """Clean up behind the process, which is over, and write its end."""
        kill_session(self.pid)
        self.close_link()
        moved = 0
        while self.pipe >= 0 and moved < DRAIN:
            step = self.pump()
            moved += step
            if not step:
                break
        if self.pipe >= 0:
            self.close_pipe()
        events.put(self.log, self.unwritten, True)
        os.close(self.log)
        write_exit(
            self.events, seconds=time.time() - self.started, dropped=self.dropped or None, quit=self.quit or None, **fields
        )

    def failed(self, reason: str) -> None:
        """The process could not be started."""
        os.close(self.log)
        writer = events.Writer(self.events)
        writer.write("error", error="OSError", text="starting the attempt: " + reason)
        writer.close()
        write_exit(self.events, code=70, seconds=0)


def write_exit(path: str, **fields: Any) -> None:
    """Append the exit event behind whatever the process left, a torn line included."""
    lines, torn = events.count_lines(path)
    writer = events.Writer(path, lines + torn, torn)  # torn: the process was killed while it wrote
    writer.write("exit", durable=True, **fields)
    writer.close()


def kill_group(pid: int, number: int) -> None:
    """Signal a process group, if there is one."""
    try:
        os.killpg(pid, number)
    except OSError:
        pass


def kill_session(leader: int) -> None:
    """Kill what an attempt left running, also what made a group of its own."""
    kill_group(leader, signal.SIGKILL)
    for _ in range(5):  # again, for what was started meanwhile
        members = followers(leader)
        if not members:
            return
        for pid in members:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass


def followers(leader: int) -> Set[int]:
    """The living processes of a session besides its leader; empty where the system does not tell."""
    members = set()
    try:
        pids = {int(name) for name in os.listdir("/proc") if name.isdigit()}
    except OSError:
        return members
    for pid in pids - {leader}:
        try:
            with open("/proc/%d/stat" % pid, "rb") as f:
                state, _, _, sid = f.read().rpartition(b")")[2].split()[:4]
            if int(sid) == leader and state not in (b"Z", b"X"):
                members.add(pid)
        except (OSError, ValueError):
            continue
    return members
