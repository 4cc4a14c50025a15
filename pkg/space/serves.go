package space

import (
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// loose are the roles of the training loop: their constants are read all over
// it, in sums of steps and in the user's own helpers. Of those of all others
// every read has to be known.
var loose = []string{"epochs", "steps", "rounds", "batch_size", "learning_rate", "decay", "decay_steps", "decay_rate", "patience", "max_iter"}

var (
	// tells are calls that only show a value, computes sums those that give a number made
	// of it, counted those that count up to it.
	tells   = regexp.MustCompile(`^(?:p?print|format|str|repr|debug|info|warning|error|log|log_\w+|write|append|tqdm|set_\w*(?:title|description|label|postfix)\w*|isinstance|ValueError|add_scalar)$`)
	plots   = regexp.MustCompile(`^(?:matplotlib|seaborn|plotly|wandb|mlflow|logging)\.`)
	sums    = regexp.MustCompile(`^(?:int|float|abs|min|max|round|ceil|floor|sqrt|log2|len)$`)
	counted = regexp.MustCompile(`^(?:x?range|trange|arange|linspace)$`)
	// fixes are arguments and calls whose value is no choice: seeds, splits,
	// the shape of the data, metrics.
	fixes = regexp.MustCompile(`(?i)^(?:\w*seed\w*|random_state|n_splits|n_repeats|cv|(?:test|train|val|valid|validation)_(?:size|split|ratio|frac\w*)|` +
		`n?(?:um)?_?(?:samples|rows|classes|features|informative|labels|outputs?)|(?:input|batch_input)_(?:dim|shape|size)|output_(?:dim|size)|n_(?:in|out)|labels|average|pos_label|frac|` +
		`top_?k\w*|to_categorical|one_hot\w*|eye|KFold|\w+KFold|\w*ShuffleSplit|\w*_split|cross_val\w*|head|tail|sample|islice|Subset|take|skip|make_\w+|load_\w+|fetch_\w+|read_csv|` +
		`default_rng|RandomState|Random|Generator|PRNGKey|manual_seed\w*)$`)
	fixedBy = regexp.MustCompile(`^sklearn\.(?:datasets|metrics|model_selection)\.|^torchmetrics\.|^keras\.(?:metrics|utils)\.`)
	// fills are calls that make a first state, of as many layers.
	fills = regexp.MustCompile(`^(?:zeros|ones|empty|full|rand|randn|new_zeros|repeat|expand)$`)
	draws = regexp.MustCompile(`^(?:normal|uniform|randn?|rand_like|randint|integers|standard_normal|random|random_sample|choice|permutation)$`)
)

// serves tells whether a read of a tunable's value goes with the tunable: it
// is the argument in question, hands the value on, or only shows it. What it
// is handed on to is read there, and told there.
func (r readers) serves(x read, t Tunable) bool {
	free := slices.Contains(loose, t.Role)
	use := use{child: x.expr, plain: true, times: true}
	for _, parent := range slices.Backward(x.around) {
		switch n := parent.(type) {
		case *pysrc.Binary:
			if isText(n.X) || isText(n.Y) {
				return true // 'model_' + NAME
			}
			use.plain, use.times = false, use.times && n.Op == "*"
		case *pysrc.Keyword:
			use.name = n.Arg
		case *pysrc.Dict:
			return !fixes.MatchString(keyOf(n, use.child)) && (use.plain || free)
		case *pysrc.Slice:
			return t.Role == "batch_size"
		case *pysrc.Subscript:
			return free
		case *pysrc.Call:
			if !sums.MatchString(project.LastName(n.Func)) {
				return r.takes(x, n, use, t)
			}
			use.name = ""
		case *pysrc.Assign:
			return use.plain && n.Op == "=" || free
		case *pysrc.Lambda:
			return use.plain || free
		case *pysrc.Param, *pysrc.Part, *pysrc.ExprStmt, *pysrc.Simple:
			return true
		}
		use.child = parent
	}
	return true
}

// A use is how a read comes to stand in a call: below which argument, by which
// name, as it is or in a sum; times says that in products alone.
type use struct {
	child        pysrc.Node
	name         string
	plain, times bool
}

// takes tells whether a call that a read is an argument of goes with a tunable.
func (r readers) takes(x read, c *pysrc.Call, u use, t Tunable) bool {
	full, last := x.m.Canonical(c), project.LastName(c.Func)
	pos := slices.IndexFunc(c.Args, func(e pysrc.Expr) bool { return e == u.child })
	free := slices.Contains(loose, t.Role)
	if tells.MatchString(last) || plots.MatchString(full) {
		return true
	}
	for _, a := range calls[full] {
		if a.named(u.name) || u.name == "" && pos >= 0 && pos == a.pos {
			return a.role == t.Role && u.plain || free && !u.plain
		}
	}
	if s, ok := shapes[full]; ok {
		given := u.name != "" && (u.name == s.in || u.name == s.out) || u.name == "" && (pos == s.inPos || pos == s.outPos)
		divided := project.Open(c) || project.Argument(c, "groups", -1) != nil
		return given && u.times && !divided && (t.Role == "width" || t.Role == "filters")
	}
	repeated := slices.ContainsFunc(x.around, func(n pysrc.Node) bool {
		p, ok := n.(*pysrc.Part)
		_, def := n.(*pysrc.Def)
		return def || ok && p.Keyword == "for"
	})
	switch {
	case fixes.MatchString(u.name), fixedBy.MatchString(full):
		return false
	case r.own[last]:
		return u.plain || free
	case fixes.MatchString(last), draws.MatchString(last):
		return t.Role == "batch_size" && repeated // draws a batch
	case slices.Contains(holders, last):
		return u.plain || free
	case free || t.Role == "depth" && fills.MatchString(last):
		return true
	case counted.MatchString(last):
		return false
	}
	return u.plain && (u.name != "" && slices.Contains(byRole[t.Role], u.name) || strings.Contains(strings.ToLower(last), t.Role))
}

// byRole are the arguments that have a role.
var byRole = func() map[string][]string {
	all := map[string][]string{}
	for _, args := range calls {
		for _, a := range args {
			all[a.role] = append(append(all[a.role], a.name), a.also...)
		}
	}
	return all
}()

// holders are calls that keep a value for others to read.
var holders = []string{"dict", "SimpleNamespace", "Namespace", "EasyDict", "edict", "Munch", "DotMap", "Box", "AttrDict", "OrderedDict",
	"Field", "field", "Option", "Argument", "option", "add_argument", "set_defaults", "DEFINE_integer", "DEFINE_float", "get", "getenv"}

func isText(e pysrc.Expr) bool { _, ok := e.(*pysrc.String); return ok }

// keyOf is the key of an entry of a dict, empty for none that can be seen.
func keyOf(d *pysrc.Dict, value pysrc.Node) string {
	for i, e := range d.Values {
		if s, ok := d.Keys[i].(*pysrc.String); ok && e == value {
			return s.Value
		}
	}
	return ""
}
