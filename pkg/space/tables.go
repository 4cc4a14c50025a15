package space

// An arg is an argument of a framework call that can be tuned. Domains are
// wide enough to leave a bad value; defaults and types are those of the
// documentation named at each table.
type arg struct {
	name      string
	pos       int // position without self, -1 for keyword only
	role      string
	low, high float64
	log, int  bool
	choices   []string
	// fallback is the framework's default as source text; with insert set, a
	// call that lacks the argument gets it offered.
	fallback string
	insert   bool
}

var (
	activations = []string{"'relu'", "'tanh'", "'elu'", "'gelu'", "'sigmoid'"}
	optimizers  = []string{"'adam'", "'sgd'", "'rmsprop'", "'nadam'", "'adamw'"}
	adamRate    = arg{name: "learning_rate", pos: 0, role: "learning_rate", low: 1e-5, high: 0.1, log: true, fallback: "0.001", insert: true}
	torchRate   = arg{name: "lr", pos: 1, role: "learning_rate", low: 1e-6, high: 1, log: true, fallback: "0.001", insert: true}
	weightDecay = arg{name: "weight_decay", pos: -1, role: "l2", low: 1e-7, high: 0.1, log: true, fallback: "0"}
	estimators  = arg{name: "n_estimators", pos: 0, role: "estimators", low: 1, high: 1000, log: true, int: true, fallback: "100", insert: true}
	minLeaf     = arg{name: "min_samples_leaf", pos: -1, role: "min_samples", low: 1, high: 50, int: true}
	treeSplit   = arg{name: "min_samples_split", pos: -1, role: "min_samples", low: 2, high: 50, int: true}
	strength    = arg{name: "C", pos: -1, role: "C", low: 1e-4, high: 1000, log: true, fallback: "1.0", insert: true}
	iterations  = arg{name: "max_iter", pos: -1, role: "max_iter", low: 1, high: 10000, log: true, int: true}
	boostRate   = arg{name: "learning_rate", pos: -1, role: "learning_rate", low: 1e-4, high: 1, log: true, fallback: "0.1", insert: true}
)

