"""What scikit-learn's ``scoring`` measures, by the name of its metric function."""

from typing import Any, Dict, NamedTuple, Optional

# Metric functions whose value is reported as it is.
METRICS = (
    "accuracy_score", "balanced_accuracy_score", "f1_score", "precision_score", "recall_score", "roc_auc_score",
    "log_loss", "mean_squared_error", "root_mean_squared_error", "mean_absolute_error", "r2_score",
)
OWN = ("ClassifierMixin.score", "RegressorMixin.score")  # they do as without scoring, which is then for something else


class Measure(NamedTuple):
    """A metric function's name, and what turns a score into its value."""

    name: str
    sign: int = 1


def of_score(model: Any) -> Optional[Measure]:
    """What the model's method score gives; None where it is not known."""
    import sklearn.base

    scoring = getattr(model, "scoring", None)
    if scoring is not None and getattr(getattr(type(model), "score", None), "__qualname__", "") not in OWN:
        return of_search(model)
    if sklearn.base.is_classifier(model):
        return Measure("accuracy")
    return Measure("r2_score") if sklearn.base.is_regressor(model) else None


def of_search(model: Any) -> Optional[Measure]:
    """What the best score of a search is: of several scorings that by which it refits."""
    if getattr(model, "scoring", None) is None:
        return of_score(model)
    several = by_name(model.scoring)
    return of(several.get(model.refit) if isinstance(model.refit, str) else None) if several else of(model.scoring)


def by_name(scoring: Any) -> Dict[str, Any]:
    """Several scorings by their names; empty where there is one."""
    if isinstance(scoring, (list, tuple, set)):
        return {name: name for name in scoring}
    return scoring if isinstance(scoring, dict) else {}


def of(scoring: Any) -> Optional[Measure]:
    """What one scoring measures, a name or a scorer; None where it is not known."""
    import sklearn.metrics

    scorer = sklearn.metrics.get_scorer(scoring) if isinstance(scoring, str) else scoring
    function = getattr(scorer, "_score_func", None)
    name = getattr(function, "__name__", "")
    if name not in METRICS or not function.__module__.startswith("sklearn.") or not scorer._kwargs.get("normalize", True):
        return None
    return Measure(name, scorer._sign)
