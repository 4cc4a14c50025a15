"""torch: notes the model, so that it can be saved. The accuracy is printed by
the script and read on the host."""

from typing import Any, Callable

from . import record
from .wrapping import wrap


def patch(torch: Any, recorder: record.Recorder) -> None:
    wrap(torch.nn.Module, "parameters", lambda o: _parameters(o, recorder))


def _parameters(original: Callable[..., Any], recorder: record.Recorder) -> Callable[..., Any]:
    def parameters(self: Any, *args: Any, **kwargs: Any) -> Any:
        # The module whose parameters the user hands to an optimizer.
        with recorder.outermost() as outermost:
            if outermost and not self.__class__.__module__.startswith("torch.nn.modules.loss"):
                recorder.remember("torch", self)
            return original(self, *args, **kwargs)

    return parameters
