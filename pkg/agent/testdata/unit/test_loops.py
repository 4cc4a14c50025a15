"""Which functions' loops are rewritten."""

import ast
import os
import sys
import tempfile
import types
import unittest

from mlhook_agent import loops, names

SCRIPT = """
from functools import partial

@njit
def a(n_iter):
    def inner():
        for epoch in range(n_iter): backward()
    for i in range(n_iter): backward()

@numba.guvectorize(["void(float64[:])"], "(n)")
def b(n_iter):
    for i in range(n_iter): helper(i)

@partial(jax.jit, static_argnums=0)
def c(n_iter):
    while n_iter: n_iter -= 1

def d(n_iter):
    for i in range(n_iter): pass

fast = numba.njit(parallel=True)(d)

def helper(n_iter):
    for i in range(n_iter): pass

class Net(Module):
    def forward(self, x):
        for i in range(self.n_steps): x = self.unroll(x)

    def unroll(self, x):
        for i in range(self.n_steps): x = x

    def learn(self, x):
        for epoch in range(3): self(x).backward()

    def plain(self):
        for epoch in range(3): pass
"""


class Rewriting(unittest.TestCase):
    def test_what_a_compiler_reads_stays_as_it_is(self):
        with tempfile.TemporaryDirectory() as top:
            script = os.path.join(top, "train.py")
            with open(script, "w") as f:
                f.write(SCRIPT)
            rewriter = loops.Rewriter(top)
            rewriter.explore(script)
            found = rewritten(rewriter.compile(SCRIPT.encode(), script))
        self.assertEqual(found, {"learn", "plain"})


class Names(unittest.TestCase):
    def test_what_is_read_from_a_line_on(self):
        for call, want in (("model.eval()", {"range", "model", "epoch"}), ("eval('f')", None), ("f(**locals())", None)):
            tree = ast.parse("def fit(model, given):\n f = given\n for epoch in range(3): %s, epoch" % call)
            self.assertEqual(names.live(tree, "fit", 1, 3), want)

    def test_what_a_function_binds(self):
        for text, want in (
            ("[last := i for i in range(3)]", {"last"}),
            ("[[a := j for j in x if (b := j)] for x in y]", {"a", "b"}),
            ("[lambda: (own := 1) for i in y]", set()),
            ("try: pass\n except ValueError as e: pass", {"e"}),
            ("match x:\n  case {'v': v, **rest}: pass\n  case [a, *b] | (a, *b): pass\n  case str() as c: pass\n  case _: pass",
             {"v", "rest", "a", "b", "c"}),
        ):
            if "match" in text and sys.version_info < (3, 10):
                continue
            with self.subTest(text):
                tree = ast.parse("def f():\n " + text)
                self.assertEqual(names.bound(tree.body[0]), want)

    def test_what_an_iteration_does_not_need(self):
        for text, want in (
            ("batch = epoch", {"batch"}),
            ("if epoch: del batch\n batch = epoch", set()),
            ("batch = epoch\n del batch", {"batch"}),
            ("with open('log') as f: f.write(text)\n with f: pass", {"f"}),
            ("with open(f) as f: a = f", {"a"}),
            ("class Step:\n  before = last\n last = epoch", {"Step"}),
        ):
            with self.subTest(text):
                loop = ast.parse("for epoch in range(3):\n " + text).body[0]
                self.assertEqual(names.dead(loop) - {"epoch"}, want)


def rewritten(code):
    """Names of the functions that call the runtime."""
    parts = [part for part in code.co_consts if isinstance(part, types.CodeType)]
    own = {code.co_name} if loops.PREFIX + "top" in code.co_consts else set()
    return own.union(*map(rewritten, parts))
