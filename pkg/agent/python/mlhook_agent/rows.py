"""Which rows a metric was measured on: arrays are known again by a hash of their values."""

import hashlib
import sys
from typing import Any, Dict, Optional

SAMPLE = 1_000_000  # values hashed of a larger array, evenly spaced

# Data that cannot be hashed (datasets, loaders) is known by identity. It is kept
# here, since the identity of something collected may be given to something new.
_opaque: Dict[int, Any] = {}


def fingerprint(data: Any) -> Optional[str]:
    """Hash the values of rows or labels, whatever holds them; None when unknown."""
    array = _array(data)
    if array is None:
        return None
    digest = hashlib.blake2b(str(array.size).encode(), digest_size=16)
    flat = array.reshape(-1)
    flat = flat[:: max(1, flat.size // SAMPLE)]
    if array.dtype.kind in "biuf":
        with sys.modules["numpy"].errstate(all="ignore"):  # integers and floats of equal value are equal rows
            digest.update(flat.astype("float32").tobytes())
    else:
        for item in flat[:100_000].tolist():
            digest.update(repr(item).encode("utf-8", "replace") + b"\0")
    return digest.hexdigest()


def identity(data: Any) -> Optional[str]:
    """Something to know data again by: its fingerprint, or that it is the same object."""
    if data is None:
        return None
    digest = fingerprint(data)
    if digest is None and len(_opaque) < 64:
        _opaque[id(data)] = data
    return digest or "object-%d" % id(data)


def size(data: Any) -> int:
    """Number of rows; 0 when it cannot be told."""
    shape = getattr(data, "shape", None)
    try:
        return int(shape[0]) if shape else len(data)
    except (TypeError, ValueError):
        return 0


def classes(labels: Any) -> Any:
    """Labels as a flat array, one-hot rows turned into their class."""
    array = _array(labels)
    if array is None:
        return None
    if array.ndim == 2 and array.shape[1] > 1 and array.dtype.kind in "biuf":
        return array.argmax(axis=1)
    return array.reshape(-1)


def majority(labels: Any) -> Optional[float]:
    """Share of the most frequent class; None for what is no set of classes."""
    array = classes(labels)
    if array is None or array.dtype.kind == "f" and not (array == array.round()).all():
        return None
    try:
        _, counts = sys.modules["numpy"].unique(array, return_counts=True)
    except TypeError:
        return None
    return float(counts.max()) / array.size if len(counts) <= max(2, array.size // 2) else None


def _array(data: Any) -> Any:
    """View data as a NumPy array where that is cheap; None otherwise."""
    numpy = sys.modules.get("numpy")
    if numpy is None or data is None or isinstance(data, (str, bytes, dict)):
        return None
    if hasattr(data, "detach"):  # torch
        data = data.detach().cpu()
    if hasattr(data, "tocsr"):  # sparse: the values tell rows apart well enough
        data = data.tocsr().data
    elif not hasattr(data, "__array__") and not isinstance(data, (list, tuple)):
        return None
    try:
        array = numpy.asarray(data)
    except Exception:  # ragged lists, tensors without values
        return None
    return array if array.size else None
