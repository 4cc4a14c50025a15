package space

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/edit"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// estimators offers other classes for the one estimator of scikit-learn that a
// program fits. A program that names two has compared them itself.
func (f *finder) estimators() {
	if f.family != "sklearn" || f.fitted.classes != 1 || !f.fitted.fits || f.fitted.tied {
		return
	}
	for _, c := range f.m.Calls {
		owner := f.m.Canonical(c)
		for _, t := range trades {
			if _, ok := t.names[owner]; ok && f.replaceable(c, owner) {
				f.replace(c, owner, t)
			}
		}
	}
}

// kept are the arguments that mean the same in every class that has them.
var kept = []string{"random_state", "class_weight", "n_jobs"}

// replaceable tells whether all that a call is given can be read, and nothing
// else depends on it.
func (f *finder) replaceable(c *pysrc.Call, owner string) bool {
	step := strings.ToLower(project.Last(owner))
	if project.Open(c) || f.fitted.piped && (f.fitted.reads[step] || f.fitted.words[step]) {
		return false
	}
	for _, a := range calls[owner] {
		if f.fitted.reads[a.name] {
			return false // print(model.n_neighbors)
		}
	}
	given := slices.Clone(c.Args)
	for _, k := range c.Keywords {
		if f.fitted.reads[k.Arg] || k.Arg == "warm_start" && f.m.File.Text(k.Value) != "False" {
			return false
		}
		if !slices.Contains(kept, k.Arg) {
			given = append(given, k.Value)
		}
	}
	return !slices.ContainsFunc(given, func(e pysrc.Expr) bool { return !settled(f.m.Value(e, f.modules)) })
}

// settled tells whether a value is the same whenever the call is made; that of a
// loop's variable is not.
func settled(v project.Value) bool {
	if _, ok := v.Literal(); ok {
		return true
	}
	elements, ok := v.Elements()
	return ok && !slices.ContainsFunc(elements, func(e project.Value) bool { return !settled(e) })
}

// replace offers the substitutes that can do all that is asked of the estimator.
func (f *finder) replace(c *pysrc.Call, owner string, t trade) {
	own := f.m.File.Text(c)
	if strings.Contains(own, "\n") {
		own = f.m.File.Text(c.Func) + "(...)"
	}
	choices, edits := []string{own}, map[string][]edit.Edit{}
	for _, s := range t.substitutes {
		arguments, fits := f.substitutes(s, t.names[owner], c)
		if !fits || s.class == owner {
			continue
		}
		if name, also, ok := f.bring(s.class, c); ok {
			text := name + "(" + strings.Join(arguments, ", ") + ")"
			choices = append(choices, text)
			edits[text] = append([]edit.Edit{{Start: c.Start, End: c.End, New: text}}, also...)
		}
	}
	if len(choices) == 1 {
		return
	}
	id := fmt.Sprintf("%s:%s#0", f.m.Name, owner) // there is one
	for i, x := range f.found {
		if strings.HasPrefix(x.ID, id+":") {
			f.found[i].Unless = id + ":estimator"
		}
	}
	f.found = append(f.found, Tunable{ID: id + ":estimator", File: f.m.Name, Name: "estimator", Kind: "estimator", Value: own, Choices: choices,
		Role: "estimator", Owner: owner, Place: c.Span(), Move: &Move{Kind: "swap", Style: "call", Edits: edits}})
}

// substitutes tells whether a class has what the program uses of the estimator,
// some of which are names, and with which arguments it is made.
func (f *finder) substitutes(s substitute, names string, c *pysrc.Call) (arguments []string, ok bool) {
	if s.dense && f.fitted.sparse && !f.fitted.dense {
		return nil, false
	}
	if s.arguments != "" {
		arguments = append(arguments, s.arguments)
	}
	for _, name := range strings.Fields(names) {
		more, ok := s.more[name]
		switch used := f.fitted.reads[name] || f.fitted.words[name]; {
		case !used:
		case ok && !slices.Contains(arguments, more):
			arguments = append(arguments, more)
		case !ok && !slices.Contains(strings.Fields(s.gives), name):
			return nil, false
		}
	}
	for _, k := range c.Keywords {
		if slices.Contains(strings.Fields(s.keeps), k.Arg) {
			arguments = append(arguments, f.m.File.Text(k))
		}
		at, _ := f.m.Value(k.Value, f.modules).Literal()
		if k.Arg == "class_weight" && strings.Contains(at.Text, "balanced_subsample") && !s.forest {
			return nil, false
		}
	}
	return arguments, true
}
