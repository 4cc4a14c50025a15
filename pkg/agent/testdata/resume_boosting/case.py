"""What the cases share: data, the crash, and how results are told."""

import hashlib
import os
import signal
import sys

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

X, y = load_digits(return_X_y=True)
a, b, c, d = train_test_split(X, y, random_state=1)
drawing = "DRAWING" in os.environ


def kill(name, number):
    """End the program as a crash would, while a metric is computed: no callback of the program's own is needed."""
    if os.environ.get("KILL_AT") == "%s-%d" % (name, number):
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)


def tell(*things):
    for thing in things:
        if isinstance(thing, np.ndarray):
            thing = hashlib.sha256(np.ascontiguousarray(thing).tobytes()).hexdigest()
        print("RESULT", thing)
