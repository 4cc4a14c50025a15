package loop

import (
	"context"
	"os"
	"testing"

	"github.com/mlhook/mlhook/pkg/engine"
)

// A building engine notes whether time is counted while it makes an environment.
type building struct {
	engine.Local
	loop    *Loop
	counted bool
}

func (b *building) Prepare(ctx context.Context, env engine.Environment, progress func(string)) (engine.Image, error) {
	image, err := b.Local.Prepare(ctx, env, progress)
	b.counted = !b.loop.budget.since.IsZero()
	return image, err
}

// The making of an environment takes nothing of mlhook.minutes.
func TestPreparingIsNotCounted(t *testing.T) {
	l := bare(t)
	r, err := l.Journal.Run(t.Context(), l.Number)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(l.commitDir(), 0o700); err != nil {
		t.Fatal(err)
	}
	l.program.Family = "python"
	b := &building{Local: engine.Local{Cache: t.TempDir()}, loop: l}
	l.Engine = b
	l.budget.resume()
	if err := l.prepare(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if b.counted {
		t.Error("it counts as work")
	}
	if l.budget.since.IsZero() {
		t.Error("what comes behind it is not counted")
	}
}
