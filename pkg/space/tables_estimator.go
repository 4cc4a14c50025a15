package space

// A substitute is a class that may take the place of another estimator, and
// what it shares with those.
type substitute struct {
	class     string
	arguments string // it is made with
	// gives are the attributes and methods that mean what they mean with other
	// classes; of those in more, one needs an argument.
	gives string
	more  map[string]string
	// keeps are the arguments of the call replaced that mean the same here.
	keeps string
	// dense says that sparse input is refused, forest that samples are drawn.
	dense, forest bool
}

// A trade is what classifiers, or regressors, have in common: what can be
// replaced, by which names it is used beside those that every estimator has,
// and by what, that which most often does well first.
type trade struct {
	names       map[string]string
	substitutes []substitute
}

var trades = []trade{
	{classifierNames, []substitute{
		{class: "sklearn.ensemble.RandomForestClassifier", gives: forestNames, keeps: "random_state class_weight n_jobs", forest: true},
		{class: "sklearn.ensemble.HistGradientBoostingClassifier", gives: "decision_function predict_proba", keeps: "random_state class_weight", dense: true},
		{class: "sklearn.ensemble.ExtraTreesClassifier", gives: forestNames, keeps: "random_state class_weight n_jobs", forest: true},
		{class: "sklearn.svm.SVC", gives: "decision_function", keeps: "random_state class_weight",
			more: map[string]string{"predict_proba": "probability=True", "predict_log_proba": "probability=True"}},
		{class: "sklearn.linear_model.LogisticRegression", arguments: "max_iter=1000", // its n_jobs does nothing any more, and warns
			gives: "coef_ decision_function densify intercept_ predict_log_proba predict_proba sparsify", keeps: "random_state class_weight"},
	}},
	{regressorNames, []substitute{
		{class: "sklearn.ensemble.RandomForestRegressor", gives: "feature_importances_ n_outputs_", keeps: "random_state n_jobs", forest: true},
		{class: "sklearn.ensemble.HistGradientBoostingRegressor", keeps: "random_state", dense: true},
		{class: "sklearn.ensemble.ExtraTreesRegressor", gives: "feature_importances_ n_outputs_", keeps: "random_state n_jobs", forest: true},
		{class: "sklearn.svm.SVR"},
		{class: "sklearn.linear_model.Ridge", gives: "coef_ intercept_", keeps: "random_state"},
	}},
}

const forestNames = "feature_importances_ n_classes_ n_outputs_ predict_log_proba predict_proba"

// fitArguments are those that fit takes of every substitute.
var fitArguments = []string{"X", "y", "sample_weight"}

// The names are the methods and the fitted attributes that the reference of
// scikit-learn 1.9 lists, without those that every estimator has (fit, classes_,
// n_features_in_ ...) and without apply, which is nearly always that of pandas.

