"""Which rows a metric was measured on: arrays are known again by a hash of their values."""

import hashlib
import itertools
import sys
import weakref
from typing import Any, Callable, Dict, Iterable, NamedTuple, Optional, Tuple

from . import containers

SAMPLE = 1_000_000  # values hashed of a larger array, evenly spaced
COLUMNS = 4_096  # values hashed of a longer row, evenly spaced
SAMPLED = 128  # the same where rows are sampled
TEXT = 64  # numbers that are hashed in the time of a text
CHUNK = 1 << 16  # values hashed at a time, which a processor keeps close
RECENT = 4_096  # hashes that are kept apart, so that few are sorted for every batch
REPRS = 200_000  # rows hashed of what holds no numbers

# Data that cannot be hashed (datasets, loaders) is known by a number of its own,
# since the identity of something collected may be given to something new. What
# cannot be referred to weakly is kept alive, a few at most.
_opaque: Dict[int, Tuple[Callable[[], Any], int]] = {}
_numbers = itertools.count()
KEPT = 64  # known ones, beyond which no such is added


def fingerprint(data: Any) -> Optional[str]:
    """Hash the values of rows or labels, whatever holds them; None when unknown."""
    if hasattr(data, "tocsr"):
        matrix = data.tocsr()
        parts = [fingerprint(part) for part in (matrix.shape, matrix.indptr, matrix.indices, matrix.data)]
        return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()
    array = _array(data)
    if array is None:
        return None
    digest = hashlib.blake2b(str(array.size).encode(), digest_size=16)
    flat = array.reshape(-1)
    flat = flat[:: max(1, flat.size // SAMPLE)]
    if array.dtype.kind in "biuf":
        with sys.modules["numpy"].errstate(all="ignore"):  # integers and floats of equal value are equal rows
            digest.update(sys.modules["numpy"].ascontiguousarray(flat, "float32"))
    else:
        for item in flat[:100_000].tolist():
            digest.update(repr(item).encode("utf-8", "replace") + b"\0")
    return digest.hexdigest()


def hashes(*parts: Any) -> Optional[Any]:
    """Hash every row by itself: an array of uint64, one a row; None when unknown.

    Several parts are the inputs of one model: they have as many rows each, and
    a row is what they hold together. Values count as float32, so that a row is
    the same row as a NumPy array, a tensor or a sparse matrix.
    """
    total = None
    for number, part in enumerate(parts):
        found = _hash_rows(part)
        if found is None or total is not None and len(found) != len(total):
            return None
        total = found if total is None else _mix(total + found * _multipliers(number + 1)[number])
    return total


def sample(data: Any, limit: int) -> Optional[Tuple[Any, float]]:
    """Hash the rows of data, or some of them where they hold more values than that, and tell the share of all that those are."""
    tables = [_table(one) for one in containers.content(data).inputs]
    if not tables or any(table is None for table in tables) or len({table.count for table in tables}) > 1:
        return None
    count = tables[0].count
    most = max(1, limit // sum(table.width for table in tables))
    numpy, chosen = sys.modules["numpy"], None
    if count > most:
        chosen = numpy.unique(numpy.random.RandomState(0).randint(0, count, most))
    found = hashes(*(table.take(chosen) for table in tables))
    return None if found is None else (found, len(found) / count)


def few(parts: Iterable[Any]) -> Optional[Any]:
    """Hash the rows of a batch as sample does those of all data."""
    tables = [_table(part) for part in parts]
    return None if not tables or None in tables else hashes(*(table.take(None) for table in tables if table))


def spaced(row: Any) -> Any:
    """A copy of the values of a row that few and sample hash."""
    flat = sys.modules["numpy"].asarray(row).reshape(-1)
    return flat[:: -(-flat.size // SAMPLED) or 1].copy()


class _Table(NamedTuple):
    """Rows, and how to take some of them, or with None all."""

    count: int
    width: int  # values of a row that are hashed
    take: Callable[[Any], Any]


def _table(data: Any) -> Optional[_Table]:
    numpy = sys.modules.get("numpy")
    if hasattr(data, "num_row") and hasattr(data, "slice"):  # xgboost's DMatrix, CatBoost's Pool
        return _Table(data.num_row(), data.num_col(), lambda some: _features(data, some))
    if hasattr(data, "tocsr"):
        matrix = data.tocsr()
        width = matrix.nnz // max(1, matrix.shape[0]) + 1
        return _Table(matrix.shape[0], width, lambda some: matrix if some is None else matrix[some])
    array = _array(data)
    if numpy is None or array is None or array.ndim == 0:
        return None
    table = array.reshape(len(array), -1)
    table = table[:, :: -(-table.shape[1] // SAMPLED)]
    width = table.shape[1] * (1 if array.dtype.kind in "biuf" else TEXT)
    return _Table(len(table), width, lambda some: table if some is None else table[some])


def _features(data: Any, some: Any) -> Any:
    """The values in a DMatrix or a Pool, of some rows or with None of all; None where it does not give them."""
    read = type(data).get_data if hasattr(data, "get_data") else type(data).get_features
    try:
        return read(data if some is None else data.slice(some))
    except Exception:  # of its framework's: it has categories, or is quantized
        return None


def _hash_rows(data: Any) -> Optional[Any]:
    numpy = sys.modules.get("numpy")
    if hasattr(data, "tocsr"):
        return _hash_sparse(numpy, data.tocsr())
    array = _array(data)
    if numpy is None or array is None or array.ndim == 0:
        return None
    table = array.reshape(len(array), -1)
    table = table[:, :: -(-table.shape[1] // COLUMNS)]
    if array.dtype.kind not in "biuf":
        if len(table) > REPRS:
            return None
        texts = (repr(row).encode("utf-8", "replace") for row in table.tolist())
        digests = (hashlib.blake2b(text, digest_size=8).digest() for text in texts)
        return numpy.frombuffer(b"".join(digests), dtype="uint64")
    factors = _multipliers(table.shape[1])
    step = max(1, CHUNK // table.shape[1])
    sums = [_bits(table[i : i + step]) @ factors for i in range(0, len(table), step)]
    return _mix(numpy.concatenate(sums))


def _hash_sparse(numpy: Any, matrix: Any) -> Any:
    """The same as of the dense matrix, as far as that is not too wide to be hashed whole."""
    sums = numpy.zeros(matrix.shape[0], dtype="uint64")
    owners = numpy.repeat(numpy.arange(matrix.shape[0]), numpy.diff(matrix.indptr))
    numpy.add.at(sums, owners, _bits(matrix.data) * _multipliers(matrix.shape[1])[matrix.indices])
    return _mix(sums)


def _bits(values: Any) -> Any:
    """Numbers as the bits of a float32, zero without a sign."""
    with sys.modules["numpy"].errstate(all="ignore"):
        return (values.astype("float32") + 0).view("uint32").astype("uint64")


def _multipliers(count: int) -> Any:
    """Odd factors, the same ones every time."""
    numpy = sys.modules["numpy"]
    return _mix(numpy.arange(1, count + 1, dtype="uint64") * numpy.uint64(0x9E3779B97F4A7C15)) | numpy.uint64(1)


def _mix(values: Any) -> Any:
    """The finalizer of splitmix64: every bit of the result depends on every bit given."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        values = (values ^ (values >> shift)) * sys.modules["numpy"].uint64(factor)
    return values ^ (values >> 31)


class Known:
    """A set of row hashes that grows by batches; looking up many at once is fast."""

    def __init__(self) -> None:
        self._all: Any = None  # sorted
        self._recent: Any = None  # sorted, few, none of them in _all

    def add(self, hashes: Any) -> int:
        """Add hashes; return how many of them are new."""
        numpy = sys.modules["numpy"]
        hashes = numpy.asarray(hashes, dtype="uint64")
        new = distinct(hashes[~self.holds(hashes)])
        self._recent = new if self._recent is None else distinct(numpy.append(self._recent, new))
        if len(self._recent) > RECENT:
            self.values()
        return len(new)

    def holds(self, hashes: Any) -> Any:
        """For each hash whether it is known."""
        return _within(hashes, self._all) | _within(hashes, self._recent)

    def values(self) -> Any:
        """All hashes, sorted; None while there are none."""
        if self._recent is not None:
            numpy = sys.modules["numpy"]
            self._all = self._recent if self._all is None else distinct(numpy.append(self._all, self._recent))
            self._recent = None
        return self._all


def distinct(hashes: Any) -> Any:
    """Each hash once, sorted; NumPy's own unique takes many times as long."""
    numpy = sys.modules["numpy"]
    hashes = numpy.sort(hashes)
    return hashes[numpy.append(True, hashes[1:] != hashes[:-1])] if len(hashes) else hashes


def _within(hashes: Any, known: Any) -> Any:
    numpy = sys.modules["numpy"]
    if known is None or not len(known):
        return numpy.zeros(len(hashes), dtype=bool)
    at = numpy.searchsorted(known, hashes)
    return known[numpy.minimum(at, len(known) - 1)] == hashes


def identity(data: Any) -> Optional[str]:
    """Something to know data again by: the fingerprint of what is in it, or that it is, or is from, the same object."""
    if data is None:
        return None
    inputs, _, root, part = containers.content(data)
    digests = [fingerprint(one) for one in inputs]
    if digests and None not in digests:
        return "+".join(map(str, digests))
    number = fingerprint(root)
    if number is None:
        number = _number(root)
    return None if number is None else " ".join(("object-%s" % number,) + part)


def _number(data: Any) -> Optional[int]:
    key = id(data)
    known = _opaque.get(key)
    if known is not None and known[0]() is data:
        return known[1]
    number = next(_numbers)
    try:
        _opaque[key] = weakref.ref(data, lambda _: _opaque.pop(key, None)), number
    except TypeError:
        if len(_opaque) >= KEPT:
            return None
        _opaque[key] = (lambda: data), number
    return number


def size(data: Any) -> int:
    """Number of rows; 0 when it cannot be told."""
    if isinstance(data, (dict, list, tuple)):  # of several inputs or outputs the first one's
        data = next(iter(containers.content(data).inputs), ())
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


def flat(data: Any) -> Any:
    """Its values in one row; None when unknown."""
    array = _array(data)
    return None if array is None else array.reshape(-1)


def decided(output: Any) -> Any:
    """The classes that a script makes of such outputs: the most likely ones; None where they are no probabilities."""
    array = _array(output)
    if array is None or array.dtype.kind != "f" or array.ndim not in (1, 2):
        return None
    return array.argmax(axis=1) if array.ndim == 2 and array.shape[1] > 1 else array > 0.5


def majority(labels: Any) -> Optional[float]:
    """Share of the most frequent class; None for what is no set of classes."""
    array, given = classes(labels), _array(labels)
    if array is None or array.size < given.size and ((given != 0).sum(axis=1) != 1).any():  # rows may have several
        return None
    if array.dtype.kind == "f" and not (array == array.round()).all():
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
    texts = isinstance(data, (list, tuple)) and len(data) and isinstance(data[0], str)
    try:
        # An array of texts takes the longest one's memory for each.
        array = numpy.asarray(data, dtype=object) if texts else numpy.asarray(data)
    except Exception:  # ragged lists, tensors without values
        return None
    return array if array.size else None
