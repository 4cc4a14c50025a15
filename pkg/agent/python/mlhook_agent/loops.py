"""Finds the loops that may train and puts calls around and into them.

The program's text on disk stays as it is: the tree is rewritten between parsing
and compiling, and every new node stands on the line of its loop, so that
tracebacks and ``inspect`` show what the user wrote. A loop becomes::

    if finished(KEY):                       # it had ended when the checkpoint was written
        if has("x"): x = take("x")          (each local variable)
        if has_returned(): return take_returned()
    else:
        try:
            for e in items(KEY, range(10)):
                if top(KEY):                # a checkpoint was restored
                    if has("x"): x = take("x")
                ...
            ended(KEY)
        finally:
            left(KEY)

These calls are the runtime's (``replay``), which puts them among the builtins, so
that no name is added to the program's modules. A function may be sent by value to
a process where they are not: what stands for ``top`` in the text is
``getattr(getattr.__self__, "_mlhook_top", {}.get)``, which is ``dict.get`` there,
and so the loop is what the user wrote: nothing had ended, the items are as given.

What a compiler reads stays as it is (numba and torch.compile read byte code).
Which of the loops is the epoch loop shows when they run.
"""

import ast
import importlib.abc
import importlib.machinery
import os
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Set

from .names import FUNCTIONS, blocks, bound, called, compiled, dead, generates, live, loaded, named, scope

# The runtime's methods that a rewritten program calls, and what their names begin with among the builtins.
CALLS = ("finished", "items", "top", "ended", "returning", "left", "has", "take", "has_returned", "take_returned")
PREFIX = "_mlhook_"
# Methods that train: whoever calls one, or calls who calls one, is of interest.
TRAINING = frozenset(("backward", "partial_fit"))
# Words in a loop's header by which a loop is known that trains by hand.
EPOCHS = ("epoch", "n_iter", "num_iter", "iterations", "num_steps", "n_steps")


class Loop(NamedTuple):
    """What is known of a rewritten loop before it runs."""

    key: str  # file:line:column
    reaches: bool  # a training call is reached from its body
    dead: Set[str]  # variables that every iteration sets before it reads them
    is_while: bool


class Rewriter:
    """Rewrites the modules of one program."""

    def __init__(self, top: str) -> None:
        self.top = top
        self.loops: Dict[str, Loop] = {}
        self.trees: Dict[str, ast.Module] = {}
        self._live: Dict[Any, Optional[Set[str]]] = {}
        self.reaching: Set[str] = set()  # names of functions from which a training call is reached
        self.compiled: Set[str] = set()  # names of functions that are handed to a compiler
        self.traced: Set[str] = set()  # these, and what a compiled torch module calls

    def explore(self, script: str) -> None:
        """Read the program from its script on, and find out which functions train."""
        waiting = [script]
        while waiting:
            path = waiting.pop()
            if path in self.trees:
                continue
            try:
                with open(path, "rb") as f:
                    self.trees[path] = ast.parse(f.read(), path)
            except (OSError, SyntaxError, ValueError, RecursionError):
                continue  # whoever executes it will tell
            waiting.extend(self._imported(self.trees[path], path, os.path.dirname(script)))
        calls: Dict[str, Set[str]] = {}
        for tree in self.trees.values():
            for node in ast.walk(tree):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    calls.setdefault(node.name, set()).update(called(node.body))
            self.compiled |= compiled(tree)
        self._reach(calls)
        self._trace(calls)

    def _reach(self, calls: Dict[str, Set[str]]) -> None:
        """Find the functions that train."""
        self.reaching = set(TRAINING)
        while True:
            found = {name for name, used in calls.items() if used & self.reaching} - self.reaching
            if not found:
                break
            self.reaching |= found
            if "__init__" in found or "__call__" in found:  # who makes or calls the object is not known by name
                self.reaching |= {node.name for tree in self.trees.values() for node in ast.walk(tree)
                                  if isinstance(node, ast.ClassDef)}

    def _trace(self, calls: Dict[str, Set[str]]) -> None:
        """Find the functions that a compiler may follow into."""
        waiting = [*self.compiled, "forward"]
        while waiting:
            name = waiting.pop()
            if name not in self.traced:
                self.traced.add(name)
                waiting.extend(calls.get(name, ()))

    def _imported(self, tree: ast.Module, path: str, home: str) -> Iterator[str]:
        """Files of the program that a module may import."""
        for node in ast.walk(tree):
            names: List[str] = []
            bases = [home, os.path.dirname(path)]
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                module = node.module or ""
                names = [module] + [(module + "." + alias.name).strip(".") for alias in node.names]
                if node.level:
                    bases = [os.path.normpath(os.path.join(os.path.dirname(path), *[".."] * (node.level - 1)))]
            for base in bases:
                for name in filter(None, names):
                    stem = os.path.join(base, *name.split("."))
                    for file in (stem + ".py", os.path.join(stem, "__init__.py")):
                        if file.startswith(self.top + os.sep) and os.path.isfile(file):
                            yield file

    def live(self, code: Any, line: int) -> Optional[Set[str]]:
        """Names that the scope of a code object may read from a line on; None when any may be."""
        tree = self.trees.get(code.co_filename)
        if tree is None:
            return None
        key = (code, line)
        if key not in self._live:
            self._live[key] = live(tree, code.co_name, code.co_firstlineno, line)
        return self._live[key]

    def compile(self, source: bytes, path: str) -> Any:
        """Compile a module of the program, rewritten where it has loops that may train."""
        if path not in self.trees:
            return plain(source, path)
        tree = ast.parse(source, path)
        _Scopes(self, path).module(tree)
        return compile(tree, path, "exec", dont_inherit=True)


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module of the program, rewritten; never from byte code."""

    rewriter: Rewriter

    def get_code(self, fullname: str) -> Any:
        path = self.get_filename(fullname)
        return self.rewriter.compile(self.get_data(path), path)


class Finder(importlib.abc.MetaPathFinder):
    """Finds the program's own modules."""

    def __init__(self, rewriter: Rewriter) -> None:
        self.rewriter = rewriter

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin not in self.rewriter.trees:
            return None
        spec.loader = _Loader(name, spec.origin)
        spec.loader.rewriter = self.rewriter
        return spec


