"""Print the facts of Python files, as CPython's ast sees them.

Reads file names from standard input, one a line. Per file it prints
"file NAME", then "KIND START END" in bytes of the file, or "skip REASON" when
this Python cannot read the file or its bytes are not UTF-8. A first line
"without keyword" says that this Python knows no place of keyword arguments.
"""
import ast
import gc
import io
import re
import sys
import tokenize
import warnings

warnings.simplefilter("ignore")
sys.setrecursionlimit(20000)

KINDS = {
    ast.Import: "import", ast.ImportFrom: "import", ast.Call: "call", ast.keyword: "keyword",
    ast.Attribute: "attribute", ast.FunctionDef: "def", ast.AsyncFunctionDef: "def",
    ast.ClassDef: "class", ast.JoinedStr: "string",
}
LINE_END = re.compile(rb"\r\n?|\n")
TEMPLATE = getattr(ast, "TemplateStr", None)
SINGLETON = getattr(ast, "MatchSingleton", None)
if TEMPLATE:
    KINDS[TEMPLATE] = "string"
if SINGLETON:
    KINDS[SINGLETON] = "constant"


# What has no facts below it: names, contexts and operators, and strings with places.
LEAVES = {ast.Constant, ast.Name, ast.JoinedStr, TEMPLATE}


def line_starts(data):
    """Offset of each line in data; ast counts columns in UTF-8 behind a BOM."""
    bom = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    return [0, bom, *(m.end() for m in LINE_END.finditer(data, bom))]


def constant(node):
    if isinstance(node.value, (str, bytes)):
        return "string"
    if node.value is None or node.value is Ellipsis or isinstance(node.value, bool):
        return "constant"
    return "number"


def facts(data):
    tree = ast.parse(data)
    starts = line_starts(data)
    todo = [tree]
    while todo:
        node = todo.pop()
        t = type(node)
        k = constant(node) if t is ast.Constant else KINDS.get(t)
        if k and hasattr(node, "lineno"):
            start = starts[node.lineno] + node.col_offset
            end = start if k in ("def", "class") else starts[node.end_lineno] + node.end_col_offset
            yield f"{k} {start} {end}"
        if t in LEAVES:
            continue
        for name in getattr(t, "_fields", ()):  # a list may hold None or a name
            child = getattr(node, name, None)
            if type(child) is list:
                todo.extend(child)
            elif isinstance(child, ast.AST):
                todo.append(child)


def main():
    gc.disable()  # trees have no cycles
    out = sys.stdout
    if sys.version_info < (3, 9):
        print("without keyword", file=out)
    for name in sys.stdin.read().splitlines():
        print("file", name, file=out)
        try:
            with open(name, "rb") as f:
                data = f.read()
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
            if encoding not in ("utf-8", "utf-8-sig"):
                raise ValueError("ast counts the bytes of another encoding")
            data.decode("utf-8")
            found = list(facts(data))
        except Exception as e:  # not ours to judge: the test counts these
            print("skip", type(e).__name__, file=out)
            continue
        if found:
            print(*found, sep="\n", file=out)


main()
