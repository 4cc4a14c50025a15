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
	list, reads := []string{}, false
	for at, m := range program {
		over := false
		for _, s := range m.File.Body {
			pysrc.Walk(s, func(n pysrc.Node) bool {
				for _, v := range m.Variables(n) {
					foreseen := at == 0 && n == s && v.Known && !reads
					over = over || !foreseen && (v.Name == "" || atImport.MatchString(v.Name) && !slices.Contains(threads, v.Name))
				}
				reads = reads || project.Reads(n)
				for _, full := range importsOf(n) {
					name := strings.TrimSuffix(full, ".*")
					if !over && forkable[project.Root(name)] && !slices.Contains(list, name) {
						list = append(list, name)
					}
				}
				return true
			})
		}
	}
	return list
}
