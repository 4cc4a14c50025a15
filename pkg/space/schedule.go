package space

import (
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// schedules ties the length of a training to the schedules that say it again.
func (f *finder) schedules() {
	for _, c := range f.m.Calls {
		switch f.m.Canonical(c) {
		case "torch.optim.lr_scheduler.CosineAnnealingLR":
			for i, t := range f.found {
				if slices.Contains(turns, t.Role) {
					f.repeats(i, []pysrc.Expr{project.Argument(c, "T_max", 1)})
				}
			}
		case "torch.optim.lr_scheduler.OneCycleLR":
			f.cycle(c)
		}
	}
}

// cycle drops what would make a training longer than its OneCycleLR, which
// fails then: more epochs, more batches in one.
func (f *finder) cycle(c *pysrc.Call) {
	if project.Open(c) {
		return
	}
	var parts []pysrc.Expr
	for i, name := range []string{"total_steps", "epochs", "steps_per_epoch"} {
		if e := project.Argument(c, name, 2+i); e != nil {
			parts = append(parts, factors(f.told(e))...)
		}
	}
	counted := slices.ContainsFunc(parts, func(e pysrc.Expr) bool { // len(loader)
		_, fixed := f.amount(e)
		return !fixed
	})
	kept := f.found[:0:0]
	for i, t := range f.found {
		turn := slices.Contains(turns, t.Role)
		if t.Role == "batch_size" && counted || turn && f.repeats(i, parts) || t.Role != "batch_size" && !turn {
			kept = append(kept, f.found[i])
		}
	}
	f.found = kept
}

// repeats tells whether one of the expressions is the value of a tunable; where
// it is written out, it changes along.
func (f *finder) repeats(i int, parts []pysrc.Expr) bool {
	t := f.found[i]
	for _, e := range parts {
		at, ok := f.amount(e)
		switch {
		case !ok || at.Text != t.Value:
		case at.File() == t.File && at.Place == t.Place:
			return true
		case at.Module == f.m && at.Place == e.Span() && t.File == f.m.Name:
			f.found[i].Also = append(f.found[i].Also, at.Place)
			return true
		}
	}
	return false
}

// told is the product that a name stands for which is given once.
func (f *finder) told(e pysrc.Expr) pysrc.Expr {
	if product, ok := once(f.m, e).(*pysrc.Binary); ok {
		return product
	}
	return e
}

// cyclic tells whether a call makes a schedule that sets rates by itself.
func (f *finder) cyclic(c *pysrc.Call) bool {
	name := f.m.Canonical(c)
	return strings.HasSuffix(name, ".OneCycleLR") || strings.HasSuffix(name, ".CyclicLR")
}

// cycled tells whether a schedule sets the rate of an optimizer, whatever it is
// given.
func (f *finder) cycled(optimizer *pysrc.Call) bool {
	return slices.ContainsFunc(f.m.Calls, func(c *pysrc.Call) bool {
		if !f.cyclic(c) {
			return false
		}
		given := project.Argument(c, "optimizer", 0)
		if x, ok := given.(*pysrc.Name); ok {
			given = f.latest(x)
		}
		return given == pysrc.Expr(optimizer)
	})
}
