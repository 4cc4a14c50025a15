"""How torch's tensors and generators are saved: see graph.

A tensor is a window on a storage, and several tensors may share one: the entries
of a state_dict are windows on the model's own storages. So storages are nodes of
their own, and what was shared is shared again.
"""

import ctypes
import sys
import zlib
from typing import Any, Dict, List, Tuple

from . import graph
from .graph import Kind, Mismatch, Reader, Writer

SAMPLES = 4096  # bytes that are looked at of a big storage on a GPU, besides the sum


def torch() -> Any:
    """The loaded torch, or None."""
    return sys.modules.get("torch")


def bases() -> Tuple[type, ...]:
    """Classes of which any instance, whoever defined its class, is walked by attributes."""
    t = torch()
    return (t.nn.Module, t.optim.Optimizer, t.utils.data.Dataset) if loaded(t) else ()


def loaded(t: Any) -> bool:
    """Whether torch is there, whole, and of a version that gives its storages."""
    return t is not None and hasattr(t, "UntypedStorage") and hasattr(getattr(t, "utils", None), "data")


def memory(tensor: Any) -> Any:
    """A tensor's storage; torch 1.13 gives it by way of one with a type."""
    return tensor.untyped_storage() if hasattr(tensor, "untyped_storage") else tensor.storage().untyped()


def raw(storage: Any) -> Any:
    """A storage as a tensor of bytes."""
    return torch().empty(0, dtype=torch().uint8, device=storage.device).set_(storage)


def content(storage: Any) -> bytes:
    """A copy of a storage's bytes."""
    if storage.device.type != "cpu":
        storage = memory(raw(storage).cpu())
    return ctypes.string_at(storage.data_ptr(), storage.nbytes()) if storage.nbytes() else b""


