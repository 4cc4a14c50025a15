package search

import (
	"fmt"
	"math"
	"sort"
	"strings"
)

// A band is the range of values of a role that usually works; a value outside
// is moved to good. The sources are the frameworks' defaults and their guides.
type band struct{ low, high, good float64 }

// bands by role. Where an owner or model differs, see adjusted.
var bands = map[string]band{
	"learning_rate": {5e-4, 5e-3, 1e-3}, // Adam's default, Kingma & Ba 2015
	"epochs":        {15, 200, 40},
	"rounds":        {50, 500, 100}, // XGBoost and LightGBM guides
	"batch_size":    {8, 128, 32},
	"width":         {32, 512, 128},
	"filters":       {16, 128, 32},
	"kernel_size":   {2, 5, 3},
	"dropout":       {0, 0.5, 0.2},
	"l2":            {0, 1e-3, 1e-4},
	"momentum":      {0.5, 0.95, 0.9},
	"estimators":    {50, 500, 200}, // scikit-learn's default is 100
	"max_depth":     {4, 32, 8},
	"min_samples":   {1, 5, 1},
	"subsample":     {0.5, 1, 0.8},
	"C":             {0.5, 100, 10}, // Hsu, Chang, Lin: a practical guide to SVC
	"gamma":         {1e-4, 5e-3, 1e-3},
	"neighbors":     {3, 15, 5},
	"max_iter":      {200, 5000, 1000},
	"alpha":         {1e-5, 1e-2, 1e-4},
	"patience":      {5, 50, 10},
}

// adjusted is the band of a parameter of this owner.
func adjusted(p Param) (band, bool) {
	b, ok := bands[p.Role]
	owner := strings.ToLower(p.Model)
	boosting := strings.Contains(owner, "xgb") || strings.Contains(owner, "lgb") || strings.Contains(owner, "lightgbm") ||
		strings.Contains(owner, "boost")
	switch {
	case p.Role == "learning_rate" && boosting:
		b = band{0.03, 0.5, 0.3}
	case p.Role == "learning_rate" && strings.Contains(owner, "sgd"):
		b = band{0.005, 0.2, 0.05}
	case p.Role == "max_depth" && boosting:
		b = band{3, 10, 6}
	case p.Role == "max_depth":
		b = band{8, 64, 20}
	}
	return b, ok
}

// sane choices by role, best first, as parts of the source text.
var choices = map[string][]string{
	"activation": {"relu", "gelu", "elu"},
	"optimizer":  {"adam", "Adam", "AdamW", "adamw"},
	"kernel":     {"rbf"},
	"solver":     {"adam", "lbfgs"},
}

// guesses are the first candidates, best first: the diagnosis of the user's
// own run, joint repairs, single repairs, an added layer.
func guesses(p Problem, base Trial) []candidate {
	outliers := repairs(p.Params)
	var out []candidate
	if c, ok := diagnosis(p, base); ok {
		out = append(out, c)
	}
	joint := map[string]string{}
	var names []string
	for _, r := range outliers {
		r.param.set(joint, r.to)
		names = append(names, r.why)
	}
	if len(joint) > 0 {
		out = append(out, candidate{joint, strings.Join(names, ", ")})
		longer := stretch(p.Params, joint, 3)
		out = append(out, candidate{longer, "the same, trained longer"})
	}
	for _, r := range outliers {
		single := map[string]string{}
		r.param.set(single, r.to)
		out = append(out, candidate{single, r.why})
	}
	for _, param := range p.Params {
		if param.Role == "layers" && len(param.Choices) > 1 {
			with := copied(joint)
			param.set(with, param.Choices[1])
			out = append(out, candidate{with, "underfit: one more layer"})
		}
	}
	var lawful []candidate
	for _, c := range out {
		if len(c.values) > 0 {
			lawful = append(lawful, c)
		}
	}
	return lawful
}

func copied(values map[string]string) map[string]string {
	c := map[string]string{}
	for id, v := range values {
		c[id] = v
	}
	return c
}

// stretch multiplies whatever says how long is trained.
func stretch(params []Param, values map[string]string, factor float64) map[string]string {
	out := copied(values)
	for _, p := range params {
		if p.Role != "epochs" && p.Role != "rounds" && p.Role != "estimators" && p.Role != "max_iter" {
			continue
		}
		now := p
		if text, ok := out[p.ID]; ok {
			now.Value = text
		}
		if v, ok := now.value(); ok {
			p.set(out, p.format(v*factor))
		}
	}
	return out
}

// A repair moves a value that lies far outside what works.
type repair struct {
	param Param
	to    string
	why   string
	far   float64
}

// repairs lists the outliers, the farthest first.
func repairs(params []Param) []repair {
	var out []repair
	for _, p := range params {
		r, ok := repairOf(p)
		if ok {
			out = append(out, r)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].far > out[j].far })
	return out
}

func repairOf(p Param) (repair, bool) {
	if p.Kind == Choice {
		return betterChoice(p)
	}
	b, known := adjusted(p)
	v, isNumber := p.value()
	if !known || (!isNumber && p.Insert) {
		return repair{}, false // a default that is no number is a sane one
	}
	if isNumber && v >= b.low && v <= b.high {
		return repair{}, false
	}
	to := p.format(b.good)
	return repair{p, to, fmt.Sprintf("%s %s -> %s", p.Role, p.Value, to), distance(v, b)}, true
}

// distance is how far a value lies outside its band, in powers of ten.
func distance(v float64, b band) float64 {
	if v < b.low {
		return math.Log10(max(b.low, 1e-9)) - math.Log10(max(v, 1e-9))
	}
	return math.Log10(max(v, 1e-9)) - math.Log10(max(b.high, 1e-9))
}

// betterChoice leaves a sane choice alone.
func betterChoice(p Param) (repair, bool) {
	for _, word := range choices[p.Role] {
		if strings.Contains(p.Value, word) {
			return repair{}, false
		}
	}
	if p.Role == "activation" && !strings.Contains(p.Value, "sigmoid") && !strings.Contains(p.Value, "linear") {
		return repair{}, false
	}
	for _, word := range choices[p.Role] {
		for _, c := range p.Choices {
			if strings.Trim(c, `'"`) == word || strings.HasSuffix(c, "."+word) {
				return repair{p, c, fmt.Sprintf("%s %s -> %s", p.Role, p.Value, c), 0.5}, true
			}
		}
	}
	return repair{}, false
}
