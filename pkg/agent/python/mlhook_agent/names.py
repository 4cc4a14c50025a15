"""Which names a piece of a program reads, sets and calls."""

import ast
from typing import Any, Iterable, Iterator, List, Optional, Set

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
LOOPS = (ast.For, ast.While, ast.AsyncFor)
CAPTURES = tuple(getattr(ast, name) for name in ("MatchAs", "MatchStar") if hasattr(ast, name))  # since Python 3.10
# Who reads the byte code or the text of a function: numba, torch, TensorFlow, JAX, taichi, by their last names.
COMPILERS = frozenset((
    "cfunc", "compile", "function", "guvectorize", "jit", "kernel", "njit", "pjit", "script", "script_method", "stencil",
    "vectorize",
))
LOOKING = frozenset(("globals", "locals", "eval", "exec"))  # who calls one may read any name


def blocks(statement: ast.stmt) -> Iterator[List[ast.stmt]]:
    """The lists of statements within a statement, of the same scope."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list):
            yield block
    for part in list(getattr(statement, "handlers", [])) + list(getattr(statement, "cases", [])):
        yield part.body


def called(body: List[ast.stmt]) -> Set[str]:
    """Names that are called within statements, methods by their last name."""
    found = set()
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                found |= _last(node.func)
    return found


def _last(node: ast.AST) -> Set[str]:
    """The name, or the last one of a dotted name, that a node is; none where it is something else."""
    return {node.id} if isinstance(node, ast.Name) else {node.attr} if isinstance(node, ast.Attribute) else set()


def compiled(tree: ast.AST) -> Set[str]:
    """Names of the functions that are handed to a compiler, by decoration or in a call, and of those within them."""
    found: Set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and COMPILERS & named(node.func):
            found.update(*map(_last, node.args))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if any(COMPILERS & named(decorator) for decorator in node.decorator_list):
                found |= {within.name for within in ast.walk(node) if isinstance(within, ast.FunctionDef)}
    return found


def named(node: ast.AST) -> Set[str]:
    """All names and attributes within a node."""
    found = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            found.add(child.id)
        elif isinstance(child, ast.Attribute):
            found.add(child.attr)
    return found


def loaded(node: ast.AST) -> Set[str]:
    """Names that are read within a node, or deleted, for which they have to be there."""
    return {child.id for child in ast.walk(node) if isinstance(child, ast.Name) and not isinstance(child.ctx, ast.Store)}


def scope(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function's own scope."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, FUNCTIONS + COMPREHENSIONS + (ast.ClassDef,)):
            yield from scope(child)


def _within(comprehension: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a comprehension and of those in it: := binds a name of the function around."""
    for child in ast.iter_child_nodes(comprehension):
        yield child
        if not isinstance(child, FUNCTIONS):
            yield from _within(child)


def generates(function: ast.FunctionDef) -> bool:
    """Whether calling the function makes a generator."""
    return any(isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await)) for node in scope(function))


def bound(function: ast.FunctionDef) -> Set[str]:
    """The variables that a function sets: its own, and those declared nonlocal."""
    given = function.args
    names = {a.arg for a in getattr(given, "posonlyargs", []) + given.args + given.kwonlyargs}
    names |= {a.arg for a in (given.vararg, given.kwarg) if a is not None}
    elsewhere: Set[str] = set()
    for node in scope(function):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.ExceptHandler,) + CAPTURES) and node.name:
            names.add(node.name)
        elif type(node).__name__ == "MatchMapping" and node.rest:
            names.add(node.rest)
        elif isinstance(node, COMPREHENSIONS):
            names |= {inner.target.id for inner in _within(node) if isinstance(inner, ast.NamedExpr)}
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Global):
            elsewhere |= set(node.names)
    return names - elsewhere


def dead(loop: Any) -> Set[str]:
    """Names that each iteration sets before it, or a function defined in it, reads them.

    Only what stands unconditionally at the top of the body counts; a loop within
    sets its target, since it is not meant to be empty.
    """
    safe: Set[str] = set()
    read: Set[str] = loaded(loop.test) if isinstance(loop, ast.While) else set()
    for statement in loop.body:
        if isinstance(statement, (ast.Break, ast.Continue, ast.Return)):
            break
        stored: Iterable[str] = ()
        if isinstance(statement, ast.Assign):
            read |= loaded(statement) - safe
            stored = {n.id for t in statement.targets for n in _targets(t)}
        elif isinstance(statement, ast.For):
            read |= loaded(statement.iter) - safe
            safe |= {n.id for n in _targets(statement.target)} - read
            read |= (loaded(statement) | changed(statement)) - safe - dead(statement)
            stored = dead(statement)
        elif isinstance(statement, ast.FunctionDef):
            # Its body reads when it is called, which is later than its definition.
            stored = {statement.name}
            read |= {name for part in statement.decorator_list for name in loaded(part)} - safe
        elif isinstance(statement, ast.ClassDef):
            read |= (loaded(statement) | changed(statement)) - safe
            stored = {statement.name}
        elif isinstance(statement, ast.With):
            read |= {name for item in statement.items for name in loaded(item.context_expr)} - safe
            safe |= {n.id for item in statement.items if item.optional_vars for n in _targets(item.optional_vars)} - read
            inner = dead(statement)
            read |= (loaded(statement) | changed(statement)) - safe - inner
            stored = inner
        else:
            read |= (loaded(statement) | changed(statement)) - safe
            if may_leave(statement):
                break
        safe |= set(stored) - read
    return safe


def _targets(target: ast.expr) -> Iterator[ast.Name]:
    """The plain names that an assignment binds."""
    if isinstance(target, ast.Name):
        yield target
    elif isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from _targets(element)
    elif isinstance(target, ast.Starred):
        yield from _targets(target.value)


def changed(statement: ast.stmt) -> Set[str]:
    """Names that x += 1 reads though it stores them."""
    return {node.target.id for node in ast.walk(statement)
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)}


def may_leave(statement: ast.stmt) -> bool:
    """Whether the iteration may end here, so that what follows is not certain."""
    return any(isinstance(node, (ast.Break, ast.Continue, ast.Return)) for node in ast.walk(statement))


def live(tree: ast.Module, function: str, first: int, line: int) -> Optional[Set[str]]:
    """Names that may be read when a scope goes on from a line; None when any may be.

    The scope is "<module>", or the function of that name whose code begins at line first. Where the line is
    within a loop, the scope goes on from the loop's beginning.
    """
    root: Any = tree if function == "<module>" else _function(tree, function, first)
    if root is None or any(isinstance(node, ast.Call) and getattr(node.func, "id", "") in LOOKING for node in ast.walk(root)):
        return None  # which model.eval() does not do
    own = list(scope(root))
    around = [node for node in own if isinstance(node, ast.stmt) and node.lineno <= line <= _end(node)]
    around = [node for node in around if isinstance(node, LOOPS)] or around[-1:]
    start = min((node.lineno for node in around), default=0)
    names: Set[str] = set()
    for node in own:
        if isinstance(node, FUNCTIONS + COMPREHENSIONS + (ast.ClassDef,)):
            names |= loaded(node)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store) and _end(node) >= start:
            names.add(node.id)
        elif isinstance(node, ast.stmt):
            names |= changed(node)
    return names


def _function(tree: ast.Module, name: str, first: int) -> Any:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            if first in [node.lineno] + [decorator.lineno for decorator in node.decorator_list]:
                return node
    return None


def _end(node: Any) -> int:
    return node.end_lineno or node.lineno
