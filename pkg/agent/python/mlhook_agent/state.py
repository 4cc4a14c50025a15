"""The state of a program at a place in its code: variables and random numbers."""

import itertools
import os
import pickle
import random
import sys
import types
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

from . import entropy, graph, kinds, kinds_values, loops, resume_torch, settings


class Table(NamedTuple):
    """A state that fits the running program and is ready to be taken on."""

    state: "State"
    reader: graph.Reader
    roots: Dict[str, Any]

    def fill(self) -> Dict[str, Any]:
        """Take the state on; return the local variables of the innermost function."""
        self.reader.fill()
        for name, variables in self.roots["modules"].items():
            own = vars(sys.modules[name])
            own.update((variable, self.reader.get(value)) for variable, value in variables.items())
        set_random_state(self.roots["random"])
        settings.put(self.roots["settings"], self.state.rewriter.top)
        local = self.roots["frames"][-1][2] if self.roots["local"] else {}
        values = {name: self.reader.get(value) for name, value in local.items()}
        values.update(("return", self.reader.get(value)) for value in self.roots["returned"].values())
        return values


class State:
    """Saves and restores the program that a Rewriter knows."""

    def __init__(self, rewriter: loops.Rewriter) -> None:
        self.rewriter = rewriter
        self.concerns: List[str] = []
        self._modules: Dict[str, bool] = {}
        self._settings: settings.Settings = {}  # as the first loop was entered
        self._last = next(reversed(sys.modules))  # of those that were loaded before the program

    def program(self, module: str) -> bool:
        """Whether a module is the user's."""
        if module not in self._modules:
            file = getattr(sys.modules.get(module), "__file__", None) or os.sep  # none of those written in C
            if ".." in file or not os.path.isabs(file):
                file = os.path.abspath(file)
            self._modules[module] = file.startswith(self.rewriter.top + os.sep)
        return self._modules[module]

    def _loaded(self) -> List[str]:
        """The program's modules. Those from before it are not even looked at: a forked process would copy them."""
        later = itertools.takewhile(lambda name: name != self._last, reversed(sys.modules))
        return [name for name in dict.fromkeys(["__main__", *list(later)[::-1]]) if self.program(name)]

    def kinds(self) -> List[graph.Kind]:
        """All kinds of objects that can be saved here."""
        found = resume_torch.kinds() + kinds.python_kinds(self.program, resume_torch.bases())
        return found + [kinds_values.Value(self.program, found)]

    def entry(self, frame: Any, dead: Set[str]) -> graph.Entry:
        """What the program looks like as it enters a loop."""
        self._settings = self._settings or settings.take(self.rewriter.top)
        writer = graph.Writer(self.kinds(), None)
        self._roots(frame, dead, writer, {})
        return writer.found

    def save(self, frame: Any, dead: Set[str], entry: Optional[graph.Entry], returned: Dict[str, Any]) -> bytes:
        """The state at this place; raises Unsaveable."""
        before = random_state()
        writer = graph.Writer(self.kinds(), entry)
        roots = self._roots(frame, dead, writer, returned)
        roots["random"] = before
        roots["settings"] = settings.changed(settings.take(self.rewriter.top), self._settings)
        text = pickle.dumps((roots, writer.nodes), 4)
        self.concerns = writer.concerns + writer.split()
        set_random_state(before)  # whatever pickling drew
        return text

    def prepare(self, text: bytes, frame: Any) -> Table:
        """Match a state with the running program; raises Mismatch, and changes nothing."""
        roots, nodes = pickle.loads(text)
        reader = graph.Reader(self.kinds(), nodes)
        for name, variables in roots["modules"].items():
            own = vars(sys.modules[name]) if name in sys.modules else {}
            for variable, value in variables.items():
                reader.match(value, own.get(variable))
        frames = self._chain(frame)
        if [(f.f_code.co_filename, f.f_code.co_name) for f in frames] != [f[:2] for f in self._placed(roots)]:
            raise graph.Mismatch("the loop is reached in another way")
        for (_, _, variables), here in zip(roots["frames"], frames):
            own = here.f_locals
            for variable, value in variables.items():
                reader.match(value, own.get(variable))
        reader.prepare()
        return Table(self, reader, roots)

    def _placed(self, roots: Dict[str, Any]) -> List[Tuple[str, str]]:
        return [(os.path.join(self.rewriter.top, file), name) for file, name, _ in roots["frames"]]

    def _chain(self, frame: Any) -> List[Any]:
        """The program's functions that are being called, outermost first."""
        found = []
        while frame is not None:
            code = frame.f_code
            if code.co_filename.startswith(self.rewriter.top + os.sep) and code.co_name != "<module>":
                found.append(frame)
            frame = frame.f_back
        return found[::-1]

    def _roots(self, frame: Any, dead: Set[str], out: graph.Writer, returned: Dict[str, Any]) -> Dict[str, Any]:
        inner = frame.f_code.co_name != "<module>"
        running = {}
        walked = frame
        while walked is not None:
            if walked.f_code.co_name == "<module>":
                running[walked.f_globals.get("__name__")] = walked
            walked = walked.f_back
        modules = {}
        for name in self._loaded():
            gone = set() if inner or name != frame.f_globals.get("__name__") else dead
            variables = vars(sys.modules[name])
            modules[name] = self._variables(variables, running.get(name), gone, out)
        frames = []
        chain = self._chain(frame)
        for here in chain:
            file = os.path.relpath(here.f_code.co_filename, self.rewriter.top)
            variables = self._variables(here.f_locals, here, dead if here is frame else frozenset(), out)
            frames.append((file, here.f_code.co_name, variables))
        return {
            "modules": modules, "frames": frames, "local": inner,
            "returned": {name: out.ref(value, -1, "return") for name, value in returned.items()},
        }

    def _variables(self, variables: Dict[str, Any], frame: Any, dead: Any, out: graph.Writer) -> Dict[str, Any]:
        """Save those variables of a scope that may yet be read."""
        names = self.rewriter.live(frame.f_code, frame.f_lineno) if frame is not None else None
        return {
            name: out.ref(value, -1, name) for name, value in list(variables.items())
            if not name.startswith("__") and not isinstance(value, types.ModuleType)
            and name not in dead and (names is None or name in names)
        }


def random_state() -> Dict[str, Any]:
    """The states of all global generators."""
    found: Dict[str, Any] = {"python": random.getstate(), "drawn": entropy.drawn.count}
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        found["numpy"] = pickle.dumps(numpy.random.get_state())
    found.update(resume_torch.random_state())
    return found


def set_random_state(saved: Dict[str, Any]) -> None:
    """Set what random_state returned."""
    random.setstate(saved["python"])
    entropy.drawn.count = saved["drawn"]
    if "numpy" in saved:
        sys.modules["numpy"].random.set_state(pickle.loads(saved["numpy"]))
    resume_torch.set_random_state(saved)
