package space

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// idle tells whether an argument does nothing beside the others of a call.
func (f *finder) idle(a arg, owner string, c *pysrc.Call, given map[string]project.Value) bool {
	says := func(name string) (string, bool) {
		v, ok := f.given(arg{name: name, pos: -1}, c, given)
		at, _ := v.Literal()
		return strings.Trim(at.Text, `'"`), ok
	}
	switch {
	case a.role == "gamma" && strings.HasPrefix(owner, "sklearn.svm."):
		kernel, _ := says("kernel")
		return kernel == "linear"
	case a.role == "rounds" && a.name == "num_boost_round": // the dict wins
		keys := f.dictionary(owner, c)
		return slices.ContainsFunc(dictionaries[owner].args, func(other arg) bool {
			return other.role == a.role && slices.ContainsFunc(append([]string{other.name}, other.also...), func(name string) bool { _, ok := keys[name]; return ok })
		})
	case a.role == "max_depth" && strings.HasPrefix(owner, "xgboost."):
		booster, _ := says("booster")
		return booster == "gblinear"
	case a.role == "dropout" && slices.Contains(remembering, owner): // it works between layers
		layers, stacked := f.given(arg{name: "num_layers", pos: 2}, c, given)
		at, told := layers.Literal()
		return !stacked || told && at.Text == "1"
	case a.name == "subsample" && strings.HasPrefix(owner, "lightgbm."):
		for _, name := range []string{"boosting_type", "boosting", "data_sample_strategy"} {
			if kind, _ := says(name); kind == "goss" {
				return true
			}
		}
		for _, name := range []string{"subsample_freq", "bagging_freq"} {
			if every, ok := says(name); ok && every != "0" {
				return false
			}
		}
		return true
	case strings.HasPrefix(owner, "torch.optim."):
		if a.role == "learning_rate" && f.cycled(c) {
			return true
		}
		groups := f.groups(c)
		return len(groups) > 0 && !slices.ContainsFunc(groups, func(g map[string]project.Value) bool { _, ok := g[a.name]; return !ok })
	}
	return false
}

// groups are the groups of parameters that an optimizer of torch is given with
// arguments of their own.
func (f *finder) groups(c *pysrc.Call) (groups []map[string]project.Value) {
	params := project.Argument(c, "params", 0)
	if params == nil {
		return nil
	}
	elements, _ := f.m.Value(params, f.modules).Elements()
	for _, e := range elements {
		entries, _ := e.Entries()
		groups = append(groups, entries)
	}
	return groups
}

// grouped offers what the groups of an optimizer set.
func (f *finder) grouped(id, owner string, c *pysrc.Call) {
	if !strings.HasPrefix(owner, "torch.optim.") {
		return
	}
	for i, g := range f.groups(c) {
		for _, a := range calls[owner] {
			if v, ok := g[a.name]; ok && !(a.role == "learning_rate" && f.cycled(c)) {
				f.value(fmt.Sprintf("%s:params.%d.%s", id, i, a.name), owner, a, v)
			}
		}
	}
}
