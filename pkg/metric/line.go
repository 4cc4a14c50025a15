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
	name = regexp.MustCompile(`(?i)(?:^|[^a-z0-9])((?:[a-z]+[_ \-])*(?:train|val|valid|test)?(?:accuracy|acc)(?:[_ ]scores?)?(?:@1\b)?)`)
	// value is a number that follows a name, after a few words.
	value = regexp.MustCompile(`^([^0-9.,;]*(?:\.[^0-9.,;]+)?)(` + figure + `)\s*(%?)`)
	// counter is a number that counts something: "at epoch 5", "of class 3".
	counter = regexp.MustCompile(`(?i)(?:epoch|step|fold|iteration|iter|round|after|batch|seed|run|trial|top|k\s*=|#)[\s:=#\-]*$`)
	// counted is what follows such a number: "of 50 samples".
	counted = regexp.MustCompile(`(?i)^(?: \w+)? (?:images|samples|examples|rows|points|epochs|iterations|folds|neighbou?rs|trees|classes|units|neurons|layers|features|components|estimators|clusters)\b`)
	// lettered and hyphened are before and behind a number that is part of a name:
	// "ResNet18", "CIFAR-10", "5-fold"; bracketed are those of "(model 1): 0.81".
	lettered  = regexp.MustCompile(`[A-Za-z]-?$`)
	hyphened  = regexp.MustCompile(`^-[A-Za-z]`)
	bracketed = [2]*regexp.Regexp{regexp.MustCompile(`\([A-Za-z][A-Za-z ]* $`), regexp.MustCompile(`^\)\s*[:=]`)}
	// both are accuracies of two sets: "train/test accuracy: 0.99/0.91".
	both = [2]*regexp.Regexp{regexp.MustCompile(`(?i)train(?:ing)?\s*/\s*$`), regexp.MustCompile(`^\s*/\s*(` + figure + `)\s*(%?)`)}
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
	other = regexp.MustCompile(`(?i)\b(target|threshold|baseline|chance|random guess\w*|goal|required|expected|desired|majority|dummy|null accuracy|compile_metrics|so far|improved? from)\b`)
	// apart are words that make an accuracy another measure.
	apart = regexp.MustCompile(`(?i)balanced|class\b|per[_ -]class|\btop|drop|gain|diff|delta|std|varian|change|loss|error|nan|inf\b|[<>]`)
	// after is data named behind the value: "0.93 (test)".
	after = regexp.MustCompile(`(?i)^\s*(?:\(|on (?:the )?)(\w+)`)
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
	for _, word := range []string{"acc", "loss", "error", "score", "correct"} {
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
		if counts(between, rest[m[5]:]) {
			at = m[5]
			continue
		}
		if apart.MatchString(between) || name.MatchString(between) || negative(between) {
			return found
		}
		of := speaksOf(line[from:to], between, rest[m[1]:], line[:from])
		if both[0].MatchString(line[:from]) {
			if s := both[1].FindStringSubmatch(rest[m[1]:]); s != nil {
				return keep(found, s[1], s[2] != "", of, 0)
			}
		}
		if s := share.FindStringSubmatch(rest[m[4]:]); s != nil {
			return fraction(found, s[1], s[2], of)
		}
		return keep(found, rest[m[4]:m[5]], m[6] < m[7], of, 0)
	}
}

// counts tells whether a number between two texts counts or names something, and
// is no accuracy.
func counts(before, behind string) bool {
	return counter.MatchString(before) || counted.MatchString(behind) || lettered.MatchString(before) ||
		hyphened.MatchString(behind) || bracketed[0].MatchString(before) && bracketed[1].MatchString(behind)
}

func word(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// negative tells whether a minus sign stands right before the number.
func negative(between string) bool {
	return strings.HasSuffix(between, "-") && len(between) > 1 && strings.ContainsRune(" :=([", rune(between[len(between)-2]))
}

// speaksOf finds the data that a value is about: in its name, between name and
// value, behind the value, before the name.
func speaksOf(name, between, behind, before string) string {
	if m := after.FindStringSubmatch(behind); m != nil {
		behind = m[1]
	} else {
		behind = ""
	}
	for _, words := range []string{name, between, behind, before} {
		if of := split(words); of != "unknown" {
			return of
		}
	}
	return "unknown"
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

var splits = map[string]string{
	"val": "validation", "valid": "validation", "validation": "validation", "dev": "validation", "eval": "validation",
	"valacc": "validation", "valaccuracy": "validation", "validacc": "validation", "evaluation": "validation",
	"test": "test", "testing": "test", "heldout": "test", "holdout": "test", "testacc": "test", "testaccuracy": "test", "unseen": "test",
	"train": "train", "training": "train", "trainacc": "train", "trainaccuracy": "train",
}

// split names the data that words speak of; the last word that tells wins,
// since "train loss 0.3 val acc 0.8" speaks of validation.
func split(words string) string {
	found := "unknown"
	for _, w := range strings.FieldsFunc(strings.ToLower(words), func(r rune) bool { return r < 'a' || r > 'z' }) {
		if s, ok := splits[w]; ok {
			found = s
		}
	}
	return found
}
