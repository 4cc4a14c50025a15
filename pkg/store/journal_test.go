package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The journal lies in its own directory, whatever an address would make of the name.
func TestJournalInAnyDirectory(t *testing.T) {
	for _, name := range []string{"C#", "what?", "50%20off", "a&b=c", "mode=ro", "é 'x'"} {
		t.Run(name, func(t *testing.T) {
			above := t.TempDir()
			dir := filepath.Join(above, name, "mlhook")
			j, err := Open(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			defer j.Close()
			if _, _, err := j.Add(t.Context(), Order{Commit: sha}); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(filepath.Join(dir, "journal.db")); err != nil {
				t.Error(err)
			}
			if entries, err := os.ReadDir(above); err != nil || len(entries) != 1 {
				t.Errorf("stray files: %v %v", entries, err)
			}
		})
	}
}

func TestNewerJournalIsRefused(t *testing.T) {
	j, dir := journal(t)
	if _, err := j.db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "upgrade mlhook") {
		t.Fatal(err)
	}
}

func TestDamagedJournalIsToldWhatToDo(t *testing.T) {
	for _, text := range []string{"no database at all, but long enough to be looked at", "SQLite format 3\x00" + strings.Repeat("x", 5000)} {
		dir := t.TempDir()
		if err := os.WriteFile(JournalFile(dir), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "mv journal.db* damaged") {
			t.Error(err)
		}
	}
}
