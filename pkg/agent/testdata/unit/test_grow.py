"""Tests of growing networks, on plain NumPy arrays."""

import unittest

try:
    import numpy as np
except ImportError:
    raise unittest.SkipTest("NumPy is missing")

from mlhook_agent import grow
from mlhook_agent.grow import Layer, Weight

RNG = np.random.default_rng(7)


def dense(inputs, units, name="", detail="relu"):
    return Layer("dense", "Dense", [Weight(RNG.normal(size=(inputs, units)), 0, 1), Weight(RNG.normal(size=units), None, 0)],
                 (), name, detail)


def conv(inputs, units, size=3, detail="relu"):
    return Layer("conv", "Conv2D", [Weight(RNG.normal(size=(size, size, inputs, units)), 2, 3),
                                    Weight(RNG.normal(size=units), None, 0)], (), "", detail)


def norm(units):
    return Layer("norm", "BatchNormalization", [Weight(RNG.normal(size=units), None, 0) for _ in range(4)])


def plain(kind):
    return Layer("plain", kind)


def chain(*layers):
    return [layer._replace(inputs=(i - 1,) if i else ()) for i, layer in enumerate(layers)]


def run(layers, x, channels_first=False):
    """The outputs of a chain of layers on images (n, h, w, c) or rows (n, d)."""
    for layer in layers:
        if layer.type == "Flatten":
            x = (x.transpose(0, 3, 1, 2) if channels_first else x).reshape(len(x), -1)
        if not layer.weights:
            continue
        w = [weight.array for weight in layer.weights]
        if layer.kind == "dense":
            x = x @ w[0] + w[1]
        elif layer.kind == "conv":
            pad = (w[0].shape[0] - 1) // 2
            padded = np.pad(x, [(0, 0), (pad, pad), (pad, pad), (0, 0)])
            windows = np.lib.stride_tricks.sliding_window_view(padded, w[0].shape[:2], axis=(1, 2))
            x = np.einsum("nhwcij,ijco->nhwo", windows, w[0]) + w[1]
        elif layer.kind == "norm":
            x = w[0] * (x - w[2]) / np.sqrt(np.abs(w[3]) + 1e-3) + w[1]
        x = {"relu": lambda v: np.maximum(v, 0), "tanh": np.tanh, "": lambda v: v}[layer.detail](x)
    return x


def grown(layers, plan):
    return [layer._replace(weights=[w._replace(array=a) for w, a in zip(layer.weights, plan.arrays[i])])
            if i in plan.arrays else layer for i, layer in enumerate(layers)]


