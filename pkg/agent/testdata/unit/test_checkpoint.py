"""Tests of the checkpoint store."""

import json
import os
import tempfile
import unittest

from mlhook_agent import checkpoint, events


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

    def written(self):
        with open(os.path.join(self.dir, "events.jsonl")) as f:
            return [json.loads(line) for line in f]

    def test_round_trip(self):
        name = self.store().save({"by": "test", "at": [1, 2]}, {"a": text("A"), "b": text("")}, 3, "exact")
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
            with open(path) as f:
                manifest = json.load(f)
            manifest["versions"]["python"] = "3.0.0"
            text(json.dumps(manifest))(path)

        spoilers = [
            lambda d: text("X")(os.path.join(d, "a")),
            lambda d: os.remove(os.path.join(d, "a")),
            lambda d: os.remove(os.path.join(d, checkpoint.MANIFEST)),
            lambda d: text("{}")(os.path.join(d, checkpoint.MANIFEST)),
            lambda d: text("{")(os.path.join(d, checkpoint.MANIFEST)),
            lambda d: text("[]")(os.path.join(d, checkpoint.MANIFEST)),
            other_python, other_code,
        ]
        for number, spoil in enumerate(spoilers):
            writing = self.store()
            name = writing.save({}, {"a": text("A")}, number, "exact")
            spoil(os.path.join(writing.directory, name))
            store = self.store(attempt=2)
            store.open(name)
            self.assertIsNone(store.resume, number)
            last = self.written()[-1]
            self.assertEqual((last["type"], last["level"]), ("resume", "restart"), number)

    def test_disk_full_is_one_warning(self):
        def full(_path):
            raise OSError(28, "No space left on device")

        store = self.store()
        self.assertIsNone(store.save({}, {"a": full}, 1, "exact"))
        self.assertIsNone(store.save({}, {"a": full}, 2, "exact"))
        self.assertEqual([e["type"] for e in self.written()], ["warning"])
        self.assertEqual(os.listdir(store.directory), [])
        self.assertIsNotNone(store.save({}, {"a": text("A")}, 3, "exact"))

    def test_what_a_killed_attempt_left_is_removed(self):
        os.makedirs(os.path.join(self.dir, "checkpoints", ".tmp-1-1-1"))
        self.assertEqual(self.store(attempt=2).save({}, {"a": text("A")}, 1, "exact"), "1-2-1")
        self.assertEqual(os.listdir(os.path.join(self.dir, "checkpoints")), ["1-2-1"])

    def due(self, epoch, cost, epochs, **options):
        """The epochs of so many seconds after which a snapshot of that cost is made."""
        store, found = self.store(**options), []
        for number in range(epochs):
            if store.due(100 + number * epoch):
                store._last = store._asked
                store._cost = cost
                store._spent += cost
                found.append(number)
        return found

    def test_spacing(self):
        self.assertEqual(self.due(2, 0.01, 5), [1, 2, 3, 4])  # every epoch that is longer than a second
        self.assertEqual(self.due(0.3, 0.001, 10), [3, 6, 9])  # before a second is at risk
        self.assertEqual(self.due(2, 0.12, 8), [1, 6])  # as its share permits: 0.24 s in 12 s
        self.assertEqual(self.due(0.01, 5, 4, share=1), [0, 1, 2, 3])
        self.assertEqual(self.due(0.01, 0.01, 50), [])
