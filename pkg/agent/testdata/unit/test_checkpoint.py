"""Tests of the checkpoint store."""

import json
import os
import signal
import tempfile
import threading
import time
import unittest

from mlhook_agent import checkpoint, events, spacing


def text(value):
    def write(path):
        with open(path, "w") as f:
            f.write(value)

    return write


class Store(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = directory.name
        self.tree = os.path.join(self.dir, "tree")
        os.mkdir(self.tree)
        text("x = 1\n")(os.path.join(self.tree, "train.py"))
        self.writer = events.Writer(os.path.join(self.dir, "events.jsonl"))
        self.addCleanup(self.writer.close)

    def store(self, **options):
        return checkpoint.Store(os.path.join(self.dir, "checkpoints"), self.writer, tree=self.tree, **options)

    def save(self, store, position, files, epoch):
        """The name of the checkpoint once it is on disk, None where it did not get there."""
        store.save(position, files, epoch, "exact", 0)
        store.wait()
        return store.written or None

    def written(self):
        with open(os.path.join(self.dir, "events.jsonl")) as f:
            return [json.loads(line) for line in f]

    def test_round_trip(self):
        name = self.save(self.store(), {"by": "test", "at": [1, 2]}, {"a": text("A"), "b": text("")}, 3)
        store = self.store(attempt=2)
        store.open(name)
        self.assertEqual((store.resume.epoch, store.resume.position), (3, {"by": "test", "at": [1, 2]}))
        with open(store.resume.path("a")) as f:
            self.assertEqual(f.read(), "A")
        self.assertEqual([e["type"] for e in self.written()], ["checkpoint"])

    def test_refused(self):
        def other_code(_directory):
            text("x = 2\n")(os.path.join(self.tree, "train.py"))

        def other_python(directory):
            path = os.path.join(directory, checkpoint.MANIFEST)
            with open(path, "rb") as f:
                manifest = json.loads(checkpoint.unsealed(f.read()).decode())
            manifest["versions"]["python"] = "3.0.0"
            checkpoint.dump(path, checkpoint.sealed(json.dumps(manifest).encode()))

        def other_epoch(directory):
            path = os.path.join(directory, checkpoint.MANIFEST)
            with open(path, "rb") as f:
                data = f.read()
            checkpoint.dump(path, data.replace(b'"epoch": ', b'"epoch": 1'))

        spoilers = [
            lambda d: text("X")(os.path.join(d, "a")),
            lambda d: os.remove(os.path.join(d, "a")),
            lambda d: os.remove(os.path.join(d, checkpoint.MANIFEST)),
            lambda d: text("{}")(os.path.join(d, checkpoint.MANIFEST)),
            lambda d: text("{")(os.path.join(d, checkpoint.MANIFEST)),
            lambda d: text("[]")(os.path.join(d, checkpoint.MANIFEST)),
            other_python, other_code, other_epoch,
        ]
        for number, spoil in enumerate(spoilers):
            writing = self.store(attempt=number + 1)
            name = self.save(writing, {}, {"a": text("A")}, number)
            spoil(os.path.join(writing.directory, name))
            store = self.store(attempt=number + 2)
            store.open(name)
            self.assertIsNone(store.resume, number)
            last = self.written()[-1]
            self.assertEqual((last["type"], last["level"]), ("resume", "restart"), number)

    def test_disk_full_is_one_warning(self):
        def full(_path):
            raise OSError(28, "No space left on device")

        store = self.store()
        self.assertIsNone(self.save(store, {}, {"a": full}, 1))
        self.assertIsNone(self.save(store, {}, {"a": full}, 2))
        self.assertEqual([e["type"] for e in self.written()], ["warning"])
        self.assertEqual(os.listdir(store.directory), [])
        self.assertIsNotNone(self.save(store, {}, {"a": text("A")}, 3))

    def test_what_a_killed_attempt_left_is_removed(self):
        directory = os.path.join(self.dir, "checkpoints")
        os.makedirs(os.path.join(directory, ".tmp-1-1-1"))
        text("half")(os.path.join(directory, ".tmp-blob-1-1"))
        self.assertEqual(self.save(self.store(attempt=2), {}, {"a": text("A")}, 1), "1-2-1")
        self.assertEqual(os.listdir(directory), ["1-2-1"])

    def test_the_training_does_not_wait(self):
        go = threading.Event()
        store = self.store()
        store.save({}, {"a": lambda path: (go.wait(60), text("A")(path))[1]}, 1, "exact", 0)
        self.assertEqual(store.written, "")
        self.assertFalse(store.due(time.monotonic() + 3600))  # one at a time
        go.set()
        store.wait()
        self.assertEqual((store.names(), store.written), (["1-1-1"], "1-1-1"))

    def test_a_forked_process_waits_for_nothing(self):
        store = self.store()
        with store._writing:
            pid = os.fork()
            if pid == 0:
                signal.alarm(120)
                store.wait()
                os._exit(0)
            self.assertEqual(os.waitpid(pid, 0)[1], 0)

    def test_the_last_three_are_kept(self):
        store = self.store()
        for epoch in range(1, 6):
            self.save(store, {}, {"a": text("A")}, epoch)
        self.assertEqual(sorted(os.listdir(store.directory)), ["3-1-3", "4-1-4", "5-1-5"])


class Spacing(unittest.TestCase):
    def due(self, epoch, cost, epochs, share=spacing.SHARE, latency=0.0):
        """After which of so many epochs of so many seconds a snapshot of that cost is taken."""
        spaced, found = spacing.Spacing(share), []
        spaced.begin(100)
        spaced.latency = latency
        for number in range(1, epochs + 1):
            if spaced.due(100 + number * epoch):
                spaced.taken(cost)
                found.append(number)
        return found

    def test_every_long_epoch(self):
        self.assertEqual(self.due(2, 0.01, 4), [1, 2, 3, 4])
        self.assertEqual(self.due(0.6, 0.01, 4), [1, 2, 3, 4])

    def test_before_a_second_is_at_risk(self):
        self.assertEqual(self.due(0.25, 0.006, 9), [2, 4, 6, 8])
        self.assertEqual(self.due(0.0625, 0.006, 60, latency=0.1), [8, 21, 34, 47, 60])
        self.assertEqual(self.due(0.0625, 0.001, 24), [8, 16, 24])  # cheap ones earlier

    def test_the_share_is_kept(self):
        self.assertEqual(self.due(2, 0.12, 8), [1, 4, 7])  # 0.12 s in 6 s
        self.assertEqual(self.due(0.125, 5, 4, share=1), [1, 2, 3, 4])
        self.assertEqual(self.due(0.001, 0.01, 50), [])

    def test_waits_where_a_crash_would_repeat_more_than_an_epoch(self):
        for epoch, latency, waits in ((2, 0.02, True), (2, 0.1, False), (0.5, 0.001, False), (0.99, 0.01, True)):
            spaced = spacing.Spacing()
            spaced.resumed(100)
            spaced.latency = latency
            spaced.due(100 + epoch)
            self.assertEqual(spaced.waits(), waits, (epoch, latency))

    def test_preparation_is_not_at_risk(self):
        spaced = spacing.Spacing()
        spaced.begin(100)
        spaced.prepared(3)
        self.assertFalse(spaced.due(103.2))
        self.assertTrue(spaced.due(103.6))

    def test_what_is_not_kept_is_at_risk(self):
        spaced = spacing.Spacing()
        spaced.begin(100)
        self.assertEqual([spaced.keeps(seconds) for seconds in (0.1, 0.1, 0.1, 0.05, 1)], [False, False, True, False, True])
        self.assertFalse(spaced.due(100.1))
        self.assertTrue(spaced.due(100.2))  # 0.45 s are to be trained again, and an epoch takes 0.1 s
        self.assertTrue(spacing.Spacing(1).keeps(0.1))

    def test_the_first_epoch_of_a_training_that_goes_on(self):
        spaced = spacing.Spacing()
        spaced.resumed(100)
        self.assertTrue(spaced.due(102))
