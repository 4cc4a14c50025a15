"""Tests of warm starts that need no framework but NumPy."""

import os
import random
import tempfile
import unittest

try:
    import numpy as np
except ImportError:
    raise unittest.SkipTest("NumPy is missing")

from mlhook_agent import events, grow, rows, warm, warm_net, warm_state
from mlhook_agent.warm import Outcome
from test_agent import written


class Rows(unittest.TestCase):
    def test_a_row_is_the_same_in_any_container(self):
        table = np.array([[1, 0, 2], [0, 0, 0], [1, 0, 2], [2, 0, 1]])
        hashes = rows.hashes(table)
        self.assertEqual(hashes.dtype, np.uint64)
        self.assertEqual((hashes[0] == hashes[2], len(set(hashes.tolist()))), (True, 3))
        for same in (table.astype("float32"), table.astype("float64"), table.tolist(), -(-table.astype("float32"))):
            np.testing.assert_array_equal(rows.hashes(same), hashes)
        np.testing.assert_array_equal(rows.hashes(table[[3, 0]]), hashes[[3, 0]])

    def test_several_parts(self):
        a, b = np.arange(6).reshape(3, 2), np.array([7, 7, 8])
        together = rows.hashes(a, b)
        np.testing.assert_array_equal(rows.hashes(a, b), together)
        self.assertFalse((rows.hashes(b, a) == together).any() or (rows.hashes(a) == together).any())
        self.assertIsNone(rows.hashes(a, b[:2]))
        outputs = [np.zeros(9), np.zeros((9, 2))]
        sizes = [rows.size(data) for data in (outputs, dict(enumerate(outputs)), tuple(range(9)), [], {})]
        self.assertEqual(sizes, [9, 9, 9, 0, 0])

    def test_text_and_what_has_no_rows(self):
        table = np.array([["a", 1], ["b", 2], ["a", 1]], dtype=object)
        hashes = rows.hashes(table)
        self.assertEqual((hashes[0] == hashes[2], hashes[0] == hashes[1]), (True, False))
        for nothing in (None, object(), 3.0, "text", iter([])):
            self.assertIsNone(rows.hashes(nothing))

    def test_known(self):
        known, all_rows = rows.Known(), set()
        draw = np.random.RandomState(1)
        self.assertIsNone(known.values())
        for _ in range(60):
            batch = draw.randint(0, 20_000, 400).astype("uint64")
            new = set(batch.tolist()) - all_rows
            all_rows |= new
            self.assertEqual(known.add(batch), len(new))
        some = draw.randint(0, 20_000, 500).astype("uint64")
        self.assertEqual(known.holds(some).tolist(), [value in all_rows for value in some.tolist()])
        self.assertEqual(known.values().tolist(), sorted(all_rows))


class Part:
    """A chain of layers as an adapter gives it, all linear."""

    channels_first = False

    def __init__(self, *arrays):
        self.arrays = [np.array(a, dtype="float64") for a in arrays]

    def layers(self):
        return [grow.Layer("dense", "Dense", [grow.Weight(a.copy(), 0, 1)], (i - 1,) if i else ())
                for i, a in enumerate(self.arrays)]

    def put(self, arrays):
        for i, values in arrays.items():
            self.arrays[i] = values[0]

    def calibrate(self, indices, inputs):
        assert not indices

    def outputs(self, inputs):
        x = inputs[0]
        for a in self.arrays:
            x = x @ a
        return [x]


