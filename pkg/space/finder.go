package space

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

func inModule(m *project.Module, modules project.Modules, family string, p program) []Tunable {
	f := &finder{program: p, m: m, family: family, modules: modules, ordinal: map[string]int{}, last: lastDense(m), stack: stackOf(m), fed: map[string]bool{}}
	f.feed()
	f.operated = f.operates()
	for _, c := range m.Calls {
		f.call(c)
	}
	f.grid()
	f.loops()
	f.descend()
	f.schedules()
	f.widths()
	f.stacks()
	f.chains()
	f.moves()
	f.estimators()
	return f.found
}

type finder struct {
	program
	m       *project.Module
	family  string
	modules project.Modules
	ordinal map[string]int // calls of an owner seen so far
	last    *pysrc.Call    // the output layer
	stack   []stacked
	fed     map[string]bool // names of what fit is given
	feeds   []*pysrc.Call   // that make it
	// operated says that operators join the results of keras layers.
	operated bool
	found    []Tunable
}

// call looks at the arguments of one framework call.
func (f *finder) call(c *pysrc.Call) {
	made, owner := f.made(c)
	args, ok := calls[owner]
	if !ok {
		return
	}
	// What else a prepared call gets is given later, and another class that is
	// looked up there need not take what this one does.
	fixed := made == c && (f.m.Canonical(c) != "" || f.looked(c.Func) == "")
	c = made
	id := fmt.Sprintf("%s:%s#%d", f.m.Name, owner, f.ordinal[owner])
	f.ordinal[owner]++
	if f.output(c, owner) || f.unfed(c, owner) || owner == "torch.utils.data.DataLoader" && f.feedsTest(c) {
		return
	}
	before := len(f.found)
	spread, known := f.spread(c)
	for _, a := range args {
		a, ok := f.fit(a, owner, c, spread)
		if !ok {
			continue
		}
		given, there := f.given(a, c, spread)
		switch {
		case there:
			f.value(id+":"+a.name, owner, a, given)
		case a.insert && known && fixed:
			f.insert(id+":"+a.name, owner, a, c)
		}
	}
	f.params(id, owner, c)
	f.grouped(id, owner, c)
	if before < len(f.found) && f.passesOn(c) {
		for i := range f.found[before:] {
			f.found[before+i].Passes = true
		}
	}
}

// made is the call that a call stands for, and its owner: what partial prepares,
// what Hydra makes of a configuration.
func (f *finder) made(c *pysrc.Call) (made *pysrc.Call, owner string) {
	if project.LastName(c.Func) == "instantiate" && len(c.Args) > 0 {
		if entries, _ := f.m.Value(c.Args[0], f.modules).Entries(); len(entries) > 0 {
			target, _ := entries["_target_"].Literal()
			instance := *c
			instance.Args = nil
			instance.Keywords = append([]*pysrc.Keyword{{Range: c.Args[0].Span(), Value: c.Args[0]}}, c.Keywords...)
			return &instance, strings.Trim(target.Text, `'"`)
		}
	}
	made = project.Partial(c)
	return made, f.owner(made)
}

// given is what a call gives for an argument, under any of its names.
func (f *finder) given(a arg, c *pysrc.Call, spread map[string]project.Value) (project.Value, bool) {
	e := project.Argument(c, a.name, a.pos)
	for _, other := range a.also {
		if e == nil {
			e = project.Argument(c, other, -1)
		}
	}
	if e != nil {
		return f.m.Value(e, f.modules), true
	}
	for _, name := range append([]string{a.name}, a.also...) {
		if v, ok := spread[name]; ok {
			return v, true
		}
	}
	return project.Value{}, false
}

