"""torch: notes the model when its optimizer is built, so that it can be saved, and
the labels that gradients are computed of, so that an accuracy on them is known as
one on training data. What the script prints is read on the host."""

import functools
import gc
import sys
from typing import Any

from . import wrapping
from .record import Recorder
from .wrapping import Given


def patch(torch: Any, recorder: Recorder) -> None:
    """Observe the building of optimizers, and what is trained on."""
    after = functools.partial(_after_init, torch, recorder)
    wrapping.method(torch.optim.Optimizer, "__init__", recorder, after=after)
    wrapping.method(torch.Tensor, "backward", recorder, before=lambda given, _: recorder.targets.trains(given["self"]))


def _after_init(torch: Any, recorder: Recorder, given: Given, _result: Any) -> None:
    """Find the outermost module that holds what the optimizer trains."""
    recorder.built += 1
    trained = {id(p) for group in given["self"].param_groups for p in group["params"]}
    best, most = None, (0, 0)
    for thing in gc.get_objects():
        if not issubclass(type(thing), torch.nn.Module):
            continue
        held = [id(p) for p in thing.parameters()]
        found = (len(trained.intersection(held)), sum(1 for _ in thing.modules()))
        if found[0] and found > most:
            best, most = thing, found
    if best is not None:
        recorder.fitting("torch", best, "torch.optim." + type(given["self"]).__name__, None, None)
        if recorder.warm is not None and "numpy" in sys.modules:
            from . import warm_torch

            warm_torch.watch(torch, recorder, best)
