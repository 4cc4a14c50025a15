"""Patches frameworks as they are imported, or at once where they are loaded.

A hook that fails becomes one warning; the user's program never sees it.
``MLHOOK_HOOKS=0`` switches all hooks off; a comma list (``keras,torch``) names
the frameworks to leave alone.
"""

import functools
import importlib.abc
import os
import random
import sys
from typing import Any, Callable, Dict, List, Optional

from . import (
    entropy, hook_boosting, hook_catboost, hook_keras, hook_plots, hook_sklearn, hook_torch, hook_trainers, record,
)

Step = Callable[[Any], None]

# Module to the patch that runs when it is loaded.
PATCHES: Dict[str, Callable[[Any, record.Recorder], None]] = {
    "sklearn.base": hook_sklearn.patch_base,
    "sklearn.metrics": hook_sklearn.patch_metrics,
    "sklearn.model_selection": hook_sklearn.patch_selection,
    "sklearn.inspection": hook_sklearn.patch_inspection,
    "keras": hook_keras.patch_keras,
    "tf_keras": hook_keras.patch_keras,
    "tensorflow": hook_keras.patch_tensorflow,
    "torch": hook_torch.patch,
    "xgboost": hook_boosting.patch_xgboost,
    "lightgbm": hook_boosting.patch_lightgbm,
    "catboost": hook_catboost.patch,
    "matplotlib": hook_plots.patch,
    "lightning.pytorch": hook_trainers.patch_lightning,
    "pytorch_lightning": hook_trainers.patch_lightning,
    "transformers.trainer": hook_trainers.patch_transformers,
}

# Packages that draw random numbers as they are loaded. A fork, which has them
# already, and a cold start must go on with the same numbers.
DRAWING = {
    "PIL", "catboost", "cv2", "flax", "imblearn", "jax", "joblib", "keras", "lightgbm", "lightning", "matplotlib", "nltk", "numpy",
    "optax", "pandas", "pytorch_lightning", "scipy", "seaborn", "sentence_transformers", "skimage", "sklearn", "skorch",
    "statsmodels", "tensorflow", "tf_keras", "timm", "torch", "torchmetrics", "torchvision", "transformers", "xgboost",
}


def install(recorder: record.Recorder, threads: int, seed: int) -> None:
    """Patch what is loaded and arrange for the rest."""
    steps: Dict[str, List[Step]] = {
        "numpy": [lambda m: entropy.pin_numpy(m, seed)],
        "torch": [lambda m: entropy.pin_torch(m, seed), lambda m: entropy.limit_torch(m, threads)],
        "tensorflow": [
            lambda m: entropy.limit_tensorflow(m, threads),
            lambda m: entropy.pin_tensorflow(m, seed),
        ],
        "lightgbm": [lambda m: entropy.limit_lightgbm(m, threads)],
    }
    off = os.environ.get("MLHOOK_HOOKS", "").split(",")
    if off != ["0"]:
        record.mark_threads(recorder)
        for name, patch in PATCHES.items():
            if name.split(".")[0] not in off:
                steps.setdefault(name, []).append(functools.partial(patch, recorder=recorder))

    def loaded(name: str, module: Any) -> None:
        for step in steps[name]:
            try:
                step(module)
            except Exception as error:
                recorder.warn("hook for %s: %s: %s" % (name, type(error).__name__, error))

    waiting = _Finder(loaded)
    for name in steps:
        if name in sys.modules:
            loaded(name, sys.modules[name])
        else:
            waiting.names.add(name)
    sys.meta_path.insert(0, waiting)


class _Finder(importlib.abc.MetaPathFinder):
    """Lets the ordinary finders find a module and runs the hooks behind its code.

    It never removes itself, since being asked does not mean being imported:
    TensorFlow asks for the spec of keras before it imports it.
    """

    def __init__(self, loaded: Callable[[str, Any], None]) -> None:
        self.names: "set[str]" = set()
        self.loaded = loaded
        self.within = 0  # how many watched modules are being loaded

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Optional[Any]:
        if name not in self.names and name.partition(".")[0] not in DRAWING:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                return self._watched(name, spec)
        return None

    def _watched(self, name: str, spec: Any) -> Any:
        execute = getattr(spec.loader, "exec_module", None)
        if execute is None:
            return spec

        def exec_module(module: Any) -> None:
            state = None if self.within else random.getstate()
            self.within += 1
            try:
                execute(module)
            finally:
                self.within -= 1
                if state is not None:
                    random.setstate(state)
            if name in self.names:
                self.loaded(name, module)

        try:
            spec.loader.exec_module = exec_module
        except AttributeError:  # a loader written in C: the module stays unobserved
            pass
        return spec
