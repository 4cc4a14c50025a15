package inspect

import (
	"regexp"

	"github.com/mlhook/mlhook/pkg/project"
)

// frameworkVariable is the name of an environment variable that a framework reads
// as it is imported; threads are mlhook's.
var frameworkVariable = regexp.MustCompile(`^(?:KERAS_BACKEND|SCIPY_ARRAY_API|(?:TF|JAX|XLA|TORCH|PYTORCH|CUDA|CUBLAS)_\w+)$`)

// frameworkEnv lists what an entry sets for frameworks, which mlhook imports
// before it starts the script.
func frameworkEnv(entry *project.Module) map[string]string {
	env := entry.Environ()
	for name := range env {
		if !frameworkVariable.MatchString(name) || name == "TF_NUM_INTRAOP_THREADS" || name == "TF_NUM_INTEROP_THREADS" {
			delete(env, name)
		}
	}
	return env
}
