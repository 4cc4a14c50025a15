"""Starts a trial from what its parent has learned.

At the first training step of the model that stands where the parent's stood,
whatever fits is taken over. Outputs on some of the parent's rows prove it: where
they are not the parent's, everything is put back and the trial starts cold, as
it would have without us.

A parent has seen rows. Where this trial would hold some of them out, its
accuracy would be no measurement. Mostly that is known before training, and the
trial starts cold; where rows are only seen batch by batch, the event ``void``
tells at the end.
"""

import contextlib
import random
import sys
import warnings
import weakref
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Set

from . import rows, warm_state

TOLERANCE = 1e-5  # of outputs, relative to the largest where that is above 1
PROBE = 64  # rows kept to prove it with


class Outcome(NamedTuple):
    """What was taken over: level is warm, or grown where the network is another."""

    level: str
    difference: float
    samples: int
    text: str


class Training:
    """What is known of the training of one model; number is its place among the script's models."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.rows = rows.Known()  # those it was trained on
        self.known = True  # whether those are all
        self.facts: Dict[str, Any] = {}  # what else a parent and its child must agree in
        self.inputs: Optional[List[Any]] = None  # some of them, for the probe
        self.keys: Optional[List[str]] = None  # the inputs' names, where they have some
        self.watched = False
        self.passed = rows.Known()  # in a watched warm training all rows, trained on or not
        self._arrays: Set[Any] = set()  # identities of what was hashed already

    def restart(self) -> None:
        """The model forgets what it was trained on."""
        self.rows, self.known, self.inputs = rows.Known(), True, None
        self._arrays.clear()

    def saw(self, *parts: Any) -> None:
        """The model trains on these rows, given as its inputs."""
        key = tuple(rows.identity(part) for part in parts)
        if key not in self._arrays:
            self._arrays.add(key)
            self.add(rows.hashes(*parts))

    def add(self, hashes: Any) -> int:
        """The model trains on rows of these hashes, of which so many are new; None is rows that cannot be known."""
        if hashes is None:
            self.known = False
            return 0
        return self.rows.add(hashes)

    def keep(self, inputs: List[Any], keys: Optional[List[str]] = None) -> None:
        """Remember some inputs of the first training call."""
        numpy = sys.modules["numpy"]
        arrays = [numpy.asarray(x) for x in inputs]
        if self.inputs is None and all(x.dtype.kind in "biuf" for x in arrays):
            few = len({len(x) for x in arrays if x.ndim}) == 1  # else the first axis is no rows
            self.inputs, self.keys = [numpy.array(x[:PROBE] if few else x) for x in arrays], keys


class Warm:
    """One attempt's warm start and what it leaves behind; never raises into the program."""

    def __init__(self, writer: Any, source: str = "") -> None:
        self.writer = writer
        self.source = source  # what the parent left; empty starts cold
        self.state: Optional[warm_state.State] = None
        self.started: Optional[Training] = None  # the training that began warm
        self.parents = rows.Known()  # what the lineage trained on
        self._undecided = bool(source)
        self._trainings: Dict[int, Any] = {}
        self._count = 0

    def training(self, model: Any) -> Training:
        """The training of a model, a new one for a model not seen before."""
        known = self._trainings.get(id(model))
        if known is None or known[0]() is not model:
            known = weakref.ref(model), self.open()
            self._trainings[id(model)] = known
        return known[1]

    def open(self) -> Training:
        """A training whose model does not exist before it ends."""
        self._count += 1
        return Training(self._count)

    def bind(self, model: Any, training: Training) -> None:
        """The model that the training has made."""
        self._trainings[id(model)] = weakref.ref(model), training

    def waits_for(self, training: Training) -> bool:
        """Whether this is the training that the parent's state is meant for."""
        if not self._undecided:
            return False
        if self.state is None:
            try:
                self.state = warm_state.read(self.source)
            except FileNotFoundError:
                self.cold("the parent left nothing to start from")
                return False
            except Exception as error:
                self.cold("what the parent left cannot be read: %s" % error)
                return False
            if "refused" in self.state.facts:
                self.cold(self.state.facts["refused"])
                return False
            self.parents.add(self.state.arrays.get("rows", ()))
        return training.number == self.state.facts["number"]

    def begin(self, framework: str, training: Training, take_over: Callable[[warm_state.State], Outcome]) -> None:
        """Let take_over do it, where the parent's rows allow that; it leaves no trace of a failure."""
        from . import grow

        assert self.state is not None
        with quiet():
            try:
                self._check(framework, training)
                outcome = take_over(self.state)
            except grow.Refused as reason:
                return self.cold(str(reason))
            except Exception as error:
                return self.cold("%s: %s" % (type(error).__name__, error))
        self._undecided, self.started = False, training
        self.writer.write(
            "warm", durable=True, level=outcome.level, value=outcome.difference, samples=outcome.samples,
            text=outcome.text,
        )

    def went_on(self, training: Training) -> None:
        """The training goes on from a checkpoint, behind the warm start of an attempt before."""
        self._undecided, self.started = False, training

    def _check(self, framework: str, training: Training) -> None:
        from . import grow

        assert self.state is not None
        before, now = self.parents.values(), training.rows.values()
        if self.state.facts["framework"] != framework:
            raise grow.Refused("the parent's model is of %s" % self.state.facts["framework"])
        if before is None or now is None or not training.known:
            raise grow.Refused("the rows of the training cannot be told apart")
        # A torch loop has shown its first batch only, whose rows must be the parent's.
        strange, text = ~training.rows.holds(before), "%d rows that the parent trained on are not trained on here"
        if framework == "torch":
            strange, text = ~self.parents.holds(now), "%d rows of the first batch are none of the parent's"
        if strange.any():
            raise grow.Refused(text % strange.sum())

    def cold(self, reason: str) -> None:
        """The trial starts cold, and why."""
        self._undecided = False
        self.writer.write("warm", durable=True, level="cold", text=reason)

    def finish(self) -> None:
        """The script has ended."""
        if self._undecided:
            self.cold("no training that the parent's model fits was seen")
        passed = self.started.passed.values() if self.started is not None else None
        if self.started is None or passed is None:
            return
        held = passed[~self.started.rows.holds(passed)]
        leaked = int(self.parents.holds(held).sum())
        if leaked:
            text = "the lineage trained on %d of %d rows that were held out" % (leaked, len(held))
            self.writer.write("void", durable=True, samples=leaked, text=text)

    def leave(
        self, directory: str, framework: str, model: Any, describe: Callable[[Training], warm_state.State]
    ) -> None:
        """Write what a child can start from."""
        training = self.training(model)
        try:
            with quiet():
                state = describe(training)
        except Exception as error:
            state = warm_state.State({"refused": "the parent's model was not kept: %s" % error}, {})
        state.facts.update(framework=framework, number=training.number)
        if training.known and training.rows.values() is not None:
            if training is self.started:
                self.parents.add(training.rows.values())
            state.arrays["rows"] = self.parents.values() if training is self.started else training.rows.values()
        warm_state.write(directory, state)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Draw no random number that the program would have drawn, and let no warning be heard."""
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    python = random.getstate()
    arrays = numpy.random.get_state() if numpy is not None else None
    cpu = torch.get_rng_state() if torch is not None and hasattr(torch, "get_rng_state") else None
    gpus = torch.cuda.get_rng_state_all() if cpu is not None and torch.cuda.is_initialized() else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        random.setstate(python)
        if numpy is not None:
            numpy.random.set_state(arrays)
        if torch is not None and cpu is not None:
            torch.set_rng_state(cpu)
        if torch is not None and gpus is not None:
            torch.cuda.set_rng_state_all(gpus)
