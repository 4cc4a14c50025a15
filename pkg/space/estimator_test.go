package space

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/project"
)

// uses prints, for each class on stdin, the names that its reference lists, and
// for each substitute what it lacks of what the table says.
const uses = `
import importlib, inspect, json, re, sys, warnings

warnings.filterwarnings("ignore")
from scipy.sparse import csr_matrix
from sklearn.datasets import load_iris

EVERY = {"fit", "get_metadata_routing", "get_params", "n_features_in_", "predict", "score", "set_params", "classes_",
         "feature_names_in_", "set_callbacks", "apply"}
X, y = load_iris(return_X_y=True)

def find(owner):
    home, name = owner.rsplit(".", 1)
    return getattr(importlib.import_module(home), name)

def attributes(cls):
    part = re.search(r"\n    Attributes\n    -+\n(.*?)(\n    [A-Z][\w ]+\n    -+\n|\Z)", cls.__doc__, re.S)
    return set(re.findall(r"^    (\w+) ?:", part.group(1), re.M)) if part else set()

def methods(cls):
    values = (str, int, float, tuple, dict, list, type(None))
    return {name for name in dir(cls) if not name.startswith("_") and not re.match(r"set_\w+_request", name)
            and not isinstance(inspect.getattr_static(cls, name), values)}

def lacks(s):
    cls = find(s["class"])
    made = eval("cls(%s)" % ", ".join([s["arguments"], *sorted(set(s["more"].values()))]).strip(", "))
    takes, fits = inspect.signature(cls).parameters, inspect.signature(cls.fit).parameters
    made.fit(X, y)
    yield from (name for name in s["gives"].split() + list(s["more"]) if not hasattr(made, name))
    yield from (name for name in s["keeps"].split() if name not in takes)
    yield from (name for name in s["fit"] if name not in fits)
    try:
        made.fit(csr_matrix(X), y)
        if s["dense"]:
            yield "a refusal of sparse input"
    except TypeError as error:
        if not s["dense"]:
            yield str(error)

asked = json.load(sys.stdin)
print(json.dumps({
    "names": {c: sorted((attributes(find(c)) | methods(find(c))) - set(inspect.signature(find(c)).parameters) - EVERY) for c in asked["classes"]},
    "lacks": {s["class"]: list(lacks(s)) for s in asked["substitutes"]}}))
`

// TestEstimatorTables compares the tables of estimators with scikit-learn.
func TestEstimatorTables(t *testing.T) {
	python := os.Getenv("MLHOOK_TEST_PYTHON")
	if python == "" {
		python = "python3"
	}
	if err := exec.Command(python, "-c", "import importlib.util, sys; sys.exit(not importlib.util.find_spec('sklearn'))").Run(); err != nil {
		if os.Getenv("MLHOOK_TEST_REQUIRE") != "" {
			t.Fatalf("%s has no sklearn: %v", python, err)
		}
		t.Skipf("%s has no sklearn; name an interpreter that has it in MLHOOK_TEST_PYTHON", python)
	}
	type entry map[string]any
	classes, substitutes := []string{}, []entry{}
	for _, trade := range trades {
		classes = slices.AppendSeq(classes, maps.Keys(trade.names))
		for _, s := range trade.substitutes {
			more := s.more
			if more == nil {
				more = map[string]string{}
			}
			substitutes = append(substitutes, entry{"class": s.class, "arguments": s.arguments, "gives": s.gives, "more": more,
				"keeps": s.keeps, "fit": fitArguments, "dense": s.dense})
		}
	}
	input, err := json.Marshal(entry{"classes": classes, "substitutes": substitutes})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", uses)
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stdin, cmd.Stderr = strings.NewReader(string(input)), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Names, Lacks map[string][]string
	}
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatal(err)
	}
	for _, trade := range trades {
		for class, names := range trade.names {
			if d := cmp.Diff(said.Names[class], strings.Fields(names)); d != "" {
				t.Errorf("%s: -scikit-learn +table\n%s", class, d)
			}
		}
		for _, s := range trade.substitutes {
			if lacks := said.Lacks[s.class]; len(lacks) > 0 {
				t.Errorf("%s lacks %q", s.class, lacks)
			}
		}
	}
	t.Logf("%d classes, %d substitutes", len(classes), len(substitutes))
}

