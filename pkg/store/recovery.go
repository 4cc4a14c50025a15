package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/mlhook/mlhook/pkg/run"
)

// WantStop remembers that a run has to stop: reason is empty for the user's
// wish, else says what supersedes it. It comes before any signal, so that a
// death that follows is not taken for a crash. The first reason stays, but the
// user's wish comes before any other.
func (j *Journal) WantStop(ctx context.Context, number int, reason string) error {
	err := j.write(ctx, `UPDATE runs SET stop = 1, stop_reason = ?1
		WHERE number = ?2 AND state <> ?3 AND (stop = 0 OR ?1 = '')`, reason, number, run.Done)
	if err != nil {
		return fmt.Errorf("stop run %d: %w", number, err)
	}
	return nil
}

// StopWanted tells whether the run has to stop, and the reason of WantStop.
func (j *Journal) StopWanted(ctx context.Context, number int) (wanted bool, reason string, err error) {
	err = j.db.QueryRowContext(ctx, "SELECT stop, stop_reason FROM runs WHERE number = ?", number).Scan(&wanted, &reason)
	return wanted, reason, err
}

// Recovery returns what is remembered of the deaths of a run's runners; the
// zero value when there were none.
func (j *Journal) Recovery(ctx context.Context, number int) (r run.Recovery, err error) {
	var doc string
	err = j.db.QueryRowContext(ctx, "SELECT doc FROM recoveries WHERE run = ?", number).Scan(&doc)
	if errors.Is(err, sql.ErrNoRows) {
		return r, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(doc), &r)
	}
	if err != nil {
		return r, fmt.Errorf("read the recovery of run %d: %w", number, err)
	}
	return r, nil
}

// PutRecovery remembers the deaths of a run's runners.
func (j *Journal) PutRecovery(ctx context.Context, number int, r run.Recovery) error {
	doc, err := json.Marshal(r)
	if err != nil {
		return err
	}
	err = j.write(ctx, `INSERT INTO recoveries (run, doc) VALUES (?, ?)
		ON CONFLICT (run) DO UPDATE SET doc = excluded.doc`, number, string(doc))
	if err != nil {
		return fmt.Errorf("journal the recovery of run %d: %w", number, err)
	}
	return nil
}
