// Package store keeps what must survive: the journal of runs and trials
// (SQLite, one per repository), the queue that the hook writes into, and the
// directories of repositories and runs.
//
// The journal lies at <git common dir>/mlhook/journal.db, so that all linked
// worktrees share it. Rows hold the JSON form of package run; the columns
// beside it exist for look-ups only. Every method is one transaction, and any
// number of processes may have the journal open.
package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/mlhook/mlhook/pkg/run"
)

// ErrNoRun says that the journal has no such run.
var ErrNoRun = errors.New("no such run; `mlhook runs` lists them")

// migrations bring an older journal up to date; the index is the version that
// they start from. Never change one that was released, append.
var migrations = []string{`
CREATE TABLE runs (
	number     INTEGER PRIMARY KEY,
	id         TEXT NOT NULL UNIQUE,
	commit_sha TEXT NOT NULL,
	automatic  INTEGER NOT NULL, -- 1: from a hook, at most one for a commit
	state      TEXT NOT NULL,
	stop       INTEGER NOT NULL DEFAULT 0, -- the user wants it stopped
	env        TEXT NOT NULL DEFAULT '{}',
	doc        TEXT NOT NULL
);
CREATE UNIQUE INDEX runs_automatic ON runs(commit_sha) WHERE automatic = 1;
CREATE INDEX runs_state ON runs(state);
CREATE TABLE trials (
	run INTEGER NOT NULL REFERENCES runs(number),
	n   INTEGER NOT NULL,
	doc TEXT NOT NULL,
	PRIMARY KEY (run, n)
) WITHOUT ROWID;
CREATE TABLE programs (
	fingerprint TEXT PRIMARY KEY, -- of files, data, requirements and settings
	run         INTEGER NOT NULL REFERENCES runs(number)
) WITHOUT ROWID;
CREATE TABLE counters (
	name  TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) WITHOUT ROWID;
`, `
ALTER TABLE runs ADD COLUMN stop_reason TEXT NOT NULL DEFAULT ''; -- empty: the user's wish
CREATE TABLE recoveries (
	run INTEGER PRIMARY KEY REFERENCES runs(number),
	doc TEXT NOT NULL
);
`}

// A Journal is an open journal.
type Journal struct {
	db *sql.DB
}

// JournalFile is the journal's file in dir, <git common dir>/mlhook.
func JournalFile(dir string) string { return filepath.Join(dir, "journal.db") }

// Open opens or creates the journal in dir and migrates an older one.
func Open(ctx context.Context, dir string) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	source := url.URL{ // which escapes a directory named C# or what?
		Scheme: "file", OmitHost: true, Path: filepath.ToSlash(JournalFile(dir)),
		// FULL: in WAL mode NORMAL may lose the last commits at power loss.
		RawQuery: "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate",
	}
	db, err := sql.Open("sqlite", source.String())
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	db.SetMaxOpenConns(1)
	j := &Journal{db: db}
	if err := j.migrate(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("open the journal %s: %w%s", dir, err, remedy(dir, err))
	}
	return j, nil
}

// remedy is what to do about a journal that was damaged, to be added to the error.
func remedy(dir string, err error) string {
	var broken *sqlite.Error
	if !errors.As(err, &broken) || broken.Code()&0xff != sqlite3.SQLITE_CORRUPT && broken.Code() != sqlite3.SQLITE_NOTADB {
		return ""
	}
	return fmt.Sprintf("; it is damaged: move it away with `cd %s && mkdir damaged && mv journal.db* damaged`, and a new one is begun. "+
		"Results of earlier runs are in `git log --notes=mlhook` and below refs/mlhook/runs", dir)
}

// Close closes the journal.
func (j *Journal) Close() error { return j.db.Close() }

func (j *Journal) migrate(ctx context.Context) error {
	var version int
	if err := j.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version == len(migrations) {
		return nil
	}
	return j.tx(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
		if version > len(migrations) {
			return fmt.Errorf("it was written by a newer mlhook (version %d, this one knows %d); upgrade mlhook", version, len(migrations))
		}
		for _, m := range migrations[version:] {
			if _, err := tx.Exec(m); err != nil {
				return err
			}
		}
		_, err := tx.Exec(fmt.Sprintf("PRAGMA user_version = %d", len(migrations)))
		return err
	})
}

func (j *Journal) tx(ctx context.Context, work func(*sql.Tx) error) error {
	tx, err := j.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect after Commit
	if err := work(tx); err != nil {
		return err
	}
	step("commit")
	if err := tx.Commit(); err != nil {
		return err
	}
	step("committed")
	return nil
}

// write is a transaction of one statement.
func (j *Journal) write(ctx context.Context, statement string, args ...any) error {
	return j.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(statement, args...)
		return err
	})
}