// calls is the table by canonical name. Sources: the API references of Keras 3,
// PyTorch 2, scikit-learn 1.7, XGBoost 3 and LightGBM 4.
var calls = map[string][]arg{
	"keras.layers.Dense": {
		{name: "units", pos: 0, role: "width", low: 1, high: 1024, log: true, int: true},
		{name: "activation", pos: 1, role: "activation", choices: activations},
	},
	"keras.layers.Conv2D": {
		{name: "filters", pos: 0, role: "filters", low: 1, high: 256, log: true, int: true},
		{name: "activation", pos: -1, role: "activation", choices: activations},
	},
	"keras.layers.Conv1D": {
		{name: "filters", pos: 0, role: "filters", low: 1, high: 256, log: true, int: true},
		{name: "activation", pos: -1, role: "activation", choices: activations},
	},
	"keras.layers.LSTM":                       {{name: "units", pos: 0, role: "width", low: 1, high: 512, log: true, int: true}},
	"keras.layers.GRU":                        {{name: "units", pos: 0, role: "width", low: 1, high: 512, log: true, int: true}},
	"keras.layers.SimpleRNN":                  {{name: "units", pos: 0, role: "width", low: 1, high: 512, log: true, int: true}},
	"keras.layers.Dropout":                    {{name: "rate", pos: 0, role: "dropout", low: 0, high: 0.9}},
	"keras.optimizers.Adam":                   {adamRate},
	"keras.optimizers.AdamW":                  {adamRate},
	"keras.optimizers.Nadam":                  {adamRate},
	"keras.optimizers.RMSprop":                {adamRate},
	"keras.optimizers.SGD":                    {{name: "learning_rate", pos: 0, role: "learning_rate", low: 1e-5, high: 1, log: true, fallback: "0.01", insert: true}, {name: "momentum", pos: 1, role: "momentum", low: 0, high: 0.99, fallback: "0.0", insert: true}},
	"keras.Model.compile":                     {{name: "optimizer", pos: 0, role: "optimizer", choices: optimizers}},
	"keras.Model.fit":                         {{name: "epochs", pos: 3, role: "epochs", low: 1, high: 300, log: true, int: true, fallback: "1", insert: true}, {name: "batch_size", pos: 2, role: "batch_size", low: 4, high: 512, log: true, int: true}},
	"torch.optim.Adam":                        {torchRate, weightDecay},
	"torch.optim.AdamW":                       {torchRate, weightDecay},
	"torch.optim.RMSprop":                     {torchRate},
	"torch.optim.Adagrad":                     {torchRate},
	"torch.optim.SGD":                         {torchRate, {name: "momentum", pos: 2, role: "momentum", low: 0, high: 0.99, fallback: "0", insert: true}},
	"torch.utils.data.DataLoader":             {{name: "batch_size", pos: 1, role: "batch_size", low: 4, high: 512, log: true, int: true}},
	"torch.nn.Dropout":                        {{name: "p", pos: 0, role: "dropout", low: 0, high: 0.9}},
	"sklearn.svm.SVC":                         {strength, {name: "gamma", pos: -1, role: "gamma", low: 1e-6, high: 10, log: true, fallback: "'scale'", insert: true}, {name: "kernel", pos: -1, role: "kernel", choices: []string{"'rbf'", "'linear'", "'poly'", "'sigmoid'"}}},
	"sklearn.svm.LinearSVC":                   {strength, iterations},
	"sklearn.linear_model.SGDClassifier":      {{name: "alpha", pos: -1, role: "alpha", low: 1e-7, high: 1, log: true, fallback: "0.0001", insert: true}, iterations},
	"sklearn.linear_model.Perceptron":         {{name: "alpha", pos: -1, role: "alpha", low: 1e-7, high: 1, log: true}, iterations},
	"sklearn.linear_model.RidgeClassifier":    {{name: "alpha", pos: 0, role: "alpha", low: 1e-4, high: 1e6, log: true, fallback: "1.0", insert: true}},
	"sklearn.linear_model.LogisticRegression": {strength, {name: "max_iter", pos: -1, role: "max_iter", low: 1, high: 10000, log: true, int: true, fallback: "100", insert: true}},
	"sklearn.neural_network.MLPClassifier": {
		{name: "learning_rate_init", pos: -1, role: "learning_rate", low: 1e-6, high: 1, log: true, fallback: "0.001", insert: true},
		{name: "max_iter", pos: -1, role: "max_iter", low: 1, high: 5000, log: true, int: true, fallback: "200", insert: true},
		{name: "alpha", pos: -1, role: "alpha", low: 1e-7, high: 10, log: true, fallback: "0.0001", insert: true},
		{name: "hidden_layer_sizes", pos: 0, role: "width", low: 1, high: 512, log: true, int: true},
		{name: "activation", pos: 1, role: "activation", choices: []string{"'relu'", "'tanh'", "'logistic'"}},
		{name: "solver", pos: -1, role: "solver", choices: []string{"'adam'", "'sgd'", "'lbfgs'"}},
	},
	"sklearn.neighbors.KNeighborsClassifier": {
		{name: "n_neighbors", pos: 0, role: "neighbors", low: 1, high: 100, log: true, int: true, fallback: "5", insert: true},
		{name: "weights", pos: -1, role: "weights", choices: []string{"'uniform'", "'distance'"}},
	},
	"sklearn.tree.DecisionTreeClassifier":             {{name: "max_depth", pos: -1, role: "max_depth", low: 1, high: 64, int: true}, minLeaf, treeSplit},
	"sklearn.ensemble.RandomForestClassifier":         {estimators, {name: "max_depth", pos: -1, role: "max_depth", low: 1, high: 64, int: true}, minLeaf, treeSplit},
	"sklearn.ensemble.ExtraTreesClassifier":           {estimators, {name: "max_depth", pos: -1, role: "max_depth", low: 1, high: 64, int: true}, minLeaf, treeSplit},
	"sklearn.ensemble.AdaBoostClassifier":             {{name: "n_estimators", pos: -1, role: "estimators", low: 1, high: 1000, log: true, int: true, fallback: "50", insert: true}, boostRate},
	"sklearn.ensemble.GradientBoostingClassifier":     {{name: "n_estimators", pos: -1, role: "estimators", low: 1, high: 1000, log: true, int: true, fallback: "100", insert: true}, boostRate, {name: "max_depth", pos: -1, role: "max_depth", low: 1, high: 16, int: true}},
	"sklearn.ensemble.HistGradientBoostingClassifier": {boostRate, {name: "max_iter", pos: -1, role: "rounds", low: 1, high: 1000, log: true, int: true, fallback: "100", insert: true}},
	"sklearn.naive_bayes.GaussianNB":                  {{name: "var_smoothing", pos: -1, role: "smoothing", low: 1e-12, high: 1, log: true, fallback: "1e-09", insert: true}},
	"sklearn.naive_bayes.MultinomialNB":               {{name: "alpha", pos: -1, role: "smoothing", low: 1e-4, high: 100, log: true, fallback: "1.0", insert: true}},
	"sklearn.naive_bayes.BernoulliNB":                 {{name: "alpha", pos: -1, role: "smoothing", low: 1e-4, high: 100, log: true, fallback: "1.0", insert: true}},
	"catboost.CatBoostClassifier":                     {{name: "iterations", pos: 0, role: "rounds", low: 1, high: 2000, log: true, int: true, fallback: "1000"}, {name: "learning_rate", pos: 1, role: "learning_rate", low: 1e-4, high: 1, log: true}, {name: "depth", pos: 2, role: "max_depth", low: 1, high: 16, int: true}, {name: "l2_leaf_reg", pos: 3, role: "reg_lambda", low: 1e-3, high: 1000, log: true}},
	"sklearn.decomposition.PCA":                       {{name: "n_components", pos: 0, role: "components", low: 1, high: 256, log: true, int: true}},
	"xgboost.train":                                   {{name: "num_boost_round", pos: 2, role: "rounds", low: 1, high: 1000, log: true, int: true, fallback: "10", insert: true}},
	"lightgbm.train":                                  {{name: "num_boost_round", pos: 2, role: "rounds", low: 1, high: 1000, log: true, int: true, fallback: "100", insert: true}},
	"xgboost.XGBClassifier":                           append([]arg{{name: "n_estimators", pos: -1, role: "estimators", low: 1, high: 1000, log: true, int: true, fallback: "100", insert: true}}, boostParams...),
	"lightgbm.LGBMClassifier":                         append([]arg{{name: "n_estimators", pos: -1, role: "estimators", low: 1, high: 1000, log: true, int: true, fallback: "100", insert: true}}, boostParams...),
}

