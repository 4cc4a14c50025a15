import warnings

import lightgbm as lgb

from case import *

warnings.simplefilter("ignore")
params = {
    "objective": "multiclass", "num_class": 10, "metric": "multi_error,multi_logloss", "verbose": -1, "num_threads": 1,
    "learning_rate": 0.2, "deterministic": True,
}
if drawing:
    params.update(bagging_fraction=0.5, bagging_freq=1)


def measure(name):
    rounds = []

    def wrong(predicted, data):
        rounds.append(1)
        kill(name, len(rounds))
        return "constant", 1.0, True

    return wrong


def sets(**options):
    t = lgb.Dataset(a, c, **options)
    return t, lgb.Dataset(b, d, reference=t)


first = {}
t, v = sets()
if "CONSTRUCTED" in os.environ:
    t.construct()
listening = [lgb.record_evaluation(first), lgb.log_evaluation(5)]
m = lgb.train(params, t, 8, valid_sets=[t, v], callbacks=listening, feval=measure("first"))
tell(m.predict(b), first, m.num_trees())
second = {}
t, v = sets()
listening = [lgb.record_evaluation(second), lgb.reset_parameter(learning_rate=lambda i: 0.3 * 0.99**i)]
wanted = dict(params, num_iterations=40, early_stopping_round=5, first_metric_only=True)
m = lgb.train(wanted, t, valid_sets=[v], callbacks=listening, feval=measure("second"))
tell(m.predict(b), second, m.best_iteration, {k: dict(s) for k, s in m.best_score.items()}, m.num_trees())
measured = measure("third")
m = lgb.LGBMClassifier(n_estimators=8, n_jobs=1, verbose=-1)
listening = [lgb.early_stopping(5, verbose=False)]
m.fit(a, c, eval_set=[(b, d)], callbacks=listening, eval_metric=lambda true, predicted: measured(predicted, None))
tell(m.predict_proba(b), m.evals_result_, m.best_iteration_)
