"""One set of entropy per run: what a script leaves unseeded is the same in every
trial and attempt, so that a tweak is never credited with a lucky split. A
script that seeds itself overrides all of this.

Nothing here runs in the fork server: seeding can wake a framework's runtime,
and a parent with a woken runtime hangs its children.
"""

import random
from typing import Any


class Drawn:
    """How often entropy was drawn; a resumed training goes on with the count."""

    count = 0

    def next(self) -> int:
        self.count += 1
        return self.count


drawn = Drawn()


def pin(seed: int) -> None:
    """Seed Python itself; frameworks follow as they are loaded."""
    random.seed(seed)


def pin_numpy(numpy: Any, seed: int) -> None:
    """Seed NumPy's global state and the entropy of generators made without a seed.

    default_rng(), RandomState(), SeedSequence() and every bit generator draw
    from one function, which a counter replaces: repeatable, yet no two alike.
    """
    numpy.random.seed(seed % 2**32)
    source = numpy.random.bit_generator
    source.randbits  # of another name in a NumPy that we do not know: a warning says so
    source.randbits = lambda bits: ((seed % 2**63) << 32 | drawn.next()) % 2**bits


def pin_torch(torch: Any, seed: int) -> None:
    """Seed torch's generators; those of a GPU as soon as there is a context."""
    torch.manual_seed(seed % 2**63)


def pin_tensorflow(tensorflow: Any, seed: int) -> None:
    """Seed TensorFlow's global generator, of version 1 or 2."""
    setter = getattr(tensorflow.random, "set_seed", None) or getattr(tensorflow, "set_random_seed", None)
    if setter is not None:
        setter(seed % 2**31)


def limit_torch(torch: Any, threads: int) -> None:
    """Use so many threads within an operation; the environment is read at import only."""
    if threads:
        torch.set_num_threads(threads)


def limit_tensorflow(tensorflow: Any, threads: int) -> None:
    """The same for TensorFlow, which accepts it before its first operation."""
    if threads and hasattr(tensorflow, "config"):
        tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
        tensorflow.config.threading.set_inter_op_parallelism_threads(threads)


def limit_lightgbm(lightgbm: Any, threads: int) -> None:
    """The same for LightGBM's scikit-learn classes, which since version 4 take all cores where nothing is said.

    Their threads wait for each other at each split: beside another program a
    training takes many times as long.
    """
    base = getattr(getattr(lightgbm, "sklearn", None), "LGBMModel", None)
    chosen = getattr(base, "_process_n_jobs", None)
    if threads and chosen is not None:
        base._process_n_jobs = lambda self, n_jobs: threads if n_jobs is None else chosen(self, n_jobs)
