package search

import "testing"

// Numbers are written as people write them.
func TestFormat(t *testing.T) {
	real := Param{Low: 1e-9, High: 1e9}
	for v, want := range map[float64]string{112: "110.0", 1000: "1000.0", 0.0123: "0.012", 1e-7: "1e-07", 3: "3.0", 2.3e7: "2.3e+07"} {
		if got := real.format(v); got != want {
			t.Errorf("%g: %s, want %s", v, got, want)
		}
	}
}
