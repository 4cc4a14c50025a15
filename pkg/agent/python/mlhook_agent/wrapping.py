"""Replacing functions and methods without anybody noticing."""

import functools
import inspect
import os
import pydoc
import types
from typing import Any, Callable, Dict, Optional, Tuple

from . import HERE
from .record import Recorder

Given = Dict[str, Any]  # a call's arguments by name
POSITIONAL = "*"  # in it, the list of those that are passed by position, which a hook may change
Before = Callable[[Given, Dict[str, Any]], None]  # may change the keyword arguments
After = Callable[[Given, Any], None]  # sees the result


# In this file's place, so that frames of it are told from the script's; Python passes over files
# of such a name where it looks for the caller that a warning is about.
UNSEEN = os.path.join(HERE, "importlib._bootstrap")


class _Watch:
    """The hooks around a function: called with a call's arguments, it gives the context for that."""

    # Not in __dict__, which functools.wraps copies to what may be sent to other processes.
    __slots__ = ("original", "recorder", "before", "after")

    def __init__(self, original: Any, recorder: Recorder, before: Optional[Before], after: Optional[After]) -> None:
        self.original, self.recorder, self.before, self.after = original, recorder, before, after

    def __call__(self, passed: Tuple[Any, Any]) -> "_Call":
        return _Call(self, *passed)

    def __reduce__(self) -> Any:  # for other processes, which have no agent, with a method of a class sent by value
        return pydoc.locate, ("contextlib.nullcontext",)


class _Call:
    """One call of an observed function.

    Only the outermost hooked call of the main process is observed. An exception
    of the original passes through unchanged, one of a hook becomes a warning.
    """

    __slots__ = ("_watch", "_args", "_kwargs", "_guard", "_given", "result")

    def __init__(self, watch: _Watch, args: Any, kwargs: Dict[str, Any]) -> None:
        self._watch, self._args, self._kwargs = watch, args, kwargs
        self._guard = watch.recorder.outermost()
        self._given: Optional[Given] = None

    def __enter__(self) -> None:
        if self._guard.__enter__():
            self._given = arguments(self._watch.original, self._args, self._kwargs)
            self._given[POSITIONAL] = self._args
            try:
                self._hook(self._watch.before, self._given, self._kwargs)
            except BaseException:  # an interrupt
                self._guard.__exit__()
                raise

    def __exit__(self, _kind: Any, error: Optional[BaseException], trace: Any) -> None:
        given = self._given
        try:
            if given is not None and error is None:
                self._hook(self._watch.after, given, self.result)
            elif given is not None:
                self._hook(given.get("undo"))  # what the hook before had changed
        finally:
            self._guard.__exit__()
        if error is not None:
            error.__traceback__ = trace.tb_next  # without the agent's frame, from Python 3.11 on

    def _hook(self, hook: Optional[Callable[..., None]], *args: Any) -> None:
        try:
            if hook is not None:
                hook(*args)
        except Exception as error:
            name = self._watch.original.__qualname__
            self._watch.recorder.warn("hook of %s: %s: %s" % (name, type(error).__name__, error))


def _observed(original: Any, watch: _Watch) -> Any:
    """A function that looks like the original."""

    def observed(*args: Any, **kwargs: Any) -> Any:
        passed = list(args)
        call = watch((passed, kwargs))
        with call:
            call.result = original(*passed, **kwargs)
        return call.result

    observed.__code__ = _unseen(observed.__code__)
    functools.update_wrapper(observed, original)
    vars(observed).update(vars(original))  # what it says to wrap itself
    # The mark names its bearer, since functools.wraps of others copies it.
    vars(observed)["__mlhook__"] = id(observed)
    return observed


@functools.lru_cache(maxsize=None)
def _unseen(code: types.CodeType) -> types.CodeType:
    return code.replace(co_filename=UNSEEN)


def _is_observed(thing: Any) -> bool:
    return vars(thing).get("__mlhook__") == id(thing)


def function(
    module: Any, name: str, recorder: Recorder, after: Optional[After] = None, before: Optional[Before] = None
) -> None:
    """Observe module.name, where there is such a function."""
    original = getattr(module, name, None)
    if original is None or _is_observed(original):
        return
    observed = _observed(original, _Watch(original, recorder, before, after))
    observed.__module__ = module.__name__  # where pickle finds it, and in other processes the original
    setattr(module, name, observed)


def method(
    cls: Any, name: str, recorder: Recorder, after: Optional[After] = None, before: Optional[Before] = None
) -> None:
    """Observe a method that cls itself defines."""
    original = cls.__dict__.get(name)
    holder = cls
    if hasattr(original, "fn") and hasattr(original, "__get__"):  # scikit-learn's available_if
        holder, name, original = original, "fn", original.fn
    if inspect.isfunction(original) and not _is_observed(original):
        setattr(holder, name, _observed(original, _Watch(original, recorder, before, after)))


# A loop calls backward for every batch, so what a signature tells is read once.
_signature = functools.lru_cache(maxsize=256)(inspect.signature)


@functools.lru_cache(maxsize=256)
def _positional(called: Callable[..., Any]) -> Tuple[str, ...]:
    """The names of the parameters that may be passed by position, in their order."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(p.name for p in _signature(called).parameters.values() if p.kind in kinds)


def arguments(called: Callable[..., Any], args: Any, kwargs: Any) -> Given:
    """Arguments of a call by name, those gathered in ** among them; empty when they do not fit."""
    try:
        names, signature = _positional(called), _signature(called)
    except (TypeError, ValueError):
        return {}
    if not kwargs and len(args) <= len(names):  # as binding would, in a tenth of the time
        return dict(zip(names, args))
    try:
        given = dict(signature.bind_partial(*args, **kwargs).arguments)
    except TypeError:  # a decorator lets keyword-only arguments pass by position, as xgboost's does
        fixed = (p.name for p in signature.parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD))
        return {**dict(zip(fixed, args)), **kwargs}
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            given.update(given.pop(parameter.name, {}))
    return given
