"""A program's variables and all that hangs on them, as a table that can be pickled.

Every object becomes a node; what refers to it refers to its number, so that
identity survives: two names for one list, a parameter in a model and in its
optimizer. A table holds atoms, numbers and bytes, and nothing in it is run when
it is read.

Reading goes in three steps. Nodes are matched with the objects that the resumed
program has made itself, by the ways that lead to them; what has no match is
made; then all are filled. Until the filling begins nothing is changed, and a
table that does not fit is refused (Mismatch).
"""

import collections
import sys
import zlib
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

ATOMS = frozenset((type(None), bool, int, float, complex, str, bytes))
BIG = 1 << 16  # bytes; what is as big and as it was when the loop was entered is not saved


class Ref(int):
    """The number of a node."""


class Unsaveable(Exception):
    """Something without which the training cannot go on cannot be saved; the text says what."""


class Mismatch(Exception):
    """The resumed program is not the one that was saved; the text says where."""


class Entry(NamedTuple):
    """What a program looked like when it entered a loop, by ways to the objects."""

    big: Dict[str, Any]  # marks by which big things are known again
    kept: Set[str]  # what a new run makes again


class Kind:
    """How objects of a kind are saved and restored."""

    name = ""
    last = False  # whether it holds what no other kind does, so that it is no answer for all objects of a class

    def holds(self, value: Any) -> bool:
        """Whether an object is of this kind."""
        raise NotImplementedError

    def save(self, out: "Writer", value: Any, n: int) -> Any:
        """The node's data: atoms, containers of them, and references by out.ref."""
        raise NotImplementedError

    def fits(self, table: "Reader", data: Any, live: Any) -> bool:
        """Whether the live object can take the node's place."""
        return False

    def leads(self, data: Any, live: Any) -> bool:
        """Whether the way leads on though the live object is not used."""
        return False

    def pairs(self, data: Any, live: Any) -> Iterator[Tuple[Any, Any]]:
        """The ways on from here: what the node refers to, with its live counterpart."""
        return iter(())

    def make(self, table: "Reader", data: Any, n: int) -> Any:
        """A new object; table.get for parts that have to be there from the start."""
        raise NotImplementedError

    def fill(self, table: "Reader", data: Any, target: Any) -> None:
        """Give the object, new or live, its contents."""


class Writer:
    """Makes a table out of variables."""

    def __init__(self, kinds: List[Kind], entry: Optional[Entry]) -> None:
        self.kinds = kinds
        self.entry = entry  # None while the entry itself is taken
        self.found = Entry({}, set())
        self.nodes: List[Any] = []
        self.concerns: List[str] = []  # what makes the result approximate
        self._numbers: Dict[Any, int] = {}
        self._copied: Dict[int, Set[int]] = {}  # memory that changed, by identity: the nodes with a copy of it
        self._held: List[Any] = []  # so that no identity is given away meanwhile
        self._ways: List[Tuple[int, Any]] = []
        self._kinds: Dict[type, Kind] = {}

    def ref(self, value: Any, parent: int, key: Any) -> Any:
        """An atom itself, or the number of the object's node."""
        kind = type(value)
        if kind in ATOMS:
            return value
        return self.node(id(value), value, self._kind(value, kind), parent, key)

    def node(self, identity: Any, value: Any, kind: Kind, parent: int, key: Any) -> Ref:
        """The number of something that is known by its identity, saved at the first time."""
        n = self._numbers.get(identity)
        if n is None:
            n = self._numbers[identity] = len(self.nodes)
            self._held.append(value)
            self._ways.append((parent, key))
            self.nodes.append(None)
            self.nodes[n] = (kind.name, kind.save(self, value, n))
        return Ref(n)

    def _kind(self, value: Any, of: type) -> Kind:
        found = self._kinds.get(of)
        if found is None or not found.holds(value):
            found = next(kind for kind in self.kinds if kind.holds(value))
            if not found.last:
                self._kinds[of] = found
        return found

    def way(self, n: int) -> str:
        """The way to a node, as a person would write it."""
        keys: List[str] = []
        while n >= 0:
            n, key = self._ways[n]
            keys.append(key if isinstance(key, str) else "[%r]" % (key,))
        return ".".join(reversed(keys)).replace(".[", "[")

    def same(self, n: int, mark: Any, of: str = "") -> bool:
        """Whether a big thing, or something of it, is as it was at the loop's entry, by a mark that changes with it."""
        way = self.way(n) + of
        self.found.big[way] = mark
        return self.entry is not None and self.entry.big.get(way) == mark

    def copies(self, n: int, memory: List[Any]) -> None:
        """A node has copies of memory in it that others may refer to."""
        for part in memory:
            self._held.append(part)
            self._copied.setdefault(id(part), set()).add(n)

    def split(self) -> List[str]:
        """Say what has copies of the same, so that it would be apart when it is read."""
        found = (copies | {self._numbers.get(part, n)} for part, copies in self._copied.items() for n in copies)
        return ["%s share memory, and would not any more" % " and ".join(sorted(map(self.way, nodes)))
                for nodes in found if len(nodes) > 1]

    def keep(self, n: int, what: str) -> None:
        """A new run will have made this itself, if it was there before the loop."""
        way = self.way(n)
        self.found.kept.add(way)
        if self.entry is not None and way not in self.entry.kept:
            raise Unsaveable("%s is %s made within the loop" % (way, what))


