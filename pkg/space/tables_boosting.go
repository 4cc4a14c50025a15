package space

import "slices"

var (
	boosted   = whole("n_estimators", -1, "estimators", 1, 1000)
	boostRate = real("learning_rate", -1, "learning_rate", 1e-4, 1)
	treeDepth = step("max_depth", -1, "max_depth", 1, 16)
	leaves    = whole("num_leaves", -1, "leaves", 2, 512)
	rows      = linear("subsample", -1, "subsample", 0.05, 1)
	columns   = linear("colsample_bytree", -1, "subsample", 0.05, 1)
	l1        = real("reg_alpha", -1, "reg_alpha", 1e-4, 100)
	l2        = real("reg_lambda", -1, "reg_lambda", 1e-4, 1000)
	childHess = real("min_child_weight", -1, "min_child_weight", 1e-3, 100)
	rarer     = real("scale_pos_weight", -1, "pos_weight", 1e-2, 100)
	bins      = whole("max_bin", -1, "bins", 8, 255)
	stopping  = whole("early_stopping_rounds", -1, "patience", 1, 200)

	xgbModel = []arg{boosted.missing("100"), boostRate.aka("eta").missing("0.3"), treeDepth.missing("6"), childHess, linear("gamma", -1, "min_split_loss", 0, 10).aka("min_split_loss"), rows, columns,
		linear("colsample_bylevel", -1, "subsample", 0.05, 1), linear("colsample_bynode", -1, "subsample", 0.05, 1), l1.aka("alpha"), l2.aka("lambda"),
		whole("max_leaves", -1, "leaves", 2, 512), bins, rarer}
	lgbModel = []arg{boosted.missing("100").aka("num_iterations", "num_boost_round"), boostRate.missing("0.1"), treeDepth.or("-1"), leaves.missing("31"),
		childHess.or("0.001"), whole("min_child_samples", -1, "min_samples", 1, 200).or("20").aka("min_data_in_leaf"), rows.or("1.0").aka("bagging_fraction"),
		columns.or("1.0").aka("feature_fraction"), l1.or("0.0").aka("lambda_l1"), l2.or("0.0").aka("lambda_l2"),
		linear("min_split_gain", -1, "min_split_loss", 0, 10).or("0.0").aka("min_gain_to_split"),
		bins, rarer}
	catModel = []arg{whole("iterations", 0, "rounds", 1, 2000).missing("1000").aka("n_estimators", "num_boost_round", "num_trees"), real("learning_rate", 1, "learning_rate", 1e-4, 1).aka("eta"),
		step("depth", 2, "max_depth", 1, 12).missing("6").aka("max_depth"), real("l2_leaf_reg", 3, "reg_lambda", 1e-3, 1000).aka("reg_lambda"),
		linear("rsm", -1, "subsample", 0.05, 1).aka("colsample_bylevel"), real("random_strength", -1, "random_strength", 1e-3, 10),
		linear("bagging_temperature", -1, "bagging_temperature", 0, 10), whole("border_count", -1, "bins", 8, 255).aka("max_bin"), rows, stopping.aka("od_wait"),
		whole("min_data_in_leaf", -1, "min_samples", 1, 200).aka("min_child_samples")}

	xgbRounds = whole("num_boost_round", 2, "rounds", 1, 1000).missing("10")
	lgbRounds = whole("num_boost_round", 2, "rounds", 1, 1000).missing("100")
)

// boostingCalls is from the references of XGBoost 3 (xgboost.readthedocs.io),
// LightGBM 4 (lightgbm.readthedocs.io) and CatBoost 1.2 (catboost.ai/docs),
// the domains from their guides to parameter tuning. XGBoost's own defaults
// are None in Python; those given here are of its parameter reference.
var boostingCalls = map[string][]arg{
	"xgboost.train":               {xgbRounds, stopping},
	"xgboost.cv":                  {whole("num_boost_round", 2, "rounds", 1, 1000).or("10")},
	"lightgbm.train":              {lgbRounds},
	"lightgbm.early_stopping":     {whole("stopping_rounds", 0, "patience", 1, 200)},
	"lightgbm.cv":                 {whole("num_boost_round", 2, "rounds", 1, 1000).or("100")},
	"xgboost.XGBClassifier":       slices.Concat(xgbModel, []arg{stopping}),
	"xgboost.XGBRegressor":        slices.Concat(xgbModel, []arg{stopping}),
	"xgboost.XGBRanker":           slices.Concat(xgbModel, []arg{stopping}),
	"xgboost.XGBModel":            slices.Concat(xgbModel, []arg{stopping}),
	"xgboost.XGBRFClassifier":     {boosted, treeDepth, rows.or("0.8"), linear("colsample_bynode", -1, "subsample", 0.05, 1).or("0.8")},
	"lightgbm.LGBMClassifier":     lgbModel,
	"lightgbm.LGBMRegressor":      lgbModel,
	"lightgbm.LGBMRanker":         lgbModel,
	"catboost.CatBoostClassifier": slices.Concat(catModel, []arg{rarer}),
	"catboost.CatBoostRegressor":  catModel,
	"catboost.CatBoost":           {},
}

// A dictionary is a call that takes its arguments in a dict.
type dictionary struct {
	pos  int
	args []arg
}

// dictionaries are those of native training calls.
var dictionaries = map[string]dictionary{
	"xgboost.train":     {0, xgbParams},
	"xgboost.cv":        {0, xgbParams},
	"lightgbm.train":    {0, lgbParams},
	"lightgbm.cv":       {0, lgbParams},
	"catboost.CatBoost": {0, catModel},
}

var (
	xgbParams = xgbModel[1:]
	lgbParams = slices.Concat(lgbModel[1:], []arg{
		whole("num_iterations", -1, "rounds", 1, 1000).aka("num_boost_round", "n_estimators", "num_trees", "num_round", "n_iter"),
		stopping.aka("early_stopping_round"),
	})
)
