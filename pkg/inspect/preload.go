package inspect

import (
	"regexp"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// forkable are the packages that take long to import and leave nothing behind
// that a fork breaks: no thread of theirs, no connection, no device.
var forkable = set(`numpy pandas scipy sklearn matplotlib seaborn tensorflow keras tf_keras torch torchvision torchmetrics pytorch_lightning
	lightning transformers timm xgboost lightgbm catboost jax flax optax PIL cv2 skimage statsmodels nltk imblearn skorch joblib
	sentence_transformers`)

// atImport are the environment variables that packages read as they are imported;
// inUse are those that they read when they are used. Threads are mlhook's.
var (
	atImport = regexp.MustCompile(`^(?:KERAS_\w+|SCIPY_ARRAY_API|MPLCONFIGDIR|NLTK_DATA|(?:TF|JAX|XLA|TORCH|HF|TRANSFORMERS)_\w+)$`)
	inUse    = regexp.MustCompile(`^(?:PYTORCH|CUDA|CUBLAS)_\w+$`)
	threads  = []string{"TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"}
)

// environ lists what an entry sets for packages before it imports them, as
// mlhook does before it starts the script.
func environ(entry *project.Module) map[string]string {
	env := entry.Environ()
	for name := range env {
		if !atImport.MatchString(name) && !inUse.MatchString(name) || slices.Contains(threads, name) {
			delete(env, name)
		}
	}
	return env
}

// preload lists what a program imports and trials need not import each anew, in
// the program's order. Where it sets a variable that environ does not set for it,
// what it imports behind that is left to the trials.
func preload(program []*project.Module) []string {
	p := &preloading{list: []string{}}
	for at, m := range program {
		p.over = false
		for _, s := range m.File.Body {
			pysrc.Walk(s, func(n pysrc.Node) bool {
				p.meet(m, n, at == 0 && n == s)
				return !p.over
			})
		}
	}
	return p.list
}

// preloading is what the walk through a program has come to.
type preloading struct {
	list  []string
	reads bool // a framework was imported that reads the environment
	over  bool // nothing more of this file
}

// meet looks at a node; seen says whether environ sees it as well.
func (p *preloading) meet(m *project.Module, n pysrc.Node, seen bool) {
	for _, v := range m.Variables(n) {
		foreseen := seen && v.Known && !p.reads
		p.over = p.over || !foreseen && (v.Name == "" || atImport.MatchString(v.Name) && !slices.Contains(threads, v.Name))
	}
	p.reads = p.reads || project.Reads(n)
	for _, full := range importsOf(n) {
		name := strings.TrimSuffix(full, ".*")
		if !p.over && forkable[project.Root(name)] && !slices.Contains(p.list, name) {
			p.list = append(p.list, name)
		}
	}
}
