package loop

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/run"
)

// openSession starts or adopts the agent, which may not be ready yet.
func (l *Loop) openSession(ctx context.Context, r run.Run) (s engine.Session, opened bool, err error) {
	l.opening.Lock()
	defer l.opening.Unlock()
	if l.session != nil {
		return l.session, false, nil
	}
	s, err = l.Engine.Open(ctx, engine.Job{
		RunID: r.ID, Repo: l.Common, Commit: r.Commit, Dir: l.Dir, Image: l.image,
		Preload: l.program.Preload, Data: l.engineMounts(), Env: l.env(),
		Network: l.Settings.Network, UID: l.UID, GID: l.GID, CPUs: l.CPUs,
	})
	if err != nil {
		return nil, false, fmt.Errorf("start the agent: %w", err)
	}
	l.session = s
	return s, true, nil
}

// env is what frameworks find as they are imported: what the script sets for
// them, and what the user has settled.
func (l *Loop) env() map[string]string {
	env := map[string]string{}
	maps.Copy(env, l.program.Env)
	maps.Copy(env, l.Settings.Env)
	return env
}

// greet waits until the agent is ready.
func (l *Loop) greet(ctx context.Context, s engine.Session) error {
	hello, err := s.Hello(ctx)
	if err != nil {
		if ctx.Err() == nil {
			l.forget(s)
		}
		return fmt.Errorf("start the agent: %w", err)
	}
	verb := "started"
	if s.Adopted() {
		verb = "taken over"
	}
	l.say("train", "agent %s: Python %s, %s imported in %.1f s", verb, hello.Python, frameworks(hello.Frameworks), hello.Seconds)
	return nil
}

// forget lets go of a session that is over.
func (l *Loop) forget(s engine.Session) {
	l.opening.Lock()
	defer l.opening.Unlock()
	if l.session == s {
		l.session = nil
	}
}

func frameworks(versions map[string]string) string {
	if len(versions) == 0 {
		return "nothing"
	}
	var all []string
	for name, version := range versions {
		all = append(all, strings.TrimSpace(name+" "+version))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// closeSession leaves the agent alone when only the runner is ending, so that
// the next runner finds it.
func (l *Loop) closeSession(ctx context.Context, err error) {
	var end *ending
	var wish *errStopped
	var away *engine.Unavailable
	over := errors.As(err, &end) || errors.As(err, &away) || errors.As(context.Cause(ctx), &wish)
	if l.session == nil || !over {
		return
	}
	clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if err := l.session.Close(clean); err != nil {
		l.say("train", "closing the agent: %v", err)
	}
	l.session = nil
}
