"""Trainers that own the loop, Lightning's and the Hugging Face one: seen through callbacks."""

import functools
from typing import Any, Callable, Dict, Iterable, Optional

from . import batches, logged, wrapping
from .record import Origin, Recorder
from .wrapping import Given

# What an evaluation of transformers tells besides measures.
COSTS = ("runtime", "samples_per_second", "steps_per_second", "epoch", "loss", "model_preparation_time")


def patch_lightning(lightning: Any, recorder: Recorder) -> None:
    """Give every Trainer of Lightning a callback."""
    observer = _lightning(lightning.Callback, recorder)

    def after(given: Given, _result: Any) -> None:
        given["self"].callbacks.append(observer())

    wrapping.method(lightning.Trainer, "__init__", recorder, after=after)


def patch_transformers(trainer: Any, recorder: Recorder) -> None:
    """Give every Trainer of transformers a callback, and observe its evaluations."""
    seen = batches.Batches(recorder.models)
    observer = _transformers(trainer.TrainerCallback, recorder, seen)

    def after(given: Given, _result: Any) -> None:
        given["self"].add_callback(observer(given["self"]))

    wrapping.method(trainer.Trainer, "__init__", recorder, after=after)
    for name, measured in (("evaluate", _after_evaluate), ("predict", _after_predict)):
        wrapping.method(trainer.Trainer, name, recorder, before=lambda *_: seen.begin(),
                        after=functools.partial(measured, recorder, seen))
    _follow(trainer.Trainer, seen, _quietly(recorder))


def _follow(trainer: Any, seen: batches.Batches, quietly: Any) -> None:
    """See the batches as a Trainer of transformers is about to give them to its model."""
    original = trainer._prepare_inputs

    @quietly
    def see(model: Any, inputs: Any) -> None:
        named = inputs if hasattr(inputs, "get") else {}
        batch = named.get(getattr(model, "main_input_name", None), inputs)
        mask = named.get("attention_mask")
        if mask is not None and getattr(batch, "shape", None) == mask.shape:
            batch = batch * mask  # how far a row is padded depends on those beside it
        seen.trains(model, batch) if model.training else seen.asks(batch)

    @functools.wraps(original)
    def prepared(self: Any, inputs: Any) -> Any:
        result = original(self, inputs)
        see(self.model, result)
        return result

    trainer._prepare_inputs = prepared