def mark(storage: Any) -> Tuple[int, int]:
    """A mark that a change of the storage changes too; where that would take a copy, other than of a few values."""
    size = storage.nbytes()
    if storage.device.type == "cpu":
        return graph.mark((ctypes.c_char * size).from_address(storage.data_ptr()))
    some = raw(storage)[:: size // SAMPLES | 1].contiguous()
    total = raw(storage)[: size - size % 8].view(torch().int64).sum().item()
    return size, zlib.crc32(content(memory(some)) + b"%d" % total)


class Storage(Kind):
    """The memory of tensors."""

    name = "storage"

    def holds(self, value: Any) -> bool:
        return False  # reached through tensors only

    def save(self, out: Writer, value: Any, n: int) -> Any:
        storage, version = value
        known = None
        if storage.nbytes() >= graph.BIG:
            moved = not out.same(n, (version, storage.data_ptr()), "version")
            if out.entry is None or not moved:  # what is written by .data or .numpy() leaves the version as it was
                known = mark(storage)
                if not out.same(n, known):
                    known = None
        saved = b"" if known or out.entry is None else content(storage)
        return str(storage.device), storage.nbytes(), known, saved

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        if str(live.device) != data[0] or live.nbytes() != data[1]:
            return False
        if data[2] is not None and mark(live) != data[2]:
            raise Mismatch("the program's data (a tensor of %d bytes) is not what it was" % data[1])
        return True

    def make(self, table: Reader, data: Any, n: int) -> Any:
        if data[2] is not None:
            raise Mismatch("a tensor of %d bytes is not there" % data[1])
        return torch().UntypedStorage(data[1], device=data[0])

    def fill(self, table: Reader, data: Any, target: Any) -> None:
        if data[2] is not None or not data[1]:
            return
        if target.device.type == "cpu":
            ctypes.memmove(target.data_ptr(), data[3], data[1])
        else:
            raw(target).copy_(torch().frombuffer(bytearray(data[3]), dtype=torch().uint8))


class Tensor(Kind):
    """Dense tensors and parameters."""

    name = "tensor"
    storage = Storage()

    def holds(self, value: Any) -> bool:
        t = torch()
        return loaded(t) and type(value) in (t.Tensor, t.nn.Parameter) and (
            value.layout == t.strided and value.device.type in ("cpu", "cuda") and not value.is_quantized
            and not value.is_conj() and not value.is_neg())

    def save(self, out: Writer, value: Any, n: int) -> Any:
        storage = memory(value)
        version = None if value.is_inference() else value._version
        ref = out.node(("storage", storage._cdata), (storage, version), self.storage, n, "storage")
        leaf = value.is_leaf
        own = {name: out.ref(part, n, name) for name, part in vars(value).items()}
        return {
            "parameter": type(value) is torch().nn.Parameter, "dtype": str(value.dtype).split(".")[1],
            "device": str(value.device), "place": (value.storage_offset(), tuple(value.size()), value.stride()),
            "storage": ref, "requires_grad": leaf and value.requires_grad, "own": own,
            "grad": out.ref(value.grad, n, "grad") if leaf else None,
        }

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        if not self.holds(live) or live.grad_fn is not None or str(live.device) != data["device"] or (
            str(live.dtype).split(".")[1] != data["dtype"]
            or (type(live) is torch().nn.Parameter) != data["parameter"]
        ):
            return False
        storage = memory(live)
        table.pair(data["storage"], storage, ("storage", storage._cdata))
        return True

    def pairs(self, data: Any, live: Any) -> Any:
        if live.is_leaf:
            yield data["grad"], live.grad
        yield from ((part, vars(live)[name]) for name, part in data["own"].items() if name in vars(live))

    def _window(self, table: Reader, data: Any) -> Any:
        t = torch()
        empty = t.empty(0, dtype=getattr(t, data["dtype"]), device=data["device"])
        return empty.set_(table.get(data["storage"]), *data["place"])

    def make(self, table: Reader, data: Any, n: int) -> Any:
        window = self._window(table, data)
        return torch().nn.Parameter(window, data["requires_grad"]) if data["parameter"] else window

    def fill(self, table: Reader, data: Any, target: Any) -> None:
        storage = memory(target)
        place = (target.storage_offset(), tuple(target.size()), target.stride())
        if storage._cdata != table.get(data["storage"])._cdata or place != data["place"]:
            target.data = self._window(table, data)
        elif target.dim() and table.nodes[data["storage"]][1][2] is None:
            with torch().no_grad():  # it was written to, and its version has to tell
                target.narrow(0, 0, 0).zero_()
        if target.is_leaf:
            if target.requires_grad != data["requires_grad"]:
                target.requires_grad_(data["requires_grad"])
            target.grad = table.get(data["grad"])
        vars(target).update({name: table.get(part) for name, part in data["own"].items()})


class Generator(Kind):
    """torch.Generator."""

    name = "generator"

    def holds(self, value: Any) -> bool:
        return loaded(torch()) and type(value) is torch().Generator

    def save(self, out: Writer, value: Any, n: int) -> Any:
        return str(value.device), content(memory(value.get_state()))

    def fits(self, table: Reader, data: Any, live: Any) -> bool:
        return self.holds(live) and str(live.device) == data[0]

    def make(self, table: Reader, data: Any, n: int) -> Any:
        return torch().Generator(data[0])

    def fill(self, table: Reader, data: Any, target: Any) -> None:
        target.set_state(state(data[1]))


def state(saved: bytes) -> Any:
    """A generator's state out of its bytes."""
    return torch().frombuffer(bytearray(saved), dtype=torch().uint8)


def random_state() -> Dict[str, Any]:
    """The states of torch's own generators."""
    t = torch()
    if not loaded(t):
        return {}
    found: Dict[str, Any] = {"torch": content(memory(t.get_rng_state()))}
    if t.cuda.is_available() and t.cuda.is_initialized():
        found["cuda"] = [content(memory(s)) for s in t.cuda.get_rng_state_all()]
    return found


def set_random_state(saved: Dict[str, Any]) -> None:
    """Set what random_state returned."""
    if "torch" in saved:
        torch().set_rng_state(state(saved["torch"]))
    if "cuda" in saved:
        torch().cuda.set_rng_state_all([state(s) for s in saved["cuda"]])


def kinds() -> List[Kind]:
    """All kinds of this file."""
    return [Tensor(), Storage(), Generator()]
