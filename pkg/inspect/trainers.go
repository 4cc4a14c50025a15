package inspect

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// loggedName is what programs call their measures in a log, as the agent reads it.
var loggedName = regexp.MustCompile(`(?i)^(?:(train|training|learn|val|valid|validation|eval|dev|test)[_/ .-])?(.+?)(?:_epoch)?$`)

// inserted is what an f-string puts in.
var inserted = regexp.MustCompile(`\{[^{}]*\}[_/ .-]?`)

// lightning are the measures that a module of Lightning logs, which the agent
// takes where fit, validate and test end.
func lightning(s *splits, m *project.Module, c *pysrc.Call) Metric {
	a, method := c.Func.(*pysrc.Attribute)
	if !method || len(c.Args) == 0 || !imports(s.trace, "lightning", "pytorch_lightning") {
		return Metric{}
	}
	var best Metric
	note := func(name pysrc.Expr) {
		text, ok := name.(*pysrc.String)
		if !ok {
			return
		}
		written := strings.Trim(strings.TrimLeft(m.File.Text(text), "fFrRuU"), `"'`)
		if found := s.logged(inserted.ReplaceAllString(written, ""), text.Format); best.Source == "" || found.Name == "accuracy" {
			best = found
		}
	}
	switch d, _ := c.Args[0].(*pysrc.Dict); {
	case a.Attr == "log":
		note(c.Args[0])
	case a.Attr == "log_dict" && d != nil:
		for _, key := range d.Keys {
			note(key)
		}
	}
	return best
}

// logged is what is measured by a name of a log; open says that something before
// it may name the data.
func (s *splits) logged(name string, open bool) Metric {
	words := loggedName.FindStringSubmatch(name)
	if words == nil {
		return Metric{}
	}
	of, measure := strings.ToLower(words[1]), strings.ToLower(words[2])
	if accuracyNames[measure] || strings.HasSuffix(measure, "accuracy") {
		measure = "accuracy"
	}
	test, validate, fit := calls(s.trace, "test"), calls(s.trace, "validate"), calls(s.trace, "fit")
	const trainer = "lightning.Trainer."
	switch {
	case (of == "test" || of == "") && test:
		return Metric{measure, trainer + "test", "test"}
	case strings.HasPrefix(of, "train") || of == "learn":
		return Metric{measure, trainer + "fit", "train"}
	case of == "test", of == "" && !open && !validate:
		return Metric{} // no call takes it
	case validate && !fit:
		return Metric{measure, trainer + "validate", "validation"}
	}
	return Metric{measure, trainer + "fit", "validation"}
}

// hugging are the evaluations of the Trainer of transformers, which its train
// makes as well where it is given a strategy.
func hugging(s *splits, m *project.Module, c *pysrc.Call) Metric {
	a, method := c.Func.(*pysrc.Attribute)
	if !method || !slices.Contains([]string{"train", "evaluate", "predict"}, a.Attr) || !imports(s.trace, "transformers") {
		return Metric{}
	}
	at, trainer := s.trainer(m, a.Value)
	if trainer == nil {
		return Metric{}
	}
	name := "loss"
	if project.Argument(trainer, "compute_metrics", -1) != nil && slices.ContainsFunc(s.program, speaksOfAccuracy) {
		name = "accuracy"
	}
	own := s.text(at, project.Argument(trainer, "eval_dataset", -1))
	data := own
	if given := project.Argument(c, "eval_dataset", 0); given != nil {
		data = s.text(m, given)
	}
	during := s.evaluates(at, project.Argument(trainer, "args", 1))
	switch {
	case a.Attr == "predict":
		return Metric{name, "transformers.Trainer.predict", "test"}
	case a.Attr == "train" && !during:
		return Metric{}
	case a.Attr == "train", data == own && during:
		return Metric{name, "transformers.Trainer.evaluate", "validation"}
	case data == s.text(at, project.Argument(trainer, "train_dataset", -1)):
		return Metric{name, "transformers.Trainer.evaluate", "train"}
	}
	return Metric{name, "transformers.Trainer.evaluate", "test"}
}

func speaksOfAccuracy(m *project.Module) bool { return bytes.Contains(m.File.Src, []byte("accuracy")) }

// trainer is the call that makes a Trainer which an expression holds; a class of
// the program may be one.
func (t *trace) trainer(m *project.Module, e pysrc.Expr) (*project.Module, *pysrc.Call) {
	for _, at := range t.candidates(m, e) {
		if c, ok := at.e.(*pysrc.Call); ok && strings.HasSuffix(project.LastName(c.Func), "Trainer") {
			return at.m, c
		}
	}
	return nil, nil
}

// evaluates tells whether the arguments of a Trainer ask it to evaluate as it trains.
func (s *splits) evaluates(m *project.Module, args pysrc.Expr) bool {
	return slices.ContainsFunc(s.candidates(m, args), func(at spot) bool {
		c, ok := at.e.(*pysrc.Call)
		if !ok {
			return false
		}
		for _, name := range []string{"eval_strategy", "evaluation_strategy"} {
			if given := project.Argument(c, name, -1); given != nil {
				return strings.Trim(at.m.File.Text(given), `"'`) != "no"
			}
		}
		return false
	})
}
