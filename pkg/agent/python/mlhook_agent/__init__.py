"""mlhook's agent: runs training scripts unmodified and records what they do.

Python 3.8 or newer, standard library only. See package agent of mlhook for the
files that it talks through.
"""

PROTOCOL = 1
