package search

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// Numbers are written as people write them.
func TestFormat(t *testing.T) {
	real := Param{Low: 1e-9, High: 1e9}
	for v, want := range map[float64]string{112: "110.0", 1000: "1000.0", 0.0123: "0.012", 1e-7: "1e-07", 3: "3.0", 2.3e7: "2.3e+07"} {
		if got := real.format(v); got != want {
			t.Errorf("%g: %s, want %s", v, got, want)
		}
	}
}

// TestNearOutside holds that a value outside of its domain is drawn anew: steps
// from a max_depth of -1, which is no limit, would all end at the least.
func TestNearOutside(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	depth := Param{ID: "depth", Role: "max_depth", Kind: Number, Value: "-1", Low: 1, High: 16, Int: true}
	deep := 0
	for range 100 {
		if v, _ := strconv.ParseFloat(depth.near(depth, rng), 64); v > 8 {
			deep++
		}
	}
	if deep < 20 {
		t.Errorf("of 100 draws %d of a deep tree", deep)
	}
}

// A recipe speaks of a role; where an owner counts it in another unit, so does the
// value that it gets.
func TestRecipesInTheOwnersUnit(t *testing.T) {
	for _, c := range []struct {
		param     Param
		low, high float64
	}{
		{number("alpha", "sklearn.linear_model.Ridge", "1000", 1e-4, 1e6, false), 0.05, 20},
		{number("alpha", "sklearn.linear_model.SGDClassifier", "0.5", 1e-7, 1, false), 1e-5, 0.05},
		{number("shrinkage", "sklearn.linear_model.Lasso", "1.0", 1e-6, 100, false), 1e-4, 0.5},
		{number("learning_rate", "keras.optimizers.SGD", "1.0", 1e-6, 1, false), 0.1, 1},
		{number("learning_rate", "torch.optim.Adadelta", "1e-4", 1e-4, 10, false), 1, 10},
	} {
		for _, r := range recipes["linear"] {
			if v, _ := c.param.in(r.apply([]Param{c.param})).value(); v < c.low || v > c.high {
				t.Errorf("%s of %s: %g", r.Name, c.param.Model, v)
			}
		}
	}
}

// TestRecipesAsTheyAreCalled holds that what a recipe's name says is so beside the
// other of its family, whatever unit an owner counts in.
func TestRecipesAsTheyAreCalled(t *testing.T) {
	logistic, descent, ridge, lasso := "sklearn.linear_model.LogisticRegression", "sklearn.linear_model.SGDClassifier", "sklearn.linear_model.Ridge", "sklearn.linear_model.Lasso"
	said := map[string]bool{}
	for _, c := range []struct {
		family, less, more, role, model string
	}{
		{"linear", "strong regularisation", "weak regularisation", "C", logistic},
		{"linear", "weak regularisation", "strong regularisation", "alpha", descent},
		{"linear", "weak regularisation", "strong regularisation", "alpha", ridge},
		{"linear", "weak regularisation", "strong regularisation", "shrinkage", lasso},
		{"bayes", "weak smoothing", "strong smoothing", "smoothing", "sklearn.naive_bayes.GaussianNB"},
		{"bayes", "weak smoothing", "strong smoothing", "pseudocount", "sklearn.naive_bayes.MultinomialNB"},
		{"mlp", "a wide network, trained long", "a faster rate", "learning_rate", "keras.optimizers.Adam"},
		{"mlp", "a faster rate", "a wide network, trained long", "width", "keras.layers.Dense"},
		{"mlp", "a faster rate", "a wide network, trained long", "epochs", "fit"},
		{"cnn", "the MNIST convnet", "twice the filters", "filters", "keras.layers.Conv2D"},
		{"rnn", "a medium recurrent network", "a larger recurrent network", "width", "keras.layers.LSTM"},
		{"transformer", "BERT's fine-tuning, slower", "BERT's fine-tuning", "learning_rate", "keras.optimizers.Adam"},
		{"svm", "a kernel that fits the data", "a narrow kernel", "gamma", "sklearn.svm.SVC"}, // the first leaves it
		{"neighbors", "few neighbours, the nearer the weightier", "ten neighbours by distance", "neighbors", "knn"},
		{"tree", "shallower trees", "many deep trees", "max_depth", "forest"},
		{"boosting", "slow and shallow boosting", "the usual boosting", "learning_rate", "xgboost"},
		{"boosting", "slow and shallow boosting", "the usual boosting", "max_depth", "xgboost"},
		{"boosting", "few small trees", "the usual boosting", "estimators", "xgboost"},
		{"boosting", "few small trees", "slow and shallow boosting", "max_depth", "xgboost"},
	} {
		param := number(c.role, c.model, "0.003", 1e-9, 1e6, false)
		get := func(name string) float64 {
			for _, r := range recipes[c.family] {
				if r.Name == name {
					v, _ := param.in(r.apply([]Param{param})).value()
					return v
				}
			}
			t.Fatalf("%s has no recipe %q", c.family, name)
			return 0
		}
		if less, more := get(c.less), get(c.more); less >= more {
			t.Errorf("%s of %s: %g by %q, %g by %q", c.role, c.model, less, c.less, more, c.more)
		}
		said[c.less], said[c.more] = true, true
	}
	for family, all := range recipes {
		for _, r := range all {
			if !said[r.Name] {
				t.Errorf("%s: nothing holds what %q says", family, r.Name)
			}
		}
	}
}

// What is to keep a network from learning by heart is never made less.
func TestRegularisedIsNeverLess(t *testing.T) {
	p := Problem{Params: []Param{number("dropout", "a", "0.6", 0, 0.9, false), number("l2", "b", "0.01", 1e-7, 0.1, false)}}
	if got := regularised(p, nil); len(got) > 0 {
		t.Error(got)
	}
	p.Params[0].Value, p.Params[1].Value = "0.1", "1e-5"
	if got := regularised(p, nil); got["a.dropout"] != "0.4" || got["b.l2"] != "0.001" {
		t.Error(got)
	}
}

// Each optimizer has a scale of its own for what usually works.
func TestSaneLearningRates(t *testing.T) {
	for _, c := range []struct{ owner, value, want string }{
		{"torch.optim.Adadelta", "1.0", ""},
		{"keras.optimizers.Adadelta", "0.001", "1.0"},
		{"torch.optim.Adagrad", "0.01", ""},
		{"torch.optim.LBFGS", "1", ""},
		{"torch.optim.SGD", "0.05", ""},
		{"torch.optim.Adam", "1.0", "0.001"},
	} {
		r, found := repairOf(number("learning_rate", c.owner, c.value, 1e-6, 10, false))
		if found != (c.want != "") || r.to != c.want {
			t.Errorf("%s of %s: %q, want %q", c.owner, c.value, r.to, c.want)
		}
	}
}
