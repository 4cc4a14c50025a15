package space

import "slices"

// An arg is an argument of a framework call that can be tuned. Domains are
// wide enough to leave a bad value and narrow enough that both ends run;
// defaults and positions are those of the reference named at each table, held
// by a test against the installed frameworks.
type arg struct {
	name      string
	also      []string // names of other versions
	pos       int      // position without self, -1 for keyword only
	role      string
	low, high float64
	log, int  bool
	// share is the domain of a fraction, where an int argument takes one:
	// min_samples_leaf=0.1.
	share [2]float64
	// capped says that more than the user's own value may be more than there
	// is, say of features.
	capped  bool
	choices []string
	// closed says that a value that is not among the choices is left alone.
	closed bool
	// fallback is the framework's default as source text; with insert set, a
	// call that lacks the argument gets it offered.
	fallback string
	insert   bool
	// unless are arguments beside which this one is left alone, spoils the
	// attributes that a model lacks when the value changes.
	unless, spoils []string
}

// whole is a whole number that is searched by its logarithm, step one that is
// not, real and linear are fractions.
func whole(name string, pos int, role string, low, high float64) arg {
	return arg{name: name, pos: pos, role: role, low: low, high: high, log: true, int: true}
}

func step(name string, pos int, role string, low, high float64) arg {
	return arg{name: name, pos: pos, role: role, low: low, high: high, int: true}
}

func real(name string, pos int, role string, low, high float64) arg {
	return arg{name: name, pos: pos, role: role, low: low, high: high, log: true}
}

func linear(name string, pos int, role string, low, high float64) arg {
	return arg{name: name, pos: pos, role: role, low: low, high: high}
}

func oneOf(name string, pos int, role string, choices ...string) arg {
	return arg{name: name, pos: pos, role: role, choices: choices}
}

// or names the default, missing offers the argument where a call lacks it.
func (a arg) or(fallback string) arg      { a.fallback = fallback; return a }
func (a arg) missing(fallback string) arg { a.insert = true; return a.or(fallback) }

// named tells whether a name is one of the argument.
func (a arg) named(name string) bool { return a.name == name || slices.Contains(a.also, name) }

func (a arg) aka(names ...string) arg      { a.also = names; return a }
func (a arg) shares(low, high float64) arg { a.share = [2]float64{low, high}; return a }
func (a arg) upToOwn() arg                 { a.capped = true; return a }
func (a arg) only() arg                    { a.closed = true; return a }
func (a arg) without(names ...string) arg  { a.unless = names; return a }
func (a arg) spoiling(attrs ...string) arg { a.spoils = attrs; return a }

// calls is the table by canonical name.
var calls = merged(kerasCalls, torchCalls, sklearnCalls, boostingCalls, formerCalls)

func merged(tables ...map[string][]arg) map[string][]arg {
	all := map[string][]arg{}
	for _, t := range tables {
		for owner, args := range t {
			all[owner] = slices.Concat(all[owner], args)
		}
	}
	return all
}
