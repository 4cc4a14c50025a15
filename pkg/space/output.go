package space

import (
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// closing are the layers that can follow an output: behind a Dense layer, and
// behind a convolution that gives the classes.
var (
	closing     = regexp.MustCompile(`^(?:Activation|Softmax)$`)
	closingConv = regexp.MustCompile(`^(?:Activation|Softmax|Global\w+Pooling\dD|AveragePooling\dD|UpSampling\dD|Cropping\dD|ZeroPadding\dD|Resizing|Flatten|Reshape)$`)
)

// output tells whether a layer gives the classes, or its activation does; they
// are no choice.
func (f *finder) output(c *pysrc.Call, owner string) bool {
	conv := strings.HasPrefix(owner, "keras.layers.") && strings.Contains(owner, "Conv")
	if !conv && owner != "keras.layers.Dense" && owner != "keras.layers.Activation" {
		return false
	}
	at := -1
	switch owner {
	case "keras.layers.Dense":
		at = 1
	case "keras.layers.Activation":
		at = 0
	}
	activation, _ := project.Argument(c, "activation", at).(*pysrc.String)
	if activation != nil && (activation.Value == "softmax" || activation.Value == "linear" && !conv) || f.gives(c) {
		return true
	}
	row, i := f.row(c)
	ends := closing
	if conv {
		ends = closingConv
	}
	if slices.ContainsFunc(row[i+1:], func(l stacked) bool { return !ends.MatchString(l.name) }) {
		return false
	}
	return !conv || activation != nil && activation.Value == "sigmoid" || f.completes(c)
}

// gives tells whether a model is made of the result of a layer.
func (f *finder) gives(c *pysrc.Call) bool {
	for _, m := range f.m.Calls {
		outputs := project.Argument(m, "outputs", 1)
		if f.m.Canonical(m) != "keras.Model" || outputs == nil {
			continue
		}
		for _, e := range listed(outputs) {
			if x, ok := e.(*pysrc.Name); ok {
				e = f.latest(x)
			}
			if applied, ok := e.(*pysrc.Call); ok && applied.Func == pysrc.Expr(c) {
				return true
			}
		}
	}
	return false
}

// latest is what a name was given last before it is read.
func (f *finder) latest(x *pysrc.Name) (value pysrc.Expr) {
	for _, a := range f.m.Assigns[x.ID] {
		if a.Start < x.Start {
			value = a.Value
		}
	}
	return value
}

// completes tells whether a layer stands where a whole model is made, not in a
// function that makes a part of one.
func (f *finder) completes(c *pysrc.Call) bool {
	var around *pysrc.Def
	for _, d := range f.m.Defs {
		if d.Start <= c.Start && c.End <= d.End {
			around = d // an inner one comes behind its outer
		}
	}
	return around == nil || around.Name == "__init__" || slices.ContainsFunc(f.m.Calls, func(m *pysrc.Call) bool {
		name := f.m.Canonical(m)
		return m.Start >= around.Start && m.End <= around.End && (name == "keras.Model" || name == "keras.Sequential")
	})
}
