import xgboost as xgb
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

digits = load_digits()
X_train, X_val, y_train, y_val = train_test_split(digits.data, digits.target, random_state=0)
d_train = xgb.DMatrix(X_train, y_train)
d_val = xgb.DMatrix(X_val, y_val)
booster = xgb.train(
    {
        "objective": "multi:softprob",
        "num_class": 10,
        "eval_metric": ["mlogloss", "merror"],
        "learning_rate": 0.05,
        "max_depth": 1,
        "lambda": 50,
    },
    d_train,
    num_boost_round=2,
    evals=[(d_train, "train"), (d_val, "val")],
    verbose_eval=False,
)
booster.save_model("digits.ubj")
