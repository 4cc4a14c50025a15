package space

import (
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/project"
	"github.com/mlhook/mlhook/pkg/pysrc"
)

// feed notes the calls that make what the fit of a keras model is given, a
// tf.data set: its batches are those of the training.
func (f *finder) feed() {
	for _, c := range f.m.Calls {
		if a, ok := c.Func.(*pysrc.Attribute); ok && a.Attr == "fit" && f.family == "keras" {
			f.feeding(project.Argument(c, "x", 0))
		}
	}
}

// feeding goes along a chain of calls, ds.shuffle(1000).batch(32), and what its
// names are bound to.
func (f *finder) feeding(e pysrc.Expr) {
	switch e := e.(type) {
	case *pysrc.Name:
		if f.fed[e.ID] {
			return
		}
		f.fed[e.ID] = true
		for _, a := range f.m.Assigns[e.ID] {
			if a.Value != nil {
				f.feeding(a.Value)
			}
		}
	case *pysrc.Call:
		f.feeds = append(f.feeds, e)
		if a, ok := e.Func.(*pysrc.Attribute); ok {
			f.feeding(a.Value)
		}
	}
}

// unfed tells whether a call makes batches that no training is given.
func (f *finder) unfed(c *pysrc.Call, owner string) bool {
	return (owner == batched || strings.HasSuffix(owner, "_dataset_from_directory")) && !slices.Contains(f.feeds, c)
}

const batched = "tensorflow.data.Dataset.batch"
