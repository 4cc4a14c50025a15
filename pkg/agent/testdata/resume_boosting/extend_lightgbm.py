import lightgbm as lgb

from case import *

TREES = 8
m = lgb.LGBMClassifier(n_estimators=TREES, n_jobs=1, verbose=-1, deterministic=True)
m.fit(a, c, eval_set=[(b, d)])
tell(m.predict_proba(b), m.evals_result_, m.n_estimators_)
