package inspect

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// An outdated name is one that a package lost in a version.
type outdated struct {
	name           *regexp.Regexp
	pip            string // what the package is called there
	below          string
	instead        string
	kept           bool   // tf.keras has it still
	withKeyword    string // only where this argument is given
	withoutKeyword string // only where this one is not
}

// imported are names that fail as they are imported, called or read.
var imported = []outdated{
	{name: regexp.MustCompile(`^keras\.utils\.(?:np_utils|vis_utils|layer_utils|generic_utils|multi_gpu_model)\b`), pip: "keras", below: "2.13", instead: "import to_categorical from keras.utils"},
	{name: regexp.MustCompile(`^keras\.layers\.(?:convolutional|core|pooling|normalization|recurrent|embeddings|merge|advanced_activations|wrappers|noise|local)\b`), pip: "keras", below: "2.13", instead: "import the layer from keras.layers"},
	{name: regexp.MustCompile(`^keras\.layers\.(?:Convolution[123]D|CuDNNLSTM|CuDNNGRU|Merge|MaxoutDense|Highway)$`), pip: "keras", below: "3", instead: "use Conv2D, LSTM or GRU"},
	{name: regexp.MustCompile(`^keras\.preprocessing\.(?:text|sequence\.TimeseriesGenerator|image\.(?:ImageDataGenerator|DirectoryIterator|NumpyArrayIterator|random_\w+|apply_\w+))\b`), kept: true, pip: "keras", below: "3", instead: "import it from tensorflow.keras"},
	{name: regexp.MustCompile(`^keras_preprocessing\b`), pip: "keras", below: "3", instead: "use keras.layers.TextVectorization or keras.utils"},
	{name: regexp.MustCompile(`^keras\.layers\.experimental\b`), pip: "keras", below: "3", instead: "import the layer from keras.layers"},
	{name: regexp.MustCompile(`^keras\.wrappers\.`), pip: "keras", below: "2.13", instead: "use scikeras"},
	{name: regexp.MustCompile(`^keras\.engine\b|^keras\.backend\.(?:tensorflow_backend|set_session|get_session|set_image_dim_ordering|image_dim_ordering)\b`), pip: "keras", below: "2.4", instead: "remove it"},
	{name: regexp.MustCompile(`^tensorflow\.(?:placeholder|Session|InteractiveSession|global_variables_initializer|get_variable|reset_default_graph|set_random_seed|app|flags|contrib|layers|examples|ConfigProto|variable_scope|truncated_normal|random_normal|to_float|log|matrix_inverse)\b|^tensorflow\.(?:train\.(?:\w+Optimizer|Saver)|nn\.(?:rnn_cell|dynamic_rnn))\b`), pip: "tensorflow", below: "2", instead: "import tensorflow.compat.v1 as tf and call tf.disable_v2_behavior()"},
	{name: regexp.MustCompile(`^sklearn\.externals\.(?:joblib|six)\b`), pip: "scikit-learn", below: "0.23", instead: "import joblib"},
	{name: regexp.MustCompile(`^sklearn\.(?:cross_validation|grid_search|learning_curve|lda|qda)\b`), pip: "scikit-learn", below: "0.20", instead: "import from sklearn.model_selection"},
	{name: regexp.MustCompile(`^sklearn\.utils\.testing\b`), pip: "scikit-learn", below: "0.24", instead: "import from sklearn.utils"},
	{name: regexp.MustCompile(`^sklearn\.datasets\.(?:load_boston|fetch_mldata)$`), pip: "scikit-learn", below: "1.2", instead: "use fetch_openml"},
	{name: regexp.MustCompile(`^sklearn\.preprocessing\.Imputer$`), pip: "scikit-learn", below: "0.22", instead: "use sklearn.impute.SimpleImputer"},
	{name: regexp.MustCompile(`^sklearn\.metrics\.(?:plot_confusion_matrix|plot_roc_curve|plot_precision_recall_curve)$`), pip: "scikit-learn", below: "1.2", instead: "use ConfusionMatrixDisplay.from_estimator"},
	{name: regexp.MustCompile(`^numpy\.(?:float|int|bool|object|str|complex|long)$`), pip: "numpy", below: "1.24", instead: "use Python's own type"},
	{name: regexp.MustCompile(`^numpy\.(?:Inf|NaN|NAN|float_|product|in1d|unicode_|cast|alltrue|sometrue)$`), pip: "numpy", below: "2", instead: "use inf, nan, float64, prod, isin"},
	{name: regexp.MustCompile(`^scipy\.misc\.(?:im\w+|toimage)$`), pip: "scipy", below: "1.2", instead: "use imageio or PIL"},
	{name: regexp.MustCompile(`^torchtext\.(?:data\.(?:Field|LabelField|BucketIterator|Iterator|TabularDataset)|legacy)\b`), pip: "torchtext", below: "0.12", instead: "use torchtext.data.utils"},
	{name: regexp.MustCompile(`^seaborn\.(?:distplot|factorplot)$`), pip: "seaborn", below: "0.14", instead: "use histplot or catplot"},
}

