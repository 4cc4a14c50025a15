"""Snapshots at the tops of epoch loops, and going on from one.

The rewritten program (see loops) calls the Runtime. A checkpoint holds a stack
of positions, from the outermost loop to the one at whose top it was taken; for
each position the state there, and the states in which loops ended before it. A
resumed program runs again up to the first loop, passes by those that had ended,
takes on their state, and so comes to the innermost position.

Which loops count shows as they run: the outermost one that may train, and within
it one before which an optimizer was built since the outer one's iteration began,
unless it goes through a DataLoader: that is the epoch loop of a fold. A wrong
choice costs snapshots, never the right result, since every loop's top whose
state can be saved is a lawful place.
"""

import builtins
import os
import signal
import sys
import threading
import time
from typing import Any, Callable, Dict, Optional, Tuple

from . import checkpoint, graph, iterables, loops, record
from .checkpoint import RESTART
from .state import State, Table
from .state_files import Blob, Written

COST = 0.005  # seconds that a snapshot is taken to cost before one was made


class Active:
    """A loop that is under way, or the program itself, in which the outermost loop is."""

    def __init__(self, key: str, number: int, frame: Any, plan: Optional[Dict[str, Any]]) -> None:
        self.key, self.number, self.frame = key, number, frame
        self.plan = plan  # what the checkpoint says of the time from here on
        self.table: Optional[Table] = None  # the state to restore at the next top
        self.entry: Optional[graph.Entry] = None
        self.iteration = -1
        self.built = 0  # optimizers, when the iteration began
        self.began = self.entered = time.monotonic()
        self.blob: Optional[Blob] = None  # the state at the iteration's top
        self.hopeless = False  # its state cannot be saved
        self.next()

    def next(self) -> None:
        """Forget what belongs to the iteration before."""
        self.seen: Dict[str, int] = {}  # loops entered, by key
        self.ended: Dict[Tuple[str, int], Tuple[Blob, bool]] = {}  # their states at the end, and whether by return
        self.blob = None

    def expects(self, key: str, number: int) -> Optional[Dict[str, Any]]:
        """The plan for a loop within, if the checkpoint was taken in it."""
        child = self.plan and self.plan.get("child")
        return child if child and (child["key"], child["number"]) == (key, number) else None


def guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    """A failure of ours switches resuming off; the program never sees it."""

    def call(self: "Runtime", *args: Any) -> Any:
        if not self.off and threading.get_ident() == self.thread and os.getpid() == self.pid:
            try:
                return method(self, sys._getframe(1), *args)
            except Exception as error:
                self.fail(error)
        return None

    return call


