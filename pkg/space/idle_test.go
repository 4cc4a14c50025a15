package space

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/project"
)

// TestIdle holds that an argument is not offered which does nothing beside the
// others: of those in question, these are.
func TestIdle(t *testing.T) {
	const (
		lgb   = "import lightgbm as lgb\nlgb.train({'objective': 'binary', "
		model = "from lightgbm import LGBMClassifier\nLGBMClassifier("
		svc   = "from sklearn.svm import SVC\nSVC("
		adam  = "import torch\ntorch.optim.AdamW("
	)
	asked := []string{"subsample", "bagging_fraction", "num_boost_round", "num_iterations", "gamma", "lr"}
	for script, want := range map[string][]string{
		lgb + "'bagging_fraction': 0.7}, d, num_boost_round=9)\n":                     {"num_boost_round"},
		lgb + "'bagging_fraction': 0.7, 'bagging_freq': 0}, d)\n":                     {"num_boost_round"},
		lgb + "'bagging_fraction': 0.7, 'bagging_freq': 1}, d, num_boost_round=9)\n":  {"bagging_fraction", "num_boost_round"},
		lgb + "'bagging_fraction': 0.7, 'bagging_freq': 1, 'boosting': 'goss'}, d)\n": {"num_boost_round"},
		lgb + "'num_iterations': 9}, d, num_boost_round=9)\n":                         {"num_iterations"},
		lgb + "'num_iterations': 9}, d)\n":                                            {"num_iterations"},
		model + "subsample=0.7)\n":                                                    nil,
		model + "subsample=0.7, subsample_freq=every)\n":                              {"subsample"},
		svc + "kernel='linear')\n":                                                    nil,
		svc + "kernel='rbf')\n":                                                       {"gamma"},
		svc + ")\n":                                                                   {"gamma"},
		adam + "net.parameters())\n":                                                  {"lr"},
		adam + "[{'params': a, 'lr': 0.1}, {'params': b, 'lr': 0.2}])\n":              {"lr", "lr"},
		adam + "[{'params': a, 'lr': 0.1}, {'params': b}])\n":                         {"lr", "lr"},
		"g = [{'params': a, 'lr': 0.1}]\n" + adam + "g, lr=0.3)\n":                    {"lr"},
	} {
		m := project.Parse("a.py", []byte(script), Known)
		var got []string
		for _, x := range Find([]*project.Module{m}, project.Modules{"a.py": m}, "") {
			if slices.Contains(asked, x.Name) {
				got = append(got, x.Name)
			}
		}
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: -want +got\n%s", script, d)
		}
	}
}