class Starts(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = directory.name
        self.draw = np.random.RandomState(3)
        self.x = self.draw.normal(size=(20, 3))
        self.parent = Part(self.draw.normal(size=(3, 4)), self.draw.normal(size=(4, 2)))
        self.left = os.path.join(self.dir, "warm")

    def begin(self, source=""):
        writer = events.Writer(os.path.join(self.dir, "events.jsonl"))
        self.addCleanup(writer.close)
        return warm.Warm(writer, source)

    def leave(self, model=None, framework="net", **facts):
        """Let a parent train on the first 15 rows and leave its state."""
        start, model = self.begin(), model or self.parent
        training = start.training(model)
        training.saw(self.x[:15])
        training.keep([self.x[:15]])
        start.leave(self.left, framework, model, lambda t: warm_net.describe(model, t))

    def take(self, child, trained, framework="net"):
        start = self.begin(self.left)
        training = start.training(child)
        training.saw(trained)
        if start.waits_for(training):
            start.begin(framework, training, lambda state: warm_net.take_over(child, state))
        start.finish()
        found = [e for e in written(self.dir) if e["type"] == "warm"]
        self.assertEqual(len(found), 1)
        return start, found[0]

    def test_grown(self):
        self.leave()
        child = Part(self.draw.normal(size=(3, 9)), self.draw.normal(size=(9, 2)))
        start, event = self.take(child, self.x[:18])
        self.assertEqual((event["level"], event["samples"], event["text"]), ("grown", 15, "2 of 2 layers, Dense 4 -> 9 widened"))
        np.testing.assert_allclose(child.outputs([self.x]), self.parent.outputs([self.x]))
        start.leave(self.left + "2", "net", child, lambda t: warm_state.State({}, {}))
        self.assertEqual(warm_state.read(self.left + "2").arrays["rows"].tolist(), sorted(rows.hashes(self.x[:18]).tolist()))

    def test_refused_leaves_the_child_alone(self):
        self.leave()
        refusals = [
            (Part(np.ones((3, 4)), np.ones((4, 4)) * 9, np.ones((4, 1))), self.x[:15], "no place"),
            (Part(np.ones((3, 4)), np.ones((4, 2))), self.x[:14], "1 rows that the parent trained on"),
            (Part(np.ones((3, 4)), np.ones((4, 2))), object(), "cannot be told apart"),
        ]
        for i, (child, trained, text) in enumerate(refusals):
            self.dir = os.path.join(self.dir, str(i))
            os.mkdir(self.dir)
            before = [a.copy() for a in child.arrays]
            _, event = self.take(child, trained)
            self.assertEqual(event["level"], "cold")
            self.assertIn(text, event["text"])
            for a, b in zip(before, child.arrays):
                np.testing.assert_array_equal(a, b)

    def test_outputs_that_differ_are_rolled_back(self):
        class Doubled(Part):
            def outputs(self, inputs):
                return [super().outputs(inputs)[0] * 2]

        self.leave()
        child = Doubled(np.ones((3, 4)), np.ones((4, 2)))
        _, event = self.take(child, self.x[:15])
        self.assertEqual(event["level"], "cold")
        self.assertIn("differ", event["text"])
        np.testing.assert_array_equal(child.arrays[0], np.ones((3, 4)))

    def test_another_framework_and_a_damaged_state(self):
        self.leave(framework="other")
        _, event = self.take(Part(np.ones((3, 4)), np.ones((4, 2))), self.x[:15])
        self.assertEqual(event["text"], "the parent's model is of other")
        with open(os.path.join(self.left, "state.npz"), "ab") as f:
            f.write(b"x")
        with self.assertRaises(ValueError):
            warm_state.read(self.left)

    def test_too_large(self):
        most, warm_state.MAX_BYTES = warm_state.MAX_BYTES, 10
        try:
            self.leave()
        finally:
            warm_state.MAX_BYTES = most
        _, event = self.take(Part(np.ones((3, 4)), np.ones((4, 2))), self.x[:15])
        self.assertIn("was not kept", event["text"])

    def test_never_seen(self):
        self.leave()
        start = self.begin(self.left)
        start.finish()
        self.assertEqual(written(self.dir)[-1]["text"], "no training that the parent's model fits was seen")

    def test_void(self):
        self.leave()
        child = Part(np.ones((3, 4)), np.ones((4, 2)))
        start = self.begin(self.left)
        training = start.training(child)
        training.add(rows.hashes(self.x[:2]))  # a first batch
        self.assertTrue(start.waits_for(training))
        start.begin("torch", training, lambda state: Outcome("warm", 0.0, 1, ""))
        self.assertEqual(written(self.dir)[-1]["text"], "the parent's model is of net")
        start.went_on(training)
        training.add(rows.hashes(self.x[:10]))
        training.passed.add(rows.hashes(self.x[:18]))
        start.finish()
        self.assertEqual(written(self.dir)[-1]["text"], "the lineage trained on 5 of 8 rows that were held out")

    def test_the_third_model_is_the_third(self):
        start = self.begin()
        models = [Part(np.ones((3, 2))) for _ in range(3)]
        self.assertEqual([start.training(m).number for m in models + models[:1]], [1, 2, 3, 1])

    def test_no_random_number_is_drawn(self):
        random.seed(1)
        np.random.seed(1)
        with warm.quiet():
            random.random(), np.random.rand()
        here = random.random(), np.random.rand()
        random.seed(1)
        np.random.seed(1)
        self.assertEqual(here, (random.random(), np.random.rand()))


if __name__ == "__main__":
    unittest.main()
