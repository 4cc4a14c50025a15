"""One attempt: the user's script, run as ``__main__`` in a process of its own."""

import atexit
import builtins
import ctypes
import gc
import importlib.machinery
import io
import json
import os
import resource
import socket
import sys
import tempfile
import threading
import traceback
import types
from typing import Any, Dict, List, NoReturn, Optional, Tuple

from . import checkpoint, entropy, events, hooks, is_own, loops, reads, record, replay, save, spacing, warm

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
PR_SET_PDEATHSIG = 1
SETUP_FAILED = 70
# Modules that every interpreter has loaded before a script's first line.
FIRST = set(sys.builtin_module_names) | {
    "__main__", "_collections_abc", "_sitebuiltins", "abc", "codecs", "encodings", "genericpath", "io", "ntpath", "os", "posixpath",
    "site", "stat", "zipimport",
}
LARGE = 1 << 30  # bytes of memory that another attempt may miss while they are given back
RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes of ru_maxrss


def detach(pipe: int) -> None:
    """Make a session of our own, the pipe its stdout and stderr, /dev/null its stdin."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(pipe, 1)
    os.dup2(pipe, 2)
    os.close(null)
    os.close(pipe)


def die_with_parent() -> None:
    """A killed agent takes its attempts along, where the system can arrange it."""
    try:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, 9)
    except (OSError, AttributeError):
        pass


def run(request: Dict[str, Any], directory: str, link: Optional[socket.socket] = None) -> NoReturn:
    """Run the request's script and end the process with its exit code; the parent is told over the link."""
    tree = os.path.join(directory, "tree")
    writer = events.Writer(os.path.join(directory, "events.jsonl"))
    script = os.path.join(tree, request["script"])
    try:
        prepare(request, tree, script)
        recorder = record.Recorder(
            writer, checkpoints(request, directory, tree, writer), lineage(request, directory, writer))
        entropy.pin(request.get("seed") or 0)
        hooks.install(recorder, request.get("threads") or 0, request.get("seed") or 0)
        rewriter = replay.install(recorder, script, tree)
    except Exception as error:
        writer.write("error", durable=True, error=type(error).__name__, text="setting up the attempt: %s" % error)
        finish(SETUP_FAILED)
    writer.write("begin")
    data = reads.Reads(writer, directory)
    data.start()
    code, keep = execute(script, tree, writer, rewriter)
    data.stop()
    recorder.compared.end()
    if recorder.checkpoints is not None:
        recorder.checkpoints.wait()
    if recorder.warm is not None:
        recorder.warm.finish()
    if keep:
        save.save(recorder, os.path.join(directory, "model"))
    if keep and request.get("leave"):
        save.leave(recorder, os.path.join(directory, "warm"))
    writer.settle()
    finish(code, link, wrote=bool(data.own))


def checkpoints(
    request: Dict[str, Any], directory: str, tree: str, writer: events.Writer
) -> Optional[checkpoint.Store]:
    """The trial's checkpoints; None where the user has switched them off."""
    if os.environ.get("MLHOOK_AUTORESUME") == "0":
        return None
    store = checkpoint.Store(
        os.path.join(os.path.dirname(directory), "checkpoints"), writer, request.get("share") or spacing.SHARE,
        request["attempt"], tree,
    )
    store.open(request.get("resume") or "", request.get("wrote") or "")
    return store


def lineage(request: Dict[str, Any], directory: str, writer: events.Writer) -> Optional[warm.Warm]:
    """What to start from and to leave; None where neither is asked for."""
    if request.get("warm"):
        return warm.Warm(writer, os.path.join(os.path.dirname(os.path.dirname(directory)), request["warm"]))
    return warm.Warm(writer) if request.get("leave") else None


def prepare(request: Dict[str, Any], tree: str, script: str) -> None:
    """Set up what ``python script.py`` would find."""
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        mode = {"mode": "w", "errors": "backslashreplace", "buffering": 1} if number else {}
        stream: Any = open(number, encoding="utf-8", closefd=False, **mode)  # type: ignore[call-overload]
        setattr(sys, name, stream)
        setattr(sys, "__%s__" % name, stream)
    threads = request.get("threads") or 0
    if threads:  # for libraries that are not loaded yet
        os.environ.update({name: str(threads) for name in THREADS})
    if request.get("temp"):
        temporary(request["temp"])
    os.environ.update(request.get("env") or {})
    # MLHOOK=0: a commit that the script makes starts no training.
    os.environ.update({"MPLBACKEND": "Agg", "MLHOOK": "0", "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"})
    # Byte code of an edit of equal size in the same second would be stale, so none
    # is written; that of installed packages is still read.
    sys.dont_write_bytecode = True
    os.chdir(os.path.join(tree, request.get("cwd") or "."))
    sys.argv = [os.path.relpath(script)] + list(request.get("args") or [])
    if hasattr(sys, "orig_argv"):
        sys.orig_argv = [sys.executable] + sys.argv
    imports = [os.path.normpath(os.path.join(tree, name)) for name in request.get("path") or []]
    sys.path[:0] = [os.path.dirname(script)] + imports
    own_modules(sys.path[: 1 + len(imports)])
    if "multiprocessing.process" in sys.modules:  # where spawned children look for the script
        sys.modules["multiprocessing.process"].ORIGINAL_DIR = os.getcwd()  # type: ignore[attr-defined]


