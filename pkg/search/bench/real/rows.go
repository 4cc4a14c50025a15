package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// A record is a line of a file of JSON lines: what one piece of work gave.
type record interface {
	key() key
	String() string // for somebody who looks on
}

// A row is what a race took.
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
	Lines   int     `json:"lines"`          // of the script, that a user has to change for the method
	Warm    int     `json:"warm,omitempty"` // trainings that began from the model of another
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

// A key tells pieces of work apart.
type key struct {
	task, space, method string
	seed                int
}

func (r row) key() key { return key{r.Task, r.Space, r.Method, r.Seed} }

func (c cell) key() key { return key{c.task.Name, c.space, c.method, c.seed} }

func (k key) String() string {
	text := k.task
	if k.space != "" {
		text += ", " + k.space + " space"
	}
	if k.method != "" {
		text += ", " + k.method
	}
	return fmt.Sprintf("%s, seed %d", text, k.seed)
}

// collect makes with mlhook the records of the cells that have none in the file
// yet. One that broke has none, so that it is made again the next time.
func collect[R record](ctx context.Context, o options, cells []cell, record func(cell, context.Context, options) (R, error)) error {
	built, err := o.build(ctx)
	if err != nil {
		return err
	}
	defer os.RemoveAll(built)
	known, err := resume[R](o.rows)
	if err != nil {
		return err
	}
	broken := 0
	for _, c := range cells {
		if known[c.key()] {
			continue
		}
		r, err := record(c, ctx, o)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", c.key(), err)
			broken++
			continue
		}
		if err := appendRow(o.rows, r); err != nil {
			return err
		}
		fmt.Println(r)
	}
	if broken > 0 {
		return fmt.Errorf("%d of %d broke; run the same again when their cause is mended", broken, len(cells))
	}
	return nil
}

// resume says what a file has already, and removes a torn line.
func resume[R record](name string) (map[key]bool, error) {
	rows, err := readRows[R](name)
	if err != nil {
		return nil, err
	}
	known := map[key]bool{}
	for _, r := range rows {
		known[r.key()] = true
	}
	return known, writeRows(name, rows)
}

// readRows reads a file of records; none is no error. A torn last line, of a
// benchmark that was killed, is dropped.
func readRows[R record](name string) (rows []R, err error) {
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
		var r R
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			torn = fmt.Errorf("%s:%d: %w", name, n, err)
			continue
		}
		rows = append(rows, r)
	}
	return rows, lines.Err()
}

// writeRows replaces the file.
func writeRows[R record](name string, rows []R) error {
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

// appendRow adds a record.
func appendRow(name string, r record) error {
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
