package supervise

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/mlhook/mlhook/pkg/store"
)

// Lock is the supervisor's lock.
func Lock(state store.State) *flock.Flock {
	return flock.New(filepath.Join(string(state), "supervisor.lock"))
}

// lockPatience is how long the lock is tried: others look at it for an instant,
// and one that was killed holds it until the last of its threads is gone.
const lockPatience = 3 * time.Second

// Acquire takes a lock; false when another process has it.
func Acquire(ctx context.Context, lock *flock.Flock) (held bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	held, err = lock.TryLockContext(ctx, 20*time.Millisecond)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return false, nil
	}
	return held, err
}

// Held tells whether a living process holds a lock that was made. The look
// takes the lock for an instant, which is why Acquire is patient.
func Held(lock *flock.Flock) bool {
	if _, err := os.Stat(lock.Path()); err != nil {
		return false
	}
	free, err := lock.TryRLock()
	if free {
		lock.Unlock()
	}
	return err == nil && !free
}

// RunnerLock is the lock that a runner holds for life.
func RunnerLock(runDir string) *flock.Flock {
	return flock.New(filepath.Join(runDir, "runner.lock"))
}
