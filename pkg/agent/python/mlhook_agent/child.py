"""One attempt: the user's script, run as ``__main__`` in a process of its own."""

import atexit
import os
import sys
import threading
import traceback
import types
from typing import Any, Dict, NoReturn, Tuple

from . import entropy, events, hooks, record, save


def redirect(pipe: int) -> None:
    """Make the pipe stdout and stderr, and /dev/null stdin."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(pipe, 1)
    os.dup2(pipe, 2)
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    os.close(pipe)


def run(request: Dict[str, Any], directory: str) -> NoReturn:
    """Run the request's script and end the process with its exit code."""
    tree = os.path.join(directory, "tree")
    writer = events.Writer(os.path.join(directory, "events.jsonl"))
    recorder = record.Recorder(writer)
    script = os.path.join(tree, request["script"])
    prepare(request, directory, tree, script)
    entropy.pin(request.get("seed") or 0)
    hooks.install(recorder, request.get("threads") or 0, request.get("seed") or 0)
    writer.write("begin")
    code, stopped = execute(script, tree, writer)
    if not stopped:
        save.save(recorder, os.path.join(directory, "model"))
    finish(code)


def prepare(request: Dict[str, Any], directory: str, tree: str, script: str) -> None:
    """Set up what ``python script.py`` in the script's directory would find."""
    os.environ.update(request.get("env") or {})
    os.environ["MPLBACKEND"] = "Agg"
    os.environ["MLHOOK"] = "0"
    # An edit of equal size in the same second would load stale byte code.
    cache = os.path.join(directory, "pycache")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = cache
    sys.dont_write_bytecode = False
    sys.argv = [os.path.basename(script)] + list(request.get("args") or [])
    sys.path.insert(0, os.path.dirname(script))
    os.chdir(os.path.join(tree, request.get("cwd") or "."))


def execute(script: str, tree: str, writer: events.Writer) -> Tuple[int, bool]:
    """Execute the script; return its exit code and whether the user broke it off."""
    module = types.ModuleType("__main__")
    module.__file__ = script
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = module
    try:
        with open(script, "rb") as f:
            source = f.read()
        exec(compile(source, script, "exec", dont_inherit=True), module.__dict__)
        return 0, False
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return (end.code or 0) & 255, False
        print(end.code, file=sys.stderr)
        return 1, False
    except KeyboardInterrupt:
        return 130, True
    except BaseException as error:
        report(error, tree, writer)
        return 1, False


def report(error: BaseException, tree: str, writer: events.Writer) -> None:
    """Print the traceback without the agent's frames and record the place."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    try:
        traceback.print_exception(type(error), error, trace)
    except Exception:
        pass  # the script closed stderr
    file, line = "", 0
    for frame, number in traceback.walk_tb(trace):
        name = frame.f_code.co_filename
        if name.startswith(tree + os.sep):
            file, line = name, number
    if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(tree):
        file, line = error.filename, error.lineno or 0
    text = str(error)
    writer.write(
        "error", durable=True, error=type(error).__name__, text=text[:2000],
        file=os.path.relpath(file, tree) if file else "", line=line,
    )


def finish(code: int) -> NoReturn:
    """End as the interpreter would, without going back into the server's code."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]  # waits for non-daemon threads
        atexit._run_exitfuncs()  # type: ignore[attr-defined]
    except BaseException:
        pass
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    os._exit(code)
