"""What a model was trained on, and whether it is asked about that again."""

import sys
import weakref
import zlib
from typing import Any, Callable, Dict, Optional, Set, Tuple

from . import rows, targets

HASHED = 1 << 20  # values hashed of what is trained on, so that a training hardly takes longer
ASKED = 1 << 18  # of what a model is asked about
LABELS = 4_096  # labels that are looked at


class Seen:
    """Data known as a whole by its identity, and in parts by its rows."""

    def __init__(self) -> None:
        self.given: Set[str] = set()
        self.labels: Set[str] = set()
        self._rows = rows.Known()
        self.unlabelled = False  # a detector or clusterer, which measures with labels that it has not seen
        self.count = 0  # of rows, equal ones counted as often as they are
        self._share = 1.0  # of the rows that were hashed

    def add(self, known: Optional[str], labels: Set[str], given: Any = None) -> None:
        """The model is trained on rows of this identity, with labels of those; the rows too become known where they are given."""
        self.labels |= labels
        if known is None or known in self.given:
            return
        self.given.add(known)
        found = None if given is None else rows.sample(given, HASHED)
        if found is not None:
            hashes, share = found
            self.meet(hashes)
            self._share = min(self._share, share)

    def meet(self, hashes: Any) -> None:
        """The model is trained on the rows of these hashes."""
        new = self._rows.add(hashes)
        if new:  # else those of an epoch before
            self.count += new + len(hashes) - len(rows.distinct(hashes))

    def holds(self, known: str, given: Any) -> bool:
        """Whether the model was trained on these rows, of this identity."""
        if known in self.given or known.split(" ")[0] in self.given:  # or a part of it
            return True
        found = rows.sample(given, ASKED) if self.count else None
        return found is not None and self.met(found[0])

    def met(self, hashes: Any) -> bool:
        """Whether the model was trained on the rows of these hashes.

        Rows may be among those trained on by chance, where few values make them:
        as often as they are equal to each other.
        """
        count = len(hashes)
        expected = count * self._share
        if expected < targets.FEW or not self.count:
            return False
        hits = int(self._rows.holds(hashes).sum())
        equal = count - len(rows.distinct(hashes))
        chance = 2 * self.count / count**2  # of a hit, for each pair of rows that are equal
        if hits >= expected - 3 * (expected * (1 - self._share)) ** 0.5 and equal * chance < self._share / 2:
            return True
        return hits > expected / 2 and hits / count > 2 * (equal + 2) * chance  # most: rows were drawn, some of them twice


class Models:
    """What each model was trained on; models are not kept alive."""

    def __init__(self) -> None:
        self._seen: Dict[int, Tuple[Callable[[], Any], Seen]] = {}

    def of(self, model: Any) -> Optional[Seen]:
        """What is known of this model; None where nothing is."""
        ref, seen = self._seen.get(id(model), (None, None))
        return seen if ref is not None and model is not None and ref() is model else None

    def made(self, model: Any) -> Seen:
        """What is known of this model from here on."""
        seen = self.of(model)
        if seen is None:
            seen = Seen()
            self.bind(model, seen)
        return seen

    def bind(self, model: Any, seen: Seen) -> None:
        """This model was trained on that."""
        key = id(model)
        try:
            self._seen[key] = weakref.ref(model, lambda _: self._seen.pop(key, None)), seen
        except TypeError:
            pass  # what all models were trained on is known


def names(labels: Any) -> Set[str]:
    """Identities under which labels are met again: as they are, and as classes where they are one-hot rows."""
    shape = getattr(labels, "shape", ())
    found = {rows.identity(labels)}
    if len(shape) == 2 and shape[1] > 1:
        found.add(rows.identity(rows.classes(labels)))
    return {name for name in found if name is not None}


def telling(labels: Any) -> bool:
    """Whether labels are equal to others only where they are the same rows': they are many, and in no simple order."""
    found = rows.classes(labels)
    if found is None:
        return False
    numpy = sys.modules["numpy"]
    try:
        codes = numpy.unique(found[:LABELS], return_inverse=True)[1]
    except TypeError:  # of different types
        return False
    codes = codes.astype("uint8" if codes.max() < 256 else "uint16")
    mixed = codes[numpy.random.RandomState(0).permutation(len(codes))]
    empty = len(zlib.compress(b""))
    ordered, disordered = (len(zlib.compress(part.tobytes())) - empty for part in (codes, mixed))
    return len(codes) >= targets.FEW and ordered > max(targets.FEW, disordered / 2)
