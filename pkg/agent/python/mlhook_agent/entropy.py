"""One set of entropy per run: what a script leaves unseeded is the same in every
trial and attempt, so that a tweak is never credited with a lucky split. A
script that seeds itself overrides all of this."""

import random
from typing import Any


def pin(seed: int) -> None:
    """Seed Python itself; frameworks follow as they are loaded."""
    random.seed(seed)


def pin_numpy(numpy: Any, seed: int) -> None:
    """Seed NumPy's global state and make fresh generators repeatable."""
    numpy.random.seed(seed % 2**32)
    original = numpy.random.default_rng
    drawn = [0]

    def default_rng(seed_: Any = None) -> Any:
        if seed_ is None:
            drawn[0] += 1
            seed_ = numpy.random.SeedSequence([seed % 2**63, drawn[0]])
        return original(seed_)

    default_rng.__doc__ = original.__doc__
    numpy.random.default_rng = default_rng


def pin_torch(torch: Any, seed: int) -> None:
    torch.manual_seed(seed % 2**63)


def pin_tensorflow(tensorflow: Any, seed: int) -> None:
    setter = getattr(tensorflow.random, "set_seed", None) or getattr(tensorflow, "set_random_seed", None)
    if setter is not None:
        setter(seed % 2**31)