// Add puts a commit into the journal as a queued run. An automatic run is added
// once for a commit: the second time the first one comes back, and added is
// false.
func (j *Journal) Add(ctx context.Context, o Order) (r run.Run, added bool, err error) {
	env, err := json.Marshal(o.Env)
	if err != nil {
		return r, false, err
	}
	err = j.tx(ctx, func(tx *sql.Tx) error {
		if o.Automatic {
			var n int
			err := tx.QueryRow("SELECT number FROM runs WHERE automatic = 1 AND commit_sha = ?", o.Commit).Scan(&n)
			if err == nil {
				r, err = readRun(tx, n)
				return err
			}
			if !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		var last int
		if err := tx.QueryRow("SELECT coalesce(max(number), 0) FROM runs").Scan(&last); err != nil {
			return err
		}
		r = run.Run{
			Schema: run.Schema, Number: last + 1, ID: newID(last + 1), Commit: o.Commit, Branch: o.Branch, Top: o.Top,
			Queued: run.Now(), State: run.Queued, Push: run.PushWaiting, Target: o.Target, Trigger: run.ByHand,
		}
		if o.Automatic {
			r.Trigger = run.ByCommit
		}
		doc, err := json.Marshal(r)
		if err != nil {
			return err
		}
		added = true
		_, err = tx.Exec("INSERT INTO runs (number, id, commit_sha, automatic, state, env, doc) VALUES (?, ?, ?, ?, ?, ?, ?)",
			r.Number, r.ID, r.Commit, o.Automatic, r.State, string(env), string(doc))
		return err
	})
	if err != nil {
		return r, false, fmt.Errorf("add a run for %.12s: %w", o.Commit, err)
	}
	return r, added, nil
}

// queryer is what *sql.DB and *sql.Tx share.
type queryer interface {
	QueryRow(query string, args ...any) *sql.Row
}

// selectRuns is what scanRun reads.
const selectRuns = "SELECT doc, stop AND state <> 'done' FROM runs "

func readRun(q queryer, number int) (run.Run, error) {
	r, err := scanRun(q.QueryRow(selectRuns+"WHERE number = ?", number).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return r, fmt.Errorf("run %d: %w", number, ErrNoRun)
	}
	return r, err
}

func scanRun(scan func(...any) error) (r run.Run, err error) {
	var doc string
	var stopping bool
	if err := scan(&doc, &stopping); err != nil {
		return r, err
	}
	err = json.Unmarshal([]byte(doc), &r)
	r.Stopping = stopping
	return r, err
}

// Run returns a run by its number.
func (j *Journal) Run(ctx context.Context, number int) (run.Run, error) {
	return readRun(j.db, number)
}

// Runs returns the newest runs first, at most limit; 0 means all.
func (j *Journal) Runs(ctx context.Context, limit int) ([]run.Run, error) {
	if limit == 0 {
		limit = -1
	}
	return j.list(ctx, selectRuns+"ORDER BY number DESC LIMIT ?", limit)
}

// Pending returns the runs that are not done, oldest first.
func (j *Journal) Pending(ctx context.Context) ([]run.Run, error) {
	return j.list(ctx, selectRuns+"WHERE state <> ? ORDER BY number", run.Done)
}

func (j *Journal) list(ctx context.Context, query string, arg any) ([]run.Run, error) {
	rows, err := j.db.QueryContext(ctx, query, arg)
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	defer rows.Close()
	runs := []run.Run{}
	for rows.Next() {
		r, err := scanRun(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("list runs: %w", err)
		}
		runs = append(runs, r)
	}
	return runs, rows.Err()
}

// Change reads a run, lets edit change it and writes it back, all in one
// transaction. A transition that run.Lawful refuses is an error.
func (j *Journal) Change(ctx context.Context, number int, edit func(*run.Run)) (r run.Run, err error) {
	err = j.tx(ctx, func(tx *sql.Tx) error {
		if r, err = readRun(tx, number); err != nil {
			return err
		}
		from := r.State
		edit(&r)
		if err := run.Lawful(from, r.State); err != nil {
			return err
		}
		doc, err := json.Marshal(r)
		if err != nil {
			return err
		}
		_, err = tx.Exec("UPDATE runs SET state = ?, doc = ? WHERE number = ?", r.State, string(doc), number)
		return err
	})
	if err != nil {
		return r, fmt.Errorf("journal run %d: %w", number, err)
	}
	return r, nil
}

// Env returns what the order of a run brought along from the user's session,
// say DBUS_SESSION_BUS_ADDRESS.
func (j *Journal) Env(ctx context.Context, number int) (map[string]string, error) {
	var text string
	if err := j.db.QueryRowContext(ctx, "SELECT env FROM runs WHERE number = ?", number).Scan(&text); err != nil {
		return nil, fmt.Errorf("run %d: %w", number, err)
	}
	env := map[string]string{}
	return env, json.Unmarshal([]byte(text), &env)
}
