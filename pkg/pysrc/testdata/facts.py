"""Print the facts of Python files, as CPython's ast sees them.

Reads file names from standard input, one a line. Per file it prints
"file NAME", then "KIND START END" in bytes of the file, or "skip REASON" when
this Python cannot read the file or its bytes are not UTF-8. A first line
"without keyword" says that this Python knows no place of keyword arguments.
"""
import ast
import io
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
TEMPLATE = getattr(ast, "TemplateStr", None)
SINGLETON = getattr(ast, "MatchSingleton", None)
if TEMPLATE:
    KINDS[TEMPLATE] = "string"
if SINGLETON:
    KINDS[SINGLETON] = "constant"


def kind(node):
    if isinstance(node, ast.Constant):
        if isinstance(node.value, (str, bytes)):
            return "string"
        if node.value is None or node.value is Ellipsis or isinstance(node.value, bool):
            return "constant"
        return "number"
    return KINDS.get(type(node))


def line_starts(data):
    """Offset of each line in data; ast counts columns in UTF-8 behind a BOM."""
    starts = [0, 3 if data.startswith(b"\xef\xbb\xbf") else 0]
    i = starts[1]
    while i < len(data):
        if data[i] == 10 or data[i] == 13 and data[i + 1:i + 2] != b"\n":
            starts.append(i + 1)
        i += 1
    return starts


def facts(data):
    tree = ast.parse(data)
    starts = line_starts(data)
    todo = [tree]
    while todo:
        node = todo.pop()
        k = kind(node)
        if k and hasattr(node, "lineno"):
            start = starts[node.lineno] + node.col_offset
            end = starts[node.end_lineno] + node.end_col_offset
            yield k, start, start if k in ("def", "class") else end
        if isinstance(node, ast.JoinedStr) or TEMPLATE and isinstance(node, TEMPLATE):
            continue
        todo.extend(ast.iter_child_nodes(node))


def main():
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
        for fact in found:
            print(*fact, file=out)


main()
