package inspect

import (
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// splits knows which data a program trains on and which it watches while it
// trains, by the source text of what it gives.
type splits struct {
	*trace
	trained, watched map[string]bool
	keras            bool            // keras is imported
	compiled         string          // what keras models measure: accuracy, else another name
	methods          map[string]bool // that the program defines itself
	regression       bool            // all estimators are regressors
	resolved         map[resolution][]string
}

func readSplits(t *trace) *splits {
	s := &splits{trace: t, trained: map[string]bool{}, watched: map[string]bool{}, compiled: "accuracy", methods: map[string]bool{}, resolved: map[resolution][]string{}}
	for _, m := range t.program {
		s.keras = s.keras || m.Roots["keras"] || m.Roots["tensorflow"] || m.Roots["tf_keras"]
		for _, d := range m.Defs {
			if len(d.Params) > 0 && d.Params[0].Name == "self" && d.Name != "fit" {
				s.methods[d.Name] = true
			}
		}
	}
	compiles, accurate, estimators, regressors := 0, 0, 0, 0
	t.each(func(m *project.Module, c *pysrc.Call) {
		s.fitted(m, c)
		if a, ok := c.Func.(*pysrc.Attribute); ok && a.Attr == "compile" && project.Dotted(a.Value) != "re" && project.Dotted(a.Value) != "torch" {
			compiles++
			if s.accuracyIn(m, c) {
				accurate++
			}
		}
		if name := m.Canonical(c); KindOf(name) != "" && strings.Contains(name, ".") {
			estimators++
			if regressor(name) {
				regressors++
			}
		}
	})
	if compiles > 0 && accurate == 0 {
		s.compiled = "loss"
	}
	s.regression = estimators > 0 && regressors == estimators
	for _, m := range t.program {
		s.leak(m)
	}
	return s
}

// leak notes the parts of a data set that was split and yet trained on whole, as it
// is where fit is given X, not X_train.
func (s *splits) leak(m *project.Module) {
	pysrc.Walk(m.File, func(n pysrc.Node) bool {
		a, ok := n.(*pysrc.Assign)
		if !ok || len(a.Targets) != 1 {
			return true
		}
		c, split := a.Value.(*pysrc.Call)
		parts, several := a.Targets[0].(*pysrc.Tuple)
		if !split || !several || m.Canonical(c) != "sklearn.model_selection.train_test_split" {
			return true
		}
		trained := func(e pysrc.Expr) bool {
			return slices.ContainsFunc(s.keys(m, e, farthest), func(key string) bool { return s.trained[key] })
		}
		if slices.ContainsFunc(c.Args, trained) && !slices.ContainsFunc(parts.Elts, trained) {
			for _, e := range parts.Elts {
				s.trained[m.Name+":"+s.text(m, e)] = true
			}
		}
		return false
	})
}

// fitted notes the data of a training call.
func (s *splits) fitted(m *project.Module, c *pysrc.Call) {
	note := func(set map[string]bool, exprs ...pysrc.Expr) {
		for _, e := range exprs {
			for _, key := range s.keys(m, e, farthest) {
				set[key] = true
			}
		}
	}
	if name := m.Canonical(c); name == "xgboost.train" || name == "lightgbm.train" {
		note(s.trained, project.Argument(c, "dtrain", 1), project.Argument(c, "train_set", 1))
		note(s.watched, project.Argument(c, "evals", 3), project.Argument(c, "valid_sets", 3))
		return
	}
	a, ok := c.Func.(*pysrc.Attribute)
	if !ok {
		return
	}
	switch a.Attr {
	case "fit", "partial_fit", "fit_generator":
		x, y := project.Argument(c, "x", 0), project.Argument(c, "y", 1)
		if x == nil {
			x = project.Argument(c, "X", 0)
		}
		evals := project.Argument(c, "eval_set", -1)
		pool := s.estimator(m, x, farthest) == "catboost.Pool"
		if y == nil && evals == nil && !pool && !s.keras || selects(s.estimator(m, a.Value, farthest)) {
			return // a scaler, an encoder
		}
		note(s.trained, x, y)
		note(s.watched, project.Argument(c, "validation_data", 7), evals)
	}
}

// selects tells whether a class chooses or changes features, by the labels maybe,
// and predicts nothing.
func selects(class string) bool {
	return slices.ContainsFunc(transformers, func(prefix string) bool { return strings.HasPrefix(class, prefix) })
}

// of is the split of what is measured: the first of the expressions that is
// there decides.
func (s *splits) of(m *project.Module, exprs ...pysrc.Expr) string {
	best := "unknown"
	for _, e := range exprs {
		if e == nil {
			continue
		}
		best = ""
		for _, key := range s.keys(m, e, farthest) {
			if split := s.known(key); order[split] > order[best] {
				best = split
			}
		}
		if best != "" {
			return best
		}
	}
	return best
}

var (
	trainWord = regexp.MustCompile(`(?i)train|(?:^|_)tr(?:$|_)`)
	heldWord  = regexp.MustCompile(`(?i)test|val|dev|held`)
)

// known is the split of data of a key.
func (s *splits) known(key string) string {
	name := key[strings.IndexByte(key, ':')+1:]
	switch {
	case s.trained[key]:
		return "train"
	case s.watched[key]:
		return "validation"
	case len(s.trained) == 0:
		return "unknown"
	case trainWord.MatchString(name) && !heldWord.MatchString(name) && identifier.MatchString(name):
		return "train"
	}
	return "test"
}

var identifier = regexp.MustCompile(`^\w+$`)

// keys are what data is known again by: its source text with the names that
// stand for others resolved.
func (s *splits) keys(m *project.Module, e pysrc.Expr, steps int) []string {
	if e == nil || steps == 0 {
		return nil
	}
	return once(s.resolved, e, steps, func() []string {
		found := s.resolve(m, e, steps)
		slices.Sort(found)
		return slices.Compact(found)
	})
}

func (s *splits) resolve(m *project.Module, e pysrc.Expr, steps int) (found []string) {
	switch e := e.(type) {
	case *pysrc.Tuple, *pysrc.List:
		all, _ := project.Elements(e)
		return s.all(m, all, steps)
	case *pysrc.String, *pysrc.Constant:
		return nil
	case *pysrc.Call:
		if held[project.LastName(e.Func)] {
			return slices.Concat(s.keys(m, argument(e, 0, "data", "x"), steps-1), s.keys(m, argument(e, 1, "label", "y"), steps-1))
		}
	case *pysrc.Name:
		for _, at := range s.holds(m, e) {
			switch v := at.e.(type) {
			case *pysrc.Name, *pysrc.Tuple, *pysrc.List:
				found = append(found, s.keys(at.m, at.e, steps-1)...)
			case *pysrc.Call:
				if held[project.LastName(v.Func)] {
					found = append(found, s.keys(at.m, at.e, steps-1)...)
				}
			}
			if _, i := parameter(m, e); found == nil && i >= 0 && at.m == m && at.e.Span().Start > e.End {
				found = append(found, s.keys(at.m, at.e, steps-1)...)
			}
		}
	}
	if found == nil {
		found = []string{m.Name + ":" + s.text(m, e)}
	}
	return found
}

// held are the calls that wrap rows and labels.
var held = map[string]bool{"DMatrix": true, "QuantileDMatrix": true, "Dataset": true, "Pool": true}

func argument(c *pysrc.Call, pos int, names ...string) pysrc.Expr {
	for _, name := range names {
		if e := project.Argument(c, name, pos); e != nil {
			return e
		}
	}
	return nil
}

func (s *splits) all(m *project.Module, elements []pysrc.Expr, steps int) (found []string) {
	for _, e := range elements {
		found = append(found, s.keys(m, e, steps-1)...)
	}
	return found
}

// text is an expression without its white space.
func (s *splits) text(m *project.Module, e pysrc.Expr) string {
	if e == nil {
		return ""
	}
	return strings.Join(strings.Fields(m.File.Text(e)), "")
}

// predictedFrom is what predictions were made of: the argument of the predict
// call that an expression is or holds.
func (s *splits) predictedFrom(m *project.Module, e pysrc.Expr) (found spot) {
	found.m = m
	for range farthest {
		if e == nil {
			return found
		}
		pysrc.Walk(e, func(n pysrc.Node) bool {
			if c, ok := n.(*pysrc.Call); ok && found.e == nil && strings.HasPrefix(project.LastName(c.Func), "predict") {
				found = spot{m, argument(c, 0, "X", "x", "data")}
			}
			return found.e == nil
		})
		name := firstName(e)
		if found.e != nil || name == nil {
			return found
		}
		at := s.holds(m, name)
		if len(at) == 0 {
			return found
		}
		m, e = at[0].m, at[0].e
		found.m = m
	}
	return found
}

// firstName is the name that an expression is made from: y for y.round(), y > 0.5
// and np.argmax(y, axis=1).
func firstName(e pysrc.Expr) *pysrc.Name {
	switch e := e.(type) {
	case *pysrc.Name:
		return e
	case *pysrc.Subscript:
		return firstName(e.Value)
	case *pysrc.Binary:
		return firstName(e.X)
	case *pysrc.Comp:
		return firstName(e.Clauses[0].Iter)
	case *pysrc.Call:
		if a, ok := e.Func.(*pysrc.Attribute); ok && len(e.Args) == 0 {
			return firstName(a.Value)
		}
		if len(e.Args) > 0 {
			return firstName(e.Args[0])
		}
		if a, ok := e.Func.(*pysrc.Attribute); ok {
			return firstName(a.Value)
		}
	case *pysrc.Attribute:
		return firstName(e.Value)
	}
	return nil
}

// elements are those of a list of evaluation sets: the first of each pair.
func (s *splits) elements(m *project.Module, e pysrc.Expr) (found []spot) {
	switch e := e.(type) {
	case *pysrc.Tuple, *pysrc.List:
		all, _ := project.Elements(e)
		for _, x := range all {
			if pair, ok := x.(*pysrc.Tuple); ok && len(pair.Elts) > 0 {
				x = pair.Elts[0]
			}
			found = append(found, spot{m, x})
		}
	case *pysrc.Name:
		for _, at := range s.holds(m, e) {
			switch at.e.(type) {
			case *pysrc.List, *pysrc.Tuple:
				return s.elements(at.m, at.e)
			}
		}
		return []spot{{m, e}}
	}
	return found
}

// strings are the texts of an entry of params, whatever it is called.
func (s *splits) strings(m *project.Module, params pysrc.Expr, names ...string) (found []string) {
	entries, _ := m.Value(params, s.modules).Entries()
	for _, name := range names {
		_, e := entries[name].Expr()
		if e == nil {
			continue
		}
		pysrc.Walk(e, func(n pysrc.Node) bool {
			if text, ok := n.(*pysrc.String); ok {
				found = append(found, strings.Split(text.Value, ",")...)
			}
			return true
		})
	}
	return found
}