// offered are the choices for the estimator of a program, without its own.
func offered(t *testing.T, files map[string]string) []string {
	t.Helper()
	program, modules := programOf(t, files)
	for _, x := range Find(program, modules, "sklearn") {
		if x.Kind == "estimator" {
			return x.Choices[1:]
		}
	}
	return nil
}

const knn = `from sklearn.neighbors import KNeighborsClassifier
model = KNeighborsClassifier(n_neighbors=3)
model.fit(X, y)
`

// TestEstimatorOffered holds what is offered beside what a program uses.
func TestEstimatorOffered(t *testing.T) {
	all := []string{"RandomForestClassifier()", "HistGradientBoostingClassifier()", "ExtraTreesClassifier()", "SVC()", "LogisticRegression(max_iter=1000)"}
	for name, c := range map[string]struct {
		program string
		want    []string
	}{
		"plain":      {knn, all},
		"weights":    {knn + "model.fit(X, y, sample_weight=w)\n", all},
		"data apply": {"from sklearn.tree import DecisionTreeClassifier\nm = DecisionTreeClassifier()\nm.fit(df.apply(f), y)\n", all},
		"probabilities": {knn + "p = model.predict_proba(X)\n",
			[]string{all[0], all[1], all[2], "SVC(probability=True)", all[4]}},
		"probabilities by name": {knn + "p = cross_val_predict(model, X, y, method='predict_proba')\n",
			[]string{all[0], all[1], all[2], "SVC(probability=True)", all[4]}},
		"coefficients": {"from sklearn.svm import LinearSVC\nm = LinearSVC(C=2).fit(X, y)\nprint(m.coef_)\n", all[4:]},
		"importances": {"from sklearn.tree import DecisionTreeClassifier as Tree\nm = Tree(max_depth=2)\nm.fit(X, y)\nprint(f'{m.feature_importances_}')\n",
			[]string{all[0], all[2]}},
		"decision": {"from sklearn.svm import SVC\nm = SVC(class_weight='balanced', random_state=seed)\nm.fit(X, y)\nm.decision_function(X)\n",
			[]string{"HistGradientBoostingClassifier(class_weight='balanced', random_state=seed)", "LogisticRegression(max_iter=1000, class_weight='balanced', random_state=seed)"}},
		"jobs": {"from sklearn.neighbors import KNeighborsClassifier\nm = KNeighborsClassifier(5, n_jobs=-1)\nm.fit(X, y)\n",
			[]string{"RandomForestClassifier(n_jobs=-1)", all[1], "ExtraTreesClassifier(n_jobs=-1)", all[3], all[4]}},
		"samples": {"from sklearn.ensemble import RandomForestClassifier\nm = RandomForestClassifier(class_weight='balanced_subsample')\nm.fit(X, y)\n",
			[]string{"ExtraTreesClassifier(class_weight='balanced_subsample')"}},
		"sparse":     {"from sklearn.feature_extraction.text import TfidfVectorizer\nX = TfidfVectorizer().fit_transform(texts)\n" + knn, []string{all[0], all[2], all[3], all[4]}},
		"made dense": {"from sklearn.feature_extraction.text import TfidfVectorizer\nX = TfidfVectorizer().fit_transform(texts).toarray()\n" + knn, all},
		"regression": {"from sklearn.linear_model import LinearRegression\nm = LinearRegression()\nm.fit(X, y)\nprint(m.coef_, m.intercept_)\n", []string{"Ridge()"}},
		"pipeline":   {"from sklearn.pipeline import make_pipeline\n" + strings.Replace(knn, "model = KNeighborsClassifier(n_neighbors=3)", "model = make_pipeline(S(), KNeighborsClassifier(n_neighbors=3))", 1), all},

		"kneighbors":      {knn + "model.kneighbors(X)\n", nil},
		"own argument":    {knn + "print(model.n_neighbors)\n", nil},
		"set_params":      {knn + "model.set_params(n_neighbors=4)\n", nil},
		"no fit":          {strings.Replace(knn, "model.fit(X, y)\n", "", 1), nil},
		"two":             {"from sklearn.svm import SVC\n" + knn + "SVC().fit(X, y)\n", nil},
		"two as values":   {"from sklearn.svm import SVC\n" + knn + "others = {'svm': SVC}\n", nil},
		"subclass":        {knn + "class Mine(KNeighborsClassifier):\n    pass\n", nil},
		"loop":            {"from sklearn.neighbors import KNeighborsClassifier\nfor k in range(9):\n    KNeighborsClassifier(n_neighbors=k).fit(X, y)\n", nil},
		"starred":         {strings.Replace(knn, "n_neighbors=3", "*given", 1), nil},
		"spread":          {strings.Replace(knn, "n_neighbors=3", "**given", 1), nil},
		"fit argument":    {"from sklearn.linear_model import SGDClassifier\nm = SGDClassifier()\nm.fit(X, y, coef_init=c)\n", nil},
		"partial fit":     {"from sklearn.linear_model import SGDClassifier\nm = SGDClassifier()\nm.fit(X, y)\nm.partial_fit(X, y)\n", nil},
		"warm start":      {"from sklearn.ensemble import RandomForestClassifier\nm = RandomForestClassifier(warm_start=True)\nm.fit(X, y)\n", nil},
		"grid":            {"from sklearn.model_selection import GridSearchCV\n" + knn + "GridSearchCV(model, {'n_neighbors': [1]}).fit(X, y)\n", nil},
		"step's argument": {knn + "pipe.fit(X, y, clf__sample_weight=w)\n", nil},
		"step by class":   {"from sklearn.pipeline import make_pipeline\npipe = make_pipeline(S(), C())\n" + knn + "pipe['kneighborsclassifier']\n", nil},
		"curve":           {"from sklearn.model_selection import validation_curve\n" + knn + "validation_curve(model, X, y, param_name='n_neighbors')\n", nil},
		"drawn":           {"from sklearn import tree\nm = tree.DecisionTreeClassifier()\nm.fit(X, y)\ntree.plot_tree(m)\n", nil},
		"selection":       {"from sklearn.feature_selection import RFE\n" + knn + "RFE(model).fit(X, y)\n", nil},
		"explained":       {"import shap\n" + knn, nil},
		"imported within": {"def main():\n    from sklearn.svm import SVC\n    SVC().fit(X, y)\nmain()\n", nil},
		"imported if":     {"try:\n    from sklearn.svm import SVC\nexcept ImportError:\n    raise\nSVC().fit(X, y)\n", nil},
	} {
		if d := cmp.Diff(c.want, offered(t, map[string]string{"train.py": c.program})); d != "" {
			t.Errorf("%s: -want +got\n%s", name, d)
		}
	}
}

