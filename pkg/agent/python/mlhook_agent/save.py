"""Saves the trained model in its framework's own format."""

import contextlib
import functools
import hashlib
import os
import pickle
import sys
import warnings
from typing import Any, Callable, Iterator, List, Tuple

from . import record, warm, warm_state

# File name, format and writer, in the order in which they are tried.
Format = Tuple[str, str, Callable[[Any, str], Any]]


def save(recorder: record.Recorder, directory: str) -> None:
    """Save the model that was measured last, else the one trained last."""
    chosen = recorder.measured or recorder.fitted
    if chosen is None or chosen.model is None or os.getpid() != recorder.pid:
        return
    failure = ""
    with recorder.outermost(), _without_tensorflow(), warnings.catch_warnings():  # saving calls hooked functions of its own
        warnings.simplefilter("ignore")
        for name, form, write in formats(chosen.framework, chosen.model):
            try:
                size, digest = _put(directory, name, write, chosen.model)
            except Exception as error:
                failure = failure or "%s: %s" % (type(error).__name__, error)
                continue
            recorder.writer.write(  # the exit event makes it last
                "model", path=name, format=form, sha256=digest, size=size, model=record.name_of(chosen.model),
            )
            return
    recorder.warn("the model was not saved: " + failure)


def leave(recorder: record.Recorder, directory: str) -> None:
    """Leave what another trial can start from, of the same model."""
    chosen = recorder.measured or recorder.fitted
    if chosen is None or chosen.model is None or os.getpid() != recorder.pid or "numpy" not in sys.modules:
        return
    assert recorder.warm is not None
    try:
        with recorder.outermost():
            recorder.warm.leave(directory, chosen.framework, chosen.model, functools.partial(describe, chosen))
    except Exception as error:
        recorder.warn("nothing was left to start warm from: %s: %s" % (type(error).__name__, error))


def describe(chosen: record.Origin, training: warm.Training) -> warm_state.State:
    """What the framework's kind of warm start needs."""
    if chosen.framework == "keras":
        from . import warm_keras, warm_net

        return warm_net.describe(warm_keras.Net(chosen.model, training), training)
    if chosen.framework == "torch":
        from . import warm_net, warm_torch

        return warm_net.describe(warm_torch.Net(sys.modules["torch"], chosen.model, training.inputs or []), training)
    if hasattr(chosen.model, "get_booster") or hasattr(chosen.model, "booster_") or chosen.framework != "sklearn":
        from . import warm_boosting

        return warm_boosting.describe(chosen.model, training, training.facts)
    from . import warm_sklearn

    return warm_sklearn.describe(chosen.model, training)


def formats(framework: str, model: Any) -> List[Format]:
    """How such a model can be saved; the best first."""
    package = type(model).__module__.split(".")[0]
    if framework == "keras":
        weights: Format = ("model.weights.h5", "h5", lambda m, p: m.save_weights(p))
        if _keras3(model):
            return [("model.keras", "keras", lambda m, p: m.save(p)), weights]
        return [("model.h5", "h5", lambda m, p: m.save(p)), weights]
    if framework == "torch":
        return [("model.pt", "torch", _torch)]
    joblib: Format = ("model.joblib", "joblib", _joblib)
    if framework == "xgboost" or package == "xgboost":
        return [("model.ubj", "ubj", lambda m, p: m.save_model(p)), joblib]
    if framework == "lightgbm" or package == "lightgbm":
        return [("model.txt", "txt", lambda m, p: getattr(m, "booster_", m).save_model(p)), joblib]
    if framework == "catboost":
        return [("model.cbm", "cbm", lambda m, p: m.save_model(p))]
    return [joblib]


def _put(directory: str, name: str, write: Callable[[Any, str], Any], model: Any) -> Tuple[int, str]:
    """Write a file, make it last, and return its size and SHA-256.

    Where the machine fails before that, there is no exit event, and the attempt is repeated.
    """
    os.makedirs(directory, exist_ok=True)
    # Frameworks choose the format by the name's end, so the end stays.
    temporary = os.path.join(directory, ".tmp-" + name)
    digest = hashlib.sha256()
    try:
        write(model, temporary)
        with open(temporary, "rb+") as f:
            for block in iter(lambda: f.read(1 << 20), b""):
                digest.update(block)
            size = f.tell()
            os.replace(temporary, os.path.join(directory, name))  # first, so that one commit of the disk does
            os.fsync(f.fileno())
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)
    handle = os.open(directory, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
    return size, digest.hexdigest()


@contextlib.contextmanager
def _without_tensorflow() -> Iterator[None]:
    """Keras asks whether TensorFlow is there by importing it, for seconds; what came to be without has no need of it."""
    absent = "tensorflow" not in sys.modules
    if absent:
        sys.modules["tensorflow"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if absent:
            del sys.modules["tensorflow"]


def _keras3(model: Any) -> bool:
    for cls in type(model).__mro__:
        package = cls.__module__.split(".")[0]
        if package in ("keras", "tf_keras", "tensorflow"):
            version = str(getattr(sys.modules.get(package), "__version__", "2"))
            return package == "keras" and int(version.split(".")[0]) >= 3
    return False


def _torch(model: Any, path: str) -> None:
    import torch

    torch.save({"class": record.name_of(model), "state_dict": model.state_dict()}, path)


def _joblib(model: Any, path: str) -> None:
    try:
        import joblib
    except ImportError:
        with open(path, "wb") as f:
            pickle.dump(model, f)
    else:
        joblib.dump(model, path)
