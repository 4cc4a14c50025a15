"""Patches frameworks as they are imported, or at once where they are loaded.

A hook that fails becomes one warning; the user's program never sees it.
``MLHOOK_HOOKS=0`` switches all hooks off, a comma list of names some of them.
"""

import functools
import importlib.abc
import importlib.util
import os
import sys
from typing import Any, Callable, Dict, List, Optional

from . import entropy, hook_boosting, hook_keras, hook_sklearn, hook_torch, record

Patch = Callable[[Any, record.Recorder], None]

# Module to the patch that runs when it is loaded.
PATCHES: Dict[str, Patch] = {
    "sklearn.base": hook_sklearn.patch_base,
    "sklearn.metrics": hook_sklearn.patch_metrics,
    "sklearn.pipeline": hook_sklearn.patch_pipeline,
    "sklearn.model_selection": hook_sklearn.patch_selection,
    "keras": hook_keras.patch_keras,
    "tensorflow": hook_keras.patch_tensorflow,
    "torch": hook_torch.patch,
    "xgboost": hook_boosting.patch_xgboost,
    "lightgbm": hook_boosting.patch_lightgbm,
}


def install(recorder: record.Recorder, threads: int, seed: int) -> None:
    """Patch what is loaded and arrange for the rest."""
    off = os.environ.get("MLHOOK_HOOKS", "").split(",")
    steps: Dict[str, List[Callable[[Any], None]]] = {
        "numpy": [lambda m: entropy.pin_numpy(m, seed)],
        "torch": [lambda m: entropy.pin_torch(m, seed), lambda m: m.set_num_threads(threads) if threads else None],
        "tensorflow": [lambda m: entropy.pin_tensorflow(m, seed)],
    }
    if off != ["0"]:
        for name, patch in PATCHES.items():
            if name.split(".")[0] not in off:
                steps.setdefault(name, []).append(functools.partial(_swap, patch, recorder))

    def loaded(name: str, module: Any) -> None:
        for step in steps.get(name, []):
            try:
                step(module)
            except Exception as error:
                recorder.warn("hook for %s: %s: %s" % (name, type(error).__name__, error))

    for name in list(steps):
        if name in sys.modules:
            loaded(name, sys.modules[name])
    sys.meta_path.insert(0, _Finder({n for n in steps if n not in sys.modules}, loaded))


def _swap(patch: Patch, recorder: record.Recorder, module: Any) -> None:
    patch(module, recorder)


class _Finder(importlib.abc.MetaPathFinder):
    """Lets the ordinary finders find a module and runs the hook behind its code.

    It never removes itself: TensorFlow asks for the spec of keras before it
    imports it.
    """

    def __init__(self, names: Any, loaded: Callable[[str, Any], None]) -> None:
        self.names = names
        self.loaded = loaded
        self.asking = False

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Optional[Any]:
        if name not in self.names or self.asking:
            return None
        self.asking = True
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError, AttributeError):
            return None
        finally:
            self.asking = False
        if spec is None or spec.loader is None or not hasattr(spec.loader, "exec_module"):
            return None
        execute = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            execute(module)
            self.loaded(name, module)

        try:
            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        except AttributeError:
            return None
        return spec
