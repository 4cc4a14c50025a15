package store

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// A Message is what the user is to read of a run's end.
type Message struct {
	Title string `json:"title"`
	Body  string `json:"body"`
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

// Kept notes that the user was told, or that there is nothing to tell.
func Kept(runDir string) error {
	err := os.Remove(promiseFile(runDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func promiseFile(runDir string) string { return filepath.Join(runDir, "promise.json") }