var (
	lightningTrainer  = regexp.MustCompile(`^(?:pytorch_)?lightning\.(?:pytorch\.)?Trainer$`)
	trainingArguments = regexp.MustCompile(`^transformers\.(?:Seq2Seq)?TrainingArguments$`)
)

// called are calls with arguments that a package lost in a version.
var called = []outdated{
	{name: regexp.MustCompile(`^keras\.optimizers\.\w+$`), withKeyword: "lr", pip: "keras", below: "3", instead: "write learning_rate="},
	{name: regexp.MustCompile(`^keras\.optimizers\.\w+$`), withKeyword: "decay", pip: "keras", below: "2.11", instead: "use a schedule of keras.optimizers.schedules"},
	{name: regexp.MustCompile(`^keras\.layers\.\w+$`), withKeyword: "border_mode", pip: "keras", below: "2", instead: "write padding="},
	{name: regexp.MustCompile(`^keras\.layers\.\w+$`), withKeyword: "init", pip: "keras", below: "2", instead: "write kernel_initializer="},
	{name: regexp.MustCompile(`^keras\.layers\.\w+$`), withKeyword: "output_dim", pip: "keras", below: "2", instead: "write units="},
	{name: regexp.MustCompile(`^sklearn\.model_selection\.(?:Stratified)?KFold$`), withKeyword: "random_state", withoutKeyword: "shuffle", pip: "scikit-learn", below: "0.24", instead: "add shuffle=True"},
	{name: regexp.MustCompile(`^sklearn\.(?:ensemble|tree)\.`), withKeyword: "min_impurity_split", pip: "scikit-learn", below: "1.0", instead: "write min_impurity_decrease="},
	{name: regexp.MustCompile(`^sklearn\.ensemble\.(?:Bagging|AdaBoost)\w+$`), withKeyword: "base_estimator", pip: "scikit-learn", below: "1.4", instead: "write estimator="},
	{name: regexp.MustCompile(`^sklearn\.preprocessing\.OneHotEncoder$`), withKeyword: "sparse", pip: "scikit-learn", below: "1.4", instead: "write sparse_output="},
	{name: regexp.MustCompile(`^sklearn\.preprocessing\.OneHotEncoder$`), withKeyword: "categorical_features", pip: "scikit-learn", below: "0.22", instead: "use sklearn.compose.ColumnTransformer"},
	{name: regexp.MustCompile(`^sklearn\.metrics\.mean_squared_(?:log_)?error$`), withKeyword: "squared", pip: "scikit-learn", below: "1.6", instead: "call root_mean_squared_error"},
	{name: regexp.MustCompile(`^sklearn\.model_selection\.cross_val(?:idate|_score|_predict)$`), withKeyword: "fit_params", pip: "scikit-learn", below: "1.6", instead: "write params="},
	{name: regexp.MustCompile(`^sklearn\.model_selection\.\w+SearchCV$`), withKeyword: "iid", pip: "scikit-learn", below: "0.24", instead: "remove it"},
	{name: regexp.MustCompile(`^sklearn\.linear_model\.LogisticRegression(?:CV)?$`), withKeyword: "multi_class", pip: "scikit-learn", below: "1.8", instead: "remove it"},
	{name: regexp.MustCompile(`^sklearn\.ensemble\.AdaBoostClassifier$`), withKeyword: "algorithm", pip: "scikit-learn", below: "1.8", instead: "remove it"},
	{name: regexp.MustCompile(`^lightgbm\.(?:train|cv)$`), withKeyword: "early_stopping_rounds", pip: "lightgbm", below: "4", instead: "write callbacks=[lightgbm.early_stopping(10)]"},
	{name: regexp.MustCompile(`^lightgbm\.(?:train|cv)$`), withKeyword: "verbose_eval", pip: "lightgbm", below: "4", instead: "write callbacks=[lightgbm.log_evaluation(10)]"},
	{name: regexp.MustCompile(`^lightgbm\.train$`), withKeyword: "evals_result", pip: "lightgbm", below: "4", instead: "write callbacks=[lightgbm.record_evaluation({})]"},
	{name: lightningTrainer, withKeyword: "gpus", pip: "pytorch-lightning", below: "2", instead: "write accelerator=\"auto\""},
	{name: lightningTrainer, withKeyword: "auto_lr_find", pip: "pytorch-lightning", below: "2", instead: "remove it"},
	{name: lightningTrainer, withKeyword: "resume_from_checkpoint", pip: "pytorch-lightning", below: "2", instead: "give fit ckpt_path="},
	{name: lightningTrainer, withKeyword: "progress_bar_refresh_rate", pip: "pytorch-lightning", below: "1.7", instead: "remove it"},
	{name: lightningTrainer, withKeyword: "weights_summary", pip: "pytorch-lightning", below: "1.7", instead: "remove it"},
	{name: lightningTrainer, withKeyword: "checkpoint_callback", pip: "pytorch-lightning", below: "1.7", instead: "write enable_checkpointing="},
	{name: trainingArguments, withKeyword: "evaluation_strategy", pip: "transformers", below: "4.51", instead: "write eval_strategy="},
	{name: trainingArguments, withKeyword: "no_cuda", pip: "transformers", below: "5", instead: "write use_cpu="},
	{name: trainingArguments, withKeyword: "overwrite_output_dir", pip: "transformers", below: "5", instead: "remove it"},
	{name: trainingArguments, withKeyword: "logging_dir", pip: "transformers", below: "5", instead: "remove it"},
	{name: trainingArguments, withKeyword: "warmup_ratio", pip: "transformers", below: "5", instead: "write warmup_steps="},
	{name: trainingArguments, withKeyword: "group_by_length", pip: "transformers", below: "5", instead: "remove it"},
	{name: regexp.MustCompile(`^transformers\.(?:Seq2Seq)?Trainer$`), withKeyword: "tokenizer", pip: "transformers", below: "5", instead: "write processing_class="},
}

