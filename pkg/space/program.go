package space

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// program is what holds for all modules of a program.
type program struct {
	readers
	grids      []grid          // that searches of scikit-learn's try
	attributes map[string]bool // read anywhere
	shuffles   bool            // some DataLoader does
	epochs     int             // that a history has to have: history['accuracy'][4] needs five
	fitted     fitted
	columns    int             // of its data, 0 where unknown
	entrances  []float64       // sizes of what the first layers take
	changed    map[string]bool // arguments that set_params gives, later than the call that makes a model
	steps      map[string]bool // functions that make a step of a training by hand
	defs       map[string][]*pysrc.Def
}

func survey(files []*project.Module, modules project.Modules) program {
	p := program{readers: readersOf(files, modules), attributes: map[string]bool{}, fitted: usage(files), columns: columnsOf(files, modules), entrances: entrances(files, modules), steps: map[string]bool{}, defs: map[string][]*pysrc.Def{}, changed: map[string]bool{}}
	for _, m := range files {
		p.grids = append(p.grids, gridsOf(m, modules)...)
		for _, name := range stepping(m) {
			p.steps[name] = true
		}
		for _, d := range m.Defs {
			p.defs[d.Name] = append(p.defs[d.Name], d)
		}
		pysrc.Walk(m.File, func(n pysrc.Node) bool {
			switch n := n.(type) {
			case *pysrc.Attribute:
				p.attributes[n.Attr] = true
			case *pysrc.Subscript:
				p.epochs = max(p.epochs, epochOf(m, n)+1)
			}
			return true
		})
		for _, c := range m.Calls {
			if m.Canonical(c) == "torch.utils.data.DataLoader" {
				p.shuffles = p.shuffles || shuffles(m, c)
			}
			if project.LastName(c.Func) == "set_params" {
				for _, k := range c.Keywords {
					_, name, step := strings.Cut(k.Arg, "__")
					if !step {
						name = k.Arg
					}
					p.changed[name] = true
				}
			}
		}
	}
	return p
}

// epochOf is the epoch, from 0, that has to be there for
// history.history['accuracy'][4]; -1 for other subscripts.
func epochOf(m *project.Module, s *pysrc.Subscript) int {
	list, ok := s.Value.(*pysrc.Subscript)
	if !ok || project.Dotted(list.Value) != "history" && !strings.HasSuffix(project.Dotted(list.Value), ".history") {
		return -1
	}
	if _, ok := list.Index.(*pysrc.String); !ok {
		return -1
	}
	n, err := strconv.Atoi(m.File.Text(s.Index))
	switch {
	case err != nil:
		return -1
	case n < 0: // from the end
		return -n - 1
	}
	return n
}

// shuffles tells whether a DataLoader draws its rows in any order: it trains.
func shuffles(m *project.Module, c *pysrc.Call) bool {
	given := project.Argument(c, "shuffle", 2)
	return given != nil && m.File.Text(given) != "False" || project.Argument(c, "sampler", -1) != nil || project.Argument(c, "batch_sampler", -1) != nil || project.Open(c)
}

// evaluation is what people call the rows, or the batches, of an evaluation.
var evaluation = regexp.MustCompile(`(?i)(?:^|_)(?:test|val|valid|validation|eval|dev)(?:$|_)`)

// feedsTest tells whether a DataLoader only feeds an evaluation: by its name, or
// since another one shuffles.
func (f *finder) feedsTest(c *pysrc.Call) bool {
	for name, assigns := range f.m.Assigns {
		if evaluation.MatchString(name) && slices.ContainsFunc(assigns, func(a *pysrc.Assign) bool { return a.Value == pysrc.Expr(c) }) {
			return true
		}
	}
	return f.shuffles && !shuffles(f.m, c)
}
