"""Entry point: ``python3 -B <this directory> --requests DIR --trials DIR --state DIR``."""

import argparse
import os
import sys

from mlhook_agent.server import Server, run_one

HERE = os.path.dirname(os.path.abspath(__file__))


def main() -> int:
    parser = argparse.ArgumentParser(prog="mlhook-agent")
    parser.add_argument("--requests", required=True, help="directory of request files, read-only")
    parser.add_argument("--trials", required=True, help="directory of the trials' trees and output")
    parser.add_argument("--state", help="directory for agent.jsonl")
    parser.add_argument("--preload", default="", help="modules to import before forking, comma-separated")
    parser.add_argument("--one", help="run this one request in this process and end")
    options = parser.parse_args()
    # The script must not be able to import the agent's directory by accident.
    sys.path[:] = [p for p in sys.path if os.path.abspath(p or ".") != HERE]
    if options.one:
        run_one(os.path.join(options.requests, options.one), os.path.abspath(options.trials))
    preload = [name for name in options.preload.split(",") if name]
    return Server(HERE, os.path.abspath(options.requests), os.path.abspath(options.trials), options.state, preload).serve()


if __name__ == "__main__":
    sys.exit(main())
