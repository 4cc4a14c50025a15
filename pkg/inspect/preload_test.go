package inspect

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// What is imported before the trials is what the program imports, with the
// environment that it has there.
func TestPreload(t *testing.T) {
	fit := "\nLogisticRegression().fit(x, y)\n"
	for what, c := range map[string]struct {
		script, other string
		preload       []string
		env           map[string]string
	}{
		"in the program's order, by what is asked for": {
			script: "import pandas as pd, os\nimport matplotlib.pyplot as plt\nfrom sklearn import svm\nfrom keras.layers import *\nimport requests, other\n" +
				"def f():\n    from sklearn.svm import SVC\n    import pandas\n",
			other:   "try:\n    import lightgbm\nexcept ImportError:\n    pass\n",
			preload: []string{"pandas", "matplotlib.pyplot", "sklearn.svm", "keras.layers", "sklearn.svm.SVC", "sklearn.linear_model.LogisticRegression", "lightgbm"},
		},
		"a variable that is set for it": {
			script:  "import os\nos.environ['KERAS_BACKEND'] = 'torch'\nos.environ['PYTHONHASHSEED'] = str(1)\nimport keras\n",
			preload: []string{"keras", "sklearn.linear_model.LogisticRegression"},
			env:     map[string]string{"KERAS_BACKEND": "torch"},
		},
		"one that is set behind a framework": {
			script:  "import os, torch\nos.environ['CUDA_VISIBLE_DEVICES'] = '0'\nos.environ['KERAS_BACKEND'] = 'torch'\nimport keras\n",
			preload: []string{"torch"},
		},
		"one that only the run tells": {
			script:  "import os, numpy\nos.environ['HF_HOME'] = os.path.join('a', 'b')\nimport transformers\n",
			preload: []string{"numpy"},
		},
		"one that a condition sets": {
			script:  "import os, numpy, sys\nif sys.argv:\n    os.environ['KERAS_BACKEND'] = 'torch'\nimport keras\n",
			preload: []string{"numpy"},
		},
		"one of any name": {
			script:  "import os, sys, pandas\nos.environ.update(load())\nimport torch\n",
			preload: []string{"pandas"},
		},
		"one that another module sets": {
			script:  "import pandas, other\n",
			other:   "import os, scipy\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\nimport keras\n",
			preload: []string{"pandas", "sklearn.linear_model.LogisticRegression", "scipy"},
		},
	} {
		files := fstest.MapFS{"train.py": {Data: []byte(c.script + "from sklearn.linear_model import LogisticRegression\n" + fit)}, "other.py": {Data: []byte(c.other)}}
		p, err := Inspect(Source{FS: files, Classify: func(string) (string, error) { return missing, nil }}, Hints{Entry: "train.py"})
		if err != nil || p.Problem != nil {
			t.Fatal(err, p.Problem)
		}
		if c.env == nil {
			c.env = map[string]string{}
		}
		if diff := cmp.Diff(c.preload, p.Preload) + cmp.Diff(c.env, p.Env); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
}