class Runtime:
    """What the calls in rewritten loops do."""

    def __init__(self, store: checkpoint.Store, recorder: record.Recorder, rewriter: loops.Rewriter) -> None:
        self.store, self.recorder, self.rewriter = store, recorder, rewriter
        self.state = State(rewriter)
        self.written = Written(rewriter.top)
        self.off = False
        self.pid, self.thread = os.getpid(), threading.get_ident()
        self.stack = [Active("", 0, None, self._plan())]
        self.pending: Dict[Tuple[str, int], int] = {}  # loops whose iterable is being made
        self.values: Dict[str, Any] = {}
        self.durations: Dict[str, float] = {}  # of a loop's last run, by key
        self.outer: Dict[str, float] = {}  # seconds of an iteration of loops that others stood in
        self.cost = COST
        self.refused = False

    def _plan(self) -> Optional[Dict[str, Any]]:
        resume = self.store.resume
        return resume.position["root"] if resume and resume.position.get("by") == "loops" else None

    def fail(self, error: Exception) -> None:
        """Give up: no more snapshots, and the training goes on; where it was to be resumed, from its beginning."""
        self.off = True
        why = "resuming is off: %s: %s" % (type(error).__name__, error)
        if any(active.plan for active in self.stack):
            for active in self.stack:
                active.plan = None
            self.refuse(why)
        else:
            self.recorder.warn(why)

    def refuse(self, why: str) -> None:
        """Say, once, that this training cannot be resumed, unless it was, or will be in another loop."""
        if not self.refused and not self.store.went_on and not any(active.plan for active in self.stack):
            self.refused = True
            self.store.resumed(None, RESTART, why)

    # What the program calls. Each has the frame that called it.

    @guarded
    def finished(self, frame: Any, key: str) -> bool:
        parent = self.stack[-1]
        number = parent.seen[key] = parent.seen.get(key, 0) + 1
        for end in (parent.plan or {}).get("ended", ()):
            if (end["key"], end["number"]) == (key, number):
                table = self._prepared(parent, end["file"], frame)
                if table is not None:
                    self.values = self._fill(table)
                    blob = Blob(self.store, None, lambda path: os.link(self._file(end["file"]), path))
                    parent.ended[key, number] = (blob, end["returned"])
                    return True
        if self.rewriter.loops[key].is_while:
            self._enter(frame, key, number, None)
        else:
            self.pending[key, id(frame)] = number
        return False

    def items(self, key: str, iterable: Any) -> Any:
        """The loop's iterable; of a resumed loop what is left of it."""
        return self._items(key, iterable, sys._getframe(1)) or iterable

    @guarded
    def _items(self, _caller: Any, key: str, iterable: Any, frame: Any) -> Any:
        number = self.pending.pop((key, id(frame)), None)
        if number is None:
            return None
        active = self._enter(frame, key, number, iterable)
        return iterables.left_of(iterable, active.iteration + 1) if active and active.table else None

    def top(self, key: str) -> bool:
        """Whether variables are to be taken over, at the top of a loop's body."""
        if self.stack[-1].key != key:  # one that does not count, as that over the batches: at little cost
            return False
        return bool(self._top(key, sys._getframe(1)))

    @guarded
    def _top(self, _caller: Any, key: str, frame: Any) -> bool:
        active = self.stack[-1]
        if active.key != key or active.frame is not frame:
            return False
        now = time.monotonic()
        if active.iteration >= 0 and key in self.outer:
            self.outer[key] = now - active.began
        active.began, active.built = now, self.recorder.built
        active.iteration += 1
        active.next()
        if active.table is not None:
            return self._restore(active)
        if active.plan is None and not any(a.plan for a in self.stack):
            self._snapshot(active, frame, now)
        return False

    @guarded
    def ended(self, frame: Any, key: str) -> None:
        active = self.stack[-1]
        if active.key == key and active.frame is frame:
            self._end(active, {})

    def returning(self, _key: None, value: Any) -> Any:
        """The value that a return within a loop gives back."""
        self._returning(value, sys._getframe(1))
        return value

    @guarded
    def _returning(self, _caller: Any, value: Any, frame: Any) -> None:
        mine = [place for place, active in enumerate(self.stack) if active.frame is frame]
        if mine:
            del self.stack[mine[0] + 1 :]
            self._end(self.stack[-1], {"value": value})

    @guarded
    def left(self, frame: Any, key: str) -> None:
        self.pending.pop((key, id(frame)), None)
        for place in range(len(self.stack) - 1, 0, -1):
            if self.stack[place].key == key and self.stack[place].frame is frame:
                self.durations[key] = time.monotonic() - self.stack[place].entered
                del self.stack[place:]
                break

    def has(self, name: str) -> bool:
        return name in self.values

    def take(self, name: str) -> Any:
        return self.values[name]

    def has_returned(self) -> bool:
        return "return" in self.values

    def take_returned(self) -> Any:
        return self.values["return"]

    # Entering and leaving.

    def _enter(self, frame: Any, key: str, number: int, iterable: Any) -> Optional[Active]:
        """Put a loop on the stack, if it counts."""
        parent = self.stack[-1]
        plan = parent.expects(key, number)
        if plan is None and not self._counts(parent, self.rewriter.loops[key], iterable):
            return None
        active = Active(key, number, frame, plan)
        if parent.key:
            self.outer.setdefault(parent.key, 0.0)
        dead = self.rewriter.loops[key].dead
        if plan is not None and plan["file"]:
            active.table = self._prepared(parent, plan["file"], frame)
            active.iteration = plan["iteration"] - 1 if active.table else -1
        if plan is not None and active.table is None and plan["iteration"]:
            active.plan = None  # from its beginning
        self.stack.append(active)
        if self._worth(self.durations.get(key)):
            began = time.thread_time()
            active.entry = self.state.entry(frame, dead)
            self.cost = time.thread_time() - began
        return active

    def _counts(self, parent: Active, loop: loops.Loop, iterable: Any) -> bool:
        if not loop.reaches and ("keras" in sys.modules or "tensorflow" in sys.modules):
            return False  # its fit is resumed by itself
        if not iterables.replayable(iterable):
            if not parent.key and loop.reaches:
                self.refuse("the loop at %s goes through a %s, which cannot be set to a place" % (
                    loop.key.rpartition(":")[0], type(iterable).__name__))
            return False
        if not parent.key:
            return True
        return loop.reaches and self.recorder.built > parent.built and not iterables.is_loader(iterable)

    def _worth(self, seconds: Optional[float]) -> bool:
        """Whether what takes so long may bear the cost of a snapshot; yes when unknown."""
        return seconds is None or self.store.spacing.share >= 1 or self.cost <= self.store.spacing.share * seconds

    def _end(self, active: Active, returned: Dict[str, Any]) -> None:
        """Keep the state in which a loop ended, if running it again would cost more."""
        parent = self.stack[self.stack.index(active) - 1]
        if active.entry is None or active.hopeless or not self._worth(time.monotonic() - active.entered):
            return
        blob = self._blob(active, active.frame, set(), returned)
        if blob is not None:
            parent.ended[active.key, active.number] = (blob, bool(returned))

    # Saving.

    def _snapshot(self, active: Active, frame: Any, now: float) -> None:
        due = self.store.due(now)
        if active.entry is None or active.hopeless or active.iteration == 0:
            return
        keep = active.key in self.outer and self._worth(self.outer[active.key])
        whole = all(a.blob or a.iteration == 0 for a in self.stack[1:-1])
        if not keep and not (due and whole):
            return
        began = time.thread_time()
        active.blob = self._blob(active, frame, self.rewriter.loops[active.key].dead, {})
        self.cost = time.thread_time() - began
        if active.blob is None:
            return
        if due and whole:
            self._save(active, began)
        else:
            self.store.spacing.spent(self.cost)

    def _blob(self, active: Active, frame: Any, dead: Any, returned: Dict[str, Any]) -> Optional[Blob]:
        try:
            text = self.state.save(frame, dead, active.entry, returned)
        except graph.Unsaveable as error:
            active.hopeless = True
            self.refuse(str(error))
            return None
        except RecursionError:
            active.hopeless = True
            self.refuse("the program's data is nested too deeply to be saved")
            return None
        return Blob(self.store, text)

    def _save(self, active: Active, began: float) -> None:
        files: Dict[str, checkpoint.Write] = {}

        def file(blob: Optional[Blob]) -> Optional[str]:
            if blob is None:
                return None
            name = "state-%d.pkl" % len(files)
            files[name] = blob.link
            return name

        child: Optional[Dict[str, Any]] = None
        for a in reversed(self.stack):
            child = {
                "key": a.key, "number": a.number, "iteration": a.iteration, "file": file(a.blob), "child": child,
                "ended": [
                    {"key": key, "number": number, "file": file(blob), "returned": returned}
                    for (key, number), (blob, returned) in a.ended.items()
                ],
            }
        names: Dict[str, str] = {}
        for path, write in self.written.changed(lambda write: Blob(self.store, None, write)).items():
            names["written-%d" % len(names)] = path
            files["written-%d" % (len(names) - 1)] = write
        concerns = sorted(set(self.state.concerns))
        level = checkpoint.APPROXIMATE if concerns else checkpoint.EXACT
        position = {
            "by": "loops", "root": child, "written": names, "places": self.written.places(), "concerns": concerns,
        }
        self.store.save(position, files, active.iteration, level, time.thread_time() - began)

    # Restoring.

    def _file(self, name: str) -> str:
        assert self.store.resume is not None
        return self.store.resume.path(name)

    def _prepared(self, parent: Active, name: str, frame: Any) -> Optional[Table]:
        """A state that fits; else the plan is dropped and the training begins here."""
        resume = self.store.resume
        assert resume is not None
        try:
            self.store.load(resume.name)
            with open(self._file(name), "rb") as f:
                return self.state.prepare(f.read(), frame)
        except Exception as error:
            why = "%s: %s" % (type(error).__name__, error) if not isinstance(error, graph.Mismatch) else str(error)
            for active in self.stack:
                active.plan = None
            self.store.resumed(None, RESTART, "checkpoint %s: %s" % (resume.name, why))
            return None

    def _fill(self, table: Table) -> Dict[str, Any]:
        """Take a state on. A program that has it by half must not go on."""
        try:
            return table.fill()
        except Exception as error:
            resume = self.store.resume
            assert resume is not None
            why = "checkpoint %s could not be taken on: %s: %s" % (resume.name, type(error).__name__, error)
            self.store.resumed(None, RESTART, why)
            os.rename(resume.directory, os.path.join(self.store.directory, ".bad-" + resume.name))
            os.kill(os.getpid(), signal.SIGKILL)
            raise

    def _restore(self, active: Active) -> bool:
        resume, table = self.store.resume, active.table
        assert resume is not None and table is not None
        active.table = None
        self.values = self._fill(table)
        if active.plan is not None and active.plan["child"] is None:
            for a in self.stack:
                a.plan = None
            files = {self._file(name): path for name, path in resume.position["written"].items()}
            self.written.restore(files, resume.position["places"])
            self.store.resumed(resume, resume.level, "; ".join(resume.position["concerns"]))
        return True


def install(recorder: record.Recorder, script: str, tree: str) -> Optional[loops.Rewriter]:
    """Prepare the program's loops to be resumed; None where that is switched off."""
    off = os.environ.get("MLHOOK_HOOKS", "").split(",")
    if recorder.checkpoints is None or off == ["0"] or "torch" in off:
        return None
    rewriter = loops.Rewriter(tree)
    rewriter.explore(script)
    runtime = Runtime(recorder.checkpoints, recorder, rewriter)
    for name in loops.CALLS:
        setattr(builtins, loops.PREFIX + name, getattr(runtime, name))
    sys.meta_path.insert(0, loops.Finder(rewriter))
    return rewriter
