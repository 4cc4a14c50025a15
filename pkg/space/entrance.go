package space

import (
	"slices"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// entrances are the sizes that the layers of a program expect of their data.
func entrances(files []*project.Module, modules project.Modules) (sizes []float64) {
	for _, m := range files {
		add := func(e pysrc.Expr) {
			for _, e := range listed(e) {
				if at, ok := m.Number(e, modules); ok {
					size, _ := literal(at.Text)
					sizes = append(sizes, size)
				}
			}
		}
		for _, c := range m.Calls {
			name := m.Canonical(c)
			for _, given := range []string{"input_shape", "input_dim", "batch_input_shape"} {
				add(project.Argument(c, given, -1))
			}
			switch s, ok := shapes[name]; {
			case name == "keras.Input" || name == "keras.layers.Input" || name == "keras.layers.InputLayer":
				add(project.Argument(c, "shape", 0))
			case name == "keras.layers.Embedding", name == "torch.nn.Embedding":
				add(project.Argument(c, "num_embeddings", 0))
			case ok:
				add(project.Argument(c, s.in, s.inPos))
			}
		}
	}
	return sizes
}

// entered drops the number of features that a program makes where a layer says
// it again.
func (p program) entered(all []Tunable) []Tunable {
	return slices.DeleteFunc(all, func(t Tunable) bool {
		size, ok := literal(t.Value)
		return ok && (t.Role == "vocabulary" || t.Role == "components") && slices.Contains(p.entrances, size)
	})
}