// fit settles what an argument's domain is beside the others of a call; ok is
// false where it is better left alone.
func (f *finder) fit(a arg, owner string, c *pysrc.Call, spread map[string]project.Value) (arg, bool) {
	if f.sets(owner, a) || f.changed[a.name] {
		return a, false // a grid sets it, or set_params
	}
	for _, name := range a.unless {
		if _, ok := spread[name]; ok || project.Argument(c, name, -1) != nil {
			return a, false
		}
	}
	if f.spoilt(a) || f.idle(a, owner, c, spread) {
		return a, false
	}
	a = f.bounded(a, owner)
	switch {
	case a.role == "batch_size" && (project.Argument(c, "drop_last", -1) != nil || owner == batched && project.Argument(c, "drop_remainder", 1) != nil):
		a.capped = true // a batch that is never full is never seen
	case a.role == "activation" && owner == "keras.layers.Dense" && project.Argument(c, "activation", 1) == nil && f.naked(c):
		a.insert, a.fallback = true, "'linear'" // what None means
		a.choices = append([]string{"'linear'"}, a.choices...)
	case a.role == "epochs":
		a.low = max(a.low, float64(f.epochs))
	case a.role == "kernel_size":
		padding, _ := project.Argument(c, "padding", -1).(*pysrc.String)
		a.capped = padding == nil || padding.Value != "same" && padding.Value != "causal"
		return a, !f.merges(c)
	case a.role == "depth":
		return a, !f.counted(c, project.Argument(c, a.name, a.pos))
	case a.role == "width" || a.role == "filters":
		return a, !strings.HasPrefix(owner, "keras.") || !f.coupled(c)
	}
	return a, true
}

// spoilt tells whether the program asks a model for what it lacks when the value
// of an argument changes.
func (f *finder) spoilt(a arg) bool {
	return slices.ContainsFunc(a.spoils, func(name string) bool { return f.attributes[name] })
}

// spread are the arguments that **params gives; known is false where there are
// some that cannot be seen.
func (f *finder) spread(c *pysrc.Call) (given map[string]project.Value, known bool) {
	given, known = map[string]project.Value{}, true
	for _, k := range c.Keywords {
		if k.Arg == "" {
			keys, all := f.m.Value(k.Value, f.modules).Entries()
			known = known && all
			maps.Copy(given, keys)
		}
	}
	for _, a := range c.Args {
		if _, starred := a.(*pysrc.Starred); starred {
			known = false
		}
	}
	return given, known
}

// params offers the values of a boosting params dict.
func (f *finder) params(id, owner string, c *pysrc.Call) {
	keys := f.dictionary(owner, c)
	for _, a := range dictionaries[owner].args {
		if f.idle(a, owner, c, keys) {
			continue
		}
		for _, name := range append([]string{a.name}, a.also...) {
			if value, ok := keys[name]; ok {
				named := a
				named.name = name
				f.value(id+":params."+name, owner, named, value)
				break
			}
		}
	}
}

// dictionary are the arguments that a native training call takes in a dict.
func (f *finder) dictionary(owner string, c *pysrc.Call) map[string]project.Value {
	d, ok := dictionaries[owner]
	given := project.Argument(c, "params", d.pos)
	if !ok || given == nil {
		return nil
	}
	entries, _ := f.m.Value(given, f.modules).Entries()
	return entries
}

// value offers an argument that is given.
func (f *finder) value(id, owner string, a arg, given project.Value) {
	if len(a.choices) > 0 {
		if at, ok := word(given); ok {
			f.choice(id, owner, a, at)
		}
		return
	}
	if elements, ok := given.Elements(); ok {
		for i, e := range elements {
			f.value(fmt.Sprintf("%s.%d", id, i), owner, a, e)
		}
		return
	}
	if at, ok := given.Literal(); ok {
		f.number(id, owner, a, at)
		return
	}
	if m, e := given.Expr(); m == f.m && strings.HasPrefix(owner, "keras.layers.") {
		for i, turn := range f.turns(e) {
			if at, ok := turn.Literal(); ok {
				f.number(fmt.Sprintf("%s.%d", id, i), owner, a, at)
			}
		}
	}
}