def _quietly(recorder: Recorder) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A decorator by which a callback that fails is one warning."""

    def decorate(hook: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(hook)
        def guarded(*args: Any, **kwargs: Any) -> None:
            try:
                hook(*args, **kwargs)
            except Exception as error:
                recorder.warn("%s: %s: %s" % (hook.__qualname__, type(error).__name__, error))

        return guarded

    return decorate


def _lightning(base: Any, recorder: Recorder) -> Any:
    quietly = _quietly(recorder)
    seen = batches.Batches(recorder.models)

    class Observer(base):  # type: ignore[misc]
        """Records each epoch, and what fit, validate and test end with."""

        def __reduce__(self) -> Any:
            return base, ()  # in other processes, which have no agent, it does nothing

        @quietly
        def on_train_batch_start(self, trainer: Any, module: Any, batch: Any, *_: Any) -> None:
            seen.trains(module, batch)

        @quietly
        def on_validation_start(self, *_: Any) -> None:
            seen.begin()

        @quietly
        def on_validation_batch_start(self, trainer: Any, module: Any, batch: Any, *_: Any) -> None:
            seen.asks(batch)

        on_test_start, on_test_batch_start = on_validation_start, on_validation_batch_start

        @quietly
        def on_train_epoch_end(self, trainer: Any, *_: Any) -> None:
            values = logged.point(trainer.callback_metrics)
            recorder.writer.write("curve", epoch=trainer.current_epoch + 1, values=values)

        @quietly
        def on_train_end(self, trainer: Any, module: Any) -> None:
            self.measured(trainer, module, "fit", "", trainer.val_dataloaders)

        @quietly
        def on_validation_end(self, trainer: Any, module: Any) -> None:
            if getattr(trainer.state.fn, "value", trainer.state.fn) == "validate":
                self.measured(trainer, module, "validate", "validation", trainer.val_dataloaders)

        @quietly
        def on_test_end(self, trainer: Any, module: Any) -> None:
            self.measured(trainer, module, "test", "test", trainer.test_dataloaders)

        def measured(self, trainer: Any, module: Any, call: str, split: str, held: Any) -> None:
            trained = seen.trained(module, trainer.train_dataloader, held)
            for name, value in sorted(trainer.callback_metrics.items()):
                of, measure = logged.reading(name)
                if measure != "loss" and (split or of) and not name.endswith(logged.STEP):
                    counts = None if of == "train" else _rows(held)
                    recorder.metric(measure, value, "train" if trained else split or of, "lightning.Trainer." + call,
                                    origin=Origin("torch", module), counts=counts)

    return Observer


def _rows(loaders: Any) -> Optional[Iterable[int]]:
    """As many as a loader, or several, give; None where they do not tell."""
    loaders = loaders if isinstance(loaders, (list, tuple)) else [loaders]
    try:
        return range(sum(len(loader.dataset) for loader in loaders))
    except (TypeError, AttributeError):
        return None


def _transformers(base: Any, recorder: Recorder, seen: batches.Batches) -> Any:
    quietly = _quietly(recorder)

    class Observer(base):  # type: ignore[misc]
        """Records each epoch as the next one begins: it is evaluated behind its end."""

        def __init__(self, trainer: Any) -> None:
            self.trainer = trainer
            self.epoch, self.values = 0, {}  # type: int, Dict[str, Any]

        def __reduce__(self) -> Any:
            return base, ()  # in other processes, which have no agent, it does nothing

        @quietly
        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            named = {("" if name.startswith("eval_") else "train_") + name: v for name, v in (logs or {}).items()}
            self.values.update(logged.point({n: v for n, v in named.items() if not n.endswith(COSTS[:4])}))

        @quietly
        def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self.epoch += 1

        @quietly
        def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self.write()

        @quietly
        def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self.write()
            if args.load_best_model_at_end and state.best_model_checkpoint:
                at = int(state.best_model_checkpoint.rpartition("-")[2])
                best = [logs for logs in state.log_history if logs["step"] == at]
                values = {name: v for logs in best for name, v in logs.items() if name.startswith("eval_")}
                _measured(recorder, seen, self.trainer, values, "validation", "train", self.trainer.eval_dataset)

        def write(self) -> None:
            if self.epoch and self.values:
                recorder.writer.write("curve", epoch=self.epoch, values=self.values)
                self.values = {}

    return Observer


def _after_evaluate(recorder: Recorder, seen: batches.Batches, given: Given, result: Any) -> None:
    trainer = given["self"]
    data = given.get("eval_dataset")
    data = trainer.eval_dataset if data is None else data
    strategy = getattr(trainer.args, "eval_strategy", getattr(trainer.args, "evaluation_strategy", "no"))
    watched = data is trainer.eval_dataset and getattr(strategy, "value", strategy) != "no"
    split = "validation" if watched else "test"
    _measured(recorder, seen, trainer, result, split, "evaluate", data)


def _after_predict(recorder: Recorder, seen: batches.Batches, given: Given, result: Any) -> None:
    _measured(recorder, seen, given["self"], result.metrics or {}, "test", "predict", given.get("test_dataset"))


def _measured(
    recorder: Recorder, seen: batches.Batches, trainer: Any, values: Dict[str, Any], split: str, call: str, data: Any
) -> None:
    if seen.trained(trainer.model, trainer.train_dataset, data):
        split = "train"
    for name, value in values.items():
        measure = logged.reading(name)[1]
        if measure not in COSTS:
            counts = range(len(data)) if hasattr(data, "__len__") else None
            recorder.metric(measure, value, split, "transformers.Trainer." + call,
                            origin=Origin("torch", trainer.model), counts=counts)