var classifierNames = map[string]string{
	"sklearn.neighbors.KNeighborsClassifier": "effective_metric_ effective_metric_params_ kneighbors kneighbors_graph n_samples_fit_ outputs_2d_ " +
		"predict_proba",
	"sklearn.neighbors.NearestCentroid":       "centroids_ class_prior_ decision_function deviations_ predict_log_proba predict_proba within_class_std_dev_",
	"sklearn.linear_model.LogisticRegression": "coef_ decision_function densify intercept_ n_iter_ predict_log_proba predict_proba sparsify",
	"sklearn.linear_model.LogisticRegressionCV": "C_ Cs_ coef_ coefs_paths_ decision_function densify intercept_ l1_ratio_ l1_ratios_ n_iter_ " +
		"predict_log_proba predict_proba scores_ sparsify",
	"sklearn.linear_model.SGDClassifier":   "coef_ decision_function densify intercept_ n_iter_ partial_fit predict_log_proba predict_proba sparsify t_",
	"sklearn.linear_model.Perceptron":      "coef_ decision_function densify intercept_ n_iter_ partial_fit sparsify t_",
	"sklearn.linear_model.RidgeClassifier": "coef_ decision_function intercept_ n_iter_ solver_",
	"sklearn.svm.SVC": "class_weight_ coef_ decision_function dual_coef_ fit_status_ intercept_ n_iter_ n_support_ predict_log_proba " +
		"predict_proba probA_ probB_ shape_fit_ support_ support_vectors_",
	"sklearn.svm.NuSVC": "class_weight_ coef_ decision_function dual_coef_ fit_status_ intercept_ n_iter_ n_support_ predict_log_proba " +
		"predict_proba probA_ probB_ shape_fit_ support_ support_vectors_",
	"sklearn.svm.LinearSVC": "coef_ decision_function densify intercept_ n_iter_ sparsify",
	"sklearn.tree.DecisionTreeClassifier": "cost_complexity_pruning_path decision_path feature_importances_ get_depth get_n_leaves max_features_ " +
		"n_classes_ n_outputs_ predict_log_proba predict_proba tree_",
	"sklearn.tree.ExtraTreeClassifier": "cost_complexity_pruning_path decision_path feature_importances_ get_depth get_n_leaves max_features_ " +
		"n_classes_ n_outputs_ predict_log_proba predict_proba tree_",
	"sklearn.ensemble.RandomForestClassifier": "decision_path estimator_ estimators_ estimators_samples_ feature_importances_ n_classes_ " +
		"n_outputs_ oob_decision_function_ oob_score_ predict_log_proba predict_proba",
	"sklearn.ensemble.ExtraTreesClassifier": "decision_path estimator_ estimators_ estimators_samples_ feature_importances_ n_classes_ n_outputs_ " +
		"oob_decision_function_ oob_score_ predict_log_proba predict_proba",
	"sklearn.ensemble.GradientBoostingClassifier": "decision_function estimators_ feature_importances_ init_ max_features_ n_classes_ " +
		"n_estimators_ n_trees_per_iteration_ oob_improvement_ oob_score_ oob_scores_ predict_log_proba predict_proba staged_decision_function " +
		"staged_predict staged_predict_proba train_score_",
	"sklearn.ensemble.HistGradientBoostingClassifier": "decision_function do_early_stopping_ is_categorical_ n_iter_ n_trees_per_iteration_ " +
		"predict_proba staged_decision_function staged_predict staged_predict_proba train_score_ validation_score_",
	"sklearn.ensemble.AdaBoostClassifier": "decision_function estimator_ estimator_errors_ estimator_weights_ estimators_ feature_importances_ " +
		"n_classes_ predict_log_proba predict_proba staged_decision_function staged_predict staged_predict_proba staged_score",
	"sklearn.ensemble.BaggingClassifier": "decision_function estimator_ estimators_ estimators_features_ estimators_samples_ n_classes_ " +
		"oob_decision_function_ oob_score_ predict_log_proba predict_proba",
	"sklearn.naive_bayes.GaussianNB": "class_count_ class_prior_ epsilon_ partial_fit predict_joint_log_proba predict_log_proba predict_proba " +
		"theta_ var_",
	"sklearn.naive_bayes.MultinomialNB": "class_count_ class_log_prior_ feature_count_ feature_log_prob_ partial_fit predict_joint_log_proba " +
		"predict_log_proba predict_proba",
	"sklearn.naive_bayes.BernoulliNB": "class_count_ class_log_prior_ feature_count_ feature_log_prob_ partial_fit predict_joint_log_proba " +
		"predict_log_proba predict_proba",
	"sklearn.naive_bayes.ComplementNB": "class_count_ class_log_prior_ feature_all_ feature_count_ feature_log_prob_ partial_fit " +
		"predict_joint_log_proba predict_log_proba predict_proba",
	"sklearn.neural_network.MLPClassifier": "best_loss_ best_validation_score_ coefs_ intercepts_ loss_ loss_curve_ n_iter_ n_layers_ n_outputs_ " +
		"out_activation_ partial_fit predict_log_proba predict_proba t_ validation_scores_",
	"sklearn.discriminant_analysis.LinearDiscriminantAnalysis": "coef_ covariance_ decision_function explained_variance_ratio_ fit_transform " +
		"get_feature_names_out intercept_ means_ predict_log_proba predict_proba priors_ scalings_ set_output transform xbar_",
	"sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis": "covariance_ decision_function means_ predict_log_proba predict_proba priors_ " +
		"rotations_ scalings_",
	"sklearn.gaussian_process.GaussianProcessClassifier": "base_estimator_ kernel_ latent_mean_and_variance log_marginal_likelihood " +
		"log_marginal_likelihood_value_ n_classes_ predict_proba",
}

