package metric

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A report names few values and puts them close to their names: what is longer
// is data, and would cost time.
const (
	names = 16
	near  = 200
)

const figure = `(?:\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)`

var (
	// name is "Test accuracy", "val_acc", "accuracy_score", "valAcc", "Acc@1".
	name = regexp.MustCompile(`(?i)(?:^|[^a-z0-9])((?:[a-z]+[_ \-])*(?:train|val|valid|test)?(?:accuracy|acc|prec@1\b)(?:[_ ]scores?)?(?:@1\b)?)`)
	// value is a number that follows a name, after a few words.
	value = regexp.MustCompile(`^([^0-9.,;]*(?:\.[^0-9.,;]+)?)(` + figure + `)\s*(%?)`)
	// counter is a number that counts something: "at epoch 5", "of class 3".
	counter = regexp.MustCompile(`(?i)(?:epoch|step|fold|iteration|iter|round|after|batch|batch[ _]size|seed|run|trial|top|depth|lr|rate|alpha|gamma|dropout|momentum|\b[kc]\s*=|#)[\s:=#\-]*$`)
	// counted is what follows such a number: "of 50 samples", "in 3.2 s".
	counted = regexp.MustCompile(`(?i)^(?: \w+)? (?:images|samples|examples|rows|points|epochs|iterations|folds|neighbou?rs|trees|classes|units|neurons|layers|features|components|estimators|clusters)\b|^ ?(?:ms|s|secs?|seconds|mins?|minutes|hours?)\b`)
	// numbering is what follows the whole number of "for fold no. 1 on the test set: 0.9".
	numbering = regexp.MustCompile(`(?i)^ (?:on|of|in|at|for|with) [a-z ]{1,40}[:=]\s*` + figure)
	// lettered and hyphened are before and behind a number that is part of a name:
	// "ResNet18", "CIFAR-10", "5-fold"; label is behind that of "(model 1): 0.81".
	lettered = regexp.MustCompile(`[A-Za-z]-?$`)
	hyphened = regexp.MustCompile(`^-[A-Za-z]`)
	label    = regexp.MustCompile(`^\s*\)?\s*[:=]\s*` + figure)
	// lossFirst is what stands before "acc: 0.35/0.91", next what follows then.
	lossFirst = regexp.MustCompile(`(?i)\bloss(?:es)?\s*(?:[/,&|]|and)\s*$`)
	next      = regexp.MustCompile(`^\s*(?:[/,&|]|and)\s*(` + figure + `)\s*(%?)`)
	// meter is a line of PyTorch's ImageNet example and those made of it, that give
	// the last batch's value and, behind it, the average: "Test: [10/79] Acc@1 50.0 (71.2)".
	meter   = regexp.MustCompile(`\[\s*\d+/\d+\]`)
	average = regexp.MustCompile(`^\s*\(\s*(` + figure + `)\s*(%?)\)`)
	// several is a list of values: "[0.9, 0.92]", more what begins the rest of one; over are words by which it is one of folds.
	several = regexp.MustCompile(`^[\[(]((?:\s*` + figure + `\s*[,\s]){1,50}\s*` + figure + `)\s*[\])]`)
	more    = regexp.MustCompile(`^\s*[,\s]\s*` + figure)
	over    = regexp.MustCompile(`(?i)cross|\bcv\b|folds?\b|scores`)
	// ranked stands before the accuracy of the best five classes: "top_5_accuracy".
	ranked = regexp.MustCompile(`(?i)top[_ \-]?[2-9]\d*$`)
	// share is "9712/10000".
	share = regexp.MustCompile(`^(\d+)\s*(?:/|out of)\s*(\d+)`)
	// images is "on the 10000 test images: 82 %".
	images = regexp.MustCompile(`(?i)accuracy.* on (?:the |all )*(\d+) (?:(\w+) )?(?:images|samples|examples|rows|points)\D{0,10}(` + figure + `)\s*(%?)`)
	// correct is "Correct: 9712/10000" and "Got 9712 / 10000 correct".
	correct = regexp.MustCompile(`(?i)\bcorrect\w*\s*[:=]?\s*(\d+)\s*/\s*(\d+)|\b(\d+)\s*/\s*(\d+)\s+correct`)
	// rate is an error rate of a boosting log: "[9]\teval-merror:0.2".
	rate = regexp.MustCompile(`(?i)(?:^|[\s\]])([a-z_0-9]+?)(?:-|'s )(?:m?error|(?:binary|multi)_error):\s*(\d*\.?\d+)`)
	// row is the accuracy row of scikit-learn's classification_report, column
	// the row of a class that is called so.
	row    = regexp.MustCompile(`^\s*accuracy\s+(\d\.\d+)\s+(\d+)\s*$`)
	column = regexp.MustCompile(`(?i)^\s*acc\w*(?:\s+` + figure + `){3,}\s*$`)
	// pair is what keras' evaluate returns: "loss, acc: [0.35, 0.91]".
	pair = regexp.MustCompile(`(?i)\bloss\W{1,6}(?:and |test |val |&)*\s*acc(?:uracy)?\W*[\[(]\s*` + figure + `\s*[,\s]\s*(` + figure + `)\s*[\])]`)
	// scores is "scores: [0.9 0.91]" and "Score: 0.93".
	scores = regexp.MustCompile(`(?i)^\W*(?:[a-z]+[ _\-]){0,3}(?:scores?|accuracies)\W{1,4}((?:` + figure + `[\s,]*){1,50})(%?)[\])]?\s*$`)
	// loss is "loss: 0.8", "val_loss=0.3", "Average loss: 0.03".
	loss = regexp.MustCompile(`(?i)(?:^|[^a-z0-9])((?:[a-z]+[_ \-])*loss)['"]?\s*[:=]?\s*(?:tensor\()?\s*(` + figure + `)(?:[^0-9%]|$)`)
	// other is a line that speaks of an accuracy which is not that of the model.
	other = regexp.MustCompile(`(?i)\b(target|threshold|baseline|chance|random guess\w*|goal|required|expected|desired|majority|dummy|null accuracy|untrained|initial|before (?:any |the )?(?:fine-?)?(?:training|tuning)|compile_metrics|so far|improved? from)\b`)
	// apart are words that make an accuracy another measure.
	apart = regexp.MustCompile(`(?i)balanced|class\b|per[_ -]class|\btop|drop|gain|diff|delta|std|varian|change|improve|loss|error|nan|inf\b|[<>]`)
)