// boostParams are the keys of the params dict, and keyword arguments of the
// scikit-learn classes.
var boostParams = []arg{
	{name: "learning_rate", pos: -1, role: "learning_rate", low: 1e-4, high: 1, log: true},
	{name: "eta", pos: -1, role: "learning_rate", low: 1e-4, high: 1, log: true},
	{name: "max_depth", pos: -1, role: "max_depth", low: 1, high: 16, int: true},
	{name: "min_child_weight", pos: -1, role: "min_child_weight", low: 1e-3, high: 100, log: true},
	{name: "gamma", pos: -1, role: "min_split_loss", low: 0, high: 10},
	{name: "subsample", pos: -1, role: "subsample", low: 0.05, high: 1},
	{name: "colsample_bytree", pos: -1, role: "subsample", low: 0.05, high: 1},
	{name: "reg_lambda", pos: -1, role: "reg_lambda", low: 1e-4, high: 1000, log: true},
	{name: "lambda", pos: -1, role: "reg_lambda", low: 1e-4, high: 1000, log: true},
	{name: "num_leaves", pos: -1, role: "leaves", low: 2, high: 512, log: true, int: true},
	{name: "min_data_in_leaf", pos: -1, role: "min_samples", low: 1, high: 200, log: true, int: true},
}

// older are the names that arguments had before.
var older = map[string]string{"learning_rate": "lr", "epochs": "nb_epoch"}

// dictArg is the position of the params dict in native training calls.
var dictArg = map[string]int{"xgboost.train": 0, "lightgbm.train": 0}
