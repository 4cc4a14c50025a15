package store

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A Message is what the user is to read of a run's end.
type Message struct {
	Title  string    `json:"title"`
	Body   string    `json:"body"`
	Failed int       `json:"failed,omitempty"` // how often its mail was not taken
	Due    time.Time `json:"due,omitzero"`     // when the next try is
}

// tries is how long a mail that was not taken waits each time, before it is given up.
var tries = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 8 * time.Hour}

// Wait is how long from now on a message waits; not for ever where a clock was set back.
func (m Message) Wait() time.Duration {
	if wait := time.Until(m.Due); wait <= tries[len(tries)-1] {
		return wait
	}
	return 0
}

// Promise notes what the user is to be told of a run's end, in the run's directory
// and before the end is journalled: whoever comes after a process that died between
// the two tells it.
func Promise(runDir string, m Message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(runDir, 0o755); err != nil { // of a run that never began
		return err
	}
	return WriteFile(promiseFile(runDir), text)
}

// Promised returns what the user was to be told and maybe was not.
func Promised(runDir string) (m Message, ok bool) {
	text, err := os.ReadFile(promiseFile(runDir))
	return m, err == nil && json.Unmarshal(text, &m) == nil
}

// Deliver tells what was promised, and notes that it was told or given up, or when
// it is to be tried again.
func Deliver(runDir string, m Message, tell func(Message) (again bool)) error {
	if !tell(m) || m.Failed == len(tries) {
		return Kept(runDir)
	}
	m.Due = time.Now().Add(tries[m.Failed])
	m.Failed++
	return Promise(runDir, m)
}

// Kept notes that the user was told, or that there is nothing to tell.
func Kept(runDir string) error {
	err := os.Remove(promiseFile(runDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func promiseFile(runDir string) string { return filepath.Join(runDir, "promise.json") }