class Reader:
    """Brings variables into the state of a table."""

    def __init__(self, kinds: List[Kind], nodes: List[Any]) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        self.nodes = nodes
        self._live: Dict[int, Any] = {}
        self._made: Dict[int, Any] = {}
        self._used: Set[Any] = set()
        self._held: List[Any] = []
        self._waiting: "collections.deque[Tuple[Any, Any]]" = collections.deque()

    def match(self, value: Any, live: Any) -> None:
        """The live object stands where the value did, and so do those they lead to."""
        self._waiting.append((value, live))
        while self._waiting:
            value, live = self._waiting.popleft()
            if type(value) is Ref and type(live) not in ATOMS:
                self.pair(value, live, id(live))

    def pair(self, n: int, live: Any, identity: Any) -> None:
        """Match one node with a live thing of this identity, if both are free."""
        if n in self._live or identity in self._used:
            return
        name, data = self.nodes[n]
        kind = self.kinds[name]
        if kind.fits(self, data, live):
            self._live[n] = live
            self._used.add(identity)
            self._held.append(live)
            self._waiting.extend(kind.pairs(data, live))
        elif kind.leads(data, live):
            self._waiting.extend(kind.pairs(data, live))

    def live(self, n: int) -> Any:
        """The node's live counterpart, or None."""
        return self._live.get(n)

    def get(self, value: Any) -> Any:
        """The object that a reference stands for, live or made."""
        if type(value) is not Ref:
            return value
        found = self._live.get(value)
        if found is None:
            found = self._made.get(value)
        if found is None:
            name, data = self.nodes[value]
            found = self.kinds[name].make(self, data, value)
            self._made[value] = found
        return found

    def prepare(self) -> None:
        """Make what is missing; raises Mismatch while nothing is changed yet."""
        for n in range(len(self.nodes)):
            self.get(Ref(n))

    def fill(self) -> None:
        """Give all objects the contents of their nodes, dictionaries last: keys may have a hash of their own."""
        late = [n for n, (name, _) in enumerate(self.nodes) if name == "container"]
        early = [n for n, (name, _) in enumerate(self.nodes) if name != "container"]
        for n in early + late:
            name, data = self.nodes[n]
            self.kinds[name].fill(self, data, self.get(Ref(n)))


def mark(data: Any) -> Tuple[int, int]:
    """Something that changes with the bytes of a buffer: size and checksum."""
    view = memoryview(data)
    return view.nbytes, zlib.crc32(view)


def located(value: Any) -> Optional[Tuple[str, str]]:
    """Module and name under which an object can be imported; None when it cannot."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str):
        return None
    return (module, name) if resolved(sys.modules.get(module), name) is value else None


def resolved(module: Any, name: str) -> Any:
    """What a dotted name means in a module; None when there is no such thing."""
    for part in name.split("."):
        module = getattr(module, part, None)
    return module


Program = Callable[[str], bool]  # whether the module of this name is the user's
