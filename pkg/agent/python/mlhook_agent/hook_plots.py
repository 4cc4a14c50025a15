"""Plots of a training that has no display."""

import functools
from typing import Any

from . import record

# Backends that open windows; without a display they fail, some at once.
WINDOWS = {
    "gtk3agg", "gtk3cairo", "gtk4agg", "gtk4cairo", "ipympl", "macosx", "nbagg", "notebook", "qt4agg", "qt5agg", "qt5cairo", "qtagg",
    "qtcairo", "tkagg", "tkcairo", "webagg", "widget", "wx", "wxagg", "wxcairo",
}


def patch(matplotlib: Any, recorder: record.Recorder) -> None:
    """Let a script that asks for windows draw into memory, as MPLBACKEND says."""
    use = matplotlib.use

    @functools.wraps(use)
    def within(backend: str, **options: Any) -> None:
        if str(backend).lower() not in WINDOWS:
            use(backend, **options)

    matplotlib.use = within
