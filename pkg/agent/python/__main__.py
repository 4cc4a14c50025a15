"""Entry point: ``python3 -B <this directory> --requests DIR --trials DIR --state DIR``."""

import argparse
import os
import sys

from mlhook_agent.server import Server, run_one

HERE = os.path.dirname(os.path.abspath(__file__))


def main() -> None:
    """Read the command line and serve, or run one request."""
    parser = argparse.ArgumentParser(prog="mlhook-agent")
    parser.add_argument("--requests", required=True, help="directory of request files, read-only")
    parser.add_argument("--trials", required=True, help="directory of the trials' trees and output")
    parser.add_argument("--state", default=".", help="directory for agent.jsonl")
    parser.add_argument("--preload", default="", help="modules to import before forking, comma-separated")
    parser.add_argument("--one", help="run this one request in this process and end")
    options = parser.parse_args()
    # The script must not be able to import the agent's directory by accident.
    sys.path[:] = [p for p in sys.path if os.path.abspath(p or ".") != HERE]
    if options.one:
        run_one(os.path.join(options.requests, options.one), os.path.abspath(options.trials))
    if hasattr(os, "nice"):
        os.nice(10)  # training, which inherits it, leaves the desktop usable
    preload = [name for name in options.preload.split(",") if name]
    requests, trials = os.path.abspath(options.requests), os.path.abspath(options.trials)
    Server(HERE, requests, trials, os.path.abspath(options.state), preload).serve()
    os._exit(0)  # the frameworks' own farewell is slow and noisy, and nothing of theirs was used


if __name__ == "__main__":
    main()
