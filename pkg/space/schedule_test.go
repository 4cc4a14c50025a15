package space

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlhook/mlhook/pkg/project"
)

// TestSchedules holds what a schedule leaves of the length of a training: a
// OneCycleLR fails beyond its last step, and sets the rate of its optimizer.
func TestSchedules(t *testing.T) {
	const head = "def old():\n    o = 1\nimport torch\nfrom torch.optim.lr_scheduler import OneCycleLR, CosineAnnealingLR\nE = 7\nsteps = E * len(d)\n" +
		"d = torch.utils.data.DataLoader(X, batch_size=8, shuffle=True)\no = torch.optim.Adam(p, lr=0.1)\n"
	for schedule, want := range map[string][]string{
		"s = None\nfor e in range(10):\n":                                                    {"batch_size+0", "epochs+0", "lr+0"},
		"s = CosineAnnealingLR(o, 10)\nfor e in range(10):\n":                                {"batch_size+0", "epochs+1", "lr+0"},
		"s = CosineAnnealingLR(o, 50)\nfor e in range(10):\n":                                {"batch_size+0", "epochs+0", "lr+0"},
		"s = CosineAnnealingLR(o, T_max=E)\nfor e in range(E):\n":                            {"batch_size+0", "epochs+0", "lr+0"},
		"s = OneCycleLR(o, 0.1, epochs=10, steps_per_epoch=len(d))\nfor e in range(10):\n":   {"batch_size+0", "epochs+1", "max_lr+0"},
		"s = OneCycleLR(o, 0.1, epochs=10, steps_per_epoch=10)\nfor e in range(10):\n":       {"epochs+1", "max_lr+0"},
		"s = OneCycleLR(o, 0.1, total_steps=100)\nfor e in range(10):\n":                     {"max_lr+0"},
		"s = OneCycleLR(o, 0.1, total_steps=10 * len(d))\nfor e in range(10):\n":             {"batch_size+0", "epochs+1", "max_lr+0"},
		"s = OneCycleLR(o, 0.1, steps)\nfor e in range(E):\n":                                {"batch_size+0", "epochs+0", "max_lr+0"},
		"s = OneCycleLR(o, 0.1, steps)\nfor e in range(10):\n":                               {"batch_size+0", "max_lr+0"},
		"s = OneCycleLR(other, 0.1, epochs=E, steps_per_epoch=len(d))\nfor e in range(E):\n": {"batch_size+0", "epochs+0", "lr+0", "max_lr+0"},
	} {
		m := project.Parse("a.py", []byte(head+schedule+"    o.step()\n"), Known)
		var got []string
		for _, x := range Find([]*project.Module{m}, project.Modules{"a.py": m}, "torch") {
			if x.Kind == "number" {
				got = append(got, fmt.Sprintf("%s+%d", x.Name, len(x.Also)))
			}
			if len(x.Also) > 0 && x.Length {
				t.Errorf("%s: %s does not only end the training", schedule, x.Name)
			}
		}
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: -want +got\n%s", schedule, d)
		}
	}
}
