// Package inspect reads a project and says what it is: the entry script, the
// frameworks, where the accuracy will come from, the data it needs, and the
// places that can be tuned. It runs nothing.
package inspect

import "github.com/mlhook/mlhook/pkg/pysrc"

// Schema is the version of the JSON form.
const Schema = 1

// A Program is what inspect saw. Its JSON form is what `mlhook inspect --json`
// prints.
type Program struct {
	Schema     int       `json:"schema"`
	Entry      string    `json:"entry"`      // "/"-separated path within the repository; empty when there is a Problem
	Family     string    `json:"family"`     // keras, torch, boosting, sklearn, jax; python when no framework is imported
	Frameworks []string  `json:"frameworks"` // sorted: keras, tensorflow, torch, sklearn, xgboost, lightgbm, catboost, ...
	Model      string    `json:"model"`      // cnn, rnn, transformer, mlp, linear, tree, neighbors, svm, bayes; empty when unknown
	Metric     Metric    `json:"metric"`
	Data       []Data    `json:"data"`
	Tunables   []Tunable `json:"tunables"`
	Resume     string    `json:"resume"` // epoch, round, trial
	Hazards    []string  `json:"hazards"`
	Problem    *string   `json:"problem"` // one sentence that says what to do; the rest may be empty then

	// Files are the program: entry and its local-import closure, config files
	// that it names included; sorted, "/"-separated.
	Files []string `json:"files"`
	// Requirements are pip requirement lines, RequirementsFrom the file they
	// come from ("imports" when there is none).
	Requirements     []string `json:"requirements"`
	RequirementsFrom string   `json:"requirements_from"`
	// Why holds a line for each thing decided: "entry: train.py, the only script that calls fit".
	Why []string `json:"why"`
}

// Metric is where the accuracy will come from, as far as the source tells.
type Metric struct {
	Name   string `json:"name"`   // accuracy
	Source string `json:"source"` // "keras.Model.evaluate", "sklearn.metrics.accuracy_score", "stdout", ""
	Split  string `json:"split"`  // test, validation, train, unknown
}

// Data is a path that the program reads.
type Data struct {
	Path string `json:"path"` // as the program names it
	Kind string `json:"kind"` // tracked, untracked, ignored, outside, missing
}

// A Tunable is a place in the source with a domain and the user's own value.
type Tunable struct {
	ID      string   `json:"id"` // stable while the code around it is
	File    string   `json:"file"`
	Cell    *int     `json:"cell"`
	Line    int      `json:"line"`  // 1-based
	Name    string   `json:"name"`  // "learning_rate"
	Kind    string   `json:"kind"`  // number, choice, architecture, inserted
	Scale   string   `json:"scale"` // log, linear; empty for choices
	Value   string   `json:"value"` // source text; the framework's default for an inserted one
	Low     float64  `json:"low"`
	High    float64  `json:"high"`
	Choices []string `json:"choices"` // source text; null for numbers

	// Role is what the value does, the word that recipes go by: learning_rate,
	// epochs, batch_size, width, depth, filters, kernel_size, activation,
	// optimizer, loss, dropout, l2, momentum, estimators, max_depth,
	// min_samples, subsample, C, gamma, kernel, neighbors, max_iter, alpha,
	// scaling, init, patience, rounds, solver, layers (an architecture move).
	Role string `json:"role"`
	// Owner is the canonical name of what takes the value: "sklearn.svm.SVC",
	// "keras.layers.Dense", "keras.optimizers.Adam", "xgboost.train".
	Owner string `json:"owner"`
	// Int says that only whole numbers make sense.
	Int bool `json:"int"`

	// Place is the byte range that an edit replaces; empty, at the point of
	// insertion, for kind "inserted". Move describes an architecture move.
	Place pysrc.Range `json:"-"`
	// Also are further places of the file that hold the same value and have to
	// change with it: the input width of the layer that follows.
	Also []pysrc.Range `json:"-"`
	// Text goes before and after the value when it is inserted: ", gamma=" and "".
	Before, After string `json:"-"`
	Move          *Move  `json:"-"`
}

// A Move is an architecture tunable: its Choices are source texts of layers,
// the first is "" (leave the model as it is). The chosen text is put at Place,
// Before and After around it; "%NAME%" in it becomes a unique layer name.
type Move struct {
	Kind  string // insert
	Style string // "list" for Sequential([...]), "add" for model.add(...)
}
