package space

var (
	forestSize = whole("n_estimators", 0, "estimators", 1, 1000).missing("100")
	stages     = whole("n_estimators", -1, "estimators", 1, 1000)
	depth      = step("max_depth", -1, "max_depth", 1, 64).or("None")
	minLeaf    = step("min_samples_leaf", -1, "min_samples", 1, 50).shares(0.01, 0.5).or("1")
	minSplit   = step("min_samples_split", -1, "min_samples", 2, 50).shares(0.01, 0.5).or("2")
	leafNodes  = whole("max_leaf_nodes", -1, "leaves", 2, 512).or("None")
	pruning    = real("ccp_alpha", -1, "pruning", 1e-6, 0.1).or("0.0")
	featureMix = oneOf("max_features", -1, "max_features", "'sqrt'", "'log2'", "None").only()
	weighing   = oneOf("class_weight", -1, "class_weight", "None", "'balanced'").or("None").only()
	impurity   = oneOf("criterion", -1, "criterion", "'gini'", "'entropy'").or("'gini'").only()
	strength   = real("C", -1, "C", 1e-4, 1000).missing("1.0")
	iterations = whole("max_iter", -1, "max_iter", 1, 10000)
	sgdAlpha   = real("alpha", -1, "alpha", 1e-7, 1)
	mixing     = linear("l1_ratio", -1, "l1_ratio", 0, 1)
	kernel     = oneOf("kernel", -1, "kernel", "'rbf'", "'linear'", "'poly'", "'sigmoid'").only().spoiling("coef_")
	width      = real("gamma", -1, "gamma", 1e-6, 10).missing("'scale'")
	added      = real("alpha", -1, "pseudocount", 1e-4, 100).missing("1.0")
	// More neighbours than rows are refused; 25 leaves room for small data.
	neighbours = whole("n_neighbors", 0, "neighbors", 1, 25).missing("5")
	distances  = oneOf("weights", -1, "weights", "'uniform'", "'distance'").missing("'uniform'").only()

	forests = []arg{forestSize, depth.missing("None"), minLeaf.missing("1"), minSplit, leafNodes, pruning, linear("max_samples", -1, "subsample", 0.1, 1)}
	staged  = []arg{stages.missing("100"), real("learning_rate", -1, "learning_rate", 1e-4, 1).missing("0.1"), step("max_depth", -1, "max_depth", 1, 16).missing("3"),
		linear("subsample", -1, "subsample", 0.1, 1).missing("1.0"), minLeaf, minSplit, leafNodes, featureMix}
	histogram = []arg{real("learning_rate", -1, "learning_rate", 1e-4, 1).missing("0.1"), whole("max_iter", -1, "rounds", 1, 1000).missing("100"),
		step("max_depth", -1, "max_depth", 1, 64).or("None"), whole("max_leaf_nodes", -1, "leaves", 2, 512).missing("31"),
		step("min_samples_leaf", -1, "min_samples", 1, 50).missing("20"), real("l2_regularization", -1, "reg_lambda", 1e-4, 1000).or("0.0")}
	bagging = []arg{whole("n_estimators", 1, "estimators", 1, 300).missing("10"), linear("max_samples", -1, "subsample", 0.1, 1),
		linear("max_features", -1, "subsample", 0.5, 1)}
	perceptrons = []arg{
		real("learning_rate_init", -1, "learning_rate", 1e-6, 1).missing("0.001"),
		whole("max_iter", -1, "max_iter", 1, 5000).missing("200"),
		real("alpha", -1, "alpha", 1e-7, 10).missing("0.0001"),
		whole("batch_size", -1, "batch_size", 4, 512).or("'auto'"),
		linear("momentum", -1, "momentum", 0, 0.99).or("0.9"),
		oneOf("solver", -1, "solver", "'adam'", "'sgd'", "'lbfgs'").or("'adam'").only().spoiling("partial_fit", "loss_curve_", "validation_scores_", "best_validation_score_"),
	}
	lengths = []arg{whole("max_features", -1, "vocabulary", 100, 100000).or("None"), oneOf("ngram_range", -1, "ngrams", "(1, 1)", "(1, 2)", "(1, 3)").or("(1, 1)"),
		step("min_df", -1, "min_df", 1, 1).upToOwn().or("1")}
)

