package requirements

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// An implication is what a call needs that nobody imports: an optional
// requirement of the package that is called.
type implication struct {
	call    *regexp.Regexp // its canonical name
	modules string
}

// implications in the order in which they are tried, of the packages' own
// documentation of their optional requirements.
var implications = []implication{
	{regexp.MustCompile(`^transformers\.TF[A-Z]`), "tensorflow tf_keras"},
	{regexp.MustCompile(`^transformers\.Flax[A-Z]`), "flax"},
	{regexp.MustCompile(`^transformers\.\w*(?:Trainer|TrainingArguments)$`), "torch accelerate"},
	{regexp.MustCompile(`^transformers\.(?:pipeline$|\w*(?:Model|For[A-Z])\w*\.)`), "torch"},
	{regexp.MustCompile(`^torch\.utils\.tensorboard\.`), "tensorboard"},
	{regexp.MustCompile(`^pandas\.read_excel$`), "openpyxl"},
	{regexp.MustCompile(`^pandas\.read_(?:parquet|feather)$`), "pyarrow"},
	{regexp.MustCompile(`^pandas\.read_hdf$`), "tables"},
	{regexp.MustCompile(`^keras\.preprocessing\.image\.ImageDataGenerator$`), "PIL scipy"},
	{regexp.MustCompile(`^keras\.(?:preprocessing\.image|utils)\.load_img$`), "PIL"},
	{regexp.MustCompile(`^keras\.utils\.(?:plot_model|model_to_dot)$`), "pydot"},
	{regexp.MustCompile(`^(?:xgboost\.XGB|lightgbm\.LGBM)\w+$`), "sklearn"},
	{regexp.MustCompile(`^sklearn\.datasets\.fetch_openml$`), "pandas"},
	{regexp.MustCompile(`^(?:xgboost|lightgbm)\.plot_|^sklearn\.tree\.plot_tree$|^sklearn\.\w+\.\w+Display\.`), "matplotlib"},
}

// measures are what the measures of evaluate need.
var measures = map[string]string{
	"accuracy": "sklearn", "f1": "sklearn", "precision": "sklearn", "recall": "sklearn", "roc_auc": "sklearn", "matthews_correlation": "sklearn", "glue": "sklearn",
	"mse": "sklearn", "mae": "sklearn", "seqeval": "seqeval", "sacrebleu": "sacrebleu", "rouge": "rouge_score", "wer": "jiwer", "cer": "jiwer",
}

// implied lists what the calls of a program need that it does not import.
func implied(program []*project.Module) (list []module) {
	for _, m := range program {
		guarded := guards(m)
		for _, c := range m.Calls {
			if within(guarded, c.Start) {
				continue
			}
			for _, name := range needs(m, c) {
				if !slices.ContainsFunc(list, func(m module) bool { return m.name == name }) {
					list = append(list, module{name: name, where: m.Where(c.Start) + " calls " + m.Canonical(c)})
				}
			}
		}
	}
	return list
}

// needs are the modules that a call needs.
func needs(m *project.Module, c *pysrc.Call) []string {
	name := m.Canonical(c)
	first := ""
	if len(c.Args) > 0 {
		if s, ok := c.Args[0].(*pysrc.String); ok {
			first = s.Value
		}
	}
	switch {
	case name == "":
		return nil
	case name == "evaluate.load" || name == "datasets.load_metric":
		return strings.Fields(measures[first])
	case name == "pandas.read_excel" && strings.HasSuffix(first, ".xls"):
		return []string{"xlrd"}
	}
	i := slices.IndexFunc(implications, func(i implication) bool { return i.call.MatchString(name) })
	if i < 0 {
		return nil
	}
	return strings.Fields(implications[i].modules)
}

// imply adds what is needed and not had. Where a file lists requirements it warns,
// since the file may bring it in other ways, or an old version do without.
func (s *Set) imply(needed []module, has map[string]bool) {
	for _, m := range needed {
		line := packages[m.name][0]
		switch {
		case has[m.name]:
		case s.From != Imports:
			s.Hazards = append(s.Hazards, fmt.Sprintf("%s, which may need %s, and %s does not list it: add it, unless it trains without", m.where, line, s.From))
		default:
			s.Why = append(s.Why, fmt.Sprintf("requirements: %s is added, since %s", line, m.where))
			s.Lines = append(s.Lines, line)
			s.require(m)
		}
		has[m.name] = true
	}
}
