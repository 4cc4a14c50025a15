import xgboost as xgb

from case import *

TREES = 8
t, v = xgb.DMatrix(a, label=c), xgb.DMatrix(b, label=d)
seen = {}
m = xgb.train({"objective": "multi:softprob", "num_class": 10, "nthread": 1}, t, TREES, evals=[(v, "eval")], evals_result=seen)
tell(m.predict(v), seen, m.num_boosted_rounds())
