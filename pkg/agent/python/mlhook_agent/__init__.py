"""mlhook's agent: runs training scripts unmodified and records what they do.

Python 3.8 or newer, standard library only. See package agent of mlhook for the
files that it talks through.
"""

import os
import types

PROTOCOL = 1
HERE = os.path.dirname(__file__)


def is_own(code: types.CodeType) -> bool:
    """Whether code is the agent's, whose frames a script is not shown."""
    return os.path.dirname(code.co_filename) == HERE