class Preserved(unittest.TestCase):
    def holds(self, parent, child, shape, channels_first=False, text=None):
        x = RNG.normal(size=(5,) + shape)
        plan = grow.plan(parent, child, channels_first)
        before = [w.array.copy() for layer in child for w in layer.weights]
        difference = np.abs(run(parent, x, channels_first) - run(grown(child, plan), x, channels_first)).max()
        self.assertLess(difference, 1e-10)
        for was, is_now in zip(before, [w.array for layer in child for w in layer.weights]):
            np.testing.assert_array_equal(was, is_now)  # a plan changes nothing
        if text is not None:
            self.assertEqual(plan.text, text)
        return plan

    def test_rows(self):
        parent = chain(dense(6, 4), dense(4, 3, detail=""))
        cases = [
            ("2 of 2 layers", chain(dense(6, 4), dense(4, 3, detail=""))),
            ("2 of 2 layers, Dense 4 -> 9 widened", chain(dense(6, 9), dense(9, 3, detail=""))),
            ("2 of 3 layers, Dense (relu) inserted", chain(dense(6, 4), dense(4, 4), dense(4, 3, detail=""))),
            ("2 of 3 layers, Dense (relu) inserted", chain(dense(6, 4), dense(4, 7), dense(7, 3, detail=""))),
            ("2 of 3 layers, Dense 4 -> 5 widened, Dense (relu) inserted",
             chain(dense(6, 5), dense(5, 7), dense(7, 3, detail=""))),
            ("2 of 3 layers, Dense 4 -> 5 widened, Dense (relu) inserted",
             chain(dense(6, 5), dense(5, 4), dense(4, 3, detail=""))),
            ("2 of 4 layers, Dense (relu) inserted, Dense (relu) inserted",
             chain(dense(6, 4), dense(4, 4), dense(4, 4), dense(4, 3, detail=""))),
            ("2 of 2 layers, Dropout inserted", chain(dense(6, 4), plain("Dropout"), dense(4, 3, detail=""))),
        ]
        for text, child in cases:
            self.assertEqual(self.holds(parent, child, (6,), text=text).grown, text != "2 of 2 layers")

    def test_new_units_learn(self):
        parent, child = chain(dense(6, 4), dense(4, 3)), chain(dense(6, 9), dense(9, 3))
        plan = self.holds(parent, child, (6,))
        np.testing.assert_array_equal(plan.arrays[0][0][:, 4:], child[0].weights[0].array[:, 4:])  # fresh incoming
        self.assertFalse(plan.arrays[1][0][4:].any())  # zero outgoing

    def test_images(self):
        def parent():
            return chain(conv(2, 3), plain("Flatten"), dense(3 * 25, 4, detail=""))

        for first in (False, True):
            old = parent()
            self.holds(old, parent(), (5, 5, 2), first)
            self.holds(old, chain(conv(2, 8), plain("Flatten"), dense(8 * 25, 4, detail="")), (5, 5, 2), first,
                       "2 of 2 layers, Conv2D 3 -> 8 widened")
            self.holds(old, chain(conv(2, 3), conv(3, 3), plain("Flatten"), dense(75, 4, detail="")), (5, 5, 2), first,
                       "2 of 3 layers, Conv2D (relu) inserted")
            self.holds(old, chain(conv(2, 4), conv(4, 6, 5), plain("Flatten"), dense(150, 4, detail="")), (5, 5, 2), first)
            self.holds(old, chain(conv(2, 5), plain("Flatten"), dense(125, 80), dense(80, 4, detail="")), (5, 5, 2), first)

    def test_normalized(self):
        parent = chain(conv(2, 3), norm(3), plain("Flatten"), dense(75, 4, detail=""))
        self.holds(parent, chain(conv(2, 7), norm(7), plain("Flatten"), dense(175, 4, detail="")), (5, 5, 2))
        plan = grow.plan(chain(dense(6, 4), dense(4, 3)), chain(dense(6, 4), norm(4), dense(4, 3)))
        self.assertEqual((plan.calibrate, plan.text), ([1], "2 of 3 layers, BatchNormalization inserted"))

    def test_names_decide(self):
        parent = chain(dense(4, 4, "a"), dense(4, 4, "mlhook_dense_7"), dense(4, 3))
        child = chain(dense(4, 4, "a"), dense(4, 4, "mlhook_dense_9"), dense(4, 4, "mlhook_dense_7"), dense(4, 3))
        self.assertEqual(grow.align(parent, child), {0: 0, 2: 1, 3: 2})
        child = chain(dense(4, 4, "a"), dense(4, 4, "mlhook_dense_7"), dense(4, 4, "mlhook_dense_9"), dense(4, 3))
        self.assertEqual(grow.align(parent, child), {0: 0, 1: 1, 3: 2})

    def test_ends_are_anchored(self):
        # Every layer of the child fits the parent's last; only its last may be it.
        parent, child = chain(dense(4, 4), dense(4, 4)), chain(dense(4, 4), dense(4, 4), dense(4, 4))
        self.assertEqual(grow.align(parent, child), {0: 0, 2: 1})

    def test_branches(self):
        def net(left, right):
            layers = [plain("Input"), dense(6, left), dense(6, right),
                      Layer("concat", "Concatenate"), dense(left + right, 3, detail="")]
            inputs = [(), (0,), (0,), (1, 2), (3,)]
            widths = [6, left, right, left + right, 3]
            return [x._replace(inputs=i, width=w) for x, i, w in zip(layers, inputs, widths)]

        def value(layers, x):
            a, b = run(layers[1:2], x), run(layers[2:3], x)
            return run(layers[4:], np.concatenate([a, b], axis=1))

        x, parent = RNG.normal(size=(5, 6)), net(3, 4)
        for child in (net(5, 4), net(3, 6), net(8, 8)):
            after = grown(child, grow.plan(parent, child))
            np.testing.assert_allclose(value(parent, x), value(after, x), atol=1e-10)


class Refusals(unittest.TestCase):
    def test_reasons(self):
        parent = chain(dense(6, 4), dense(4, 3))
        recurrent = Layer("other", "LSTM", [Weight(RNG.normal(size=(4, 16)), 0), Weight(RNG.normal(size=(4, 16)))])
        add = [x._replace(inputs=i) for x, i in zip(
            [dense(6, 5), dense(6, 6), Layer("sum", "Add"), dense(6, 3)], [(), (), (0, 1), (2,)])]
        cases = [
            (chain(dense(6, 2), dense(2, 3)), "there is no place for the parent's Dense (6x4)"),
            (chain(dense(6, 4), dense(4, 2)), "there is no place for the parent's Dense (4x3)"),
            (chain(dense(6, 4), dense(4, 5)), "the outputs of the network are others"),
            (chain(dense(7, 4), dense(4, 3)), "6 inputs have become 7"),
            (chain(dense(6, 4), dense(4, 2), dense(2, 3)), "there is no place for the parent's Dense (4x3)"),
            (chain(dense(6, 4), recurrent, dense(4, 3)), "an inserted LSTM is no identity"),
            (add, "Add joins a widened layer with another"),
            (chain(dense(6, 4)), "there is no place"),
            ([], "there is no place"),
        ]
        for child, text in cases:
            with self.assertRaises(grow.Refused) as caught:
                grow.plan(parent, child)
            self.assertIn(text, str(caught.exception))
        with self.assertRaises(grow.Refused) as caught:
            grow.plan([plain("Flatten")], parent)
        self.assertEqual(str(caught.exception), "the parent has no weights")

    def test_narrow_identity(self):
        with self.assertRaises(grow.Refused) as caught:
            grow.plan(chain(dense(6, 9), dense(9, 9)), chain(dense(6, 9), dense(9, 4), dense(9, 9)))
        self.assertIn("narrower than its 9 inputs", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
