package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mlhook/mlhook/pkg/run"
)

// PutTrial writes a trial, new or changed.
func (j *Journal) PutTrial(ctx context.Context, number int, t run.Trial) error {
	doc, err := json.Marshal(t)
	if err != nil {
		return err
	}
	err = j.write(ctx, `INSERT INTO trials (run, n, doc) VALUES (?, ?, ?)
		ON CONFLICT (run, n) DO UPDATE SET doc = excluded.doc`, number, t.N, string(doc))
	if err != nil {
		return fmt.Errorf("journal trial %d of run %d: %w", t.N, number, err)
	}
	return nil
}

// Trials returns the trials of a run in order.
func (j *Journal) Trials(ctx context.Context, number int) ([]run.Trial, error) {
	return j.trials(ctx, number, "SELECT doc FROM trials WHERE run = ? ORDER BY n")
}

// Digest returns a run with some of its trials, in order: the first one, the
// best one and the newest, at most most and two. Reading thousands takes time.
func (j *Journal) Digest(ctx context.Context, number, most int) (d run.Detail, err error) {
	if d.Run, err = j.Run(ctx, number); err != nil {
		return d, err
	}
	best := 0
	if d.Best != nil {
		best = *d.Best
	}
	d.Trials, err = j.trials(ctx, number, `SELECT doc FROM trials WHERE run = ?1 AND n IN (SELECT 0 UNION SELECT ?2 UNION
		SELECT n FROM (SELECT n FROM trials WHERE run = ?1 ORDER BY n DESC LIMIT ?3)) ORDER BY n`, best, most)
	return d, err
}

func (j *Journal) trials(ctx context.Context, number int, query string, args ...any) ([]run.Trial, error) {
	rows, err := j.db.QueryContext(ctx, query, append([]any{number}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("list trials of run %d: %w", number, err)
	}
	defer rows.Close()
	trials := []run.Trial{}
	for rows.Next() {
		var doc string
		var t run.Trial
		if err := rows.Scan(&doc); err != nil {
			return nil, fmt.Errorf("list trials of run %d: %w", number, err)
		}
		if err := json.Unmarshal([]byte(doc), &t); err != nil {
			return nil, fmt.Errorf("list trials of run %d: %w", number, err)
		}
		trials = append(trials, t)
	}
	return trials, rows.Err()
}

// Detail returns a run with its trials.
func (j *Journal) Detail(ctx context.Context, number int) (d run.Detail, err error) {
	if d.Run, err = j.Run(ctx, number); err != nil {
		return d, err
	}
	d.Trials, err = j.Trials(ctx, number)
	return d, err
}

// Remember links a program's fingerprint to the run that has its result. The
// newest run wins.
func (j *Journal) Remember(ctx context.Context, fingerprint string, number int) error {
	err := j.write(ctx, `INSERT INTO programs (fingerprint, run) VALUES (?, ?)
		ON CONFLICT (fingerprint) DO UPDATE SET run = excluded.run`, fingerprint, number)
	if err != nil {
		return fmt.Errorf("remember the program of run %d: %w", number, err)
	}
	return nil
}

// Known returns the run that had the same program, if there was one.
func (j *Journal) Known(ctx context.Context, fingerprint string) (number int, ok bool, err error) {
	err = j.db.QueryRowContext(ctx, "SELECT run FROM programs WHERE fingerprint = ?", fingerprint).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return number, err == nil, err
}

// Next returns 1, 2, 3 ... for a name, never the same number twice.
func (j *Journal) Next(ctx context.Context, name string) (value int, err error) {
	err = j.tx(ctx, func(tx *sql.Tx) error {
		return tx.QueryRow(`INSERT INTO counters (name, value) VALUES (?, 1)
			ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value`, name).Scan(&value)
	})
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", name, err)
	}
	return value, nil
}
