package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// A row is what a cell took; rows are appended to a file of JSON lines.
type row struct {
	Task      string `json:"task"`
	Half      string `json:"half"`
	Framework string `json:"framework"`
	Model     string `json:"model"`
	Space     string `json:"space"`
	Method    string `json:"method"`
	Seed      int    `json:"seed"`

	Reached bool    `json:"reached"`
	Seconds float64 `json:"seconds"` // from process start to the first hit; the budget without one
	Trials  int     `json:"trials"`
	Best    float64 `json:"best"`
	// Verdict is mlhook's, after Confirmed seconds.
	Verdict   string         `json:"verdict,omitempty"`
	Confirmed float64        `json:"confirmed,omitempty"`
	Kills     int            `json:"kills,omitempty"`   // of mlhook's processes, until the verdict
	Skipped   string         `json:"skipped,omitempty"` // why the method does not apply
	Faults    map[string]int `json:"faults,omitempty"`  // why trainings gave no accuracy
}

// row begins the row of a cell.
func (c cell) row() row {
	return row{Task: c.task.Name, Half: c.task.Half, Framework: c.task.Framework, Model: c.task.Model, Space: c.space, Method: c.method, Seed: c.seed}
}

// A key tells cells apart.
type key struct {
	task, space, method string
	seed                int
}

func (r row) key() key { return key{r.Task, r.Space, r.Method, r.Seed} }

// readRows reads a file of rows; none is no error. A torn last line, of a
// benchmark that was killed, is dropped.
func readRows(name string) (rows []row, err error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	torn := error(nil)
	for n := 1; lines.Scan(); n++ {
		if torn != nil {
			return nil, torn
		}
		var r row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			torn = fmt.Errorf("%s:%d: %w", name, n, err)
			continue
		}
		rows = append(rows, r)
	}
	return rows, lines.Err()
}

// writeRows replaces the file.
func writeRows(name string, rows []row) error {
	var text []byte
	for _, r := range rows {
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		text = append(append(text, line...), '\n')
	}
	next := name + ".next"
	return errors.Join(os.WriteFile(next, text, 0o644), os.Rename(next, name))
}

// appendRow adds a row.
func appendRow(name string, r row) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// String is the row for somebody who looks on.
func (r row) String() string {
	what := fmt.Sprintf("not reached in %.0f s, best %.3f", r.Seconds, r.Best)
	switch {
	case r.Skipped != "":
		what = r.Skipped
	case r.Reached:
		what = fmt.Sprintf("reached in %.1f s", r.Seconds)
	}
	return fmt.Sprintf("%-28s %-6s %-11s seed %d: %s, %d trials", r.Task, r.Space, r.Method, r.Seed, what, r.Trials)
}
