"""The files that a script wrote into its tree: a later attempt has a fresh tree and lacks them."""

import os
from typing import Dict, Tuple

FILES = 5_000  # looked at
BYTES = 256 << 20  # kept

Listing = Dict[str, Tuple[int, int]]  # path below the tree to time and size


class TooMuch(Exception):
    """More than may be kept."""


def listing(tree: str) -> Listing:
    """What lies in the tree, without what links lead to. Raises TooMuch."""
    found: Listing = {}
    for directory, names, files in os.walk(tree):
        names[:] = [n for n in names if n != "__pycache__" and not os.path.islink(os.path.join(directory, n))]
        for file in files:
            path = os.path.join(directory, file)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            status = os.stat(path)
            found[os.path.relpath(path, tree)] = (status.st_mtime_ns, status.st_size)
            if len(found) > FILES:
                raise TooMuch("more than %d files lie in the tree" % FILES)
    return found


def take(tree: str, before: Listing) -> Dict[str, bytes]:
    """The contents of what was written since the listing. Raises TooMuch."""
    changed = {path: status for path, status in listing(tree).items() if before.get(path) != status}
    if sum(size for _, size in changed.values()) > BYTES:
        raise TooMuch("the script wrote more than %d MB of files" % (BYTES >> 20))
    contents = {}
    for path in changed:
        with open(os.path.join(tree, path), "rb") as f:
            contents[path] = f.read()
    return contents


def put(tree: str, contents: Dict[str, bytes]) -> None:
    """Write files where take found them."""
    for path, content in contents.items():
        target = os.path.join(tree, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as f:
            f.write(content)
