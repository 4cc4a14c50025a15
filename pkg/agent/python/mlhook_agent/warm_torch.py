"""torch modules as networks that can start warm, and what their training shows of its rows."""

import os
import weakref
from typing import Any, Dict, List, Tuple

import numpy

from . import rows, warm_net
from .grow import Layer, Weight
from .record import Recorder


class Net:
    """A module with the inputs that a training gave it; see warm_net."""

    channels_first = True

    def __init__(self, torch: Any, module: Any, inputs: List[Any]) -> None:
        self.torch, self.module = torch, module
        self.parts: List[Tuple[str, Any]] = []
        self._order(inputs)

    def _order(self, inputs: List[Any]) -> None:
        """The modules that hold something themselves, in the order in which data passes them."""
        named = [(n, m) for n, m in self.module.named_modules() if not list(m.children()) or _own(m)]
        called: List[int] = []
        handles = [m.register_forward_pre_hook(lambda m, _: called.append(id(m))) for _, m in named]
        try:
            self.outputs(inputs)
        finally:
            for handle in handles:
                handle.remove()
        first = {key: i for i, key in reversed(list(enumerate(called)))}
        self.parts = sorted(named, key=lambda pair: first.get(id(pair[1]), len(called)))

    def layers(self) -> List[Layer]:
        """The layers, as a chain: what joins them is not seen."""
        found = []
        for i, (name, m) in enumerate(self.parts):
            weights = [w._replace(array=_array(w.array)) for w in _weights(self.torch, m)]
            counted = any(part.isdigit() for part in name.split("."))
            before = (i - 1,) if i else ()
            found.append(Layer(_kind(self.torch, m), type(m).__name__, weights, before, "" if counted else name))
        return found

    def put(self, arrays: Dict[int, List[Any]]) -> None:
        """Set the parameters and buffers of layers."""
        with self.torch.no_grad():
            for i, values in arrays.items():
                for weight, value in zip(_weights(self.torch, self.parts[i][1]), values):
                    weight.array.copy_(self.torch.from_numpy(numpy.ascontiguousarray(value)))

    def calibrate(self, indices: List[int], inputs: List[Any]) -> None:
        """Let normalizations undo what they do, on these inputs."""
        handles = [self.parts[i][1].register_forward_pre_hook(self._undo) for i in indices]
        try:
            if handles:
                self.outputs(inputs)
        finally:
            for handle in handles:
                handle.remove()

    def _undo(self, module: Any, given: Any) -> None:
        """Make a normalization the identity of what it is about to see."""
        values = given[0].double()
        others = [axis for axis in range(values.dim()) if axis != 1]
        mean, variance = values.mean(dim=others), values.var(dim=others, unbiased=False)
        for array, value in (
            (module.running_mean, mean), (module.running_var, variance),
            (module.weight, (variance + module.eps).sqrt()), (module.bias, mean),
        ):
            array.copy_(value)

    def outputs(self, inputs: List[Any]) -> List[Any]:
        """Outputs in evaluation; the modules' modes stay as they are."""
        modes = [(m, m.training) for m in self.module.modules()]
        place = next(iter(self.module.parameters())).device
        try:
            self.module.eval()
            with self.torch.no_grad():
                result = self.module(*[self.torch.from_numpy(x).to(place) for x in inputs])
        finally:
            for module, mode in modes:
                module.training = mode
        return [_array(y) for y in tensors(self.torch, result)]


