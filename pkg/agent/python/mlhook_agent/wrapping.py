"""Replacing a function without anybody noticing."""

import functools
import inspect
from typing import Any, Callable, Dict


def wrap(owner: Any, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Replace owner.name by make(original), keeping name, doc and signature."""
    original = getattr(owner, name)
    if getattr(original, "__mlhook__", False):
        return
    wrapped = functools.wraps(original)(make(original))
    wrapped.__mlhook__ = True  # type: ignore[attr-defined]
    setattr(owner, name, wrapped)


def arguments(function: Callable[..., Any], args: Any, kwargs: Any) -> Dict[str, Any]:
    """Arguments of a call by name; empty when they do not fit."""
    try:
        return dict(inspect.signature(function).bind_partial(*args, **kwargs).arguments)
    except (TypeError, ValueError):
        return {}
