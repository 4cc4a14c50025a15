package run

import "fmt"

// lawful lists the states that may follow each other. Done is final.
var lawful = map[State][]State{
	Queued:   {Queued, Training, Waiting, Done},
	Training: {Training, Waiting, Done},
	Waiting:  {Waiting, Training, Done},
	Done:     {Done},
}

// Lawful returns an error for a transition that must not happen.
func Lawful(from, to State) error {
	for _, s := range lawful[from] {
		if s == to {
			return nil
		}
	}
	return fmt.Errorf("a run that is %s cannot become %s", from, to)
}
