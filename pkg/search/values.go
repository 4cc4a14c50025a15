package search

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// key is equal for equal configurations.
func key(values map[string]string) string {
	var parts []string
	for id, v := range values {
		parts = append(parts, id+"="+v)
	}
	slices.Sort(parts)
	return strings.Join(parts, "\n")
}

// value reads the parameter's own value; ok is false for what is no number,
// say "'scale'" or None.
func (p Param) value() (float64, bool) {
	v, err := strconv.ParseFloat(strings.ReplaceAll(p.Value, "_", ""), 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// format writes a number as source text, inside the domain.
func (p Param) format(v float64) string {
	v = min(max(v, p.Low), p.High)
	if p.Int {
		return strconv.FormatFloat(math.Round(v), 'f', 0, 64)
	}
	// Two digits are all that a search can tell apart.
	text := strconv.FormatFloat(v, 'g', 2, 64)
	if rounded, err := strconv.ParseFloat(text, 64); err == nil && (rounded < p.Low || rounded > p.High) {
		text = strconv.FormatFloat(v, 'g', -1, 64)
	}
	if strings.Contains(text, "e+") && math.Abs(v) < 1e6 { // 110.0, not 1.1e+02
		rounded, _ := strconv.ParseFloat(text, 64)
		text = strconv.FormatFloat(rounded, 'f', -1, 64)
	}
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

// in is the parameter with its value in a configuration.
func (p Param) in(values map[string]string) Param {
	if text, ok := values[p.ID]; ok {
		p.Value = text
	}
	return p
}

// same tells whether two texts stand for one value.
func (p Param) same(q Param) bool {
	v, ok := p.value()
	w, ok2 := q.value()
	return p.Value == q.Value || (ok && ok2 && math.Abs(v-w) <= 1e-12*math.Abs(w))
}

// set puts a value into a configuration, unless it is the user's own.
func (p Param) set(values map[string]string, text string) {
	if p.in(map[string]string{p.ID: text}).same(p) {
		delete(values, p.ID)
		return
	}
	values[p.ID] = text
}

func copied(values map[string]string) map[string]string {
	c := map[string]string{}
	maps.Copy(c, values)
	return c
}
