package metric

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// aliases are the names under which the frameworks know a measure.
var aliases = map[string][]string{
	"f1":    {"f1_score"},
	"auc":   {"roc_auc_score", "roc_auc"},
	"r2":    {"r2_score", "r^2", "r-squared"},
	"mse":   {"mean_squared_error"},
	"rmse":  {"root_mean_squared_error"},
	"mae":   {"mean_absolute_error"},
	"error": {"zero_one_loss", "error_rate"},
}

// smaller are the words in the names of measures that are the better the smaller.
var smaller = regexp.MustCompile(`(?i)loss|error|mse|mae|mape|perplexity|distance|cost`)

// Minimised tells whether a measure is the better the smaller, by its name.
func Minimised(name string) bool { return smaller.MatchString(name) }

// Is tells whether a name that a framework reports is the wanted measure.
func Is(name, wanted string) bool {
	return strings.EqualFold(name, wanted) || slices.Contains(aliases[strings.ToLower(wanted)], strings.ToLower(name))
}

// Named returns the value of a measure that a text names: "RMSE: 0.31". As with
// Pick, what is on test data counts most, and then the last.
func Named(text, name string) (Reading, bool) {
	words := append([]string{name}, aliases[strings.ToLower(name)]...)
	for i, w := range words {
		words[i] = strings.ReplaceAll(regexp.QuoteMeta(w), "_", `[_ ]`)
	}
	pattern := regexp.MustCompile(`(?i)(?:^|[^a-z0-9])(?:` + strings.Join(words, "|") + `)(?:[^a-z0-9+\-][^0-9+\-]{0,15})([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)`)
	var found []Reading
	for i, raw := range strings.Split(text, "\n") {
		line := visible(raw)
		m := pattern.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if v, err := strconv.ParseFloat(m[1], 64); err == nil {
			found = append(found, Reading{Name: name, Value: v, Split: split(line), Line: i + 1, Text: strings.TrimSpace(line)})
		}
	}
	return last(found, func(Reading) bool { return true })
}
