package engine

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// What trials write below the system's directory for temporary files has a
// directory of the run there, with one for each trial: trials side by side do not
// meet in it, and it goes with the run, which killed scripts leave full.

// longTemp is how long the system's directory may be, in bytes, for one below it:
// sockets lie there, whose paths have about a hundred at most.
const longTemp = 40

const tempPrefix = "mlhook-"

// tempNote is the file that names a run's directory for temporary files.
func tempNote(run string) string { return filepath.Join(run, "temp") }

// makeTemp returns the directory of a job, made where it is not there; empty where
// the user names another one.
func makeTemp(job Job) (dir string, err error) {
	if job.Env["TMPDIR"] != "" || len(os.TempDir()) > longTemp {
		return "", nil
	}
	// One that was removed, by a reboot say, may be another user's by now.
	if dir := notedTemp(job.Dir); dir != "" && os.Chmod(dir, 0o700) == nil {
		return dir, nil
	}
	if dir, err = os.MkdirTemp("", tempPrefix); err != nil {
		return "", err
	}
	return dir, os.WriteFile(tempNote(job.Dir), []byte(dir), 0o644)
}

// notedTemp is the directory that was made for a run; empty for none.
func notedTemp(run string) string {
	text, err := os.ReadFile(tempNote(run))
	if err != nil || !strings.HasPrefix(filepath.Base(string(text)), tempPrefix) {
		return ""
	}
	return string(text)
}

func removeTemp(run string) error {
	dir := notedTemp(run)
	if dir == "" {
		return nil
	}
	return errors.Join(os.RemoveAll(dir), os.Remove(tempNote(run)))
}

// trialTemp is the directory of a trial below that of its run; empty for none.
func trialTemp(dir string, trial int) string {
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, strconv.Itoa(trial))
}
