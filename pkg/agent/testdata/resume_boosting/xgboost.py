import xgboost as xgb

from case import *

t, v = xgb.DMatrix(a, label=c), xgb.DMatrix(b, label=d)
params = {
    "objective": "multi:softprob", "num_class": 10, "eval_metric": ["merror", "mlogloss"], "nthread": 1, "eta": 0.3,
    "max_depth": 3, "subsample": 0.5 if drawing else 1,
}


def measure(name):
    rounds = []

    def wrong(predicted, data):
        rounds.append(1)
        kill(name, len(rounds))
        return "wrong", float(np.mean(predicted.argmax(1) != data.get_label()))

    return wrong


first = {}
m = xgb.train(
    params, t, 8, evals=[(t, "train"), (v, "eval")], evals_result=first, verbose_eval=5, custom_metric=measure("first")
)
tell(m.predict(v), first, m.num_boosted_rounds())
second = {}
rate = xgb.callback.LearningRateScheduler(lambda i: 0.5 * 0.97**i)
m = xgb.train(
    params, t, 100, evals=[(v, "eval")], evals_result=second, early_stopping_rounds=4, verbose_eval=False,
    callbacks=[rate], custom_metric=measure("second"),
)
tell(m.predict(v), second, m.best_iteration, m.best_score, m.num_boosted_rounds())
m = xgb.XGBClassifier(n_estimators=8, n_jobs=1, max_depth=3, early_stopping_rounds=5, eval_metric="mlogloss")
m.fit(a, c, eval_set=[(b, d)], verbose=False)
tell(m.predict_proba(b), m.evals_result(), m.best_iteration)
kill("end", 0)
