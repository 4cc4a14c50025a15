package search

import (
	"fmt"
	"slices"
)

// A Recipe is a joint setting by role that is known to work for a model family.
type Recipe struct {
	Name    string
	Source  string // where it is from
	Numbers map[string]float64
	Choices map[string]string // bare words; for a number the source text that stands for it
}

type (
	numbers = map[string]float64
	words   = map[string]string
)

// recipes by model family, best first. The repairs of bands.go come before them
// and keep the user's sane values; these do not.
var recipes = map[string][]Recipe{
	"mlp": {
		{"a wide network, trained long", "Keras and PyTorch beginners' guides; Goodfellow et al., Deep Learning, 11.4", numbers{"learning_rate": 1e-3, "epochs": 80, "steps": 1000, "max_iter": 1000, "width": 256, "dropout": 0.2, "batch_size": 32}, words{"activation": "relu", "optimizer": "adam", "solver": "adam"}},
		{"a faster rate", "Keras and PyTorch beginners' guides; Goodfellow et al., Deep Learning, 11.4", numbers{"learning_rate": 5e-3, "epochs": 60, "steps": 1000, "max_iter": 1000, "width": 128, "dropout": 0.1, "batch_size": 32}, words{"activation": "relu", "optimizer": "adam", "solver": "adam"}},
	},
	"cnn": {
		{"the MNIST convnet", "the Keras MNIST convnet example", numbers{"learning_rate": 1e-3, "epochs": 30, "filters": 32, "kernel_size": 3, "width": 128, "dropout": 0.3, "batch_size": 32}, words{"activation": "relu", "optimizer": "adam"}},
		{"twice the filters", "the Keras MNIST convnet example", numbers{"learning_rate": 5e-4, "epochs": 50, "filters": 64, "kernel_size": 3, "width": 256, "dropout": 0.3, "batch_size": 32}, words{"activation": "relu", "optimizer": "adam"}},
	},
	"rnn": {
		{"a medium recurrent network", "the Keras IMDB LSTM example; Greff et al., LSTM: a search space odyssey", numbers{"learning_rate": 2e-3, "epochs": 30, "width": 64, "dropout": 0.2, "batch_size": 32}, words{"optimizer": "adam"}},
		{"a larger recurrent network", "the Keras IMDB LSTM example; Greff et al., LSTM: a search space odyssey", numbers{"learning_rate": 1e-3, "epochs": 60, "width": 128, "dropout": 0.2, "batch_size": 32}, words{"optimizer": "adam"}},
	},
	"transformer": {
		{"BERT's fine-tuning", "Devlin et al., BERT, A.3", numbers{"learning_rate": 5e-5, "epochs": 4, "batch_size": 16, "dropout": 0.1}, nil},
		{"BERT's fine-tuning, slower", "Devlin et al., BERT, A.3", numbers{"learning_rate": 2e-5, "epochs": 8, "batch_size": 16, "dropout": 0.1}, nil},
	},
	"linear": {
		{"weak regularisation", "scikit-learn user guide 1.1.11 and 1.5.6", numbers{"C": 10, "alpha": 1e-4, "shrinkage": 1e-3, "steps": 2000, "max_iter": 2000, "learning_rate": 1e-2, "epochs": 100}, nil},
		{"strong regularisation", "scikit-learn user guide 1.1.11 and 1.5.6", numbers{"C": 0.1, "alpha": 1e-2, "shrinkage": 0.1, "steps": 2000, "max_iter": 2000, "learning_rate": 1e-1, "epochs": 100}, nil},
	},
	"svm": {
		{"a kernel that fits the data", "Hsu, Chang, Lin: a practical guide to SVC", numbers{"C": 10, "max_iter": 10000}, words{"kernel": "rbf", "gamma": "'scale'"}},
		{"a narrow kernel", "Hsu, Chang, Lin: a practical guide to SVC", numbers{"C": 10, "gamma": 5e-2, "max_iter": 10000}, words{"kernel": "rbf"}},
	},
	"neighbors": {
		{"few neighbours, the nearer the weightier", "scikit-learn user guide 1.6.2", numbers{"neighbors": 3}, words{"weights": "distance"}},
		{"ten neighbours by distance", "scikit-learn user guide 1.6.2", numbers{"neighbors": 10}, words{"weights": "distance"}},
	},
	// Scaled features want far more smoothing than the default of GaussianNB, 1e-9;
	// sparse counts less than that of the others, 1.
	"bayes": {
		{"strong smoothing", "a rule of thumb around the defaults of scikit-learn", numbers{"smoothing": 1e-2, "pseudocount": 1}, nil},
		{"weak smoothing", "a rule of thumb around the defaults of scikit-learn", numbers{"smoothing": 1e-7, "pseudocount": 0.05}, nil},
	},
	"tree": {
		{"many deep trees", "Breiman 2001; scikit-learn user guide 1.11.2", numbers{"estimators": 300, "max_depth": 32, "min_samples": 1}, nil},
		{"shallower trees", "Breiman 2001; scikit-learn user guide 1.11.2", numbers{"estimators": 300, "max_depth": 10, "min_samples": 3}, nil},
	},
	"boosting": {
		{"the usual boosting", "XGBoost and LightGBM guides to tuning", numbers{"learning_rate": 0.1, "rounds": 300, "estimators": 300, "max_depth": 6, "leaves": 31, "subsample": 0.8, "min_child_weight": 1, "min_split_loss": 0}, nil},
		{"slow and shallow boosting", "XGBoost and LightGBM guides to tuning", numbers{"learning_rate": 0.05, "rounds": 600, "estimators": 600, "max_depth": 4, "leaves": 15, "subsample": 0.8, "min_child_weight": 1, "min_split_loss": 0}, nil},
		{"few small trees", "Hastie et al., The Elements of Statistical Learning, 10.11 and 10.12", numbers{"learning_rate": 0.05, "rounds": 150, "estimators": 150, "max_depth": 2, "leaves": 4, "subsample": 0.6, "min_samples": 20, "min_child_weight": 1, "min_split_loss": 0}, nil},
	},
}

// recipesFor chooses by the model, boosting first: its trees are no forest.
func recipesFor(p Problem) []Recipe {
	book := recipes[p.Model]
	switch {
	case p.Recipes != nil:
		book = p.Recipes
	case p.Family == "boosting" || slices.ContainsFunc(p.Params, func(own Param) bool { return boosting(own.Model) }):
		book = recipes["boosting"]
	}
	return proven(book, p.Tallies)
}

func (r Recipe) why() string {
	if r.Source == "" {
		return "recipe: " + r.Name
	}
	return fmt.Sprintf("recipe: %s (%s)", r.Name, r.Source)
}

// apply sets the parameters whose roles the recipe names.
func (r Recipe) apply(params []Param) map[string]string {
	values := map[string]string{}
	for _, p := range params {
		if v, ok := r.Numbers[p.Role]; ok && p.Kind == Number {
			own, ofOwn := stepsOf(p)
			switch {
			case ofOwn:
				v *= own.longer
			case p.Role == "alpha" && ridge(p.Model):
				v *= 1000 // beside a sum over all rows, not their mean
			}
			p.set(values, p.format(v))
		}
		word, ok := r.Choices[p.Role]
		if ok && p.Kind == Choice {
			word, ok = p.choice(word)
		}
		if ok {
			p.set(values, word)
		}
	}
	return values
}
