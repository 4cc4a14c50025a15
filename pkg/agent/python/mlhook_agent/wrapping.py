"""Replacing functions and methods without anybody noticing."""

import functools
import inspect
import pydoc
import types
from typing import Any, Callable, Dict, Optional

from .record import Recorder

Given = Dict[str, Any]  # a call's arguments by name
Before = Callable[[Given, Dict[str, Any]], None]  # may change the keyword arguments
After = Callable[[Given, Any], None]  # sees the result


class Observed:
    """A function with hooks around it.

    Only the outermost hooked call of the main process is observed. An exception
    of the original passes through unchanged, one of a hook becomes a warning.
    """

    # Not in __dict__, which functools.wraps copies to what may be sent to other processes.
    __slots__ = ("_original", "_recorder", "_before", "_after", "__dict__", "__weakref__")

    def __init__(self, original: Any, recorder: Recorder, before: Optional[Before], after: Optional[After]) -> None:
        self._original, self._recorder, self._before, self._after = original, recorder, before, after

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self._recorder.outermost() as outermost:
            if not outermost:
                return self._original(*args, **kwargs)
            given = arguments(self._original, args, kwargs)
            if self._before is not None:
                self._guarded(self._before, given, kwargs)
            try:
                result = self._original(*args, **kwargs)
            except BaseException:
                if "undo" in given:  # what the hook before had changed
                    self._guarded(given["undo"])
                raise
            if self._after is not None:
                self._guarded(self._after, given, result)
            return result

    def _guarded(self, hook: Callable[..., None], *args: Any) -> None:
        try:
            hook(*args)
        except Exception as error:
            self._recorder.warn("hook of %s: %s: %s" % (self._original.__qualname__, type(error).__name__, error))

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        return self if owner is None else types.MethodType(self, owner)

    def __deepcopy__(self, _memo: Any) -> "Observed":
        return self

    def __reduce__(self) -> Any:
        # For other processes, which have no agent: a function by its own name, under which
        # the original stands there; of a method, whose class is sent by value, the original.
        if "__qualname__" in vars(self):
            return pydoc.locate, (self.__module__ + "." + self.__qualname__,)
        return functools.partial, (self._original,)


def function(
    module: Any, name: str, recorder: Recorder, after: Optional[After] = None, before: Optional[Before] = None
) -> None:
    """Observe module.name, where there is such a function; what stands there has its name, documentation and signature."""
    original = getattr(module, name, None)
    if original is not None and not isinstance(original, Observed):
        observed = Observed(original, recorder, before, after)
        setattr(module, name, functools.update_wrapper(observed, original))


def method(
    cls: Any, name: str, recorder: Recorder, after: Optional[After] = None, before: Optional[Before] = None
) -> None:
    """Observe a method that cls itself defines."""
    original = cls.__dict__.get(name)
    holder = cls
    if hasattr(original, "fn") and hasattr(original, "__get__"):  # scikit-learn's available_if
        holder, name, original = original, "fn", original.fn
    if not inspect.isfunction(original) or original.__dict__.get("__mlhook__") == id(original):
        return
    observed = Observed(original, recorder, before, after)

    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return observed(*args, **kwargs)

    # The mark names its bearer, since functools.wraps of others copies it.
    wrapped.__dict__["__mlhook__"] = id(wrapped)
    setattr(holder, name, wrapped)


# A loop calls backward for every batch, and reading a signature takes longer than the hook.
_signature = functools.lru_cache(maxsize=256)(inspect.signature)


def arguments(called: Callable[..., Any], args: Any, kwargs: Any) -> Given:
    """Arguments of a call by name, those gathered in ** among them; empty when they do not fit."""
    try:
        signature = _signature(called)
    except (TypeError, ValueError):
        return {}
    try:
        given = dict(signature.bind_partial(*args, **kwargs).arguments)
    except TypeError:  # a decorator lets keyword-only arguments pass by position, as xgboost's does
        fixed = (p.name for p in signature.parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD))
        return {**dict(zip(fixed, args)), **kwargs}
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            given.update(given.pop(parameter.name, {}))
    return given
