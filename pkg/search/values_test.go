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
	} {
		for _, r := range recipes["linear"] {
			if v, _ := c.param.in(r.apply([]Param{c.param})).value(); v < c.low || v > c.high {
				t.Errorf("%s of %s: %g", r.Name, c.param.Model, v)
			}
		}
	}
}
