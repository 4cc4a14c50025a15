package config

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// A Constraint is a bound that a result has to keep besides its target:
// "f1 >= 0.7", "loss <= 0.5".
type Constraint struct {
	Metric string
	Most   bool // the value may be the bound at most; otherwise at least
	Bound  float64
}

var constraint = regexp.MustCompile(`^\s*([A-Za-z][\w ]*?)\s*(>=|<=)\s*(\S+)\s*$`)

// parseConstraint reads a constraint.
func parseConstraint(text string) (Constraint, error) {
	m := constraint.FindStringSubmatch(text)
	if m == nil {
		return Constraint{}, fmt.Errorf("%q is no constraint; write one as \"f1 >= 0.7\" or \"loss <= 0.5\"", text)
	}
	bound, err := strconv.ParseFloat(m[3], 64)
	if err != nil || math.IsNaN(bound) || math.IsInf(bound, 0) {
		return Constraint{}, fmt.Errorf("%q is no constraint: %q is no number", text, m[3])
	}
	return Constraint{m[1], m[2] == "<=", bound}, nil
}

// Holds tells whether a value keeps the bound.
func (c Constraint) Holds(value float64) bool {
	if c.Most {
		return value <= c.Bound
	}
	return value >= c.Bound
}

func (c Constraint) String() string {
	if c.Most {
		return fmt.Sprintf("%s <= %g", c.Metric, c.Bound)
	}
	return fmt.Sprintf("%s >= %g", c.Metric, c.Bound)
}
