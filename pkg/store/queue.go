package store

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// An Order asks for a run of a commit. The hook writes it as a file into
// queue/new (a maildir: written in queue/tmp, then renamed), because a hook
// must neither wait for a lock nor link a database.
type Order struct {
	Commit    string
	Branch    string // short name; empty on a detached HEAD
	Top       string // working tree of the commit
	Automatic bool   // from a hook
	Target    float64
	Env       map[string]string // of the user's session, for notifications and the push
}

// A Queued order is one with its file, which the reader drops when the order is
// in the journal.
type Queued struct {
	Order
	Path string
	// Damage says why the file cannot be believed; the order is then what the
	// file's name says, without a branch.
	Damage string
}

// Drop removes the file, or sets a damaged one aside beside the queue.
func (q Queued) Drop() error {
	var err error
	if q.Damage == "" {
		err = os.Remove(q.Path)
	} else {
		err = os.Rename(q.Path, aside(q.Path))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func aside(path string) string {
	return filepath.Join(filepath.Dir(filepath.Dir(path)), "bad-"+filepath.Base(path))
}

// tornAfter is how long a file without its last line may be under way.
const tornAfter = time.Minute

// QueueDir is where the hook puts orders.
func QueueDir(dir string) string { return filepath.Join(dir, "queue", "new") }

// MakeQueue creates the queue below dir, <git common dir>/mlhook.
func MakeQueue(dir string) error {
	for _, part := range []string{"tmp", "new"} {
		if err := os.MkdirAll(filepath.Join(dir, "queue", part), 0o755); err != nil {
			return fmt.Errorf("create the queue: %w", err)
		}
	}
	return nil
}

// Ordered tells whether commits wait in the queue. It changes nothing.
func Ordered(dir string) bool {
	entries, _ := os.ReadDir(QueueDir(dir)) // of none nothing waits
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return isCommit(commitIn(e.Name())) })
}

// commitIn is what stands for the commit in the name of an order's file.
func commitIn(name string) string {
	commit, _, _ := strings.Cut(name, ".")
	return commit
}

// Orders reads the queue, oldest first, for the supervisor, which alone empties
// it: what woke it is removed. Files that are no orders, not even by their names,
// are set aside beside the queue, never deleted, and named in bad.
func Orders(dir string) (orders []Queued, bad []string, err error) {
	entries, err := os.ReadDir(QueueDir(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read the queue: %w", err)
	}
	slices.SortStableFunc(entries, func(a, b fs.DirEntry) int { return modTime(a).Compare(modTime(b)) })
	for _, e := range entries {
		path := filepath.Join(QueueDir(dir), e.Name())
		if e.Name() == wakeName {
			os.Remove(path)
			continue
		}
		o, err := readOrder(path)
		if err == nil {
			orders = append(orders, Queued{o, path, ""})
			continue
		}
		if age := time.Since(modTime(e)); age >= 0 && age <= tornAfter {
			continue // a clock that was set back must not make it wait for days
		}
		if commit := commitIn(e.Name()); isCommit(commit) {
			orders = append(orders, Queued{Order{Commit: commit, Automatic: true, Env: map[string]string{}}, path, err.Error()})
		} else if os.Rename(path, aside(path)) == nil {
			bad = append(bad, fmt.Sprintf("%s: %v", aside(path), err))
		}
	}
	return orders, bad, nil
}

func modTime(e fs.DirEntry) time.Time {
	info, err := e.Info()
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// maxOrder is the size of an order's file, in bytes.
const maxOrder = 64 << 10

// readOrder reads "key value" lines up to "end". They are all there twice, so
// that a file which lost its end, or a bit, is not believed.
func readOrder(path string) (o Order, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return o, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxOrder {
		return o, errors.New("not an order")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return o, err
	}
	half := string(text[:len(text)/2])
	if half != string(text[len(half):]) {
		return o, errors.New("its two halves differ")
	}
	if !strings.HasSuffix(half, "\nend\n") {
		return o, errors.New("the last line is missing")
	}
	o.Env = map[string]string{}
	for line := range strings.Lines(half) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch {
		case key == "commit":
			o.Commit = value
		case key == "branch":
			o.Branch = value
		case key == "top":
			o.Top = value
		case key == "source":
			o.Automatic = value != "run"
		case strings.HasPrefix(key, "env."):
			o.Env[strings.TrimPrefix(key, "env.")] = value
		}
	}
	if !isCommit(o.Commit) {
		return o, fmt.Errorf("%q is no commit", o.Commit)
	}
	return o, nil
}

func isCommit(text string) bool {
	return len(text) >= 40 && strings.Trim(text, "0123456789abcdef") == ""
}

const wakeName = "wake"

// Wake makes the supervisor look at the repository now.
func Wake(dir string) error {
	tmp := filepath.Join(dir, "queue", "tmp", "wake-"+token(4))
	if err := os.WriteFile(tmp, nil, 0o644); err != nil {
		return fmt.Errorf("wake the supervisor: %w", err)
	}
	return os.Rename(tmp, filepath.Join(QueueDir(dir), wakeName))
}

// newID makes the global id of a run; the number leads it for the reader's sake.
func newID(number int) string { return fmt.Sprintf("%d-%s", number, token(4)) }

func token(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b) // never fails, crypto/rand
	return hex.EncodeToString(b)
}