var regressorNames = map[string]string{
	"sklearn.neighbors.KNeighborsRegressor": "effective_metric_ effective_metric_params_ kneighbors kneighbors_graph n_samples_fit_",
	"sklearn.linear_model.LinearRegression": "coef_ intercept_ rank_ singular_",
	"sklearn.linear_model.Ridge":            "coef_ intercept_ n_iter_ solver_",
	"sklearn.linear_model.Lasso":            "coef_ dual_gap_ intercept_ n_iter_ path sparse_coef_",
	"sklearn.linear_model.ElasticNet":       "coef_ dual_gap_ intercept_ n_iter_ path sparse_coef_",
	"sklearn.linear_model.SGDRegressor":     "coef_ densify intercept_ n_iter_ partial_fit sparsify t_",
	"sklearn.linear_model.HuberRegressor":   "coef_ intercept_ n_iter_ outliers_ scale_",
	"sklearn.linear_model.BayesianRidge":    "X_offset_ X_scale_ alpha_ coef_ intercept_ lambda_ n_iter_ scores_ sigma_",
	"sklearn.svm.SVR":                       "coef_ dual_coef_ fit_status_ intercept_ n_iter_ n_support_ shape_fit_ support_ support_vectors_",
	"sklearn.svm.NuSVR":                     "coef_ dual_coef_ fit_status_ intercept_ n_iter_ n_support_ shape_fit_ support_ support_vectors_",
	"sklearn.svm.LinearSVR":                 "coef_ intercept_ n_iter_",
	"sklearn.tree.DecisionTreeRegressor": "cost_complexity_pruning_path decision_path feature_importances_ get_depth get_n_leaves max_features_ " +
		"n_outputs_ tree_",
	"sklearn.ensemble.RandomForestRegressor": "decision_path estimator_ estimators_ estimators_samples_ feature_importances_ n_outputs_ " +
		"oob_prediction_ oob_score_",
	"sklearn.ensemble.ExtraTreesRegressor": "decision_path estimator_ estimators_ estimators_samples_ feature_importances_ n_outputs_ " +
		"oob_prediction_ oob_score_",
	"sklearn.ensemble.GradientBoostingRegressor": "estimators_ feature_importances_ init_ max_features_ n_estimators_ n_trees_per_iteration_ " +
		"oob_improvement_ oob_score_ oob_scores_ staged_predict train_score_",
	"sklearn.ensemble.HistGradientBoostingRegressor": "do_early_stopping_ is_categorical_ n_iter_ n_trees_per_iteration_ staged_predict " +
		"train_score_ validation_score_",
	"sklearn.ensemble.AdaBoostRegressor": "estimator_ estimator_errors_ estimator_weights_ estimators_ feature_importances_ staged_predict " +
		"staged_score",
	"sklearn.ensemble.BaggingRegressor": "estimator_ estimators_ estimators_features_ estimators_samples_ oob_prediction_ oob_score_",
	"sklearn.neural_network.MLPRegressor": "best_loss_ best_validation_score_ coefs_ intercepts_ loss_ loss_curve_ n_iter_ n_layers_ n_outputs_ " +
		"out_activation_ partial_fit t_ validation_scores_",
	"sklearn.kernel_ridge.KernelRidge": "X_fit_ dual_coef_",
	"sklearn.gaussian_process.GaussianProcessRegressor": "L_ X_train_ alpha_ kernel_ log_marginal_likelihood log_marginal_likelihood_value_ " +
		"sample_y y_train_",
}
