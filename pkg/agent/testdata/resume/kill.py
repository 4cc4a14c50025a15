"""Ends the program in the middle of its training, as a crash would."""

import hashlib
import os
import random
import signal
import sys

if "SEED" in os.environ:  # as scripts do that are run without the agent
    random.seed(1)
    for seed in ("numpy.random.seed", "torch.manual_seed"):
        package, _, function = seed.partition(".")
        if package in sys.modules:
            owner = sys.modules[package]
            for name in function.split("."):
                owner = getattr(owner, name)
            owner(1)


def at(moment):
    if os.environ.get("KILL_AT") == str(moment):
        os.kill(os.getpid(), signal.SIGKILL)


def digest(arrays):
    return hashlib.sha256(b"".join(a.tobytes() for a in arrays)).hexdigest()


def weights(model):
    return digest(p.detach().numpy() for p in model.state_dict().values())