def plain(source: bytes, path: str) -> Any:
    """Compile a module as Python does."""
    return compile(source, path, "exec", dont_inherit=True)


class _Scopes:
    """Rewrites the loops of a module, scope by scope."""

    def __init__(self, rewriter: Rewriter, path: str) -> None:
        self.rewriter = rewriter
        self.file = os.path.relpath(path, rewriter.top).replace(os.sep, "/")

    def module(self, tree: ast.Module) -> None:
        nodes = list(ast.walk(tree))
        elsewhere = {name for node in nodes if isinstance(node, FUNCTIONS) for name in loaded(node)}
        found = {node: self._loop(node, elsewhere) for node in scope(tree) if self._candidate(node)}
        functions = [node for node in nodes if isinstance(node, ast.FunctionDef) and not generates(node)
                     and node.name not in self.rewriter.compiled]
        for function in functions:
            within = list(scope(function))
            elsewhere = {name for node in within if isinstance(node, FUNCTIONS) for name in loaded(node)}
            traced = function.name in self.rewriter.traced
            found.update((node, self._loop(node, elsewhere)) for node in within if self._candidate(node, traced))
        self.rewriter.loops.update((loop.key, loop) for loop in found.values())
        self._block(tree.body, found, None)
        for function in functions:
            self._block(function.body, found, sorted(bound(function)))

    def _candidate(self, node: ast.AST, traced: bool = False) -> bool:
        if isinstance(node, ast.While):
            header: List[ast.AST] = [node.test]
        elif isinstance(node, ast.For):
            header = [node.target, node.iter]
        else:
            return False
        words = {name.lower() for part in header for name in named(part)}
        return self._reaches(node) or not traced and any(epoch in word for word in words for epoch in EPOCHS)

    def _reaches(self, node: Any) -> bool:
        return bool(called(node.body) & self.rewriter.reaching)

    def _loop(self, node: Any, elsewhere: Set[str]) -> Loop:
        key = "%s:%d:%d" % (self.file, node.lineno, node.col_offset)
        return Loop(key, self._reaches(node), dead(node) - elsewhere, isinstance(node, ast.While))

    def _block(
        self, body: List[ast.stmt], found: Dict[ast.AST, Loop], names: Optional[List[str]], inside: bool = False
    ) -> None:
        """Rewrite the loops in a list of statements, inner ones first.

        names are the variables of the function, None in a module; inside tells of a rewritten loop around.
        """
        for place, statement in enumerate(body):
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                continue
            for block in blocks(statement):
                self._block(block, found, names, inside or statement in found)
            if statement in found:
                body[place] = _around(statement, found[statement].key, names)
            elif inside and isinstance(statement, ast.Return):
                nothing = ast.Constant(value=None)
                statement.value = _at(_call("returning", nothing, statement.value or nothing), statement)


def _around(loop: Any, key: str, names: Optional[List[str]]) -> ast.stmt:
    """The statement that takes a loop's place."""
    constant = ast.Constant(value=key)
    finished: List[ast.stmt] = [_assign(name) for name in names or ()]
    if names is not None:
        returned = ast.Return(value=_call("take_returned"))
        finished.append(ast.If(test=_call("has_returned"), body=[returned], orelse=[]))
    if isinstance(loop, ast.For):
        loop.iter = ast.copy_location(_call("items", constant, loop.iter), loop.iter)
    restored: List[ast.stmt] = [_assign(name) for name in names or ()]
    loop.body.insert(0, ast.If(test=_call("top", constant), body=restored or [ast.Pass()], orelse=[]))
    tried = ast.Try(
        body=[loop, ast.Expr(value=_call("ended", constant))], handlers=[], orelse=[],
        finalbody=[ast.Expr(value=_call("left", constant))])
    return _at(ast.If(test=_call("finished", constant), body=finished or [ast.Pass()], orelse=[tried]), loop)


def _call(method: str, *arguments: ast.expr) -> ast.Call:
    """A call of the runtime, or where there is none of dict.get: a second argument is what it returns then."""
    getter = ast.Name(id="getattr", ctx=ast.Load())
    builtins = ast.Attribute(value=getter, attr="__self__", ctx=ast.Load())
    instead = ast.Attribute(value=ast.Dict(keys=[], values=[]), attr="get", ctx=ast.Load())
    found = ast.Call(func=getter, args=[builtins, ast.Constant(value=PREFIX + method), instead], keywords=[])
    return ast.Call(func=found, args=list(arguments), keywords=[])


def _assign(name: str) -> ast.stmt:
    """``if has(name): name = take(name)``."""
    text = ast.Constant(value=name)
    target = ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=_call("take", text))
    return ast.If(test=_call("has", text), body=[target], orelse=[])


def _at(node: Any, place: ast.AST) -> Any:
    """Let all new nodes stand where the loop begins."""
    for child in ast.walk(node):
        if "lineno" in child._attributes and not hasattr(child, "lineno"):
            for name in ("lineno", "col_offset"):
                setattr(child, name, getattr(place, name))
            for name in ("end_lineno", "end_col_offset"):
                setattr(child, name, getattr(place, name[4:]))
    return node
