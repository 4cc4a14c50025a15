package space

import (
	"slices"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// turns are the roles of what loops of trainings count.
var turns = []string{"epochs", "steps"}

// A unit is what one turn of a loop that trains is.
type unit int

const (
	unseen  unit = iota
	aStep        // of all rows, or of one batch
	anEpoch      // a step for each batch, in a loop of its own
)

// nested is how many calls are followed to the step that a turn makes.
const nested = 3

// unitOf tells what a turn of a loop is, by where it makes its steps.
func (p program) unitOf(part *pysrc.Part) unit {
	found := p.units(part.Body, aStep, nested)
	for _, u := range []unit{aStep, anEpoch} { // a step besides those in loops is one for all rows
		if slices.Contains(found, u) {
			return u
		}
	}
	return unseen
}

// units tells of each training step in a body what the body is for it; in is what
// it is for one that stands in no loop.
func (p program) units(body []pysrc.Stmt, in unit, calls int) (found []unit) {
	for _, s := range body {
		pysrc.Walk(s, func(n pysrc.Node) bool {
			switch n := n.(type) {
			case *pysrc.Part:
				switch within := in; n.Keyword {
				case "while": // over batches, or until something is so
					found = append(found, p.units(n.Body, unseen, calls)...)
					return false
				case "for":
					if len(descents(n)) == 0 || len(descentsIn(n)) > 0 { // and not over the layers
						within = anEpoch
					}
					found = append(found, p.units(n.Body, within, calls)...)
					return false
				}
			case *pysrc.Assign:
				if len(descents(n)) > 0 {
					found = append(found, in)
				}
			case *pysrc.Call:
				found = append(found, p.unitsOf(n, in, calls)...)
			}
			return true
		})
	}
	return found
}

// unitsOf is units for a call: of a framework that makes a step, or of a function
// of the program.
func (p program) unitsOf(c *pysrc.Call, in unit, calls int) []unit {
	switch last := project.LastName(c.Func); {
	case slices.Contains(updating, last):
		return []unit{in}
	case last == "run":
		if len(c.Args) > 0 && runsStep(c.Args[0]) {
			return []unit{in}
		}
	case last == "partial_fit": // which goes through the rows by itself
		return []unit{anEpoch}
	default:
		if defs := p.defs[last]; calls > 0 && len(defs) == 1 {
			return p.units(defs[0].Body, in, calls-1)
		}
	}
	return nil
}
