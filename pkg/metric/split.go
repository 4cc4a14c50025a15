package metric

import (
	"regexp"
	"strings"
)

const (
	// set names data, many several: "train/val/test", "Train acc, test acc".
	set  = `(?:train(?:ing)?|val(?:id(?:ation)?)?|dev|test(?:ing)?)`
	item = set + `(?:[ _\-]?(?:accuracy|acc|set|data))?`
	many = item + `(?:\s*(?:[/|,&]|and\b|vs\.?)\s*` + item + `)+`
	// joins is what stands between the values of several sets.
	joins = `\s*(?:[/|,;&]|and\b|vs\.?)?\s*`
)

var splits = map[string]string{
	"val": "validation", "valid": "validation", "validation": "validation", "dev": "validation", "eval": "validation",
	"valacc": "validation", "valaccuracy": "validation", "validacc": "validation", "evaluation": "validation",
	"test": "test", "testing": "test", "heldout": "test", "holdout": "test", "testacc": "test", "testaccuracy": "test", "unseen": "test",
	"train": "train", "training": "train", "trainacc": "train", "trainaccuracy": "train",
}

var (
	// activity is training as what was done, not as data: "Training complete."
	activity = regexp.MustCompile(`(?i)\b(?:after|before|during|finished|end of|done|completed|start(?:ed|ing)?) (?:the )?training\b|\btraining (?:\w+ ){0,2}(?:complete|completed|finished|done|ended|over|took|time)\b|\btraining(?: \w+){0,3} ?(?:\.\.\.|…)|^\W*training(?: [a-z]+){0,5}[.!] `)
	// after is data named behind the value: "0.93 (test)", "0.93 on test", "0.93 test, ".
	after = regexp.MustCompile(`(?i)^\s*(?:(?:\(|on (?:the )?)(\w+)|(\w+)\s*(?:$|[,;|/)]))`)
	// measuredOn is data named right behind "accuracy", which tells most.
	measuredOn = regexp.MustCompile(`(?i)^[\s(]*(?:on|for|over|in) (?:the )?(` + set + `)\b`)
	// sets and figures are a list of data and their values, in one order.
	sets    = regexp.MustCompile(`(?i)\b(` + many + `)([^0-9.]{0,30})(` + figure + `\s*%?(?:` + joins + figure + `\s*%?)*)`)
	figures = regexp.MustCompile(figure + `\s*%?`)
	each    = regexp.MustCompile(`(?i)\b` + set)
	digit   = regexp.MustCompile(`.*\d`)
	acc     = regexp.MustCompile(`(?i)acc`)
	// further and furtherBehind are the next data with its value: "train 0.9, test 0.8",
	// "0.9 (train), 0.8 (test)".
	further       = regexp.MustCompile(`(?i)^[\s,;|/'"]*(?:and )?(?:on )?(?:the )?(` + set + `)(?: set| data| dataset)?['"]?\s*[:=]?\s*(` + figure + `)\s*(%?)`)
	furtherBehind = regexp.MustCompile(`(?i)^\s*\(?(?:on (?:the )?)?` + set + `(?: set| data)?\)?[\s,;|/]*(?:and )?(` + figure + `)\s*(%?)\s*\(?(?:on (?:the )?)?(` + set + `)\b`)
	// heading is a line that says of which data the next lines are: "Train Result:".
	heading = regexp.MustCompile(`(?i)^\W*(?:(?:results?|performance|metrics|scores?|evaluation|report|checking accuracy)\W+(?:on|for|of)\W+(?:the )?)?(` + set + `)(?:[ _\-](?:set|data|dataset|results?|performance|metrics|scores?|evaluation|report|error))*\W*$`)
)

// spelled are names of data that are more than a word.
var spelled = strings.NewReplacer("out-of-sample", "test", "hold-out", "test", "held-out", "test", "in-sample", "train")

// split names the data that words speak of; the last word that tells wins,
// since "train loss 0.3 val acc 0.8" speaks of validation.
func split(words string) string {
	words = spelled.Replace(strings.ToLower(activity.ReplaceAllString(words, "")))
	found := "unknown"
	for _, w := range strings.FieldsFunc(words, func(r rune) bool { return r < 'a' || r > 'z' }) {
		if s, ok := splits[w]; ok {
			found = s
		}
	}
	return found
}

// speaksOf finds the data that a value is about: in its name, between name and
// value, behind the value, before the name.
func speaksOf(name, between, behind, before string) string {
	if m := measuredOn.FindStringSubmatch(between); m != nil {
		return split(m[1])
	}
	if m := after.FindStringSubmatch(behind); m != nil {
		behind = m[1] + m[2]
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

// ofSets reads the accuracies of several data, "train/test accuracy: 0.99/0.91",
// and returns the line without them. Where there are not as many values as data,
// nobody knows which is whose.
func ofSets(found []Reading, line string) ([]Reading, string) {
	at := 0
	for range names {
		m := sets.FindStringSubmatchIndex(line[at:])
		if m == nil {
			break
		}
		for i := range m {
			m[i] += at
		}
		at = m[1]
		own := line[m[0]-len(digit.ReplaceAllString(line[:m[0]], "")) : m[6]]
		if !acc.MatchString(own) || apart.MatchString(own) || strings.HasPrefix(strings.TrimLeft(line[m[3]:], " _-"), "split") {
			continue
		}
		data, values := each.FindAllString(line[m[2]:m[3]], -1), figures.FindAllString(line[m[6]:m[7]], -1)
		if len(data) == len(values) {
			for i, v := range values {
				found = keep(found, strings.TrimRight(v, " %\t"), strings.Contains(v, "%"), split(data[i]), 0)
			}
		}
		line, at = line[:m[0]-len(digit.ReplaceAllString(line[:m[0]], ""))]+line[m[1]:], 0
	}
	return found, line
}

// alsoOf reads further accuracies behind one whose data is named beside its value:
// "accuracy: train 0.99, test 0.81".
func alsoOf(found []Reading, named, behind string) []Reading {
	for range names {
		if m := further.FindStringSubmatchIndex(behind); m != nil && split(named) != "unknown" {
			found = keep(found, behind[m[4]:m[5]], m[6] < m[7], split(behind[m[2]:m[3]]), 0)
			behind = behind[m[1]:]
		} else if m := furtherBehind.FindStringSubmatchIndex(behind); m != nil {
			found = keep(found, behind[m[2]:m[3]], m[4] < m[5], split(behind[m[6]:m[7]]), 0)
			behind = behind[m[6]:]
		} else {
			break
		}
	}
	return found
}
