"""Tests of the agent's parts that need no framework."""

import copy
import inspect
import json
import math
import os
import pickle
import sys
import tempfile
import textwrap
import threading
import unittest
import warnings
import weakref

from mlhook_agent import attempt, entropy, events, hooks, logged, record, rows, save, server, wrapping


def recorder(directory):
    return record.Recorder(events.Writer(os.path.join(directory, "events.jsonl")))


def written(directory):
    with open(os.path.join(directory, "events.jsonl"), encoding="utf-8") as f:
        return [json.loads(line) for line in f]


class InDirectory(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = directory.name
        self.recorder = recorder(self.dir)
        self.addCleanup(self.recorder.writer.close)


class Events(InDirectory):
    def test_plain(self):
        class Whole:
            def __index__(self):
                return 7

        class Broken:
            def __index__(self):
                raise AttributeError

            def __float__(self):
                return 0.5

        cases = [(None, None), (True, True), (3, 3), (0.5, 0.5), (math.nan, None), (math.inf, None), ("a", "a"),
                 (Whole(), 7), (Broken(), 0.5), ({"a": math.nan, 1: 2}, {"1": 2}), ([1, "a"], [1, "a"]),
                 ((1 + 2j), "(1+2j)")]
        for given, want in cases:
            self.assertEqual(events.plain(given), want)

    def test_numbered_and_whole_from_threads(self):
        writer = self.recorder.writer
        threads = [threading.Thread(target=lambda: [writer.write("begin") for _ in range(200)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([e["seq"] for e in written(self.dir)], list(range(1600)))

    def test_surrogates(self):
        self.recorder.warn("\udcff\n\x00")
        self.assertEqual(written(self.dir)[0]["text"], "\udcff\n\x00")

    def test_forked_child_is_silent(self):
        pid = os.fork()
        if pid == 0:
            self.recorder.warn("from the child")
            os._exit(0)
        os.waitpid(pid, 0)
        self.assertEqual(written(self.dir), [])

    def test_flood_ends_but_the_end_is_written(self):
        for _ in range(events.MAX_EVENTS + 10):
            self.recorder.writer.write("curve")
        self.recorder.writer.write("error", durable=True)
        self.assertEqual(len(written(self.dir)), events.MAX_EVENTS + 1)

    def test_flood_keeps_the_last_of_each_metric_and_what_is_rare(self):
        writer = self.recorder.writer
        for _ in range(events.MAX_EVENTS):
            writer.write("curve")
        for n in range(events.THINNED + 10):
            writer.write("metric", name="accuracy", value=n, split="validation")
            writer.write("metric", name="accuracy", value=n + 0.5, split="test")
        writer.write("model", path="model.pt")
        writer.write("void")
        writer.settle()
        found = [(e["type"], e.get("value"), e.get("split")) for e in written(self.dir)[events.MAX_EVENTS :]]
        last = events.THINNED + 9
        self.assertEqual(found[-4:-2], [("model", None, None), ("void", None, None)])
        self.assertEqual(found[-2:], [("metric", last, "validation"), ("metric", last + 0.5, "test")])
        self.assertLess(len(found), 10)
        self.assertEqual([e["seq"] for e in written(self.dir)], list(range(len(written(self.dir)))))

    @unittest.skipUnless(os.path.exists("/dev/full"), "a system without a device that is always full")
    def test_full_disk_delays_events(self):
        log = events.Writer("/dev/full")
        log.write("curve", epoch=1)
        room = threading.Timer(3 * events.FULL_SECONDS, self.make_room, (log,))
        room.start()
        log.write("exit", durable=True, code=0)  # waits
        room.join()
        self.assertEqual([(e["seq"], e["type"]) for e in written(self.dir)], [(0, "curve"), (1, "exit")])

    @unittest.skipUnless(os.path.exists("/dev/full"), "a system without a device that is always full")
    def test_full_disk_keeps_a_bounded_number_of_events(self):
        log = events.Writer("/dev/full")
        for _ in range(2000):
            log.write("warning", text="a" * events.MAX_TEXT)
        self.assertLess(len(log._unwritten), events.MAX_UNWRITTEN + 2 * events.MAX_TEXT)
        self.make_room(log)
        log.settle()
        self.assertEqual([e["seq"] for e in written(self.dir)], list(range(len(written(self.dir)))))

    def make_room(self, log):
        """The file is on a disk with room from now on."""
        fd = os.open(os.path.join(self.dir, "events.jsonl"), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(fd, log._fd)
        os.close(fd)

    def test_exit_behind_a_torn_line(self):
        path = os.path.join(self.dir, "torn.jsonl")
        with open(path, "w") as f:
            f.write('{"v":1,"seq":0,"type":"begin"}\n{"v":1,"se')
        attempt.write_exit(path, code=0)
        with open(path) as f:
            last = f.read().splitlines()[-1]
        self.assertEqual((json.loads(last)["type"], json.loads(last)["seq"]), ("exit", 2))


class Logged(unittest.TestCase):
    def test_reading(self):
        for name, want in {
            "val_acc": ("validation", "accuracy"), "test/accuracy": ("test", "accuracy"), "loss": ("", "loss"),
            "train_loss_epoch": ("train", "loss"), "eval_f1": ("validation", "f1"), "Accuracy": ("", "accuracy"),
            "val_MulticlassAccuracy": ("validation", "accuracy"), "testimony": ("", "testimony"),
        }.items():
            self.assertEqual(logged.reading(name), want, name)

    def test_point(self):
        values = {"train_acc": 0.5, "val_acc": 0.4, "train_loss_epoch": 1.0, "train_loss_step": 9.0}
        self.assertEqual(logged.point(values), {"accuracy": 0.5, "val_accuracy": 0.4, "loss": 1.0})


class Wrapping(InDirectory):
    def test_nested_calls_are_not_the_users(self):
        module = type(sys)("m")
        module.inner = lambda x: x + 1
        module.outer = lambda x: module.inner(x) * 2
        seen = []
        for name in ("inner", "outer"):
            wrapping.function(module, name, self.recorder, after=lambda g, r, n=name: seen.append((n, g["x"], r)))
        self.assertEqual(module.outer(1), 4)
        module.inner(5)
        self.assertEqual(seen, [("outer", 1, 4), ("inner", 5, 6)])

    def test_hooks_may_change_what_is_passed(self):
        module = type(sys)("m")
        module.f = lambda x, y: (x, y)

        def before(given, kwargs):
            given[wrapping.POSITIONAL][0], kwargs["y"] = 3, 4

        wrapping.function(module, "f", self.recorder, before=before)
        self.assertEqual(module.f(1, y=2), (3, 4))

    def test_failing_hook_is_one_warning(self):
        module = type(sys)("m")
        module.f = lambda: 7

        def fails(*_):
            raise KeyError("x")

        wrapping.function(module, "f", self.recorder, before=fails, after=fails)
        self.assertEqual(module.f(), 7)
        self.assertEqual([e["type"] for e in written(self.dir)], ["warning", "warning"])

    def test_exceptions_pass_and_the_depth_is_restored(self):
        module, seen = type(sys)("m"), []

        def f(x):
            return 1 / x

        module.f = f
        wrapping.function(module, "f", self.recorder, after=lambda g, r: seen.append(r))
        with self.assertRaises(ZeroDivisionError):
            module.f(0)
        self.assertEqual((module.f(1), seen), (1.0, [1.0]))

    def test_what_a_hook_changed_is_undone_where_the_call_fails(self):
        class A:
            warm = False

            def fit(self):
                raise KeyError("no" if self.warm else "cold")

        def before(given, _kwargs):
            given["self"].warm = True
            given["undo"] = lambda: setattr(given["self"], "warm", False)

        wrapping.method(A, "fit", self.recorder, before=before)
        one = A()
        with self.assertRaisesRegex(KeyError, "no"):
            one.fit()
        self.assertFalse(one.warm)

    def test_function_keeps_its_face(self):
        self.addCleanup(setattr, textwrap, "dedent", textwrap.dedent)
        original = textwrap.dedent
        wrapping.function(textwrap, "dedent", self.recorder)
        self.assertIsNot(textwrap.dedent, original)
        self.assertEqual(inspect.signature(textwrap.dedent), inspect.signature(original))
        self.assertIs(copy.deepcopy(textwrap.dedent), textwrap.dedent)
        self.assertTrue(callable(pickle.loads(pickle.dumps(textwrap.dedent))))
        before = textwrap.dedent
        wrapping.function(textwrap, "dedent", self.recorder)
        self.assertIs(textwrap.dedent, before)

    def test_method_of_a_subclass_that_borrows_the_name(self):
        import functools

        seen = []

        class A:
            def fit(self, x):
                return x

        wrapping.method(A, "fit", self.recorder, after=lambda g, r: seen.append(r))

        class B(A):
            @functools.wraps(A.fit)
            def fit(self, x):
                return x * 2

        wrapping.method(B, "fit", self.recorder, after=lambda g, r: seen.append(r))
        A().fit(1)
        B().fit(1)
        self.assertEqual(seen, [1, 2])

    def test_arguments(self):
        def f(a, b=2, *c, **d):
            pass

        self.assertEqual(wrapping.arguments(f, (1, 3), {}), {"a": 1, "b": 3})
        self.assertEqual(wrapping.arguments(f, (1, 3, 4), {}), {"a": 1, "b": 3, "c": (4,)})
        self.assertEqual(wrapping.arguments(f, (1,), {"x": 3}), {"a": 1, "x": 3})
        self.assertEqual(wrapping.arguments(f, (), {"b": 3, "a": 1}), {"a": 1, "b": 3})
        self.assertEqual(wrapping.arguments(lambda: 0, (1,), {}), {})
        self.assertEqual(wrapping.arguments(lambda a, *, b=0, **c: 0, (1, 2), {"c": 3}), {"a": 1, "b": 2, "c": 3})


class Rows(InDirectory):
    def test_opaque_data_is_known_by_identity(self):
        class Loader:
            pass

        one, two = Loader(), Loader()
        self.recorder.fitting("torch", None, "fit", one, None)
        self.assertEqual(self.recorder.asked(None, one, None), "train")
        self.assertEqual(self.recorder.asked(None, two, None), "test")
        self.recorder.watching(two)
        self.assertEqual(self.recorder.asked(None, two, None), "validation")

    def test_opaque_data_is_neither_kept_nor_mistaken(self):
        class Loader:
            pass

        gone = []
        for _ in range(200):
            one, two = Loader(), Loader()
            gone.append(weakref.ref(one))
            self.recorder.fitting("torch", None, "fit", one, None)
            self.assertEqual(self.recorder.asked(None, two, None), "test")
            self.assertEqual(rows.identity(two), rows.identity(two))
        self.assertLess(sum(ref() is not None for ref in gone), 3)
        self.assertEqual(len({rows.identity({"a": n}) for n in range(200)} - {None}), len(rows._opaque) - 2)

    def test_nothing_known(self):
        self.assertEqual(self.recorder.asked(None, None, None), "unknown")
        self.assertEqual(self.recorder.asked(None, self, None), "unknown")
        self.assertIsNone(rows.identity(None))
        self.assertEqual(rows.size(3), 0)


class Hooks(InDirectory):
    def test_finder_survives_questions_before_the_import(self):
        import importlib.util

        with open(os.path.join(self.dir, "late_module.py"), "w") as f:
            f.write("import random\nrandom.random()\nx = 1\n")
        sys.path.insert(0, self.dir)
        loaded = []
        finder = hooks._Finder(lambda name, module: loaded.append((name, module.x)))
        finder.names.add("late_module")
        sys.meta_path.insert(0, finder)
        self.addCleanup(sys.path.remove, self.dir)
        self.addCleanup(sys.meta_path.remove, finder)
        self.addCleanup(sys.modules.pop, "late_module", None)
        importlib.util.find_spec("late_module")
        import random

        random.seed(1)
        state = random.getstate()
        importlib.import_module("late_module")
        self.assertEqual(loaded, [("late_module", 1)])
        self.assertEqual(random.getstate(), state)
        with self.assertRaises(ImportError):
            finder.names.add("no_such_module")
            importlib.import_module("no_such_module")

    def test_seed(self):
        import random

        entropy.pin(4)
        first = random.random()
        entropy.pin(4)
        self.assertEqual(random.random(), first)


class Predictions(InDirectory):
    def test_only_the_last_model_is_kept_alive(self):
        class Model:
            pass

        class Output(list):
            """Values to which a weak reference is possible."""

        outputs = [Output(range(n)) for n in (1, 2, 3)]
        models = [Model(), Model(), Model()]
        last = weakref.ref(models[2])
        kept = models[1]
        for model, output in zip(models, outputs):
            self.recorder.predicted("sklearn", model, output, output)
        del models, model
        found = [self.recorder.measured_on(output, output)[1] for output in outputs]
        self.assertIsNotNone(last())
        self.assertEqual([origin.model for origin in found], [None, kept, last()])


class Save(InDirectory):
    def test_failing_save_is_a_warning_and_leaves_nothing(self):
        class Model:
            def save_model(self, path):
                warnings.warn("the log is the program's")
                with open(path, "w") as f:
                    f.write("half")
                raise OSError("disk full")

            def __reduce__(self):
                raise TypeError("not to be pickled")

        self.recorder.remember("xgboost", Model())
        save.save(self.recorder, os.path.join(self.dir, "model"))
        self.assertEqual(os.listdir(os.path.join(self.dir, "model")), [])
        self.assertEqual([e["type"] for e in written(self.dir)], ["warning"])
        self.assertIn("disk full", written(self.dir)[0]["text"])

    def test_nothing_to_save(self):
        save.save(self.recorder, os.path.join(self.dir, "model"))
        self.assertEqual(written(self.dir), [])


class Server(InDirectory):
    def test_attempt_of_an_earlier_agent_is_left_alone(self):
        state = os.path.join(self.dir, "state")
        trial = os.path.join(self.dir, "0", "1")
        os.makedirs(trial)
        os.makedirs(state)
        with open(os.path.join(trial, "events.jsonl"), "w") as f:
            f.write("{}\n")
        agent = server.Server(self.dir, self.dir, self.dir, state, [])
        self.addCleanup(agent.events.close)
        agent._handle("run-0-1.json", {"op": "run", "trial": 0, "attempt": 1})
        self.assertEqual(agent.attempts, {})
        self.assertEqual(os.listdir(trial), ["events.jsonl"])


if __name__ == "__main__":
    unittest.main()
