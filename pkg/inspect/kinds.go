package inspect

import "github.com/mlhook/mlhook/pkg/space"

// kinds maps a call to the kind of model it makes.
var kinds = map[string]string{
	"keras.layers.Conv1D": "cnn", "keras.layers.Conv2D": "cnn", "torch.nn.Conv1d": "cnn", "torch.nn.Conv2d": "cnn",
	"keras.layers.LSTM": "rnn", "keras.layers.GRU": "rnn", "keras.layers.SimpleRNN": "rnn", "torch.nn.LSTM": "rnn", "torch.nn.GRU": "rnn", "torch.nn.RNN": "rnn",
	"keras.layers.MultiHeadAttention": "transformer", "torch.nn.TransformerEncoderLayer": "transformer", "torch.nn.MultiheadAttention": "transformer",
	"keras.layers.Dense": "mlp", "torch.nn.Linear": "mlp", "sklearn.neural_network.MLPClassifier": "mlp",
	"sklearn.svm.SVC": "svm", "sklearn.svm.LinearSVC": "svm", "sklearn.neighbors.KNeighborsClassifier": "neighbors",
	"sklearn.linear_model.LogisticRegression": "linear", "sklearn.linear_model.SGDClassifier": "linear",
	"sklearn.linear_model.Perceptron": "linear", "sklearn.linear_model.RidgeClassifier": "linear",
	"sklearn.naive_bayes.GaussianNB": "bayes", "sklearn.naive_bayes.MultinomialNB": "bayes",
	"sklearn.tree.DecisionTreeClassifier": "tree", "sklearn.ensemble.RandomForestClassifier": "tree", "sklearn.ensemble.ExtraTreesClassifier": "tree",
	"sklearn.ensemble.AdaBoostClassifier": "tree", "sklearn.ensemble.GradientBoostingClassifier": "tree",
	"sklearn.ensemble.HistGradientBoostingClassifier": "tree", "xgboost.train": "tree", "lightgbm.train": "tree",
	"xgboost.XGBClassifier": "tree", "catboost.CatBoostClassifier": "tree", "sklearn.naive_bayes.BernoulliNB": "bayes", "lightgbm.LGBMClassifier": "tree",
}

// known tells which names a star import is asked for: those that make a model
// and those that can be tuned.
func known(canonical string) bool { return kinds[canonical] != "" || space.Known(canonical) }
