package inspect

import (
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/metric"
	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// A report is the accuracy that a program's output will show.
type report struct {
	split string
	guess bool // nothing names it
}

// printed tells whether the program prints an accuracy: its print calls are
// written out with numbers in place of values, and read as a log is read.
func (t *trace) printed() (report, bool) {
	for _, figure := range []string{"0.5", "1"} { // "{}/{} correct" counts
		if r, ok := metric.Pick(metric.Scan(t.log(figure))); ok {
			return report{r.Split, r.Guess}, true
		}
	}
	return report{}, false
}

// log is what the program prints, with a number in place of each value.
func (t *trace) log(figure string) string {
	var log strings.Builder
	t.each(func(m *project.Module, c *pysrc.Call) {
		if line, ok := t.line(m, c, figure); ok {
			log.WriteString(line + "\n")
		}
	})
	return log.String()
}

// line is what a call prints.
func (t *trace) line(m *project.Module, c *pysrc.Call, figure string) (string, bool) {
	logs := false
	switch a, method := c.Func.(*pysrc.Attribute); {
	case project.Dotted(c.Func) == "print":
	case method && slices.Contains([]string{"info", "debug", "warning", "log", "critical"}, a.Attr):
		logs = true
	case method && slices.Contains([]string{"write", "echo", "set_description", "set_postfix_str"}, a.Attr):
		if on := project.Dotted(a.Value); a.Attr == "write" && on != "sys.stdout" && on != "stdout" && on != "tqdm" && on != "sys.stderr" {
			return "", false
		}
	case !method && t.defines(project.Dotted(c.Func)): // progress_bar(i, n, "acc: %.3f" % acc)
		return t.within(m, c, figure)
	default:
		return "", false
	}
	var words []string
	for _, e := range c.Args {
		words = append(words, t.shown(m, e, figure, farthest))
	}
	line := strings.Join(words, " ")
	if logs && len(c.Args) > 1 {
		line = percent.ReplaceAllStringFunc(t.shown(m, c.Args[0], figure, farthest), filled(figure))
	}
	return line, true
}

// defines tells whether a name is a function of the program.
func (t *trace) defines(name string) bool { return name != "" && t.defs[name] }

// within are the texts with values in them that a function of the program is given.
func (t *trace) within(m *project.Module, c *pysrc.Call, figure string) (string, bool) {
	var words []string
	for _, e := range c.Args {
		switch x := e.(type) {
		case *pysrc.Binary:
			if _, text := x.X.(*pysrc.String); text && x.Op == "%" {
				words = append(words, t.shown(m, e, figure, farthest))
			}
		case *pysrc.String:
			if x.Format {
				words = append(words, t.shown(m, e, figure, farthest))
			}
		case *pysrc.Call:
			if project.LastName(x.Func) == "format" {
				words = append(words, t.shown(m, e, figure, farthest))
			}
		}
	}
	return strings.Join(words, " "), len(words) > 0
}

var (
	percent = regexp.MustCompile(`%(?:\([^)]*\))?[-+ #0]*[\d*]*(?:\.[\d*]+)?[a-zA-Z%]`)
	braces  = regexp.MustCompile(`\{\{|\}\}|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}`)
)

// filled puts a figure in place of a value.
func filled(figure string) func(string) string {
	return func(spec string) string {
		switch {
		case spec == "%%":
			return "%"
		case spec == "{{" || spec == "}}":
			return spec[:1]
		case strings.HasSuffix(spec, "%}"): // {:.1%}
			return figure + "%"
		}
		return figure
	}
}

// silent are calls whose result is no number that a person reads as a score.
var silent = regexp.MustCompile(`^(?:join|head|tail|describe|info|summary|len|type|list|dict|sorted|set|sample|keys|values|unique|value_counts|isnull|isna|count|columns|get_device_name|time|ctime|now|strftime|classification_report|confusion_matrix|is_available|listdir|getcwd|upper|lower|strip|split|tolist|report|corr|crosstab|pivot_table|groupby|size|nunique|get_params|shape|sum|predict\w*)$`)

// shown is what an expression looks like when it is printed.
func (t *trace) shown(m *project.Module, e pysrc.Expr, figure string, steps int) string {
	if steps == 0 {
		return figure
	}
	switch e := e.(type) {
	case *pysrc.String:
		if e.Plain {
			return e.Value
		}
		return unquoted(m, e, figure)
	case *pysrc.Binary:
		if e.Op == "+" {
			return t.shown(m, e.X, figure, steps-1) + t.shown(m, e.Y, figure, steps-1)
		}
		if text, ok := e.X.(*pysrc.String); ok && e.Op == "%" {
			return percent.ReplaceAllStringFunc(t.shown(m, text, figure, steps-1), filled(figure))
		}
	case *pysrc.Call:
		a, method := e.Func.(*pysrc.Attribute)
		if method && a.Attr == "format" {
			if text := t.shown(m, a.Value, figure, steps-1); text != figure {
				return braces.ReplaceAllStringFunc(text, filled(figure))
			}
		}
		if silent.MatchString(project.LastName(e.Func)) {
			return ""
		}
	case *pysrc.Attribute:
		if silent.MatchString(e.Attr) {
			return ""
		}
	case *pysrc.Name:
		for _, at := range t.holds(m, e) {
			switch at.e.(type) {
			case *pysrc.String, *pysrc.Binary, *pysrc.Call:
				return t.shown(at.m, at.e, figure, steps-1)
			case *pysrc.List, *pysrc.Dict, *pysrc.Comp, *pysrc.Tuple:
				return ""
			}
		}
	case *pysrc.List, *pysrc.Dict, *pysrc.Comp, *pysrc.Constant, *pysrc.Tuple:
		return ""
	}
	return figure
}

var quotes = regexp.MustCompile(`(?i)[frbu]{0,2}("""|'''|"|')`)

// unquoted is the text of adjacent literals, f-strings among them.
func unquoted(m *project.Module, s *pysrc.String, figure string) string {
	text := m.File.Text(s)
	if s.Format {
		text = braces.ReplaceAllStringFunc(text, filled(figure))
	}
	text = quotes.ReplaceAllString(text, "")
	return strings.NewReplacer(`\n`, "\n", `\t`, "\t", "\n", "").Replace(text)
}
