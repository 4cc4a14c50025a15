// Package metric reads accuracy out of what a training prints, for programs
// whose accuracy no framework call tells, say a torch loop that counts by hand.
//
// It is the second source: what the agent observed in the process counts first.
package metric

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A Reading is a value found in a line.
type Reading struct {
	Name    string  // "accuracy"
	Value   float64 // share of 1
	Split   string  // test, validation, train, unknown
	Samples int     // 0 when the line does not tell
	Line    int     // 1-based
	Text    string  // the line, so that a person sees what was read
}

var (
	// noise is what terminals understand and people do not see.
	noise = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]|.\x08")
	// number is a value with an optional percent sign.
	number = `(\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)\s*(%?)`
	// named is "Test accuracy: 93.3%", "val_acc=0.20", "accuracy_score is tensor(0.8)".
	named = regexp.MustCompile(`(?i)(?:^|[^a-z0-9])((?:[a-z]+[_ \-])*(?:accuracy|acc)(?:_score)?)\b([^0-9\n|]{0,60}?)[\s:=(\[]` + number)
	// share is "9712/10000".
	share = regexp.MustCompile(`(\d+)\s*/\s*(\d+)\s*(?:\((\d+(?:\.\d*)?)\s*%?\))?`)
	// images is "on the 10000 test images: 82 %".
	images = regexp.MustCompile(`(?i)on (?:the )?(\d+) (\w+) (?:images|samples|examples)\D{0,10}` + number)
	// rate is an error rate of a boosting log: "[9]\teval-merror:0.2".
	rate = regexp.MustCompile(`(?i)(?:^|[\s\]])([a-z_0-9]+?)(?:-|'s )(?:m?error|(?:binary|multi)_error):\s*(\d*\.?\d+)`)
	// row is the accuracy row of scikit-learn's classification_report.
	row = regexp.MustCompile(`^\s*accuracy\s+(\d\.\d+)\s+(\d+)\s*$`)
	// other is a line that speaks of an accuracy which is not measured.
	other = regexp.MustCompile(`(?i)\b(target|threshold|baseline|chance|random guess|goal|required|expected|compile_metrics)\b`)
)

// Scan returns the accuracies of a text in order.
func Scan(text string) []Reading {
	var found []Reading
	for i, line := range strings.Split(text, "\n") {
		// Of a line that was printed over, the last state counts.
		line = strings.TrimRight(line, "\r")
		line = line[strings.LastIndexByte(line, '\r')+1:]
		if len(line) > 4096 {
			continue
		}
		line = noise.ReplaceAllString(line, "")
		if other.MatchString(line) {
			continue
		}
		for _, r := range scanLine(line) {
			r.Name, r.Line, r.Text = "accuracy", i+1, strings.TrimSpace(line)
			found = append(found, r)
		}
	}
	return found
}

func scanLine(line string) []Reading {
	if m := row.FindStringSubmatch(line); m != nil {
		samples, _ := strconv.Atoi(m[2]) // digits by the pattern
		return keep(nil, m[1], "", "unknown", samples)
	}
	if m := images.FindStringSubmatch(line); m != nil && strings.Contains(strings.ToLower(line), "accuracy") {
		samples, _ := strconv.Atoi(m[1])
		return keep(nil, m[3], m[4], split(m[2]), samples)
	}
	var found []Reading
	for _, m := range rate.FindAllStringSubmatch(line, -1) {
		if value, err := strconv.ParseFloat(m[2], 64); err == nil {
			found = keep(found, strconv.FormatFloat(1-value, 'g', -1, 64), "", split(m[1]), 0)
		}
	}
	for _, m := range named.FindAllStringSubmatchIndex(line, -1) {
		name, between := line[m[2]:m[3]], line[m[4]:m[5]]
		if strings.Contains(strings.ToLower(name), "balanced") || strings.Contains(strings.ToLower(between), "loss") {
			continue
		}
		of := split(name)
		if of == "unknown" {
			of = split(line[:m[2]])
		}
		rest := line[m[6]:]
		if s := share.FindStringSubmatchIndex(rest); s != nil && s[0] == 0 {
			found = fraction(found, rest, s, of)
			continue
		}
		found = keep(found, line[m[6]:m[7]], line[m[8]:m[9]], of, 0)
	}
	return found
}

// fraction reads "9712/10000 (97%)".
func fraction(found []Reading, text string, s []int, split string) []Reading {
	right, _ := strconv.ParseFloat(text[s[2]:s[3]], 64)
	all, _ := strconv.ParseFloat(text[s[4]:s[5]], 64)
	if all == 0 {
		return found
	}
	return keep(found, strconv.FormatFloat(right/all, 'g', -1, 64), "", split, int(all))
}

// keep adds a value as a share of 1 when it can be an accuracy.
func keep(found []Reading, text, percent, split string, samples int) []Reading {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(value) {
		return found
	}
	if percent == "%" || value > 1 {
		value /= 100
	}
	if value < 0 || value > 1 {
		return found
	}
	return append(found, Reading{Value: value, Split: split, Samples: samples})
}

var splits = []struct{ word, split string }{
	{"val", "validation"}, {"valid", "validation"}, {"validation", "validation"}, {"dev", "validation"}, {"eval", "validation"},
	{"test", "test"}, {"testing", "test"}, {"heldout", "test"}, {"holdout", "test"},
	{"train", "train"}, {"training", "train"},
}

// split names the data that words speak of; the last word that tells wins,
// since "train loss 0.3 val acc 0.8" speaks of validation.
func split(words string) string {
	found := "unknown"
	for _, word := range strings.FieldsFunc(strings.ToLower(words), func(r rune) bool { return r < 'a' || r > 'z' }) {
		for _, s := range splits {
			if word == s.word {
				found = s.split
			}
		}
	}
	return found
}

// Pick returns the reading that counts: the last on test data, else on
// validation data, else where no line tells, else on training data.
func Pick(readings []Reading) (Reading, bool) {
	for _, of := range []string{"test", "validation", "unknown", "train"} {
		for i := len(readings) - 1; i >= 0; i-- {
			if readings[i].Split == of {
				return readings[i], true
			}
		}
	}
	return Reading{}, false
}
