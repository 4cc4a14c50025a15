"""Saves the trained model in its framework's own format."""

import hashlib
import os
import pickle
from typing import Any, Callable, Dict, Tuple

from . import record

Saver = Callable[[Any, str], None]


def save(recorder: record.Recorder, directory: str) -> None:
    """Save the model that was measured last, else the one trained last."""
    chosen = recorder.measured if recorder.measured and recorder.measured[1] is not None else None
    if chosen is None and recorder.models:
        chosen = recorder.models[-1]
    if chosen is None:
        return
    framework, model = chosen
    try:
        name, form, saver = _format(framework, model)
        os.makedirs(directory, exist_ok=True)
        path = os.path.join(directory, name)
        # Frameworks choose the format by the name's end, so the end stays.
        temporary = os.path.join(directory, "." + name)
        saver(model, temporary)
        with open(temporary, "rb") as f:
            os.fsync(f.fileno())
            digest = hashlib.sha256(f.read()).hexdigest()
        os.replace(temporary, path)
        recorder.writer.write(
            "model", durable=True, path=name, format=form, sha256=digest, size=os.path.getsize(path), model=record._class(model)
        )
    except Exception as error:
        recorder.warn("the model was not saved: %s: %s" % (type(error).__name__, error))


def _format(framework: str, model: Any) -> Tuple[str, str, Saver]:
    formats: Dict[str, Tuple[str, str, Saver]] = {
        "keras": ("model.keras", "keras", lambda m, p: m.save(p)),
        "torch": ("model.pt", "torch", _torch),
        "xgboost": ("model.ubj", "ubj", lambda m, p: m.save_model(p)),
        "lightgbm": ("model.txt", "txt", lambda m, p: m.save_model(p)),
        "sklearn": ("model.joblib", "joblib", _sklearn),
    }
    if framework == "keras" and not _keras3(model):
        return "model.h5", "h5", lambda m, p: m.save(p)
    if framework == "sklearn" and type(model).__module__.startswith("xgboost."):
        return formats["xgboost"]
    return formats[framework]


def _keras3(model: Any) -> bool:
    return hasattr(model, "get_compile_config") and type(model).__mro__[-2].__module__.startswith("keras.")


def _torch(model: Any, path: str) -> None:
    import torch

    torch.save({"class": record._class(model), "state_dict": model.state_dict()}, path)


def _sklearn(model: Any, path: str) -> None:
    try:
        import joblib
    except ImportError:
        with open(path, "wb") as f:
            pickle.dump(model, f)
        return
    joblib.dump(model, path)
