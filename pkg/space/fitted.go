package space

import (
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// fitted is how a program uses the estimators that it fits.
type fitted struct {
	classes int             // how often it names a class that predicts
	reads   map[string]bool // attributes
	words   map[string]bool // strings, which may name one
	fits    bool
	// tied says that something depends on the class or on its parameters.
	tied   bool
	piped  bool // make_pipeline names its steps by their classes
	sparse bool // some input may be a sparse matrix
	dense  bool // and is made a dense one
}

var (
	// predictor are the classes that predict, or that search for one that does.
	predictor = regexp.MustCompile(`^(?:sklearn|imblearn)\.(?:svm|neighbors|naive_bayes|linear_model|discriminant_analysis|tree|ensemble|neural_network|` +
		`gaussian_process|kernel_ridge|multiclass|multioutput|calibration|dummy|semi_supervised|cross_decomposition|isotonic)\.(?:\w+\.)?[A-Z]\w*$|SearchCV$`)
	// tying are the calls that need the class as it is, or its parameters' names.
	tying = regexp.MustCompile(`^sklearn\.(?:tree\.(?:plot_tree|export_\w+)|feature_selection\.(?:RFE|RFECV|SelectFromModel)|` +
		`model_selection\.(?:validation_curve|ValidationCurveDisplay\.\w+|ParameterGrid|ParameterSampler))$`)
	// tyingPackages explain, convert or search models by their classes.
	tyingPackages = []string{"shap", "eli5", "dtreeviz", "treeinterpreter", "skl2onnx", "onnxmltools", "m2cgen", "sklearn2pmml", "sklearn_porter",
		"yellowbrick", "mlxtend", "optuna", "hyperopt", "skopt", "tpot", "ray"}
	scoring = regexp.MustCompile(`^sklearn\.model_selection\.cross_(?:val_score|val_predict|validate)$`)
	sparse  = regexp.MustCompile(`^sklearn\.(?:feature_extraction\..*|preprocessing\.OneHotEncoder|datasets\.(?:load_svmlight_files?|fetch_rcv1|fetch_20newsgroups_vectorized))$|^scipy\.sparse\.`)
	// ofStep is the parameter of a step: svc__C.
	ofStep = regexp.MustCompile(`^[A-Za-z]\w*?__\w+$`)
)

// usage reads how a program uses its estimators.
func usage(modules []*project.Module) fitted {
	u := fitted{reads: map[string]bool{}, words: map[string]bool{}}
	for _, m := range modules {
		for _, name := range tyingPackages {
			u.tied = u.tied || m.Roots[name]
		}
		for _, file := range []*pysrc.File{m.File, m.Fields()} {
			pysrc.Walk(file, func(n pysrc.Node) bool { return u.see(m, n) })
		}
	}
	return u
}

// see notes what a node says; false keeps the walk out of it.
func (u *fitted) see(m *project.Module, n pysrc.Node) bool {
	switch n := n.(type) {
	case *pysrc.Call:
		return u.call(m, n)
	case *pysrc.Name:
		u.named(m.Full(n))
	case *pysrc.Attribute:
		if full := m.Full(n); full != "" {
			u.named(full)
			return false
		}
		u.reads[n.Attr] = true
		u.dense = u.dense || n.Attr == "toarray" || n.Attr == "todense"
		u.tied = u.tied || n.Attr == "set_params" || n.Attr == "get_params"
	case *pysrc.String:
		u.words[n.Value] = true
		u.tied = u.tied || ofStep.MatchString(n.Value)
	}
	return true
}

func (u *fitted) named(full string) {
	if predictor.MatchString(full) {
		u.classes++
	}
	u.tied = u.tied || tying.MatchString(full)
	u.piped = u.piped || strings.HasSuffix(full, ".make_pipeline")
	u.sparse = u.sparse || sparse.MatchString(full)
}

// call keeps the walk out of the arguments of an estimator: KNeighborsClassifier(
// n_neighbors=args.n_neighbors) reads none of its attributes.
func (u *fitted) call(m *project.Module, c *pysrc.Call) bool {
	full := m.Canonical(c)
	u.fits = u.fits || scoring.MatchString(full)
	for _, k := range c.Keywords {
		u.tied = u.tied || ofStep.MatchString(k.Arg)
		if k.Arg == "sparse_output" || k.Arg == "sparse" {
			u.dense = u.dense || m.File.Text(k.Value) == "False"
		}
	}
	if a, ok := c.Func.(*pysrc.Attribute); ok && a.Attr == "fit" && full == "" {
		u.fits = true
		u.tied = u.tied || len(c.Args) > 2 || project.Open(c)
		for _, k := range c.Keywords {
			u.tied = u.tied || !slices.Contains(fitArguments, k.Arg)
		}
	}
	if predictor.MatchString(full) {
		u.classes++
		return false
	}
	return true
}