// sklearnCalls is from the API reference of scikit-learn 1.7 to 1.9
// (scikit-learn.org), the domains from its user guide.
var sklearnCalls = map[string][]arg{
	"sklearn.svm.SVC":       {strength, width, kernel.missing("'rbf'"), step("degree", -1, "degree", 1, 5).or("3"), weighing},
	"sklearn.svm.NuSVC":     {width, kernel.or("'rbf'"), weighing},
	"sklearn.svm.SVR":       {strength, width, kernel.or("'rbf'"), real("epsilon", -1, "epsilon", 1e-4, 10).or("0.1")},
	"sklearn.svm.NuSVR":     {strength, width, kernel.or("'rbf'")},
	"sklearn.svm.LinearSVC": {strength, iterations.or("1000"), weighing},
	"sklearn.svm.LinearSVR": {strength, iterations.or("1000")},

	"sklearn.linear_model.LogisticRegression": {strength, iterations.missing("100"), weighing,
		oneOf("solver", -1, "solver", "'lbfgs'", "'newton-cg'", "'saga'", "'sag'").or("'lbfgs'").only().without("penalty", "dual", "l1_ratio")},
	"sklearn.linear_model.LogisticRegressionCV": {iterations.or("100"), weighing},
	"sklearn.linear_model.SGDClassifier": {sgdAlpha.missing("0.0001"), iterations.or("1000"), real("eta0", -1, "initial_rate", 1e-4, 10),
		mixing.or("0.15"), weighing, oneOf("penalty", -1, "penalty", "'l2'", "'l1'", "'elasticnet'").or("'l2'").only()},
	"sklearn.linear_model.SGDRegressor":                {sgdAlpha.missing("0.0001"), iterations.or("1000"), mixing.or("0.15")},
	"sklearn.linear_model.Perceptron":                  {sgdAlpha.or("0.0001"), iterations.missing("1000"), real("eta0", -1, "initial_rate", 1e-4, 10).or("1.0"), weighing},
	"sklearn.linear_model.PassiveAggressiveClassifier": {strength, iterations.or("1000"), weighing},
	"sklearn.linear_model.PassiveAggressiveRegressor":  {strength, iterations.or("1000")},
	"sklearn.linear_model.RidgeClassifier":             {real("alpha", 0, "alpha", 1e-4, 1e6).missing("1.0"), weighing},
	"sklearn.linear_model.Ridge":                       {real("alpha", 0, "alpha", 1e-4, 1e6).missing("1.0")},
	"sklearn.linear_model.Lasso":                       {real("alpha", 0, "shrinkage", 1e-6, 100).missing("1.0"), iterations.or("1000")},
	"sklearn.linear_model.ElasticNet":                  {real("alpha", 0, "shrinkage", 1e-6, 100).missing("1.0"), mixing.missing("0.5"), iterations.or("1000")},
	"sklearn.linear_model.HuberRegressor":              {real("alpha", -1, "shrinkage", 1e-6, 10).or("0.0001"), linear("epsilon", -1, "epsilon", 1, 3).missing("1.35")},
	"sklearn.linear_model.LassoCV":                     {iterations.missing("1000")},
	"sklearn.linear_model.ElasticNetCV":                {iterations.missing("1000")},
	"sklearn.linear_model.BayesianRidge":               {iterations.aka("n_iter").missing("300")},
	"sklearn.kernel_ridge.KernelRidge":                 {real("alpha", 0, "shrinkage", 1e-6, 100).missing("1"), real("gamma", -1, "gamma", 1e-6, 10).or("None")},

	"sklearn.neural_network.MLPClassifier": append([]arg{whole("hidden_layer_sizes", 0, "width", 1, 512),
		oneOf("activation", 1, "activation", "'relu'", "'tanh'", "'logistic'").or("'relu'")}, perceptrons...),
	"sklearn.neural_network.MLPRegressor": append([]arg{whole("hidden_layer_sizes", -1, "width", 1, 512),
		oneOf("activation", -1, "activation", "'relu'", "'tanh'", "'logistic'").or("'relu'")}, perceptrons...),

	"sklearn.neighbors.KNeighborsClassifier":      {neighbours, distances, step("p", -1, "distance", 1, 4).or("2")},
	"sklearn.neighbors.KNeighborsRegressor":       {neighbours, distances, step("p", -1, "distance", 1, 4).or("2")},
	"sklearn.neighbors.RadiusNeighborsClassifier": {distances},

	"sklearn.tree.DecisionTreeClassifier":             {depth.missing("None"), minLeaf.missing("1"), minSplit, leafNodes, pruning, featureMix.or("None"), impurity, weighing},
	"sklearn.tree.DecisionTreeRegressor":              {depth.missing("None"), minLeaf.missing("1"), minSplit, leafNodes, pruning, featureMix.or("None")},
	"sklearn.tree.ExtraTreeClassifier":                {depth, minLeaf, minSplit, leafNodes, featureMix.or("'sqrt'"), impurity, weighing},
	"sklearn.ensemble.RandomForestClassifier":         append([]arg{impurity, weighing, featureMix.missing("'sqrt'")}, forests...),
	"sklearn.ensemble.ExtraTreesClassifier":           append([]arg{impurity, weighing, featureMix.missing("'sqrt'")}, forests...),
	"sklearn.ensemble.RandomForestRegressor":          append([]arg{featureMix}, forests...),
	"sklearn.ensemble.ExtraTreesRegressor":            append([]arg{featureMix}, forests...),
	"sklearn.ensemble.AdaBoostClassifier":             {stages.missing("50"), real("learning_rate", -1, "learning_rate", 1e-4, 1).missing("1.0")},
	"sklearn.ensemble.AdaBoostRegressor":              {stages.missing("50"), real("learning_rate", -1, "learning_rate", 1e-4, 1).missing("1.0")},
	"sklearn.ensemble.GradientBoostingClassifier":     staged,
	"sklearn.ensemble.GradientBoostingRegressor":      staged,
	"sklearn.ensemble.HistGradientBoostingClassifier": histogram,
	"sklearn.ensemble.HistGradientBoostingRegressor":  histogram,
	"sklearn.ensemble.BaggingClassifier":              bagging,
	"sklearn.ensemble.BaggingRegressor":               bagging,

	"sklearn.naive_bayes.GaussianNB":                              {real("var_smoothing", -1, "smoothing", 1e-12, 1).missing("1e-09")},
	"sklearn.naive_bayes.MultinomialNB":                           {added},
	"sklearn.naive_bayes.BernoulliNB":                             {added},
	"sklearn.naive_bayes.ComplementNB":                            {added},
	"sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis": {linear("reg_param", -1, "shrinkage_ratio", 0, 1).missing("0.0")},

	"sklearn.decomposition.PCA":                {whole("n_components", 0, "components", 1, 256).upToOwn().shares(0.5, 0.999)},
	"sklearn.decomposition.TruncatedSVD":       {whole("n_components", 0, "components", 1, 256).upToOwn().or("2")},
	"sklearn.feature_selection.SelectKBest":    {whole("k", -1, "components", 1, 256).upToOwn().or("10")},
	"sklearn.preprocessing.PolynomialFeatures": {step("degree", 0, "degree", 1, 3).or("2")},

	"sklearn.feature_extraction.text.TfidfVectorizer": append([]arg{oneOf("sublinear_tf", -1, "sublinear_tf", "False", "True").missing("False").only()}, lengths...),
	"sklearn.feature_extraction.text.CountVectorizer": lengths,
	"sklearn.feature_extraction.text.HashingVectorizer": {whole("n_features", -1, "vocabulary", 1024, 1<<20).or("1048576"),
		oneOf("ngram_range", -1, "ngrams", "(1, 1)", "(1, 2)", "(1, 3)").or("(1, 1)")},
	"sklearn.feature_extraction.text.TfidfTransformer": {oneOf("sublinear_tf", -1, "sublinear_tf", "False", "True").missing("False").only()},
}
