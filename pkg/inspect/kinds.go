package inspect

import (
	"regexp"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
	"github.com/mlhook/mlhook/pkg/space"
)

// A kind names what a call or a base class makes, by its canonical name.
type kind struct {
	name *regexp.Regexp
	kind string
}

// kinds in the order in which they are tried.
var kinds = []kind{
	{regexp.MustCompile(`^keras\.layers\.(?:MultiHeadAttention|Attention|GroupedQueryAttention)$|^torch\.nn\.(?:Transformer\w*|MultiheadAttention)$`), "transformer"},
	{regexp.MustCompile(`^transformers\.(?:\w*Model|\w*For[A-Z]\w+)(?:\.from_pretrained|\.from_config)?$|^torchvision\.models\.(?:vit|swin)\w*$|^keras_(?:nlp|hub)\.`), "transformer"},
	{regexp.MustCompile(`^keras\.layers\.(?:LSTM|GRU|SimpleRNN|RNN|Bidirectional|ConvLSTM\w+|CuDNN\w+)$|^torch\.nn\.(?:LSTM|GRU|RNN)(?:Cell)?$`), "rnn"},
	{regexp.MustCompile(`^keras\.layers\.(?:Conv|Convolution|SeparableConv|DepthwiseConv)[123]D$|^torch\.nn\.(?:Lazy)?Conv[123]d$`), "cnn"},
	{regexp.MustCompile(`^keras\.applications\.|^torchvision\.models\.[a-z]\w+$|^timm\.create_model$|^efficientnet\w*\.|^segmentation_models\w*\.`), "cnn"},
	{regexp.MustCompile(`^keras\.layers\.Dense$|^torch\.nn\.(?:Lazy)?(?:Linear|Bilinear)$|^sklearn\.neural_network\.MLP[CR]\w+$|^flax\.\w+\.Dense$|^tensorflow\.layers\.dense$`), "mlp"},
	{regexp.MustCompile(`^sklearn\.svm\.\w*SV[CR]$`), "svm"},
	{regexp.MustCompile(`^sklearn\.neighbors\.(?:\w*Neighbors(?:Classifier|Regressor)|NearestCentroid)$`), "neighbors"},
	{regexp.MustCompile(`^sklearn\.naive_bayes\.\w+NB$`), "bayes"},
	{regexp.MustCompile(`^sklearn\.(?:tree|ensemble)\.\w*(?:Tree|Forest|Boosting|Boost|Trees)(?:Classifier|Regressor)$`), "tree"},
	{regexp.MustCompile(`^(?:xgboost|lightgbm)\.(?:train|cv)$|^xgboost\.(?:\w+\.)?XGB\w*(?:Classifier|Regressor|Ranker)$|^lightgbm\.(?:\w+\.)?LGBM\w+$|^catboost\.CatBoost\w*$`), "tree"},
	{regexp.MustCompile(`^sklearn\.linear_model\.(?:\w*Regression\w*|\w*Ridge\w*|\w*Lasso\w*|\w*ElasticNet\w*|SGD\w+|Perceptron|PassiveAggressive\w+|Lars\w*|OrthogonalMatchingPursuit\w*|\w*Regressor)$|^sklearn\.discriminant_analysis\.\w+Analysis$`), "linear"},
}

// KindOf is the kind of model that a canonical name makes; empty for others.
func KindOf(canonical string) string {
	if !modelled(project.Root(canonical)) {
		return ""
	}
	for _, k := range kinds {
		if k.name.MatchString(canonical) {
			return k.kind
		}
	}
	return ""
}

// modelled tells whether a package makes models, which spares most names the patterns.
func modelled(root string) bool {
	switch root {
	case "keras", "torch", "torchvision", "sklearn", "xgboost", "lightgbm", "catboost", "transformers", "timm", "flax", "tensorflow", "keras_nlp", "keras_hub":
		return true
	}
	return strings.HasPrefix(root, "efficientnet") || strings.HasPrefix(root, "segmentation_models")
}

// known tells which names a star import is asked for: those that make a model
// and those that can be tuned.
func known(canonical string) bool { return KindOf(canonical) != "" || space.Known(canonical) }

// rank puts the parts of a network in the order in which they name it: what has
// an attention is a transformer, whatever else it has.
var rank = map[string]int{"transformer": 4, "rnn": 3, "cnn": 2, "mlp": 1}

// modelKind is the kind of the model of a family: of a network by its parts, of
// others the first that is made.
func modelKind(t *trace, family string) (found string) {
	owners := map[string]func(root string) bool{
		"keras": func(root string) bool {
			return strings.HasPrefix(root, "keras") || root == "tensorflow" || modelOnly[root]
		},
		"torch":    func(root string) bool { return strings.HasPrefix(root, "torch") || modelOnly[root] },
		"sklearn":  func(root string) bool { return root == "sklearn" },
		"boosting": func(root string) bool { return root == "xgboost" || root == "lightgbm" || root == "catboost" },
	}
	owned := owners[family]
	if owned == nil {
		owned = modelled
	}
	t.each(func(m *project.Module, c *pysrc.Call) {
		name := m.Canonical(c)
		if !owned(project.Root(name)) {
			return
		}
		if kind := KindOf(name); kind != "" && (found == "" || rank[kind] > rank[found]) {
			found = kind
		}
	})
	return found
}

// modelOnly are packages of models for more than one framework.
var modelOnly = map[string]bool{"transformers": true, "timm": true, "efficientnet": true, "efficientnet_pytorch": true, "segmentation_models_pytorch": true, "segmentation_models": true}
