package engine

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// age makes an environment one that was needed so long ago.
func age(t *testing.T, cache, name string, days int) {
	t.Helper()
	unlock, err := prepare(testContext(t), cache, name)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	then := time.Now().AddDate(0, 0, -days)
	if err := os.Chtimes(neededFile(cache, name), then, then); err != nil {
		t.Fatal(err)
	}
}

const month = 30 * 24 * time.Hour

func TestVenvsExpire(t *testing.T) {
	l := &Local{Cache: t.TempDir()}
	for name, days := range map[string]int{"old": 31, "new": 29, "unknown": 0, "busy": 31} {
		write(t, filepath.Join(l.venv(name), "complete"), "")
		age(t, l.Cache, venvLock+name, days)
	}
	if err := os.Remove(neededFile(l.Cache, venvLock+"unknown")); err != nil { // of an earlier version
		t.Fatal(err)
	}
	unlock, err := lock(testContext(t), lockFile(l.Cache, venvLock+"busy"))
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	removed, err := l.Expire(testContext(t), month)
	if err != nil || !slices.Equal(removed, []string{l.venv("old")}) {
		t.Errorf("%v %v", removed, err)
	}
	left, err := os.ReadDir(l.venv(""))
	if err != nil || len(left) != 3 {
		t.Errorf("left: %v %v", left, err)
	}
	if _, err := os.Stat(neededFile(l.Cache, venvLock+"unknown")); err != nil {
		t.Error(err)
	}
}

func TestImagesExpire(t *testing.T) {
	base := os.Getenv("MLHOOK_TEST_BASE")
	if base == "" {
		lacking(t, "MLHOOK_TEST_BASE names no base image; .ci/base makes one")
	}
	d := &Docker{Cache: t.TempDir()}
	if err := d.Check(testContext(t)); err != nil {
		lacking(t, err.Error())
	}
	tag := func(hash string) string { return "mlhook/expire:" + hash }
	for hash, days := range map[string]int{"old": 31, "new": 29, "foreign": -1} {
		env := Environment{Hash: hash, Context: map[string][]byte{"Dockerfile": []byte("FROM " + base + "\nLABEL of=" + hash + "\n")}}
		if err := d.build(testContext(t), tag(hash), env, func(line string) { t.Log(line) }); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.client.RemoveImage(tag(hash)) }) // of the old one nothing is left
		if days >= 0 {
			age(t, d.Cache, hash, days)
		}
	}
	// Somebody's own image, built on ours, has our label.
	onOurs := Environment{Hash: "old", Context: map[string][]byte{"Dockerfile": []byte("FROM " + tag("old") + "\nLABEL mine=yes\n")}}
	if err := d.build(testContext(t), "somebodys:own", onOurs, func(string) {}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.client.RemoveImage("somebodys:own") })
	removed, err := d.Expire(testContext(t), month)
	if err != nil || !slices.Equal(removed, []string{tag("old")}) {
		t.Errorf("%v %v", removed, err)
	}
	for _, name := range []string{tag("new"), tag("foreign"), "somebodys:own"} {
		if _, err := d.client.InspectImage(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
