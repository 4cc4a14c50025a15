package ert

import (
	"math"
	"testing"
)

func races(cost float64) (all []Race) {
	for _, task := range []string{"1", "2"} {
		for range 4 {
			all = append(all, Race{task, cost, true})
		}
	}
	return all
}

// A method that costs half has a ratio of two, with no interval where all races
// are alike.
func TestRatio(t *testing.T) {
	a, b := [][]Race{races(1), races(3)}, [][]Race{races(2), races(6)}
	if mid, low, high := Ratio(a, b); math.Abs(mid-2) > 1e-9 || math.Abs(low-2) > 1e-9 || math.Abs(high-2) > 1e-9 {
		t.Errorf("ratio %g [%g, %g]", mid, low, high)
	}
}

// Cost over successes: that of a failure counts, and without any success one is
// assumed.
func TestMean(t *testing.T) {
	all := races(2)
	all[0].Reached = false
	if got, want := Mean(all), math.Sqrt(8.0/3*2); math.Abs(got-want) > 1e-9 {
		t.Errorf("mean %g, want %g", got, want)
	}
	if low, high := Interval(all); low < 2-1e-9 || high < low {
		t.Errorf("interval [%g, %g]", low, high)
	}
	none := []Race{{Task: "1", Cost: 3}, {Task: "1", Cost: 4}}
	if got := Mean(none); math.Abs(got-7) > 1e-9 {
		t.Errorf("nobody succeeded: %g", got)
	}
}
