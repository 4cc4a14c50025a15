package space

import (
	"fmt"
	"slices"

	"github.com/mlhook/mlhook/pkg/edit"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// torchModels are the nn.Sequential of the file, written as arguments or as an
// OrderedDict; one that is indexed keeps its layers in their places.
func (f *finder) torchModels() (models []model) {
	indexed, held := f.indexed()
	n := 0
	for _, c := range f.m.Calls {
		if f.m.Canonical(c) != "torch.nn.Sequential" || project.Open(c) {
			continue
		}
		items, style := c.Args, "list"
		if pairs, ok := f.pairs(c); ok {
			items, style = pairs, "dict"
		}
		if len(items) == 0 || indexed[held[c]] {
			continue
		}
		m := f.listed(style, "torch.nn.Sequential", items)
		for i, e := range items {
			if pair, ok := e.(*pysrc.Tuple); ok && style == "dict" {
				call, _ := pair.Elts[1].(*pysrc.Call)
				if call != nil {
					m.layers[i].call, m.layers[i].owner = call, f.m.Canonical(call)
				}
			}
		}
		m.id = fmt.Sprintf("%s:torch.nn.Sequential#%d", f.m.Name, n)
		n++
		models = append(models, m)
	}
	return models
}

// indexed are the names that are subscripted, and held those that each call's
// result is given.
func (f *finder) indexed() (indexed map[string]bool, held map[*pysrc.Call]string) {
	indexed, held = map[string]bool{}, map[*pysrc.Call]string{}
	pysrc.Walk(f.m.File, func(n pysrc.Node) bool {
		switch n := n.(type) {
		case *pysrc.Subscript:
			indexed[project.Dotted(n.Value)] = true
		case *pysrc.Assign:
			if c, ok := n.Value.(*pysrc.Call); ok {
				held[c] = project.Dotted(n.Targets[0])
			}
		}
		return true
	})
	delete(indexed, "")
	return indexed, held
}

// pairs are the ('name', layer) of an OrderedDict.
func (f *finder) pairs(c *pysrc.Call) ([]pysrc.Expr, bool) {
	if len(c.Args) != 1 {
		return nil, false
	}
	dict, ok := c.Args[0].(*pysrc.Call)
	if !ok || f.m.Canonical(dict) != "collections.OrderedDict" || len(dict.Args) != 1 {
		return nil, false
	}
	items, ok := project.Elements(dict.Args[0])
	for _, e := range items {
		pair, isTuple := e.(*pysrc.Tuple)
		ok = ok && isTuple && len(pair.Elts) == 2
	}
	return items, ok
}

// behind puts torch layers behind the i-th; the k-th of a move by name, in a
// dict, where those that follow it are named after it.
func (f *finder) behind(m model, i, k int, texts ...string) (edit.Edit, bool) {
	if i+1 >= len(m.layers) {
		return edit.Edit{}, false
	}
	if m.style == "dict" {
		mark := f.m.File.Text(m.layers[i].place)[1:2]
		if mark != `"` {
			mark = "'"
		}
		named := slices.Clone(texts)
		for j, text := range texts {
			key := name(k)
			if j > 0 {
				key += "_act"
			}
			named[j] = fmt.Sprintf("(%s%s%s, %s)", mark, key, mark, text)
		}
		texts = named
	}
	return m.insert(i, texts...)
}

// torchMoves offers what keeps the shape of all that flows through a model.
func (f *finder) torchMoves(m model) {
	output := m.last(torchLinear)
	f.torchNorms(m, output)
	f.torchConv(m)
	if output > 0 {
		f.torchDense(m, output)
		f.torchDrop(m, output)
	}
	for i := 1; i+1 < len(m.layers); i++ {
		if m.layers[i].owner == torchDropout {
			f.removal(m, i)
		}
	}
}

// torchDense puts a Linear of equal width and an activation before the output.
func (f *finder) torchDense(m model, output int) {
	out := m.layers[output].call
	width, ok := f.width(project.Argument(out, "in_features", 0))
	activation, also, found := f.torchActivation(m, output)
	if !ok || !found {
		return
	}
	text := fmt.Sprintf("%s(%s, %s)", f.m.File.Text(out.Func), width, width)
	if e, ok := f.behind(m, output-1, 0, text, activation); ok {
		f.move(m, "layers", Move{Kind: "insert", Base: "dense"}, option{text, append([]edit.Edit{e}, also...)})
	}
}

// torchActivation is written as that of the layer before, else it is ReLU.
func (f *finder) torchActivation(m model, i int) (text string, also []edit.Edit, ok bool) {
	for _, l := range slices.Backward(m.layers[:i]) {
		if l.call != nil && slices.Contains(activates, l.owner) && len(l.call.Args)+len(l.call.Keywords) == 0 {
			return f.m.File.Text(l.call), nil, true
		}
	}
	text, also, ok = f.spell("torch.nn.ReLU", m.layers[i].call)
	return text + "()", also, ok
}

func (f *finder) torchDrop(m model, output int) {
	text, also, ok := f.spell(torchDropout, m.layers[output].call)
	if !ok || m.layers[output-1].owner == torchDropout {
		return
	}
	var options []option
	for _, rate := range rates {
		made := fmt.Sprintf("%s(%s)", text, rate)
		if e, ok := f.behind(m, output-1, 0, made); ok {
			options = append(options, option{made, append([]edit.Edit{e}, also...)})
		}
	}
	f.move(m, "dropout_layer", Move{Kind: "insert", Base: "dropout"}, options...)
}

// torchConv puts a Conv of equal shape and an activation behind the last one.
func (f *finder) torchConv(m model) {
	at := m.last(torchConv1d, torchConv2d)
	if at < 0 {
		return
	}
	c := m.layers[at].call
	width, ok := f.width(project.Argument(c, "out_channels", 1))
	activation, also, found := f.torchActivation(m, at)
	if !ok || !found {
		return
	}
	for at+1 < len(m.layers) && slices.Contains(append([]string{"torch.nn.BatchNorm1d", "torch.nn.BatchNorm2d"}, activates...), m.layers[at+1].owner) {
		at++
	}
	text := fmt.Sprintf("%s(%s, %s, 3, padding=1)", f.m.File.Text(c.Func), width, width)
	if e, ok := f.behind(m, at, 0, text, activation); ok {
		f.move(m, "conv_layer", Move{Kind: "insert", Base: "conv"}, option{text, append([]edit.Edit{e}, also...)})
	}
}

// norms are what can follow a layer. BatchNorm1d fails on a batch of one, the
// last of an epoch perhaps, so it is for scripts that rule that out or live
// with it already; LayerNorm takes any batch.
func (f *finder) norms(owner string) []string {
	switch owner {
	case torchConv1d:
		return []string{"torch.nn.BatchNorm1d"}
	case torchConv2d:
		return []string{"torch.nn.BatchNorm2d"}
	case torchLinear:
		for _, m := range f.modules {
			for _, c := range m.Calls {
				drop, ok := project.Argument(c, "drop_last", -1).(*pysrc.Constant)
				if m.Canonical(c) == "torch.nn.BatchNorm1d" || ok && drop.Text == "True" {
					return []string{"torch.nn.BatchNorm1d", "torch.nn.LayerNorm"}
				}
			}
		}
		return []string{"torch.nn.LayerNorm"}
	}
	return nil
}

// torchNorms normalises behind every hidden layer that is not followed by a
// norm: the first option by what is usual, the second by LayerNorm.
func (f *finder) torchNorms(m model, output int) {
	var options []option
	for choice := range 2 {
		o := option{}
		var also []edit.Edit
		for i, l := range m.layers {
			norms := f.norms(l.owner)
			if i == output || len(norms) == 0 || i+1 >= len(m.layers) || isNorm(m.layers[i+1].owner) {
				continue
			}
			width, ok := f.width(project.Argument(l.call, shapes[l.owner].out, 1))
			text, imports, found := f.spell(norms[min(choice, len(norms)-1)], l.call)
			if !ok || !found {
				continue
			}
			text = fmt.Sprintf("%s(%s)", text, width)
			if e, ok := f.behind(m, i, len(o.edits), text); ok {
				if o.text == "" {
					o.text = text
				}
				o.edits = append(o.edits, e)
				also = append(also, imports...)
			}
		}
		o.edits = append(o.edits, also...)
		options = append(options, o)
	}
	f.move(m, "norm_layer", Move{Kind: "insert", Base: "norm"}, distinct(options)...)
}

func isNorm(owner string) bool {
	return owner != "" && shapes[owner].out == "" && shapes[owner].in != ""
}

// distinct drops options without an edit, and one that says the same as the first.
func distinct(options []option) (kept []option) {
	for _, o := range options {
		same := func(other option) bool { return slices.Equal(other.edits, o.edits) || other.text == o.text }
		if len(o.edits) > 0 && !slices.ContainsFunc(kept, same) {
			kept = append(kept, o)
		}
	}
	return kept
}