class Watch:
    """Sees the batches of one module's training, by hooks that belong to no module.

    A row counts as trained on when the gradient of its output is computed, so
    that a forward pass that only measures is told apart however it is written.
    """

    def __init__(self, torch: Any, recorder: Recorder, module: Any) -> None:
        self.torch, self.start, self.store, self.pid = torch, recorder.warm, recorder.checkpoints, recorder.pid
        self.module = weakref.ref(module)
        self.training = self.start.training(module)
        self.training.watched = True
        self._news = self._known = 0  # batches with rows not trained on before, and those without since
        self._within = False
        register = torch.nn.modules.module
        self._before = register.register_module_forward_pre_hook(self._guarded(self._enters))
        self._after = register.register_module_forward_hook(self._guarded(self._leaves))

    def _guarded(self, hook: Any) -> Any:
        def guarded(module: Any, *args: Any) -> None:
            if self._within or module is not self.module() or os.getpid() != self.pid:
                return
            self._within = True
            try:
                hook(module, *args)
            except Exception as error:
                self.end()
                self.start.writer.write("warning", text="watching %s: %s" % (type(module).__name__, error))
            finally:
                self._within = False

        return guarded

    def end(self) -> None:
        """See nothing any more."""
        self._before.remove()
        self._after.remove()

    def _enters(self, module: Any, args: Tuple[Any, ...]) -> None:
        """The first batch of the training: the weights are still the initial ones."""
        if not (module.training and self.torch.is_grad_enabled()):
            return
        self._before.remove()
        if not args or not all(isinstance(x, self.torch.Tensor) for x in args):
            self.training.add(None)
            return
        inputs = [_array(x) for x in args]
        self.training.keep(inputs)
        went_on = self.store is not None and self.store.went_on
        if went_on:
            self.training.known = False  # until every row has passed again
        if not self.start.waits_for(self.training):
            return
        if went_on:
            self.start.went_on(self.training)
        else:
            self.training.add(rows.hashes(*inputs))
            self.start.begin("torch", self.training, lambda state: warm_net.take_over(
                Net(self.torch, module, warm_net.series(state, "x")), state))
            self.training.rows = rows.Known()  # nothing is trained on before its gradient is computed

    def _leaves(self, module: Any, args: Tuple[Any, ...], output: Any) -> None:
        """A batch has passed."""
        results = [y for y in tensors(self.torch, output) if y.requires_grad]
        warm_start = self.start.started is self.training
        if not results and not warm_start:
            return
        found = rows.hashes(*args)
        if found is None:
            self.training.add(None)
            self.end()
            return
        if warm_start:
            self.training.passed.add(found)
        if results:
            results[0].register_hook(lambda _: self._trained(found))

    def _trained(self, found: Any) -> None:
        """The gradient of a batch is being computed."""
        if self.training.add(found):
            self._news, self._known = self._news + self._known + 1, 0
            return
        self._known += 1
        if self._known == self._news:  # as many batches again brought nothing new: these are all
            self.training.known = True
        if self._known >= self._news and self.start.started is not self.training:
            self.end()


def watch(torch: Any, recorder: Recorder, module: Any) -> None:
    """Watch the training of a module, once."""
    if not recorder.warm.training(module).watched:
        Watch(torch, recorder, module)


def tensors(torch: Any, result: Any) -> List[Any]:
    """The tensors that a module returned, whatever holds them."""
    if isinstance(result, torch.Tensor):
        return [result]
    if isinstance(result, dict):
        result = [result[key] for key in sorted(result)]
    if not isinstance(result, (list, tuple)):
        return []
    return [tensor for part in result for tensor in tensors(torch, part)]


def _own(module: Any) -> bool:
    return bool(module._parameters or module._buffers)


def _kind(torch: Any, module: Any) -> str:
    nn = torch.nn
    if isinstance(module, nn.Linear):
        return "dense"
    if isinstance(module, nn.modules.conv._ConvNd) and module.groups == 1:
        return "conv"
    if isinstance(module, nn.modules.batchnorm._BatchNorm) and module.affine and module.track_running_stats:
        return "norm"
    if isinstance(module, nn.Embedding):
        return "embedding"
    return "other" if _own(module) else "plain"


def _weights(torch: Any, module: Any) -> List[Weight]:
    """The tensors of a module and the meaning of their axes."""
    kind = _kind(torch, module)
    if kind == "norm":
        return [Weight(t, None, 0) for t in (module.weight, module.bias, module.running_mean, module.running_var)]
    if kind in ("dense", "conv"):
        into, out = (0, 1) if getattr(module, "transposed", False) else (1, 0)
        bias = [] if module.bias is None else [Weight(module.bias, None, 0)]
        return [Weight(module.weight, into, out)] + bias
    if kind == "embedding":
        return [Weight(module.weight, None, 1)]
    own = [(n, t) for n, t in list(module._parameters.items()) + list(module._buffers.items()) if t is not None]
    recurrent = isinstance(module, torch.nn.RNNBase)
    if recurrent and not module.bidirectional and not getattr(module, "proj_size", 0):
        gates = {"LSTM": 4, "GRU": 3}.get(module.mode, 1)
        return [Weight(t, 1 if n[0] == "w" else None, 0, gates, n[0] == "w" and n != "weight_ih_l0") for n, t in own]
    return [Weight(t, 1 if recurrent and n.startswith("weight_ih_l0") else None) for n, t in own]


def _array(tensor: Any) -> Any:
    tensor = tensor.detach().cpu()
    return numpy.array((tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor).numpy())
