package run

import "testing"

func TestChangeText(t *testing.T) {
	for want, c := range map[string]Change{
		"0.1 -> 0.01":        {From: "0.1", To: " 0.01"},
		"C 1 -> 10":          {Name: "C", From: "1", To: "10"},
		"not set -> C=10.0":  {To: "C=10.0"},
		"none -> Dense(64)":  {To: "Dense(64)"},
		"Dropout -> removed": {From: "Dropout"},
	} {
		if got := c.Text(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