// scanLine returns the readings of one line.
func scanLine(line string) []Reading {
	if !telling(line) {
		return nil
	}
	var losses []Reading
	for _, m := range loss.FindAllStringSubmatchIndex(line, names) {
		of := split(line[m[2]:m[3]])
		if of == "unknown" {
			of = split(line[:m[2]])
		}
		if v, err := strconv.ParseFloat(line[m[4]:m[5]], 64); err == nil {
			losses = append(losses, Reading{Name: "loss", Value: v, Split: of})
		}
	}
	if other.MatchString(line) || column.MatchString(line) {
		return losses
	}
	return append(losses, accuracies(line)...)
}

// telling passes over most lines of a long log at the price of a look.
func telling(line string) bool {
	lower := strings.ToLower(line)
	for _, word := range []string{"acc", "loss", "error", "score", "correct", "prec@"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

func accuracies(line string) []Reading {
	if m := row.FindStringSubmatch(line); m != nil {
		return keep(nil, m[1], false, "unknown", count(m[2]))
	}
	if m := images.FindStringSubmatch(line); m != nil {
		return keep(nil, m[3], m[4] != "", split(m[2]), count(m[1]))
	}
	if m := pair.FindStringSubmatch(line); m != nil {
		return keep(nil, m[1], false, split(line), 0)
	}
	var found []Reading
	for _, m := range rate.FindAllStringSubmatch(line, names) {
		if v, err := strconv.ParseFloat(m[2], 64); err == nil && v <= 1 {
			found = keep(found, strconv.FormatFloat(1-v, 'g', -1, 64), false, split(m[1]), 0)
		}
	}
	found, line = ofSets(found, line)
	for _, m := range name.FindAllStringSubmatchIndex(line, names) {
		found = named(found, line, m[2], m[3])
	}
	if len(found) > 0 {
		return found
	}
	if m := correct.FindStringSubmatch(line); m != nil {
		return fraction(nil, m[1]+m[3], m[2]+m[4], split(line))
	}
	if m := scores.FindStringSubmatch(line); m != nil {
		return mean(line, strings.Fields(strings.ReplaceAll(m[1], ",", " ")), m[2] != "")
	}
	return nil
}

// named reads the value of a name that stands at line[from:to].
func named(found []Reading, line string, from, to int) []Reading {
	rest := line[to:min(len(line), to+near)]
	if rest == "" || word(rest[0]) || rest[0] == '@' || apart.MatchString(line[from:to]) || ranked.MatchString(strings.TrimRight(line[:from], "_ -")) {
		return found // "account", "acc@5", "balanced_accuracy", "top_5_accuracy"
	}
	at := 0
	for {
		m := value.FindStringSubmatchIndex(rest[at:])
		if m == nil || m[3]-m[2] > 60 {
			return found
		}
		for i := range m {
			m[i] += at
		}
		between := rest[:m[4]]
		if counts(between, rest[m[4]:m[5]], rest[m[5]:]) {
			at = m[5]
			continue
		}
		if apart.MatchString(between) || name.MatchString(between) || negative(between) {
			return found
		}
		return valued(found, line[:from], line[from:to], rest, m)
	}
}

// valued reads the value at rest[m[4]:m[5]] behind a name that follows before.
func valued(found []Reading, before, name, rest string, m []int) []Reading {
	between, figures, percent, behind := rest[:m[4]], rest[m[4]:m[5]], m[6] < m[7], rest[m[1]:]
	of := speaksOf(name, between, behind, before)
	if begins := strings.LastIndexAny(between, "[("); begins >= 0 {
		if s := several.FindStringSubmatch(rest[begins:]); s != nil {
			return list(found, before+name+rest, s[1], of)
		} else if between[begins] == '[' && more.MatchString(behind) {
			return found // too long
		}
	}
	if s := share.FindStringSubmatch(rest[m[4]:]); s != nil {
		return fraction(found, s[1], s[2], of)
	}
	if lossFirst.MatchString(before) {
		s := next.FindStringSubmatch(behind)
		if s == nil {
			return found
		}
		figures, percent = s[1], s[2] != ""
	} else if s := average.FindStringSubmatch(behind); s != nil && meter.MatchString(before) {
		figures, percent = s[1], percent || s[2] != ""
	}
	return alsoOf(keep(found, figures, percent, of, 0), name+between, behind)
}

// list reads the values of folds, whose mean counts, or those of epochs as Keras'
// history has them, of which the last counts; what else it may be is passed over.
func list(found []Reading, line, figures, of string) []Reading {
	values := strings.Fields(strings.ReplaceAll(figures, ",", " "))
	switch {
	case over.MatchString(line):
		for _, r := range mean(line, values, false) {
			r.Split, r.Guess = of, false
			found = append(found, r)
		}
	case loss.MatchString(line) || strings.Contains(line, "loss': ["):
		return keep(found, values[len(values)-1], false, of, 0)
	}
	return found
}

// counts tells whether a number between two texts counts or names something, and
// is no accuracy.
func counts(before, number, behind string) bool {
	return counter.MatchString(before) || counted.MatchString(behind) || lettered.MatchString(before) ||
		hyphened.MatchString(behind) || label.MatchString(behind) ||
		!strings.ContainsAny(before, ":=") && !strings.Contains(number, ".") && numbering.MatchString(behind)
}

func word(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// negative tells whether a minus sign stands right before the number.
func negative(between string) bool {
	return strings.HasSuffix(between, "-") && len(between) > 1 && strings.ContainsRune(" :=([", rune(between[len(between)-2]))
}

// fraction reads "9712/10000".
func fraction(found []Reading, right, all, split string) []Reading {
	r, _ := strconv.ParseFloat(right, 64) // digits by the pattern
	a, _ := strconv.ParseFloat(all, 64)
	if a == 0 || r > a {
		return found
	}
	return keep(found, strconv.FormatFloat(r/a, 'g', -1, 64), false, split, count(all))
}

// mean reads scores that are not called accuracies: a guess.
func mean(line string, texts []string, percent bool) []Reading {
	sum := 0.0
	for _, text := range texts {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || (v > 1 && !percent) {
			return nil
		}
		sum += v
	}
	found := keep(nil, strconv.FormatFloat(sum/float64(len(texts)), 'g', -1, 64), percent, split(line), 0)
	for i := range found {
		found[i].Guess = !strings.Contains(strings.ToLower(line), "accurac")
	}
	return found
}

func count(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// keep adds a value as a share of 1 when it can be an accuracy.
func keep(found []Reading, text string, percent bool, split string, samples int) []Reading {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) {
		return found
	}
	if percent || v > 1 {
		v /= 100
	}
	if v < 0 || v > 1 {
		return found
	}
	return append(found, Reading{Name: "accuracy", Value: v, Split: split, Samples: samples})
}
