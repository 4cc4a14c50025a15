package space

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/project"
)

var short = regexp.MustCompile(`^a\.py:sklearn\.\w+\.`)

// TestGrid holds that what a search tries is offered value by value, and that
// the arguments it sets are left alone where it sets them, and only there.
func TestGrid(t *testing.T) {
	const head = "from sklearn.model_selection import GridSearchCV, RandomizedSearchCV\n" +
		"from sklearn.compose import ColumnTransformer\nfrom sklearn.impute import KNNImputer\nfrom sklearn.neighbors import KNeighborsClassifier\nfrom sklearn.svm import SVC\nfrom sklearn.pipeline import Pipeline, make_pipeline\nfrom sklearn.preprocessing import StandardScaler\n"
	for name, c := range map[string]struct {
		text string
		want []string // value and the words of its ID after the class
	}{
		"grid": {"GridSearchCV(KNeighborsClassifier(), {'n_neighbors': [3, 5]}, cv=3)\n",
			[]string{"GridSearchCV#0:n_neighbors.0=3", "GridSearchCV#0:n_neighbors.1=5", "KNeighborsClassifier#0:weights='uniform'"}},
		"pipeline": {"model = SVC()\npipe = Pipeline([('scale', StandardScaler()), ('svc', model)])\ngrid = [{'svc__C': [0.1]}, {'svc__gamma': [2]}]\nGridSearchCV(pipe, grid)\n",
			[]string{"GridSearchCV#0:C.0=0.1", "GridSearchCV#0:gamma.0=2", "SVC#0:kernel='rbf'"}},
		"another": {"GridSearchCV(SVC(kernel='rbf', gamma=1), param_grid={'C': [1]})\nSVC(kernel='rbf', gamma=1, C=3)\n",
			[]string{"GridSearchCV#0:C.0=1", "SVC#0:gamma=1", "SVC#0:kernel='rbf'", "SVC#1:gamma=1", "SVC#1:kernel='rbf'"}},
		"unseen": {"def search(model):\n    GridSearchCV(model, {'n_neighbors': [3]})\nsearch(KNeighborsClassifier(n_neighbors=4))\n",
			[]string{"KNeighborsClassifier#0:weights='uniform'"}},
		"columns": {"pre = ColumnTransformer([('num', Pipeline([('near', KNNImputer(n_neighbors=5)), ('scale', StandardScaler())]), num)])\n" +
			"pipe = Pipeline([('pre', pre), ('clf', KNeighborsClassifier(n_neighbors=4))])\nGridSearchCV(pipe, {'clf__n_neighbors': [3]})\n",
			[]string{"GridSearchCV#0:n_neighbors.0=3", "KNeighborsClassifier#0:weights='uniform'"}},
		"one step of two": {"pipe = Pipeline([('a', SVC(C=2)), ('b', SVC(kernel='rbf', C=4))])\nGridSearchCV(pipe, [{'a__gamma': [3]}, {'b__C': [5]}])\nKNeighborsClassifier(n_neighbors=7)\n",
			[]string{"GridSearchCV#0:C.0=5", "GridSearchCV#0:gamma.0=3", "KNeighborsClassifier#0:n_neighbors=7", "KNeighborsClassifier#0:weights='uniform'", "SVC#0:kernel='rbf'", "SVC#1:kernel='rbf'"}},
		"unseen beside": {"pipe = Pipeline([('scale', scaler()), ('clf', KNeighborsClassifier(n_neighbors=4))])\nGridSearchCV(pipe, {'clf__n_neighbors': [3]})\nSVC(C=3)\n",
			[]string{"GridSearchCV#0:n_neighbors.0=3", "KNeighborsClassifier#0:weights='uniform'", "SVC#0:C=3", "SVC#0:gamma='scale'", "SVC#0:kernel='rbf'"}},
		"drawn": {"import numpy as np\nRandomizedSearchCV(make_pipeline(StandardScaler(), KNeighborsClassifier(weights='uniform')), {'kneighborsclassifier__n_neighbors': np.arange(1, 9)})\n",
			[]string{"KNeighborsClassifier#0:weights='uniform'"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := project.Parse("a.py", []byte(head+c.text), Known)
			got := []string{}
			for _, x := range Find([]*project.Module{m}, project.Modules{"a.py": m}, "sklearn") {
				got = append(got, short.ReplaceAllString(x.ID, "")+"="+x.Value)
			}
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
