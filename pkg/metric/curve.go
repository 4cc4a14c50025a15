package metric

import (
	"regexp"
	"strconv"
	"strings"
)

// An Epoch is what a training printed of one of its epochs.
type Epoch struct {
	N      int                // from 1
	Values map[string]float64 // loss, accuracy, val_loss, val_accuracy
}

// numbered is where a line names its epoch: "Epoch: 3/10", "[epoch 3]", "ep=3".
var numbered = regexp.MustCompile(`(?i)(?:^|[^a-z])(?:epochs?|ep)\b[\s:#=\[(-]*(\d{1,7})\b`)

// An interval is an epoch's part of a text: from the line that names it up to
// the next that names another.
type interval struct {
	n        int
	lines    []string
	readings map[string]float64 // by name and split, the last of each
}

// Curve reads the learning curve of the last training in a text that names its
// epochs; nil where fewer than two are there. A value counts where most epochs
// have it, and what is printed behind the last epoch does not.
func Curve(text string) []Epoch {
	intervals := epochs(text)
	if len(intervals) < 2 {
		return nil
	}
	most := 0
	for _, in := range intervals[:len(intervals)-1] {
		most = max(most, len(in.lines))
	}
	last := &intervals[len(intervals)-1]
	last.lines = last.lines[:min(most, len(last.lines))]
	had := map[string]int{}
	for i := range intervals {
		intervals[i].read()
		for key := range intervals[i].readings {
			had[key]++
		}
	}
	first := intervals[0].n // some count from 0
	var curve []Epoch
	for _, in := range intervals {
		e := Epoch{N: in.n, Values: map[string]float64{}}
		if first == 0 {
			e.N++
		}
		for name, keys := range sources {
			for _, key := range keys {
				if 2*had[key] > len(intervals) {
					if v, ok := in.readings[key]; ok {
						e.Values[name] = v
					}
					break
				}
			}
		}
		curve = append(curve, e)
	}
	return curve
}

// sources are the readings that a curve's value may be, best first. A loop says
// of which data it prints a value where that is not what it trains on.
var sources = map[string][]string{
	"loss":         {"loss train", "loss unknown"},
	"accuracy":     {"accuracy train", "accuracy unknown"},
	"val_loss":     {"loss validation", "loss test"},
	"val_accuracy": {"accuracy validation", "accuracy test"},
}

// epochs cuts the text of the last training at the lines that name an epoch.
func epochs(text string) (found []interval) {
	for _, raw := range strings.Split(text, "\n") {
		line := visible(raw)
		if m := numbered.FindStringSubmatch(line); m != nil {
			n, err := strconv.Atoi(m[1])
			switch last := len(found) - 1; {
			case err != nil:
			case last >= 0 && n < found[last].n:
				found = []interval{{n: n}} // another training begins
			case last < 0 || n > found[last].n:
				found = append(found, interval{n: n})
			}
		}
		if len(found) > 0 {
			in := &found[len(found)-1]
			in.lines = append(in.lines, line)
		}
	}
	return found
}

// read notes the values of an epoch's lines.
func (in *interval) read() {
	in.readings = map[string]float64{}
	for _, r := range scan(in.lines) {
		if !r.Guess {
			in.readings[r.Name+" "+r.Split] = r.Value
		}
	}
	in.lines = nil
}
