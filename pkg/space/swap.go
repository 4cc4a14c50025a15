package space

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/edit"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A kin are classes that can stand for each other where a call gives no more
// than so many positions and the named arguments, which all of them know.
type kin struct {
	role      string
	classes   []string
	positions int
	arguments []string
}

var kins = []kin{
	{"optimizer_class", []string{"keras.optimizers.SGD", "keras.optimizers.Adam", "keras.optimizers.RMSprop", "keras.optimizers.Nadam"}, 1,
		[]string{"learning_rate", "lr", "clipnorm", "clipvalue", "name"}},
	{"optimizer_class", []string{"torch.optim.SGD", "torch.optim.Adam", "torch.optim.AdamW", "torch.optim.RMSprop"}, 2,
		[]string{"params", "lr", "weight_decay"}},
	{"activation", []string{"torch.nn.ReLU", "torch.nn.Tanh", "torch.nn.ELU", "torch.nn.GELU", "torch.nn.LeakyReLU"}, 0, nil},
	{"activation", []string{"keras.layers.ReLU", "keras.layers.ELU", "keras.layers.LeakyReLU"}, 0, nil},
}

// swaps offers other classes for optimizers and activation layers.
func (f *finder) swaps() {
	cyclic := slices.ContainsFunc(f.m.Calls, f.cyclic) // these set the momentum as well
	seen := map[string]int{}
	for _, c := range f.m.Calls {
		owner := f.m.Canonical(c)
		for _, k := range kins {
			if slices.Contains(k.classes, owner) {
				if k.fits(c, owner) && !(cyclic && k.role == "optimizer_class") {
					f.swap(c, owner, fmt.Sprintf("%s:%s#%d", f.m.Name, owner, seen[owner]), k)
				}
				seen[owner]++
			}
		}
	}
}

// fits tells whether the arguments of a call fit all classes of a kin.
func (k kin) fits(c *pysrc.Call, owner string) bool {
	if len(c.Args) > k.positions || project.Open(c) {
		return false
	}
	rate := len(c.Args) > 1
	for _, given := range c.Keywords {
		if !slices.Contains(k.arguments, given.Arg) {
			return false
		}
		rate = rate || given.Arg == "lr"
	}
	return rate || !strings.HasPrefix(owner, "torch.optim.") // SGD of older versions wants one
}

func (f *finder) swap(c *pysrc.Call, owner, id string, k kin) {
	own := f.m.File.Text(c.Func)
	place := c.Func.Span()
	choices := []string{own}
	edits := map[string][]edit.Edit{}
	for _, class := range k.classes {
		if class == owner {
			continue
		}
		if text, also, ok := f.spell(class, c); ok {
			choices = append(choices, text)
			edits[text] = append([]edit.Edit{{Start: place.Start, End: place.End, New: text}}, also...)
		}
	}
	if len(choices) == 1 {
		return
	}
	f.found = append(f.found, Tunable{ID: id + ":class", File: f.m.Name, Name: "class", Kind: "choice",
		Value: own, Choices: choices, Role: k.role, Owner: owner, Place: place, Move: &Move{Kind: "swap", Style: "call", Edits: edits}})
	for i, t := range f.found {
		name, ours := strings.CutPrefix(t.ID, id+":")
		if ours && name != "class" && !slices.Contains(k.arguments, name) {
			f.found[i].Unless = id + ":class" // the momentum of SGD
		}
	}
}

// sizes offers more hidden layers for the perceptrons of scikit-learn.
func (f *finder) sizes() {
	seen := map[string]int{}
	for _, c := range f.m.Calls {
		owner := f.m.Canonical(c)
		if owner != "sklearn.neural_network.MLPClassifier" && owner != "sklearn.neural_network.MLPRegressor" {
			continue
		}
		m := model{id: fmt.Sprintf("%s:%s#%d", f.m.Name, owner, seen[owner]), style: "call", owner: owner}
		seen[owner]++
		var options []option
		switch given := f.constant(project.Argument(c, "hidden_layer_sizes", 0)).(type) {
		case nil:
			options = f.insertedSizes(c)
		case *pysrc.Number:
			options = f.moreSizes([]pysrc.Expr{given}, "(", ")")
		case *pysrc.Tuple, *pysrc.List:
			sizes, _ := project.Elements(given)
			options = f.moreSizes(sizes, "", "")
		}
		f.move(m, "layers", Move{Kind: "insert"}, options...)
	}
}

// constant is what a name stands for that has one use.
func (f *finder) constant(e pysrc.Expr) pysrc.Expr {
	x, ok := e.(*pysrc.Name)
	if ok && len(f.m.Assigns[x.ID]) == 1 && f.m.Bound[x.ID] == 1 && f.m.Uses[x.ID] == 1 {
		return f.m.Assigns[x.ID][0].Value
	}
	return e
}

// deeper is how many layers are offered at most to come on top.
const deeper = 2

// moreSizes repeats the last of the sizes.
func (f *finder) moreSizes(sizes []pysrc.Expr, open, closed string) (options []option) {
	if len(sizes) == 0 {
		return nil
	}
	last := sizes[len(sizes)-1]
	width, ok := f.width(last)
	if !ok {
		return nil
	}
	var shown []string
	for _, e := range sizes {
		shown = append(shown, f.m.File.Text(e))
	}
	src := string(f.m.File.Src)
	at, gap := last.Span().End, ", "
	if rest := strings.TrimLeft(src[at:], " \t"); open == "" && strings.HasPrefix(rest, ",") {
		at, gap = len(src)-len(rest)+1, " "
	}
	text := ""
	for range deeper {
		shown = append(shown, width)
		text += gap + width
		gap = ", "
		edits := []edit.Edit{{Start: at, End: at, New: text + closed}}
		if open != "" {
			edits = append(edits, edit.Edit{Start: last.Span().Start, End: last.Span().Start, New: open})
		}
		options = append(options, option{"(" + strings.Join(shown, ", ") + ")", edits})
	}
	return options
}

// insertedSizes gives a perceptron more than its one hidden layer of 100.
func (f *finder) insertedSizes(c *pysrc.Call) (options []option) {
	at, before, after, ok := f.room(c)
	if !ok || project.Open(c) {
		return nil
	}
	for _, sizes := range []string{"(100, 100)", "(100, 100, 100)"} {
		options = append(options, option{sizes, []edit.Edit{{Start: at, End: at, New: before + "hidden_layer_sizes=" + sizes + after}}})
	}
	return options
}
