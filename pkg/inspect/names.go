package inspect

import (
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/mlhook/mlhook/pkg/project"
)

// Words in names of scripts that do something beside training: they look for
// parameters, compare, or use what was trained.
var beside = set("ref reference preprocess preprocessing prepare preparation clean cleaning features featurize featurization engineering tune tuning tuner sweep optuna hyperparameter hyperparameters hyperopt hpo gridsearch search benchmark benchmarks compare comparison ablation study experiments baseline baselines " +
	"eda exploration exploratory explore eval evaluate evaluation metrics predict prediction inference infer visualize visualization plot analysis analyze explain saliency playground sandbox scratch cv kfold crossval demo example examples test debug check")

// isBeside tells whether the name of a file says that it does something beside training.
func isBeside(name string) bool {
	in := words(title(name))
	if slices.ContainsFunc(in, func(w string) bool { return beside[w] }) {
		return true
	}
	last := in[max(0, len(in)-1):] // make_dataset, prepare_data
	return slices.ContainsFunc(last, func(w string) bool { return w == "data" || w == "dataset" }) && !namesTraining(name)
}

// Words in names of what people put aside.
var putAside = set("old older backup bak copy deprecated obsolete archive archived legacy tmp temp before unused trash minimal emergency orig")

// Words in names of directories of what people try out.
var trial = set("experiment experiments example examples demo demos sandbox playground research scratch tutorial tutorials deploy deployment")

// words are those of the name of a file, without its extension, or of a directory:
// train_model, train-model and trainModel have the same.
func words(name string) []string {
	return strings.FieldsFunc(strings.ToLower(camel.ReplaceAllString(name, "${1}_$2")), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// camel is where a word begins within a name.
var camel = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// title is a file's name without directory and extension.
func title(name string) string { return strings.TrimSuffix(path.Base(name), path.Ext(name)) }

// setAside tells whether a file is a test or lies where people put what they do
// not run any more.
func setAside(name string) bool {
	base := path.Base(name)
	if strings.HasPrefix(base, "test_") || strings.HasSuffix(base, "_test.py") || strings.HasSuffix(base, "-test.py") || slices.ContainsFunc(words(title(name)), func(w string) bool { return putAside[w] }) {
		return true
	}
	return slices.ContainsFunc(words(path.Dir(name)), func(w string) bool { return putAside[w] || w == "tests" || w == "test" })
}

// circumstances counts what the name and the place of a file that trains speak for.
func circumstances(files *project.Project, m *project.Module) (n int) {
	if setAside(m.Name) || files.Foreign(m.Name) {
		n -= 5
	}
	if slices.ContainsFunc(words(path.Dir(m.Name)), func(w string) bool { return trial[w] }) {
		n--
	}
	if m.Roots["optuna"] || m.Roots["hyperopt"] {
		n--
	}
	switch {
	case isBeside(m.Name):
		n -= 2
	case namedForTraining(m.Name), namesTraining(m.Name):
		n += 2
	}
	return n
}

// namesTraining tells whether the name of a file says that it trains.
func namesTraining(name string) bool {
	in := words(title(name))
	at := slices.IndexFunc(in, func(w string) bool { return w == "train" || w == "training" || w == "trainer" })
	return at == 0 || at > 0 && in[at-1] != "pre"
}

// precedes tells whether the name of a file is that of another beside it with a
// smaller number: train_part_1 and train_part_2, model_v1 and model_v2. What has
// none is behind the first, and before the second.
func precedes(name, of string) bool {
	if path.Dir(name) != path.Dir(of) {
		return false
	}
	in, other := words(title(name)), words(title(of))
	i := 0
	for i < min(len(in), len(other)) && in[i] == other[i] {
		i++
	}
	return i > 0 && number(in[i:]) < number(other[i:])
}

// concluding leaves the files that are named for what the others led to.
func concluding(names []string) []string {
	return only(names, func(n string) bool {
		return slices.ContainsFunc(words(n), func(w string) bool { return w == "final" || w == "best" })
	})
}

// number is the count that the rest of a name begins with: 2 of part_2 and of v2,
// between 1 and 2 where nothing is left, NaN for another word or for a size, as
// in resnet_50, which no count precedes or follows.
func number(rest []string) float64 {
	if len(rest) == 0 {
		return 1.5
	}
	n, err := strconv.Atoi(strings.TrimPrefix(rest[0], "v"))
	if err != nil || n > 9 {
		return math.NaN()
	}
	return float64(n)
}

// varies tells whether a file is named as a variation of another beside it:
// train_with_attention of train.
func varies(name, of string) bool {
	in, base := words(title(name)), words(title(of))
	return path.Dir(name) == path.Dir(of) && len(in) > len(base) && slices.Equal(in[:len(base)], base) && qualifying[in[len(base)]]
}

// qualifying are words behind which a name says how something is done.
var qualifying = set("with without given using from for except")

// namedForTraining tells whether a file has one of the names that people give to
// what they start, of which there is one: train, main, run_training, train_model.
func namedForTraining(name string) bool {
	in := words(title(name))
	return slices.ContainsFunc(in, func(w string) bool { return starting[w] }) && !slices.ContainsFunc(in, func(w string) bool { return !starting[w] && !plain[w] })
}

// starting are the words for what is started, and plain are those that tell no
// script of a project from another.
var (
	starting = set("train training main run")
	plain    = set("model models script pipeline classifier system")
)
