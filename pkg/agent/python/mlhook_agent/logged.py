"""What programs call their measures in a log: "val_acc", "test/loss", "eval_accuracy"."""

import re
from typing import Any, Dict, Tuple

from .record import ACCURACY

SPLITS = {
    "train": "train", "training": "train", "learn": "train", "val": "validation", "valid": "validation",
    "validation": "validation", "eval": "validation", "dev": "validation", "test": "test",
}
STEP = "_step"  # of one batch, beside the same name without it
_NAME = re.compile(r"(?:(%s)[_/ .-])?(.+?)(?:_epoch)?$" % "|".join(SPLITS), re.IGNORECASE)


def reading(name: str) -> Tuple[str, str]:
    """The split that a name speaks of, empty for none, and the measure by its usual name."""
    found = _NAME.match(name)
    split, measure = found.groups() if found else (None, name)
    measure = measure.lower()
    if measure in ACCURACY or measure.endswith("accuracy"):
        measure = "accuracy"
    return SPLITS[split.lower()] if split else "", measure


def point(values: Dict[str, Any]) -> Dict[str, Any]:
    """An epoch's values as in a learning curve: what is not of the training data begins with "val_"."""
    named = {}
    for name, value in values.items():
        split, measure = reading(name)
        if not name.endswith(STEP):
            named[("val_" if split in ("validation", "test") else "") + measure] = value
    return named
