"""The states of the generators of random numbers of this process, taken out and put back."""

import pickle
import random
import sys
from typing import Any, Callable, Dict, Tuple

# Generator to how its state is read and set. The frameworks are passed as they are loaded.
Access = Tuple[Callable[[], Any], Callable[[Any], None]]


def take() -> Dict[str, bytes]:
    """Pickle the states."""
    return {name: pickle.dumps(get(), 4) for name, (get, _) in _known().items()}


class Watch:
    """Tells which generators have moved. States are compared as they are, since pickling takes longer than a short epoch bears."""

    def __init__(self) -> None:
        self._states: Dict[str, Any] = {}

    def moved(self) -> Dict[str, bytes]:
        """The pickled states of those that are not where they were at the last look."""
        now = {name: get() for name, (get, _) in _known().items()}
        moved = {name: pickle.dumps(state, 4) for name, state in now.items() if not _same(self._states.get(name), state)}
        self._states = now
        return moved


def _same(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    try:
        return bool(one == other)
    except (ValueError, RuntimeError):  # arrays or tensors, or tuples with some
        if hasattr(one, "shape"):
            return one.shape == other.shape and bool((one == other).all())
        return len(one) == len(other) and all(map(_same, one, other))


def put(states: Dict[str, bytes]) -> None:
    """Set the generators that are there to the states that take returned."""
    known = _known()
    for name, state in states.items():
        if name in known:
            known[name][1](pickle.loads(state))


def _known() -> Dict[str, Access]:
    found: Dict[str, Access] = {"python": (random.getstate, random.setstate)}
    if "numpy" in sys.modules:
        numpy: Any = sys.modules["numpy"].random
        found["numpy"] = (numpy.get_state, numpy.set_state)
    torch: Any = sys.modules.get("torch")
    if hasattr(torch, "set_rng_state"):
        found["torch"] = (lambda: torch.get_rng_state().numpy(), lambda s: torch.set_rng_state(torch.from_numpy(s)))
        if torch.cuda.is_available() and torch.cuda.is_initialized():
            found["cuda"] = (torch.cuda.get_rng_state_all, torch.cuda.set_rng_state_all)
    context: Any = sys.modules.get("tensorflow.python.eager.context")
    if context is not None and getattr(context.context(), "_rng", None) is not None:
        seeds = context.context()._rng  # of the operations that run outside of a graph
        found["tensorflow"] = (seeds.getstate, seeds.setstate)
    shared: Any = sys.modules.get("tensorflow.python.ops.stateful_random_ops")
    generator = getattr(shared, "global_generator", None)
    if generator is not None:
        found["tensorflow.random.Generator"] = (generator.state.numpy, generator.state.assign)
    return found
