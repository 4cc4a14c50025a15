"""What a model is made of."""

import sys
from typing import Any, List, Optional

MAX_LAYERS = 200


def layers(framework: str, model: Any) -> Optional[List[str]]:
    """Class names of a model's innermost parts, in order: layers of keras, modules
    of torch (its own composed ones, as TransformerEncoder, whole), steps of a
    scikit-learn pipeline or of what a search fits. None for a model without
    parts, at most MAX_LAYERS names.
    """
    if model is None:
        return None
    if framework == "keras":
        parts = _keras(model)
    elif framework == "torch":
        parts = _modules(model)
    else:
        parts = _estimators(model)
    names = [type(part).__name__ for part in parts[:MAX_LAYERS]]
    return names if parts and (parts[0] is not model or framework == "torch") else None


def _keras(model: Any) -> List[Any]:
    found: List[Any] = []
    for layer in getattr(model, "layers", ()):
        found.extend(_keras(layer) if getattr(layer, "layers", None) else [layer])
    return found


def _modules(model: Any) -> List[Any]:
    children = list(model.children())
    home = type(model).__module__
    whole = home.startswith("torch.nn.modules.") and not home.endswith(".container")
    if whole or not children:
        return [model]
    return [part for child in children for part in _modules(child)]


def _estimators(model: Any) -> List[Any]:
    steps = getattr(model, "steps", None) or getattr(model, "estimators", None)
    inner = getattr(model, "estimator", None)
    if isinstance(steps, list) and all(isinstance(step, tuple) for step in steps):
        last = getattr(model, "final_estimator", None)  # of a stack
        parts = [step[1] for step in steps] + ([last] if hasattr(last, "get_params") else [])
        return [inner for part in parts for inner in _estimators(part)]
    if inner is not None and "sklearn" in sys.modules and hasattr(inner, "get_params"):
        return _estimators(inner)
    return [model]
