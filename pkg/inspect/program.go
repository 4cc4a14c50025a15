// Package inspect reads a project and says what it is: the entry script, the
// frameworks, where the accuracy will come from, the data it needs, and the
// places that can be tuned. It runs nothing.
package inspect

import "github.com/mlhook/mlhook/pkg/space"

// schema is the version of the JSON form.
const schema = 1

// A Program is what inspect saw. Its JSON form is what `mlhook inspect --json`
// prints; the doc tags are its documentation, see Fields.
type Program struct {
	Schema     int      `json:"schema" doc:"version of this form, 1; fields are only added"`
	Entry      string   `json:"entry" doc:"script to train, a \"/\"-separated path within the repository; empty where none was found (see problem)"`
	Dir        string   `json:"dir" doc:"directory that the script is started in, \".\" for that of the repository"`
	Family     string   `json:"family" doc:"what owns the model: keras, torch, boosting, sklearn, jax; python where no framework is imported"`
	Frameworks []string `json:"frameworks" doc:"frameworks imported, as modules, sorted: keras, sklearn, torch ..."`
	Model      string   `json:"model" doc:"cnn, rnn, transformer, mlp, linear, tree, neighbors, svm, bayes; empty where unknown"`

	Metric   Metric          `json:"metric" doc:"where the accuracy, or what mlhook.metric names, will come from, as far as the source tells"`
	Data     []Data          `json:"data" doc:"paths that the program reads"`
	Tunables []space.Tunable `json:"tunables" doc:"places that can be tuned"`
	Needs    []Need          `json:"needs" doc:"older versions that the program was written for"`

	Resume  string   `json:"resume" doc:"what a crash repeats at most: epoch, round (of boosting), trial"`
	Hazards []string `json:"hazards" doc:"what may go wrong in a run that nobody watches, a sentence each"`
	Problem *string  `json:"problem" doc:"why the commit cannot be trained and what to do, one sentence; the rest may be empty then"`
	Files   []string `json:"files" doc:"the program: entry, the files that it imports, config files that it reads; sorted paths within the repository"`
	// ImportPath is for trials what an installed project or `python -m` is for a person.
	ImportPath []string `json:"import_path" doc:"directories besides the entry's own that the program imports from, which trials have on sys.path; sorted paths within the repository"`

	Requirements     []string `json:"requirements" doc:"what is installed: pip requirement lines and index options, includes written out"`
	RequirementsFrom string   `json:"requirements_from" doc:"file that they are from, a path within the repository; imports where no file lists any"`
	Modules          []string `json:"modules" doc:"top-level modules of others that the environment has to have, sorted"`

	Env     map[string]string `json:"env" doc:"environment variables that the script sets for frameworks before it imports them"`
	Preload []string          `json:"preload" doc:"what is imported once, for all trials: modules, and names in them"`

	Why []string `json:"why" doc:"a line for each thing decided: \"entry: train.py, the only script that calls fit\""`
}

// Metric is where the accuracy will come from, as far as the source tells.
type Metric struct {
	Name   string `json:"name" doc:"accuracy, or what mlhook.metric names; another measure, say r2_score, where there is no accuracy"`
	Source string `json:"source" doc:"what gives it: keras.Model.evaluate, sklearn.metrics.accuracy_score, stdout ...; empty where that is not seen"`
	Split  string `json:"split" doc:"data that it is measured on: test, validation, train, unknown"`
}

// Need is a version that the program fails without.
type Need struct {
	Package string `json:"package" doc:"project, as pip calls it"`
	Below   string `json:"below" doc:"the first version that lacks what is used"`
	Why     string `json:"why" doc:"place and name: train.py:3 keras.layers.convolutional.Conv2D"`
}

// Data is a path that the program reads.
type Data struct {
	Path   string `json:"path" doc:"as the program names it: relative to dir, absolute, or below ~"`
	Kind   string `json:"kind" doc:"tracked, untracked, ignored, mixed (a directory that is tracked in part), outside (of the repository), missing"`
	Mapped string `json:"mapped" doc:"path within the repository that trials see in its place; empty where it is what it names, or where nothing takes its place"`
	How    string `json:"how" doc:"how it gets into a trial, or what to do so that it does, one sentence"`
}