// fitted are arguments that fit of some classes lost.
var fitted = []outdated{
	{name: regexp.MustCompile(`^xgboost\.`), withKeyword: "eval_metric", pip: "xgboost", below: "2.1", instead: "give it to the class"},
	{name: regexp.MustCompile(`^xgboost\.`), withKeyword: "early_stopping_rounds", pip: "xgboost", below: "2.1", instead: "give it to the class"},
	{name: regexp.MustCompile(`^lightgbm\.`), withKeyword: "early_stopping_rounds", pip: "lightgbm", below: "4", instead: "write callbacks=[lightgbm.early_stopping(10)]"},
	{name: regexp.MustCompile(`^lightgbm\.`), withKeyword: "verbose", pip: "lightgbm", below: "4", instead: "write callbacks=[lightgbm.log_evaluation(10)]"},
}

// methods are those that keras models lost.
var methods = map[string]outdated{
	"fit_generator":      {pip: "keras", below: "3", instead: "call fit"},
	"evaluate_generator": {pip: "keras", below: "3", instead: "call evaluate"},
	"predict_generator":  {pip: "keras", below: "3", instead: "call predict"},
	"predict_classes":    {pip: "keras", below: "2.6", instead: "take the argmax of predict"},
	"predict_proba":      {pip: "keras", below: "2.6", instead: "call predict"},
}

// findNeeds says which versions of its packages a program was written for, where
// it fails with those of today.
func findNeeds(p *Program, t *trace) {
	note := func(m *project.Module, at int, what string, o outdated) {
		if slices.ContainsFunc(p.Needs, func(n Need) bool {
			return n.Package == o.pip && n.Below == o.below && strings.HasSuffix(n.Why, " "+what)
		}) {
			return
		}
		p.Needs = append(p.Needs, Need{o.pip, o.below, m.Where(at) + " " + what})
		p.Hazards = append(p.Hazards, fmt.Sprintf("%s %s is not in %s %s and later: %s, or name an older one in requirements.txt (%s<%s, and %s)",
			m.Where(at), what, o.pip, o.below, o.instead, o.pip, o.below, pythonOf(o.pip, o.below)))
	}
	for _, m := range t.program {
		pysrc.Walk(m.File, func(n pysrc.Node) bool {
			for _, full := range namesOf(m, n) {
				name := old(full)
				for _, o := range imported {
					if o.name.MatchString(name) && !(o.kept && name != full) {
						note(m, n.Span().Start, name, o)
						return false
					}
				}
			}
			return true
		})
		for _, c := range t.calls[m] {
			lost(p, t, m, c, func(what string, o outdated) { note(m, c.Start, what, o) })
		}
	}
}

