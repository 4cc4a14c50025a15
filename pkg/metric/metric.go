// Package metric reads accuracy and loss out of what a training prints, for
// programs whose accuracy no framework call tells, say a torch loop that counts
// by hand.
//
// It is the second source: what the agent observed in the process counts first.
package metric

import (
	"regexp"
	"slices"
	"strings"
)

// A Reading is a value found in a line.
type Reading struct {
	Name    string  // "accuracy", "loss"
	Value   float64 // accuracy as a share of 1
	Split   string  // test, validation, train, unknown
	Samples int     // 0 when the line does not tell
	Line    int     // 1-based
	Text    string  // the line, so that a person sees what was read
	// Guess says that the line does not name an accuracy: it is a bare score.
	Guess bool
}

// longest is the length in bytes above which a line is data, not a report.
const longest = 2048

// below is how many lines a heading speaks of.
const below = 8

// Scan returns the readings of a text in order.
func Scan(text string) []Reading {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = visible(line)
	}
	return append(scan(lines), bare(text)...)
}

// scan returns the readings of visible lines in order.
func scan(lines []string) (found []Reading) {
	before, head, headed := "", "", 0
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if m := heading.FindStringSubmatch(line); m != nil {
			head, headed = split(m[1]), i
		} else if head == "" || i-headed > below {
			head = "unknown"
		}
		for _, r := range inContext(scanLine(line), line, before, head) {
			r.Line, r.Text = i+1, strings.TrimSpace(line)
			found = append(found, r)
		}
		if r, ok := meanOfFolds(found, line); ok {
			r.Line, r.Text = i+1, strings.TrimSpace(line)
			found = append(found, r)
		}
		before = strings.TrimSpace(line)
	}
	return found
}

var (
	escape = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")
	// typed is how NumPy 2 prints its scalars, and what Torch adds to a tensor.
	typed = regexp.MustCompile(`(?i)\b(?:np\.|numpy\.)?float\d+\(|,?\s*(?:dtype|device)=[\w.':]+`)
)

// visible is what a person sees of a line: the last state of what was printed
// over, without colours; empty when it is too long to be a report.
func visible(line string) string {
	line = strings.TrimRight(line, "\r")
	line = line[strings.LastIndexByte(line, '\r')+1:]
	if len(line) > longest {
		return ""
	}
	if strings.IndexByte(line, 0x1b) >= 0 {
		line = escape.ReplaceAllString(line, "")
	}
	if strings.IndexByte(line, '\b') >= 0 {
		var kept []byte
		for _, c := range []byte(line) {
			if c != '\b' {
				kept = append(kept, c)
			} else if len(kept) > 0 {
				kept = kept[:len(kept)-1]
			}
		}
		line = string(kept)
	}
	if !strings.Contains(line, "float") && !strings.Contains(line, "=") {
		return line
	}
	return typed.ReplaceAllString(line, " ")
}

var (
	fold     = regexp.MustCompile(`(?i)\bfolds?\b`)
	averaged = regexp.MustCompile(`(?i)^\W*(?:average|avg|mean)\W{1,4}(` + figure + `)\s*(%?)(?:\s*\(?(?:\+|±).*)?\W*$`)
)

// meanOfFolds reads the line behind the accuracies of folds that gives their mean: "Average: 97.2 %".
func meanOfFolds(found []Reading, line string) (Reading, bool) {
	m := averaged.FindStringSubmatch(line)
	if m == nil || len(found) == 0 {
		return Reading{}, false
	}
	last := found[len(found)-1]
	mean := keep(nil, m[1], m[2] != "", last.Split, 0)
	if mean == nil || last.Name != "accuracy" || !fold.MatchString(last.Text) {
		return Reading{}, false
	}
	return mean[0], true
}