// word is the place of a choice: a literal, a tuple of numbers or a name of the
// framework, tf.nn.relu.
func word(given project.Value) (project.Spot, bool) {
	if at, ok := given.Literal(); ok {
		return at, true
	}
	m, e := given.Expr()
	switch e := e.(type) {
	case *pysrc.Tuple:
		for _, x := range e.Elts {
			if _, ok := x.(*pysrc.Number); !ok {
				return project.Spot{}, false
			}
		}
	case *pysrc.Attribute:
		if full := m.Full(e); !strings.HasPrefix(full, "tensorflow.nn.") && !strings.HasPrefix(full, "keras.activations.") {
			return project.Spot{}, false
		}
	default:
		return project.Spot{}, false
	}
	return project.Spot{Module: m, Place: e.Span(), Text: m.File.Text(e)}, true
}

// domain narrows an argument's domain to what fits beside the user's own value.
func domain(a arg, text string) (arg, bool) {
	value, ok := literal(text)
	if !ok {
		bare := strings.Trim(text, `'"`)
		stands := bare == strings.Trim(a.fallback, "'") || bare == "auto" && a.role == "gamma"
		return a, stands && !a.capped // None, 'scale'
	}
	fraction := strings.ContainsAny(text, ".eE") // of an int argument
	switch {
	case a.share[1] > 0 && fraction:
		a.low, a.high, a.int, a.log = a.share[0], a.share[1], false, false
	case a.int && fraction, a.role == "subsample" && value > 1:
		return a, false
	case a.capped:
		a.high = value
	}
	if value >= 0 && (value > 0 || !a.log) {
		a.low, a.high = min(a.low, value), max(a.high, value)
	}
	return a, true
}

func (f *finder) number(id, owner string, a arg, at project.Spot) {
	if inner := strings.Trim(at.Text, `'"`); len(inner) == len(at.Text)-2 && at.Config == nil {
		if _, ok := literal(inner); ok { // float('0.1')
			at.Text, at.Place = inner, pysrc.Range{Start: at.Place.Start + 1, End: at.Place.End - 1}
		}
	}
	a, ok := domain(a, at.Text)
	if !ok {
		return
	}
	t := Tunable{ID: id, File: at.File(), Line: at.Line(), Name: a.name, Kind: "number", Value: at.Text, Role: a.role, Owner: owner, Place: at.Place}
	f.found = append(f.found, t.within(a))
}

// within gives a tunable the domain of an argument.
func (t Tunable) within(a arg) Tunable {
	t.Low, t.High, t.Int, t.Scale = a.low, a.high, a.int, "linear"
	if a.log && a.low > 0 {
		t.Scale = "log"
	}
	return t
}

func (f *finder) choice(id, owner string, a arg, at project.Spot) {
	quote := ""
	if strings.ContainsAny(at.Text[:1], `'"`) {
		quote = at.Text[:1]
	}
	dense := func(text string) string { return strings.ReplaceAll(text, " ", "") }
	choices := []string{}
	mine := false
	for _, c := range a.choices {
		if at.Module != nil && quote == "" && strings.HasPrefix(c, "'") { // beside None or tf.nn.relu
			c = strings.ReplaceAll(c, "'", f.quote())
		} else {
			c = strings.ReplaceAll(c, "'", quote)
		}
		if dense(c) == dense(at.Text) || strings.HasSuffix(at.Text, "."+strings.Trim(c, `'"`)) {
			c, mine = at.Text, true
		}
		choices = append(choices, c)
	}
	switch {
	case !mine && a.closed, at.Config != nil && slices.Contains(a.choices, "None"), strings.HasPrefix(at.Text, "None") && !mine:
		return
	case !mine:
		choices = append(choices, at.Text)
	}
	f.found = append(f.found, Tunable{ID: id, File: at.File(), Line: at.Line(), Name: a.name, Kind: "choice",
		Value: at.Text, Choices: choices, Role: a.role, Owner: owner, Place: at.Place})
}
