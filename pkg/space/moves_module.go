package space

import (
	"fmt"
	"strings"

	"github.com/mlhook/mlhook/pkg/edit"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// moduleMoves offers layers for a class: each is made in __init__ behind the
// one that it serves, and used in forward on what that one takes or gives, so
// that no shape changes.
func (f *finder) moduleMoves(c class) {
	m := model{id: fmt.Sprintf("%s:%s", f.m.Name, c.class.Name), style: "module", owner: "torch.nn.Module"}
	output, at := c.last(torchLinear)
	f.moduleNorms(m, c, output)
	if conv, _ := c.last(torchConv1d, torchConv2d); conv != nil && conv != c.first(torchConv1d, torchConv2d) {
		f.moduleLayer(m, conv, "in_channels", "conv_layer", "conv", "%s(%s, %s, 3, padding=1)")
	}
	if output == nil {
		return
	}
	f.moduleLayer(m, output, "in_features", "layers", "dense", "%s(%s, %s)")
	if at == 0 || c.order[at-1].owner != torchDropout {
		f.moduleDrop(m, output)
	}
}

// moduleLayer puts a layer of equal width and relu before one.
func (f *finder) moduleLayer(m model, l *field, in, role, base, form string) {
	width, ok := f.width(project.Argument(l.call, in, 0))
	relu, also, found := f.relu(l.call)
	if !ok || !found {
		return
	}
	text := fmt.Sprintf(form, f.m.File.Text(l.call.Func), width, width)
	if edits, ok := f.before(l, text, relu+"(", ")"); ok {
		f.move(m, role, Move{Kind: "insert", Base: base}, option{text, append(edits, also...)})
	}
}

// relu is the function, as the file can write it.
func (f *finder) relu(near *pysrc.Call) (string, []edit.Edit, bool) {
	text, also, ok := f.spell("torch.nn.functional.relu", near)
	if short, none, reached := f.spell("torch.relu", near); reached && len(none) == 0 && (!ok || strings.HasPrefix(text, "torch.")) {
		return short, nil, true
	}
	return text, also, ok
}

func (f *finder) moduleDrop(m model, output *field) {
	text, also, ok := f.spell(torchDropout, output.call)
	if !ok {
		return
	}
	var options []option
	for _, rate := range rates {
		made := fmt.Sprintf("%s(%s)", text, rate)
		if edits, ok := f.before(output, made, "", ""); ok {
			options = append(options, option{made, append(edits, also...)})
		}
	}
	f.move(m, "dropout_layer", Move{Kind: "insert", Base: "dropout"}, options...)
}

// before makes a layer and uses it on what another takes: in a line of its own
// where that is a variable, else around the expression.
func (f *finder) before(l *field, made, open, closed string) ([]edit.Edit, bool) {
	if !l.wrapped {
		return nil, false
	}
	creation, ok := f.afterStatement(l.assign.Range, "self.%NAME% = "+made)
	if !ok {
		return nil, false
	}
	taken := l.use.Args[0]
	if x, ok := taken.(*pysrc.Name); ok {
		use, ok := f.beforeStatement(l.stmt.Span(), fmt.Sprintf("%s = %sself.%%NAME%%(%s)%s", x.ID, open, x.ID, closed))
		return []edit.Edit{creation, use}, ok
	}
	if _, starred := taken.(*pysrc.Starred); starred {
		return nil, false
	}
	at := taken.Span()
	return []edit.Edit{creation,
		{Start: at.Start, End: at.Start, New: open + "self.%NAME%("},
		{Start: at.End, End: at.End, New: ")" + closed}}, true
}

// moduleNorms normalises what every hidden layer gives.
func (f *finder) moduleNorms(m model, c class, output *field) {
	var options []option
	for choice := range 2 {
		o := option{}
		var also, uses []edit.Edit
		for i, l := range c.order {
			norms := f.norms(l.owner)
			if l == output || l.use == nil || !l.wrapped || len(norms) == 0 || i+1 < len(c.order) && isNorm(c.order[i+1].owner) {
				continue
			}
			width, ok := f.width(project.Argument(l.call, shapes[l.owner].out, 1))
			text, imports, found := f.spell(norms[min(choice, len(norms)-1)], l.call)
			if !ok || !found {
				continue
			}
			text, mark := fmt.Sprintf("%s(%s)", text, width), name(len(o.edits))
			creation, ok := f.afterStatement(l.assign.Range, fmt.Sprintf("self.%s = %s", mark, text))
			if !ok {
				continue
			}
			if o.text == "" {
				o.text = text
			}
			o.edits = append(o.edits, creation)
			uses = append(uses, edit.Edit{Start: l.use.Start, End: l.use.Start, New: "self." + mark + "("}, edit.Edit{Start: l.use.End, End: l.use.End, New: ")"})
			also = append(also, imports...)
		}
		o.edits = append(append(o.edits, uses...), also...)
		options = append(options, o)
	}
	f.move(m, "norm_layer", Move{Kind: "insert", Base: "norm"}, distinct(options)...)
}
