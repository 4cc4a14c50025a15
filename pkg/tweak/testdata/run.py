"""Runs programs one after the other in one process, so that the frameworks are imported once."""
import contextlib
import io
import json
import os
import runpy
import sys
import tempfile
import traceback


def run(files: dict) -> str:
    """Returns what a program raised, empty where it ran to its end."""
    before = set(sys.modules)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            with open(os.path.join(folder, name), "w", newline="") as file:
                file.write(text)
        os.chdir(folder)
        sys.path.insert(0, folder)
        try:
            with contextlib.redirect_stdout(io.StringIO()) as out:
                runpy.run_path("train.py", run_name="__main__")
            return "" if "accuracy" in out.getvalue() else "no accuracy"
        except BaseException:
            return traceback.format_exc()
        finally:
            os.chdir("/")
            sys.path.remove(folder)
            for name in set(sys.modules) - before:
                if str(getattr(sys.modules[name], "__file__", "")).startswith(folder):
                    del sys.modules[name]
            if "keras" in sys.modules:
                sys.modules["keras"].utils.clear_session()


def main() -> None:
    if sys.argv[1:] == ["keras"]:
        import tensorflow as tf
        tf.config.run_functions_eagerly(True)  # tracing takes longer than these programs
    programs = json.load(sys.stdin)
    failed = 0
    for program in programs:
        error = run(program["files"])
        if error:
            failed += 1
            print(program["name"], error, *program["files"].values(), sep="\n")
    print(f"{len(programs)} programs, {failed} failed")


main()