// TestEstimatorElsewhere holds that all files of the program count.
func TestEstimatorElsewhere(t *testing.T) {
	build := "from sklearn.neighbors import KNeighborsClassifier\ndef build(k=3):\n    return KNeighborsClassifier(n_neighbors=k)\n"
	train := "from models import build\nmodel = build()\nmodel.fit(X, y)\n"
	if got := offered(t, map[string]string{"train.py": train, "models.py": build}); len(got) != 5 {
		t.Errorf("%q", got)
	}
	if got := offered(t, map[string]string{"train.py": train + "model.kneighbors(X)\n", "models.py": build}); got != nil {
		t.Errorf("%q beside kneighbors", got)
	}
}

// TestEstimatorExcludes holds that what the replaced call takes goes with it.
func TestEstimatorExcludes(t *testing.T) {
	m := project.Parse("train.py", []byte("from sklearn.decomposition import PCA\nK = 3\nX = PCA(4).fit_transform(X)\n"+strings.Replace(knn, "=3", "=K, p=1", 1)), Known)
	got := map[string]string{}
	for _, x := range Find([]*project.Module{m}, project.Modules{"train.py": m}, "sklearn") {
		got[x.Name] = x.Unless
	}
	id := "train.py:sklearn.neighbors.KNeighborsClassifier#0:estimator"
	want := map[string]string{"n_components": "", "n_neighbors": id, "p": id, "weights": id, "estimator": ""}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}
