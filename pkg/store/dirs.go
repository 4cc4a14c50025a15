package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/adrg/xdg"

	"github.com/mlhook/mlhook/pkg/run"
)

// A State is mlhook's directory of a user, $XDG_STATE_HOME/mlhook:
//
//	supervisor.lock, supervisor.alive, log
//	repos/<id>/repo.json          a registered repository
//	repos/<id>/runs/<number>/     a run, see RunDir
//
// Runs lie here and not below .git, where git refuses to work.
type State string

// UserState returns the user's state directory.
func UserState() State { return State(filepath.Join(xdg.StateHome, "mlhook")) }

// A Repository is what the supervisor has to know of one.
type Repository struct {
	ID     string `json:"id"`
	Common string `json:"common"` // git common dir, absolute
	Top    string `json:"top"`    // working tree that it was registered from
	// Engine is what "auto" was resolved to when the repository was registered.
	Engine string `json:"engine"`
	// Hooked says that install wrote a hook.
	Hooked bool `json:"hooked"`
}

// Dir is the repository's own mlhook directory, with queue and journal.
func (r Repository) Dir() string { return filepath.Join(r.Common, "mlhook") }

// repositoryID derives the id from the git common dir.
func repositoryID(common string) string {
	sum := sha256.Sum256([]byte(common))
	return hex.EncodeToString(sum[:6])
}

// Register remembers a repository, or changes what is remembered. Its file comes
// out of the directory that the supervisor watches, who sees it when it is there.
func (s State) Register(r Repository) error {
	r.ID = repositoryID(r.Common)
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	dir := s.RepoDir(r)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("register the repository: %w", err)
	}
	return replace(filepath.Join(dir, "repo.json"), append(text, '\n'), s.ReposDir())
}

// Repository returns what is remembered of the repository with this common dir.
func (s State) Repository(common string) (r Repository, ok bool, err error) {
	r = Repository{ID: repositoryID(common), Common: common}
	text, err := os.ReadFile(filepath.Join(s.RepoDir(r), "repo.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return r, false, nil
	}
	if err != nil {
		return r, false, err
	}
	return r, true, json.Unmarshal(text, &r)
}

// Repositories returns all registered repositories whose common dir still exists,
// also beside an error, which names those that cannot be read.
func (s State) Repositories() ([]Repository, error) {
	files, err := filepath.Glob(filepath.Join(s.ReposDir(), "*", "repo.json"))
	if err != nil {
		return nil, err
	}
	var repos []Repository
	var unread error
	for _, file := range files {
		var r Repository
		text, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue // uninstalled this instant
		}
		if err == nil {
			err = json.Unmarshal(text, &r)
		}
		if err != nil {
			unread = errors.Join(unread, fmt.Errorf("read %s: %w; `mlhook install` in its repository writes it anew", file, err))
		} else if info, err := os.Stat(r.Common); err == nil && info.IsDir() {
			repos = append(repos, r)
		}
	}
	return repos, unread
}

// Forget removes a repository from the list; its runs stay.
func (s State) Forget(r Repository) error {
	err := os.Remove(filepath.Join(s.RepoDir(r), "repo.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// ReposDir is where the directories of the repositories are.
func (s State) ReposDir() string { return filepath.Join(string(s), "repos") }

// RepoDir is the directory of a repository.
func (s State) RepoDir(r Repository) string {
	return filepath.Join(s.ReposDir(), repositoryID(r.Common))
}

// RunDir is the directory of a run:
//
//	runner.lock                     held by the runner, flock
//	run                             the id of the run, see Claim
//	commit/                         the commit as checked out
//	trials/<n>/<attempt>/...        see package agent
//	sessions/                       the engine's
//	program.json
//	promise.json                    what the user is to be told still, see Promise
//	report.md                       where `mlhook report --path` was asked for
func (s State) RunDir(r Repository, number int) string {
	return filepath.Join(s.RepoDir(r), "runs", strconv.Itoa(number))
}

// Claim ties a run's directory to the run. Repositories that lie at the same path
// one after the other share a directory: what a run of an earlier one left there
// is ended, by its id, and removed, but for the files to keep.
func Claim(dir string, r run.Run, keep []string, end func(id string) error) error {
	mark := filepath.Join(dir, "run")
	text, err := os.ReadFile(mark)
	unmarked := errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !unmarked:
		return fmt.Errorf("claim %s: %w", dir, err)
	case string(text) == r.ID:
		return nil
	case unmarked && r.Started != nil:
		return WriteFile(mark, []byte(r.ID)) // begun before directories were marked
	case !unmarked:
		if err := end(string(text)); err != nil {
			return fmt.Errorf("end run %s, which %s is of: %w", text, dir, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("claim %s: %w", dir, err)
	}
	for _, e := range entries {
		if e.Name() == filepath.Base(mark) || slices.Contains(keep, e.Name()) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return fmt.Errorf("claim %s: %w", dir, err)
		}
	}
	return WriteFile(mark, []byte(r.ID))
}

// TreeDir is where the loop lays out the program of an attempt.
func TreeDir(runDir string, trial, attempt int) string {
	return filepath.Join(runDir, "trials", strconv.Itoa(trial), strconv.Itoa(attempt), "tree")
}