// namesOf are the full names that an import or an attribute speaks of.
func namesOf(m *project.Module, n pysrc.Node) (names []string) {
	switch n := n.(type) {
	case *pysrc.Import:
		for _, a := range n.Names {
			names = append(names, a.Name)
		}
	case *pysrc.ImportFrom:
		for _, a := range n.Names {
			if n.Level == 0 {
				names = append(names, n.Module+"."+a.Name)
			}
		}
	case *pysrc.Attribute:
		name := project.Dotted(n)
		first, rest, _ := strings.Cut(name, ".")
		if full := m.Imports[first]; full != "" {
			names = append(names, full+"."+rest)
		}
	}
	return names
}

// old is a name with tf.keras as keras; layers keep the module they are in.
func old(full string) string {
	if rest, ok := strings.CutPrefix(full, "tensorflow.keras."); ok {
		return "keras." + rest
	}
	return full
}

// lost are the methods and arguments of a call that are no more.
func lost(p *Program, t *trace, m *project.Module, c *pysrc.Call, note func(what string, o outdated)) {
	name := m.Canonical(c)
	given := func(keyword string) bool {
		return slices.ContainsFunc(c.Keywords, func(k *pysrc.Keyword) bool { return k.Arg == keyword })
	}
	for _, o := range called {
		if name != "" && o.name.MatchString(name) && given(o.withKeyword) && (o.withoutKeyword == "" || !given(o.withoutKeyword)) {
			if o.withKeyword == "output_dim" && strings.HasSuffix(name, ".Embedding") {
				continue
			}
			note(project.Last(name)+"("+o.withKeyword+"=)", o)
		}
	}
	a, method := c.Func.(*pysrc.Attribute)
	if !method {
		return
	}
	for _, o := range fitted {
		if a.Attr == "fit" && given(o.withKeyword) && o.name.MatchString(t.estimator(m, a.Value, farthest)) {
			note("fit("+o.withKeyword+"=)", o)
		}
	}
	o, gone := methods[a.Attr]
	switch {
	case gone && p.Family == "keras" && name == "":
		if a.Attr != "predict_proba" || !m.Roots["sklearn"] {
			note(a.Attr, o)
		}
	case a.Attr == "fit" && given("nb_epoch"):
		note("fit(nb_epoch=)", outdated{pip: "keras", below: "2", instead: "write epochs="})
	case a.Attr == "next" && len(c.Args) == 0 && p.Family == "torch" && name == "":
		note(m.File.Text(c), outdated{pip: "torch", below: "1.13", instead: "write next(" + m.File.Text(a.Value) + ")"})
	case a.Attr == "as_matrix" && len(c.Args) == 0 && m.Roots["pandas"]:
		note("as_matrix", outdated{pip: "pandas", below: "1.0", instead: "write .values"})
	case (a.Attr == "append" || a.Attr == "iteritems") && m.Roots["pandas"] && given("ignore_index"):
		note("DataFrame.append", outdated{pip: "pandas", below: "2", instead: "use pandas.concat"})
	case a.Attr == "save" && len(c.Args) > 0 && p.Family == "keras" && name == "":
		if s, ok := c.Args[0].(*pysrc.String); ok && s.Plain && strayFormat.MatchString(s.Value) {
			note("save("+m.File.Text(s)+")", outdated{pip: "keras", below: "3", instead: "name it *.keras or *.h5"})
		}
	}
}

// strayFormat is a file name that Keras 3 saves no model under.
var strayFormat = regexp.MustCompile(`(?:^|/)[^./]+$|\.h1$|\.model$|\.pb$|\.tf$`)

// pythonOf is the newest Python that an old package runs on.
func pythonOf(name, below string) string {
	newest := map[string]string{
		"keras 3": "3.11", "keras 2.13": "3.11", "keras 2.11": "3.10", "keras 2.6": "3.8", "keras 2.4": "3.7", "keras 2": "3.6", "tensorflow 2": "3.7",
		"scikit-learn 0.20": "3.7", "scikit-learn 0.22": "3.8", "scikit-learn 0.23": "3.8", "scikit-learn 0.24": "3.9", "scikit-learn 1.0": "3.9", "scikit-learn 1.2": "3.11",
		"scikit-learn 1.4": "3.12", "scikit-learn 1.6": "3.12", "scikit-learn 1.8": "3.13", "xgboost 2.1": "3.12", "lightgbm 4": "3.11", "numpy 1.24": "3.11", "numpy 2": "3.12", "scipy 1.2": "3.7", "torchtext 0.12": "3.10", "torch 1.13": "3.10", "pandas 1.0": "3.8", "pandas 2": "3.11",
		"seaborn 0.14": "3.12", "pytorch-lightning 1.7": "3.9", "pytorch-lightning 2": "3.10", "transformers 4.51": "3.12", "transformers 5": "3.12",
	}[name+" "+below]
	return fmt.Sprintf("Python %s: `git config mlhook.baseImage python:%s-slim`", newest, newest)
}