def temporary(directory: str) -> None:
    """Give the script a directory of its own for temporary files; what frameworks cache among these stays where it was."""
    shared = tempfile.gettempdir()
    os.environ.setdefault("TFHUB_CACHE_DIR", os.path.join(shared, "tfhub_modules"))
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", os.path.join(shared, "torchinductor_%d" % os.getuid()))
    os.makedirs(directory, exist_ok=True)
    os.environ["TMPDIR"] = directory
    tempfile.tempdir = None  # it may have been asked for already


def own_modules(directories: List[str]) -> None:
    """Let the script's modules be found where one of that name is loaded already; who loaded that has it."""
    for directory in directories:
        for name in os.listdir(directory) if os.path.isdir(directory) else ():
            module, _, ending = name.partition(".")
            package = os.path.join(directory, name, "__init__.py")
            if module in sys.modules and module not in FIRST and (ending == "py" or os.path.exists(package)):
                for loaded in [m for m in sys.modules if m.partition(".")[0] == module]:
                    del sys.modules[loaded]


def execute(
    script: str, tree: str, writer: events.Writer, rewriter: Optional[loops.Rewriter]
) -> Tuple[int, bool]:
    """Execute the script; return its exit code and whether its model is worth keeping."""
    module = types.ModuleType("__main__")
    module.__file__ = script
    module.__loader__ = importlib.machinery.SourceFileLoader("__main__", script)
    module.__dict__.update({"__builtins__": builtins, "__cached__": None, "__annotations__": {}})
    if script.endswith(".ipynb.py"):  # a notebook's code, which knows this name
        module.__dict__["display"] = display
    sys.modules["__main__"] = module
    try:
        with open(script, "rb") as f:
            source = f.read()
        compiled = rewriter.compile(source, script) if rewriter else loops.plain(source, script)
        exec(compiled, module.__dict__)
        return 0, True
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return (end.code or 0) & 255, True
        try:
            print(end.code, file=sys.stderr)
        except Exception:
            pass  # the script closed stderr
        return 1, True
    except KeyboardInterrupt:
        return 130, False
    except BaseException as error:
        report(error, tree, writer)
        return 1, True


def display(*objects: Any, **_: Any) -> None:
    """What a notebook shows is printed."""
    print(*objects)


def report(error: BaseException, tree: str, writer: events.Writer) -> None:
    """Print the traceback without the agent's frames and record the place."""
    shown = [error]
    for one in shown:  # grows while it is walked
        one.__traceback__ = _outside(one.__traceback__)
        shown += [e for e in (one.__cause__, one.__context__) if e is not None and e not in shown]
    trace = error.__traceback__
    try:
        if sys.excepthook is sys.__excepthook__:
            traceback.print_exception(type(error), error, trace)
        else:
            sys.excepthook(type(error), error, trace)
    except Exception:
        pass  # the script closed stderr, or its hook failed
    file, line = "", 0
    for frame, number in traceback.walk_tb(trace):
        name = frame.f_code.co_filename
        if name.startswith(tree + os.sep):
            file, line = os.path.relpath(name, tree), number
    if isinstance(error, SyntaxError) and (error.filename or "").startswith(tree + os.sep):
        file, line = os.path.relpath(error.filename or "", tree), error.lineno or 0
    try:
        text = str(error)
    except Exception:  # an exception of the script's own making
        text = ""
    writer.write("error", durable=True, error=type(error).__name__, text=text, file=file or None, line=line or None)


def _outside(trace: Optional[types.TracebackType]) -> Optional[types.TracebackType]:
    """A traceback without the frames of the agent."""
    kept = []
    while trace is not None:
        if not is_own(trace.tb_frame.f_code):
            kept.append(trace)
        trace = trace.tb_next
    for one, following in zip(kept, [*kept[1:], None]):
        one.tb_next = following
    return kept[0] if kept else None


def finish(code: int, link: Optional[socket.socket] = None, wrote: bool = False) -> NoReturn:
    """End as the interpreter would, without going back into the server's code; wrote: the script opened files to write."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]  # waits for non-daemon threads
        atexit._run_exitfuncs()
    except BaseException:
        pass
    for stream in [sys.stdout, sys.stderr] + (unclosed() if wrote else []):
        try:
            stream.flush()
        except Exception:
            pass
    try:
        ctypes.CDLL(None).fflush(None)  # what C code printed
    except Exception:
        pass
    if link is not None:
        say_over(link, code)
    os._exit(code)


def unclosed() -> List[Any]:
    """Files that the script left open, which the interpreter would close: texts first, since they write into others."""
    things = gc.get_objects()
    texts = [thing for thing in things if type(thing) is io.TextIOWrapper]
    return texts + [thing for thing in things if type(thing) in (io.BufferedWriter, io.BufferedRandom)]


def say_over(link: socket.socket, code: int) -> None:
    """Tell the parent how the attempt ended: the system takes longer to clear a framework away than many a trial takes."""
    cpu, rss = usage(resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    if rss < LARGE:
        try:
            link.sendall(json.dumps({"pid": os.getpid(), "code": code, "cpu": cpu, "max_rss": rss}).encode() + b"\n")
        except OSError:
            pass  # the script closed it: the parent will see the process end


def usage(*processes: Any) -> Tuple[float, int]:
    """Seconds of processor time, and the most bytes of memory that one of them had."""
    return sum(p.ru_utime + p.ru_stime for p in processes), max(p.ru_maxrss for p in processes) * RSS_UNIT
