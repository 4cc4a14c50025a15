package space

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// trainsIn tells whether a loop's body makes a training step, of a framework or
// by hand, or calls a function of the user's that makes one or is named for it.
func (p program) trainsIn(part *pysrc.Part) bool {
	found := len(descentsIn(part)) > 0
	pysrc.Walk(part, func(n pysrc.Node) bool {
		if c, ok := n.(*pysrc.Call); ok {
			switch last := project.LastName(c.Func); {
			case slices.Contains(updating, last), last == "step", last == "partial_fit":
				found = true
			case last == "run": // a session of TensorFlow 1
				found = found || len(c.Args) > 0 && runsStep(c.Args[0])
			default:
				found = found || p.steps[last] || strings.HasPrefix(last, "train") && last != "train_test_split"
			}
		}
		return !found
	})
	return found
}

// updating are the calls by which frameworks make one step of a training.
var updating = []string{"backward", "train_on_batch", "apply_gradients", "minimize"}

// runsStep tells whether a session is asked for what is named like a training
// step.
func runsStep(fetched pysrc.Expr) bool {
	found := false
	pysrc.Walk(fetched, func(n pysrc.Node) bool {
		if name, ok := n.(*pysrc.Name); ok {
			low := strings.ToLower(name.ID)
			found = found || strings.Contains(low, "train") || strings.Contains(low, "optim")
		}
		return !found
	})
	return found
}

var (
	// again are the names of what counts whole trainings.
	again = regexp.MustCompile(`(?i)^(?:(?:i|n|k)_?)?(?:fold|run|seed|trial|rep|repeat|repetition|experiment)(?:_?(?:i|n|idx|id|num|no))?$`)
	// learns are the methods of what a loop trains.
	learns = regexp.MustCompile(`^(?:step|zero_grad|partial_fit|train_on_batch|train|parameters)$`)
)

// restarts tells whether a loop trains from the begin in each turn: by its name,
// or since it makes what it trains.
func restarts(part *pysrc.Part) bool {
	if x, ok := part.Target.(*pysrc.Name); ok && again.MatchString(x.ID) {
		return true
	}
	trained := map[string]bool{}
	pysrc.Walk(part, func(n pysrc.Node) bool {
		if c, ok := n.(*pysrc.Call); ok {
			if a, ok := c.Func.(*pysrc.Attribute); ok && learns.MatchString(a.Attr) {
				trained[project.Dotted(a.Value)] = true
			}
		}
		return true
	})
	for _, d := range descentsIn(part) {
		trained[project.Dotted(d.target)] = true
	}
	delete(trained, "")
	return slices.ContainsFunc(part.Body, func(s pysrc.Stmt) bool {
		a, ok := s.(*pysrc.Assign)
		if !ok || a.Op != "=" {
			return false
		}
		_, made := a.Value.(*pysrc.Call)
		return made && slices.ContainsFunc(a.Targets, func(t pysrc.Expr) bool { return trained[project.Dotted(t)] })
	})
}

// A descent is a step against a gradient, or along one, that is written by hand:
// target -= rate * gradient, target = target - rate * gradient.
type descent struct{ target, rate pysrc.Expr }

// rateName is what people call the rate of a descent.
var rateName = regexp.MustCompile(`(?i)^_*(?:\w+_)?(?:lr|eta|alpha|learn(?:ing)?_?rate|step_?size)(?:_?0)?$`)

// descents are the descents below a node.
func descents(root pysrc.Node) (found []descent) {
	pysrc.Walk(root, func(n pysrc.Node) bool {
		a, ok := n.(*pysrc.Assign)
		if !ok || len(a.Targets) != 1 {
			return true
		}
		by := a.Value
		if b, ok := by.(*pysrc.Binary); ok && a.Op == "=" && (b.Op == "-" || b.Op == "+") && same(b.X, a.Targets[0]) {
			by = b.Y
		} else if a.Op != "-=" && a.Op != "+=" {
			return true
		}
		for _, e := range scales(by) {
			if rateName.MatchString(lastWord(e)) {
				found = append(found, descent{a.Targets[0], e})
			}
		}
		return true
	})
	return found
}

// Descends tells whether a file has a descent that is written by hand.
func Descends(m *project.Module) bool { return len(descents(m.File)) > 0 }

// scales are the factors of an expression; what it is divided by is none.
func scales(e pysrc.Expr) []pysrc.Expr {
	b, ok := e.(*pysrc.Binary)
	switch {
	case ok && b.Op == "*":
		return append(scales(b.X), scales(b.Y)...)
	case ok && (b.Op == "/" || b.Op == "@"):
		return scales(b.X)
	}
	return []pysrc.Expr{e}
}

// lastWord is the last word of a name, an attribute or a key.
func lastWord(e pysrc.Expr) string {
	if s, ok := e.(*pysrc.Subscript); ok {
		key, _ := s.Index.(*pysrc.String)
		if key == nil {
			return ""
		}
		return key.Value
	}
	return project.LastName(e)
}

// same tells whether two expressions name the same, subscripts included.
func same(a, b pysrc.Expr) bool {
	x, ok := a.(*pysrc.Subscript)
	y, too := b.(*pysrc.Subscript)
	if ok && too {
		return same(x.Value, y.Value)
	}
	return project.Dotted(a) != "" && project.Dotted(a) == project.Dotted(b)
}

// descentsIn are the descents of a loop that goes on with the same weights: not
// that over the layers, W[l] -= rate * dW[l].
func descentsIn(part *pysrc.Part) []descent {
	counter, _ := part.Target.(*pysrc.Name)
	return slices.DeleteFunc(descents(part), func(d descent) (layer bool) {
		pysrc.Walk(d.target, func(n pysrc.Node) bool {
			x, ok := n.(*pysrc.Name)
			layer = layer || ok && counter != nil && x.ID == counter.ID
			return !layer
		})
		return layer
	})
}

// stepping are the functions of a file that make one step: their descents stand
// in no loop of theirs that trains.
func stepping(m *project.Module) (names []string) {
	for _, d := range m.Defs {
		inLoops := 0
		pysrc.Walk(d, func(n pysrc.Node) bool {
			part, ok := n.(*pysrc.Part)
			if !ok {
				return true
			}
			_, last := lasts(part)
			if found := descentsIn(part); last != nil && len(found) > 0 {
				inLoops += len(found)
				return false
			}
			return true
		})
		if len(descents(d)) > inLoops && d.Name != "__init__" {
			names = append(names, d.Name)
		}
	}
	return names
}

// descend offers the rates of the descents that are written by hand.
func (f *finder) descend() {
	rate := real("learning_rate", -1, "learning_rate", 1e-6, 1)
	for i, d := range descents(f.m.File) {
		rate.name = lastWord(d.rate)
		f.value(fmt.Sprintf("%s:descent#%d:%s", f.m.Name, i, rate.name), "descent", rate, f.m.Value(d.rate, f.modules))
	}
}
