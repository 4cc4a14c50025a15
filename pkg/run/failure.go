package run

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// A Failure is one death of a run's runner or of a trial's agent.
type Failure struct {
	At time.Time `json:"at"`
	// Why is its last words; empty when it was killed and could say none.
	Why string `json:"why"`
	// Progress says how far the work was: two failures with the same Progress
	// have no newer valid checkpoint between them.
	Progress string `json:"progress"`
}

// A Recovery is what the supervisor has to know of a run whose runner may die.
type Recovery struct {
	// Started is when the last runner was started, zero when its death is among
	// Failures already; Boot is the machine's boot then, where that is known.
	Started time.Time `json:"started"`
	Boot    string    `json:"boot,omitempty"`
	// Words is how long the file of the runner's last words was then.
	Words int64 `json:"words,omitempty"`
	// Failures are those without progress between, oldest first.
	Failures []Failure `json:"failures,omitempty"`
	// NotBefore is when the next runner may be started.
	NotBefore time.Time `json:"not_before"`
}

// Limits of a crash loop: how many failures in a row may come without progress.
const (
	maxFailures = 3
	maxSame     = 2 // with the same words at the same step
)

// Stuck returns the last failures between which nothing was gained.
func Stuck(failures []Failure) []Failure {
	for i := len(failures) - 1; i > 0; i-- {
		if failures[i-1].Progress != failures[i].Progress {
			return failures[i:]
		}
	}
	return failures
}

// CrashLoop tells whether failures, oldest first, show that another try is
// pointless, and why. Not time decides but progress: what fails once a day and
// gains an epoch between is no loop, what fails at once with the same words is.
func CrashLoop(failures []Failure) (why string, loop bool) {
	stuck := Stuck(failures)
	n := len(stuck)
	if n == 0 {
		return "", false
	}
	last := stuck[n-1]
	same := 0
	for i := n - 1; i >= 0 && last.Why != "" && stuck[i].Why == last.Why; i-- {
		same++
	}
	switch {
	case same >= maxSame:
		return fmt.Sprintf("it failed %d times at the same step with: %s", same, last.Why), true
	case n >= maxFailures && last.Why == "":
		return fmt.Sprintf("it was killed %d times without a newer checkpoint between", n), true
	case n >= maxFailures:
		return fmt.Sprintf("it failed %d times without a newer checkpoint between, at last with: %s", n, last.Why), true
	}
	return "", false
}

// Bounds of a back-off.
const (
	firstBackoff = 5 * time.Second
	maxBackoff   = 10 * time.Minute
)

// MaxBackoff is the longest time that Backoff returns.
const MaxBackoff = maxBackoff + maxBackoff/4

// Backoff is how long to wait after n failures without progress: not at all
// after the first, then 5 s, doubling up to 10 min, each 25 % more or less, so
// that what failed together does not come back together.
func Backoff(n int) time.Duration {
	if n <= 1 {
		return 0
	}
	wait := maxBackoff
	if n < 10 {
		wait = min(firstBackoff<<(n-2), maxBackoff)
	}
	return wait - wait/4 + rand.N(wait/2)
}
