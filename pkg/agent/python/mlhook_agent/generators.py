"""The states of the generators of random numbers of this process, taken out and put back."""

import pickle
import random
import sys
from typing import Any, Callable, Dict, Iterable, Tuple

# Generator to how its state is read and set. The frameworks are passed as they are loaded.
Access = Tuple[Callable[[], Any], Callable[[Any], None]]


def take(names: Iterable[str] = ()) -> Dict[str, bytes]:
    """Pickle the states, or those of the named generators only."""
    wanted = set(names)
    return {name: pickle.dumps(get(), 4) for name, (get, _) in _known().items() if not wanted or name in wanted}


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
