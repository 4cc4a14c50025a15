package space

import (
	"fmt"
	"slices"

	"github.com/mlhook/mlhook/pkg/edit"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

const (
	kerasDense   = "keras.layers.Dense"
	kerasConv1D  = "keras.layers.Conv1D"
	kerasConv2D  = "keras.layers.Conv2D"
	kerasDropout = "keras.layers.Dropout"
	kerasNorm    = "keras.layers.BatchNormalization"
)

// elementwise are the layers that keep the width, and take any.
var elementwise = []string{kerasDropout, kerasNorm, "keras.layers.Activation", "keras.layers.ReLU", "keras.layers.LeakyReLU",
	"keras.layers.ELU", "keras.layers.PReLU", "keras.layers.LayerNormalization", "keras.layers.SpatialDropout2D"}

// kerasModels are the models written as Sequential([...]), with add, or as a
// functional chain.
func (f *finder) kerasModels() (models []model) {
	for _, c := range f.m.Calls {
		if f.m.Canonical(c) != "keras.Sequential" {
			continue
		}
		if items, ok := project.Elements(project.Argument(c, "layers", 0)); ok && len(items) > 0 {
			models = append(models, f.listed("list", "keras.Sequential", items))
		}
	}
	for _, body := range f.bodies() {
		models = append(models, f.added(body)...)
		if m := f.chained(body); len(m.layers) > 0 {
			models = append(models, m)
		}
	}
	slices.SortStableFunc(models, func(a, b model) int { return a.layers[0].place.Start - b.layers[0].place.Start })
	for i := range models {
		owner := models[i].owner
		models[i].id = fmt.Sprintf("%s:%s#%d", f.m.Name, owner, f.ordinal["model "+owner])
		f.ordinal["model "+owner]++
	}
	return models
}

// bodies are the runs of statements that are executed one after the other.
func (f *finder) bodies() (all [][]pysrc.Stmt) {
	pysrc.Walk(f.m.File, func(n pysrc.Node) bool {
		switch n := n.(type) {
		case *pysrc.File:
			all = append(all, n.Body)
		case *pysrc.Def:
			all = append(all, n.Body)
		case *pysrc.Class:
			all = append(all, n.Body)
		case *pysrc.Part:
			all = append(all, n.Body)
		}
		return true
	})
	return all
}

// listed is a model whose layers are the elements of a list, or arguments.
func (f *finder) listed(style, owner string, items []pysrc.Expr) model {
	m := model{style: style, owner: owner}
	var places []pysrc.Range
	for _, e := range items {
		l := layer{place: e.Span()}
		if c, ok := e.(*pysrc.Call); ok {
			l.call, l.owner = c, f.m.Canonical(c)
		}
		m.layers = append(m.layers, l)
		places = append(places, l.place)
	}
	m.insert = func(i int, texts ...string) (edit.Edit, bool) { return f.afterElement(places, i, texts...) }
	m.remove = func(i int) (edit.Edit, bool) { return f.withoutElement(places, i) }
	return m
}

// added are the models of a body that are filled by add. Adds of inner bodies,
// under an if or in a loop, stay as they are.
func (f *finder) added(body []pysrc.Stmt) (models []model) {
	open := map[string]int{} // by variable
	for _, s := range body {
		switch s := s.(type) {
		case *pysrc.Assign:
			variable, named := s.Targets[0].(*pysrc.Name)
			c, ok := s.Value.(*pysrc.Call)
			if !named {
				continue
			}
			delete(open, variable.ID)
			if ok && len(s.Targets) == 1 && f.m.Canonical(c) == "keras.Sequential" && len(c.Args) == 0 && project.Argument(c, "layers", -1) == nil {
				open[variable.ID] = len(models)
				models = append(models, model{style: "add", owner: "keras.Sequential"})
			}
		case *pysrc.ExprStmt:
			variable, c := addition(s.X)
			if i, ok := open[variable]; ok {
				models[i].layers = append(models[i].layers, layer{call: c, owner: f.m.Canonical(c), place: s.Range, to: variable})
			}
		}
	}
	models = slices.DeleteFunc(models, func(m model) bool { return len(m.layers) == 0 })
	for i := range models {
		m := models[i]
		models[i].insert = func(i int, texts ...string) (edit.Edit, bool) {
			return f.statements(m.layers[i], "%s.add(%s)", texts)
		}
		models[i].remove = func(i int) (edit.Edit, bool) { return f.withoutStatement(m.layers[i].place) }
	}
	return models
}

// addition reads variable.add(layer(...)).
func addition(e pysrc.Expr) (variable string, added *pysrc.Call) {
	c, ok := e.(*pysrc.Call)
	if !ok || len(c.Args) != 1 || len(c.Keywords) > 0 {
		return "", nil
	}
	a, ok := c.Func.(*pysrc.Attribute)
	added, made := c.Args[0].(*pysrc.Call)
	if !ok || !made || a.Attr != "add" {
		return "", nil
	}
	return project.Dotted(a.Value), added
}

// statements writes layers in lines behind the statement of another.
func (f *finder) statements(l layer, form string, texts []string) (edit.Edit, bool) {
	var lines []string
	for _, text := range texts {
		args := []any{l.to, text}
		if l.from != "" {
			args = append(args, l.to)
		}
		lines = append(lines, fmt.Sprintf(form, args...))
	}
	return f.afterStatement(l.place, lines...)
}

// chained is the functional chain of a body that makes its own Input: there
// each line runs once a model, so that a name in it stays unique.
func (f *finder) chained(body []pysrc.Stmt) model {
	m := model{style: "chain", owner: "keras.Model"}
	input := false
	for _, s := range body {
		a, ok := s.(*pysrc.Assign)
		if !ok || len(a.Targets) != 1 || a.Op != "=" {
			continue
		}
		to, named := a.Targets[0].(*pysrc.Name)
		outer, called := a.Value.(*pysrc.Call)
		if !named || !called {
			continue
		}
		name := f.m.Canonical(outer)
		input = input || name == "keras.Input" || name == "keras.layers.Input"
		inner, ok := outer.Func.(*pysrc.Call)
		if !ok || len(outer.Args) == 0 {
			continue
		}
		from, _ := outer.Args[0].(*pysrc.Name)
		l := layer{call: inner, owner: f.m.Canonical(inner), place: a.Range, to: to.ID, from: "?"}
		if from != nil {
			l.from = from.ID
		}
		m.layers = append(m.layers, l)
	}
	if !input {
		return model{}
	}
	m.insert = func(i int, texts ...string) (edit.Edit, bool) {
		return f.statements(m.layers[i], "%s = %s(%s)", texts)
	}
	m.remove = func(i int) (edit.Edit, bool) {
		e, ok := f.withoutStatement(m.layers[i].place)
		return e, ok && m.layers[i].from == m.layers[i].to
	}
	return m
}

// kerasMoves offers what can be done to the hidden layers of a model. Each
// keeps the rank of what flows through it, and Keras infers the widths.
func (f *finder) kerasMoves(m model) {
	output := m.last(kerasDense)
	if output < 1 {
		return
	}
	f.kerasNorms(m, output)
	f.kerasConv(m, output)
	if at := m.before(output); at >= 0 {
		f.kerasDense(m, at, output)
		f.kerasDrop(m, at, output)
	}
	for i := 1; i < output; i++ {
		if f.kerasSpare(m, i) {
			f.removal(m, i)
		}
	}
}

// layerName is the argument that names the i-th layer that a move adds.
func (f *finder) layerName(i int) string { return "name=" + f.quote() + name(i) + f.quote() }

// kerasNorms puts BatchNormalization behind every hidden Dense and Conv.
func (f *finder) kerasNorms(m model, output int) {
	near := m.layers[output].call
	text, edits, ok := f.spell(kerasNorm, near)
	if !ok {
		return
	}
	var places []edit.Edit
	for i, l := range m.layers[:output] {
		hidden := l.owner == kerasDense || l.owner == kerasConv1D || l.owner == kerasConv2D
		if !hidden || f.follows(m, i, kerasNorm) || channelsFirst(l.call) {
			continue
		}
		if e, ok := m.insert(i, fmt.Sprintf("%s(%s)", text, f.layerName(len(places)))); ok {
			places = append(places, e)
		}
	}
	if len(places) > 0 {
		f.move(m, "norm_layer", Move{Kind: "insert", Base: "norm"}, option{text + "()", append(places, edits...)})
	}
}

// follows tells whether a layer of an owner comes behind the i-th, elementwise
// ones aside.
func (f *finder) follows(m model, i int, owner string) bool {
	for _, l := range m.layers[i+1:] {
		if l.owner == owner || !slices.Contains(elementwise, l.owner) {
			return l.owner == owner
		}
	}
	return false
}

func channelsFirst(c *pysrc.Call) bool { return project.Argument(c, "data_format", -1) != nil }

// kerasConv puts a Conv of equal shape behind the last one and its activation.
func (f *finder) kerasConv(m model, output int) {
	at := m.last(kerasConv1D, kerasConv2D)
	if at < 0 || at > output || channelsFirst(m.layers[at].call) {
		return
	}
	c := m.layers[at].call
	filters, ok := f.width(project.Argument(c, "filters", 0))
	if !ok {
		return
	}
	for m.style != "chain" && slices.Contains(elementwise, m.layers[at+1].owner) {
		at++
	}
	mark := f.quote()
	text := fmt.Sprintf("%s(%s, 3, activation=%s, padding=%ssame%s, %s)",
		f.m.File.Text(c.Func), filters, f.activation(c), mark, mark, f.layerName(0))
	if e, ok := m.insert(at, text); ok {
		f.move(m, "conv_layer", Move{Kind: "insert", Base: "conv"}, option{text, []edit.Edit{e}})
	}
}

// activation is that of a hidden layer, relu where it is made elsewhere.
func (f *finder) activation(c *pysrc.Call) string {
	if s, ok := project.Argument(c, "activation", -1).(*pysrc.String); ok && s.Plain && s.Value != "softmax" && s.Value != "linear" {
		return f.m.File.Text(s)
	}
	return f.quote() + "relu" + f.quote()
}

// kerasDense puts one more Dense before the output, as wide as the one before
// it. In a chain the variable may be used elsewhere as well: there the width
// has to stay.
func (f *finder) kerasDense(m model, at, output int) {
	c := m.layers[output].call
	width, activation := "64", f.quote()+"relu"+f.quote()
	hidden := at
	for hidden >= 0 && slices.Contains(elementwise, m.layers[hidden].owner) {
		hidden = m.before(hidden)
	}
	known := false
	if hidden >= 0 && m.layers[hidden].owner == kerasDense {
		before := m.layers[hidden].call
		activation = f.activation(before)
		if w, ok := f.width(project.Argument(before, "units", 0)); ok {
			width, known = w, true
		}
	}
	if m.style == "chain" && !known && f.uses(m.layers[at].to, m.layers[at].place.End) != 1 {
		return
	}
	text := fmt.Sprintf("%s(%s, activation=%s, %s)", f.m.File.Text(c.Func), width, activation, f.layerName(0))
	if e, ok := m.insert(at, text); ok {
		f.move(m, "layers", Move{Kind: "insert", Base: "dense"}, option{text, []edit.Edit{e}})
	}
}

// uses counts how often a name is read behind an offset.
func (f *finder) uses(name string, from int) (n int) {
	pysrc.Walk(f.m.File, func(node pysrc.Node) bool {
		if x, ok := node.(*pysrc.Name); ok && x.ID == name && x.Start >= from {
			n++
		}
		return true
	})
	return n
}

// rates of an added Dropout: a usual and a strong one (Srivastava et al. 2014).
var rates = []string{"0.2", "0.5"}

// kerasDrop puts a Dropout before the output.
func (f *finder) kerasDrop(m model, at, output int) {
	text, edits, ok := f.spell(kerasDropout, m.layers[output].call)
	if !ok || m.layers[at].owner == kerasDropout {
		return
	}
	var options []option
	for _, rate := range rates {
		made := fmt.Sprintf("%s(%s, %s)", text, rate, f.layerName(0))
		if e, ok := m.insert(at, made); ok {
			options = append(options, option{made, append([]edit.Edit{e}, edits...)})
		}
	}
	f.move(m, "dropout_layer", Move{Kind: "insert", Base: "dropout"}, options...)
}

// kerasSpare tells whether a model works without the i-th layer: a Dropout, a
// Dense between Dense layers, or a Conv that repeats the one before.
func (f *finder) kerasSpare(m model, i int) bool {
	l := m.layers[i]
	if l.call == nil || project.Argument(l.call, "input_shape", -1) != nil || project.Argument(l.call, "name", -1) != nil {
		return false
	}
	before := m.before(i)
	for l.owner == kerasDense && before >= 0 && slices.Contains(elementwise, m.layers[before].owner) {
		before = m.before(before)
	}
	if before < 0 {
		return false
	}
	switch b := m.layers[before]; l.owner {
	case kerasDropout:
		return true
	case kerasDense:
		return b.owner == kerasDense
	case kerasConv1D, kerasConv2D:
		return b.call != nil && f.m.File.Text(b.call) == f.m.File.Text(l.call)
	}
	return false
}
