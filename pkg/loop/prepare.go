package loop

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/image"
	"github.com/mlhook/mlhook/pkg/run"
)

// prepare makes the environment of the program, once for many runs: what that takes
// is not the training's time.
func (l *Loop) prepare(ctx context.Context, r run.Run) error {
	env, err := image.Choose(l.program, l.commitDir(), l.Settings)
	if err != nil {
		return &ending{verdict: run.Failed, cause: run.CauseSetup, reason: err.Error()}
	}
	l.budget.pause()
	defer l.budget.resume()
	l.image, err = l.Engine.Prepare(ctx, env, func(line string) { l.say("image", "%s", line) })
	var build *engine.BuildError
	if errors.As(err, &build) {
		return &ending{verdict: run.Failed, cause: run.CauseSetup, reason: unbuilt(build, l.program.RequirementsFrom, env)}
	}
	if err != nil {
		return err
	}
	_, err = l.Journal.Change(ctx, l.Number, func(r *run.Run) { r.Image = &run.Image{Family: l.image.Family, ID: l.image.ID} })
	l.say("image", "%s with %s", l.image.Ref, l.Engine.Name())
	return err
}

// unbuilt says why there is no environment: first what pip could not install and
// where to mend it.
func unbuilt(e *engine.BuildError, from string, env engine.Environment) string {
	told := e.Requirement()
	switch {
	case told == "":
		return e.Error()
	case env.ContextDir != "" && strings.HasPrefix(e.Step, "RUN "):
		from = "the Dockerfile, or in what it installs from"
	case from == "imports":
		from = "a requirements.txt, since the imports alone do not tell"
	}
	return fmt.Sprintf("%s; mend it in %s\n%v", told, from, e)
}