var (
	bar   = regexp.MustCompile(`\d+/\d+ .*\d+(?:ms|us|s)/(?:step|epoch|sample)`)
	epoch = regexp.MustCompile(`^Epoch \d+/\d+`)
	// passing is a line of the ImageNet example's training, summary the one behind
	// its validation's: " * Acc@1 71.2".
	passing = regexp.MustCompile(`(?i)epoch:? ?\[\s*\d+\]\s*\[\s*\d+/\d+\]`)
	summary = regexp.MustCompile(`(?i)\* *(?:acc|prec)@1`)
)

// inContext decides what data the readings of one line speak of, where only the
// lines around tell.
func inContext(readings []Reading, line, before, head string) []Reading {
	heldOut := false
	for _, r := range readings {
		heldOut = heldOut || r.Name == "accuracy" && (r.Split == "validation" || r.Split == "test")
	}
	for i := range readings {
		r := &readings[i]
		switch {
		case r.Split != "unknown":
		case heldOut && r.Name == "accuracy": // "acc 0.9 val_acc 0.8"
			r.Split = "train"
		case bar.MatchString(line) && epoch.MatchString(before): // keras: fit, not evaluate
			r.Split = "train"
		case passing.MatchString(line):
			r.Split = "train"
		case strings.HasSuffix(before, ":") || summary.MatchString(line) && meter.MatchString(before): // "Evaluation on the test set:"
			r.Split = split(before)
		default:
			r.Split = head
		}
	}
	return readings
}

var (
	lone = regexp.MustCompile(`^[\s\[(]*(?:tensor\()?(0?\.\d+|\d{1,2}(?:\.\d+)?\s*%)[\s\])]*$`)
	// foreign are words of programs whose lone number is no accuracy.
	foreign = regexp.MustCompile(`(?i)\b(?:r2|r\^2|r-squared|rmse|mse|mae|auc|f1|regress\w*|perplexity|bleu|error|loss)\b`)
)

// bare reads a last line that is nothing but a share or a percentage, in a
// program that speaks of no other measure.
func bare(text string) []Reading {
	text = strings.TrimSpace(text)
	last := visible(text[strings.LastIndexByte(text, '\n')+1:])
	m := lone.FindStringSubmatch(last)
	if m == nil || foreign.MatchString(text) {
		return nil
	}
	found := keep(nil, strings.TrimRight(m[1], " %"), strings.Contains(m[1], "%"), "unknown", 0)
	for i := range found {
		found[i].Guess, found[i].Text, found[i].Line = true, strings.TrimSpace(last), strings.Count(text, "\n")+1
	}
	return found
}

// sameData takes the accuracies that a loop prints without saying on which data
// for those of the training data, where the last word of the program is one on
// training data and nothing speaks of other data.
func sameData(readings []Reading) []Reading {
	var unknown []int
	last := ""
	for i, r := range readings {
		if r.Name != "accuracy" || r.Guess {
			continue
		}
		if last = r.Split; last == "unknown" {
			unknown = append(unknown, i)
		} else if last != "train" {
			return readings
		}
	}
	if last != "train" || len(unknown) < 2 {
		return readings
	}
	readings = slices.Clone(readings)
	for _, i := range unknown {
		readings[i].Split = "train"
	}
	return readings
}

// Pick returns the accuracy that counts: the last on test data, else on
// validation data, else where no line tells, else on training data; a guess
// only when nothing names an accuracy.
func Pick(readings []Reading) (Reading, bool) {
	readings = sameData(readings)
	for _, guess := range []bool{false, true} {
		if r, ok := last(readings, func(r Reading) bool { return r.Name == "accuracy" && r.Guess == guess }); ok {
			return r, true
		}
	}
	return Reading{}, false
}

// last is the last reading that counts, on the data that counts most.
func last(readings []Reading, counts func(Reading) bool) (Reading, bool) {
	for _, of := range []string{"test", "validation", "unknown", "train"} {
		for _, r := range slices.Backward(readings) {
			if r.Split == of && counts(r) {
				return r, true
			}
		}
	}
	return Reading{}, false
}
