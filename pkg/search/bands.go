package search

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A band is the range of values of a role that usually works; a value outside
// is moved to good. The sources are the frameworks' defaults and their guides.
type band struct{ low, high, good float64 }

// bands by role. Where an owner differs, see sane.
var bands = map[string]band{
	"learning_rate":    {5e-4, 5e-3, 1e-3}, // Adam's default, Kingma & Ba 2015
	"epochs":           {15, 200, 40},
	"steps":            {100, math.Inf(1), 1000}, // of all rows at once: they cost little
	"rounds":           {50, 500, 100},           // XGBoost and LightGBM guides
	"batch_size":       {8, 256, 32},
	"width":            {32, 512, 128},
	"filters":          {16, 128, 32},
	"kernel_size":      {2, 5, 3},
	"dropout":          {0, 0.5, 0.2},
	"l2":               {0, 1e-3, 1e-4},
	"momentum":         {0.5, 0.95, 0.9},
	"estimators":       {50, 500, 200}, // scikit-learn's default is 100
	"max_depth":        {6, 64, 20},
	"min_samples":      {1, 5, 1},
	"min_child_weight": {1e-3, 5, 1},
	"min_split_loss":   {0, 1, 0},
	"leaves":           {15, 255, 31}, // LightGBM's default
	"reg_lambda":       {0, 10, 1},
	"subsample":        {0.5, 1, 0.8},
	"C":                {0.5, 100, 10},     // Hsu, Chang, Lin: a practical guide to SVC
	"gamma":            {1e-4, 5e-3, 1e-3}, // for unscaled pixels; the recipes know better for the rest
	"neighbors":        {1, 15, 5},
	"max_iter":         {100, 10000, 1000},
	"alpha":            {1e-7, 1e-2, 1e-4},
	"smoothing":        {1e-12, 0.1, 1e-9}, // GaussianNB's default; scaled features want far more
	"pseudocount":      {0.01, 2, 0.5},     // of Laplace
	"components":       {5, 256, 10},
	"patience":         {5, 50, 10},
}

// sane is the band of a parameter, by its role and owner.
func sane(p Param) (band, bool) {
	b, ok := bands[p.Role]
	own, ofOwn := stepsOf(p)
	switch owner := strings.ToLower(p.Model); {
	case p.Role == "learning_rate" && boosting(owner):
		b = band{0.03, 0.5, 0.3}
	case ofOwn:
		b = own.band
	case p.Role == "max_depth" && boosting(owner):
		b = band{3, 10, 6}
	case p.Role == "min_samples" && boosting(owner):
		b = band{1, 30, 20}
	case p.Role == "estimators" && forest(owner):
		b = band{100, 400, 200}
	case p.Role == "C" && strings.Contains(owner, "logistic"):
		b = band{0.01, 100, 1} // scikit-learn's default; noisy data and many columns want less
	case p.Role == "alpha" && ridge(owner):
		b = band{0.01, 100, 1}
	}
	return b, ok
}

func boosting(owner string) bool {
	owner = strings.ToLower(owner)
	return strings.Contains(owner, "boost") || strings.Contains(owner, "xgb") || strings.Contains(owner, "lgb") || strings.Contains(owner, "lightgbm")
}

func ridge(owner string) bool { return strings.Contains(strings.ToLower(owner), "ridge") }

// forest tells whether an owner averages trees that know nothing of each other.
func forest(owner string) bool {
	owner = strings.ToLower(owner)
	return strings.Contains(owner, "forest") || strings.Contains(owner, "extratrees") || strings.Contains(owner, "bagging")
}

// steps are the learning rates of an optimizer whose scale is not Adam's: longer is
// how many times as long its steps are.
type steps struct {
	band
	longer float64
}

// descent is plain gradient descent.
var descent = steps{band{0.005, 0.1, 0.05}, 30}

// optimizers by the last word of their names.
var optimizers = map[string]steps{
	"sgd":      descent,
	"asgd":     descent,
	"descent":  descent,                     // by hand
	"adagrad":  {band{1e-3, 0.1, 1e-2}, 10}, // PyTorch's default
	"adadelta": {band{0.1, 2, 1}, 1000},     // Zeiler, ADADELTA
	"lbfgs":    {band{0.05, 1, 1}, 1000},    // PyTorch's default
}

// stepsOf are those of the optimizer that takes a learning rate.
func stepsOf(p Param) (steps, bool) {
	own, ok := optimizers[strings.ToLower(bare(p.Model))]
	return own, ok && p.Role == "learning_rate"
}

// A repair moves a value that lies outside what works.
type repair struct {
	param Param
	to    string
	why   string
	far   float64 // see distance
}

// mild is how far off a value may be and still be nobody's first suspect.
const mild = 0.3

// repairs lists the outliers, the farthest first.
func repairs(params []Param) []repair {
	var out []repair
	for _, p := range params {
		r, ok := repairOf(p)
		if ok {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b repair) int { return cmp.Compare(b.far, a.far) })
	return out
}

func repairOf(p Param) (repair, bool) {
	if p.Kind == Choice {
		return betterChoice(p)
	}
	b, known := sane(p)
	v, isNumber := p.value()
	if !known || !isNumber || (v >= b.low && v <= b.high) {
		return repair{}, false
	}
	to := p.format(b.good)
	if p.in(map[string]string{p.ID: to}).same(p) {
		return repair{}, false // the domain ends before the band
	}
	return repair{p, to, fmt.Sprintf("%s %s -> %s", strings.ReplaceAll(p.Role, "_", " "), p.Value, to), distance(p, v, b)}, true
}

// distance is how far a value lies outside its band, in powers of ten or, where
// that says little (a dropout of 0.9), as a share of the domain.
func distance(p Param, v float64, b band) float64 {
	edge := b.high
	if v < b.low {
		edge = b.low
	}
	powers := math.Abs(math.Log10(max(v, 1e-9)) - math.Log10(max(edge, 1e-9)))
	if p.Log || p.High <= p.Low {
		return powers
	}
	return max(powers, math.Abs(v-edge)/(p.High-p.Low))
}

// weak choices by role, and what to put in their place.
var weak = map[string]struct {
	words  []string
	better string
}{
	"activation": {[]string{"sigmoid", "logistic", "linear", "identity"}, "relu"},
	"optimizer":  {[]string{"sgd", "adagrad", "adadelta"}, "adam"},
	"kernel":     {[]string{"sigmoid"}, "rbf"},
	"solver":     {[]string{"sgd"}, "adam"},
}

// betterChoice leaves a sane choice alone.
func betterChoice(p Param) (repair, bool) {
	w, known := weak[p.Role]
	if !known || !slices.Contains(w.words, strings.ToLower(bare(p.Value))) {
		return repair{}, false
	}
	to, ok := p.choice(w.better)
	return repair{p, to, fmt.Sprintf("%s %s -> %s", p.Role, p.Value, to), 0.5}, ok
}

// choice finds the source text of a choice by its bare word.
func (p Param) choice(word string) (string, bool) {
	for _, c := range p.Choices {
		if strings.EqualFold(bare(c), word) {
			return c, true
		}
	}
	return "", false
}

// bare is the word in "'adam'" or "keras.optimizers.Adam".
func bare(text string) string {
	text = strings.Trim(text, `'"`)
	return text[strings.LastIndexByte(text, '.')+1:]
}
