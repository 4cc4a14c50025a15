// Package inspect reads a project and says what it is: the entry script, the
// frameworks, where the accuracy will come from, the data it needs, and the
// places that can be tuned. It runs nothing.
package inspect

import "github.com/mlhook/mlhook/pkg/space"

// Schema is the version of the JSON form.
const Schema = 1

// A Program is what inspect saw. Its JSON form is what `mlhook inspect --json`
// prints.
type Program struct {
	Schema     int             `json:"schema"`
	Entry      string          `json:"entry"`      // "/"-separated path within the repository; empty when there is a Problem
	Family     string          `json:"family"`     // keras, torch, boosting, sklearn, jax; python when no framework is imported
	Frameworks []string        `json:"frameworks"` // sorted: keras, tensorflow, torch, sklearn, xgboost, lightgbm, catboost, ...
	Model      string          `json:"model"`      // cnn, rnn, transformer, mlp, linear, tree, neighbors, svm, bayes; empty when unknown
	Metric     Metric          `json:"metric"`
	Data       []Data          `json:"data"`
	Tunables   []space.Tunable `json:"tunables"`
	Needs      []Need          `json:"needs"`  // older versions that the program was written for
	Resume     string          `json:"resume"` // epoch, round, trial
	Hazards    []string        `json:"hazards"`
	Problem    *string         `json:"problem"` // one sentence that says what to do; the rest may be empty then

	// Files are the program: entry and its local-import closure, config files
	// that it names included; sorted, "/"-separated.
	Files []string `json:"files"`
	// Requirements are pip requirement lines and index options, RequirementsFrom
	// the file they come from ("imports" when there is none).
	Requirements     []string `json:"requirements"`
	RequirementsFrom string   `json:"requirements_from"`
	Modules          []string `json:"modules"` // of others, imported: the environment has to have them
	// Why holds a line for each thing decided: "entry: train.py, the only script that calls fit".
	Why []string `json:"why"`
}

// Metric is where the accuracy will come from, as far as the source tells.
type Metric struct {
	Name   string `json:"name"`   // accuracy; another measure, say r2_score, where there is no accuracy
	Source string `json:"source"` // "keras.Model.evaluate", "sklearn.metrics.accuracy_score", "stdout"; empty where there is no accuracy
	Split  string `json:"split"`  // test, validation, train, unknown
}

// Need is a version that the program fails without.
type Need struct {
	Package string `json:"package"` // as pip calls it
	Below   string `json:"below"`   // the first version that lacks what is used
	Why     string `json:"why"`     // "train.py:3 keras.layers.convolutional.Conv2D"
}

// Data is a path that the program reads.
type Data struct {
	Path   string `json:"path"`   // relative to the entry script's directory, where the program runs, or absolute
	Kind   string `json:"kind"`   // tracked, untracked, ignored, outside, missing
	Mapped string `json:"mapped"` // the file of the repository that takes its place; empty for none
}
