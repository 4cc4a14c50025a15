//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
)

// endless trains until it is killed, and says when it does. The clock is the
// host's, so no poll of ours adds to a time.
const endless = `
import time
begun = time.time()
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
imported = time.time() - begun
X, y = load_digits(return_X_y=True)
model = SGDClassifier(random_state=0)
for epoch in range(1000000):
    model.partial_fit(X[:1500], y[:1500], classes=range(10))
    print("training %.6f %.6f" % (time.time(), imported), flush=True)
    time.sleep(0.1)
print("Test accuracy:", model.score(X[1500:], y[1500:]))
`

// BenchmarkRevive kills the first process of a training container from the
// host and takes the time until the script trains again: with mlhook, which
// goes on from the last checkpoint, and with Docker's own restart=always, which
// begins anew. Both write to a file that is read here: a docker command that asks
// for the output, again and again, would slow down what it measures. Run it as
// root with -benchtime 20x.
func BenchmarkRevive(b *testing.B) {
	base := os.Getenv("MLHOOK_TEST_BASE")
	if base == "" || os.Getuid() != 0 {
		b.Skip("needs root, and a base image in MLHOOK_TEST_BASE; .ci/base makes one")
	}
	image := ""
	b.Run("mlhook", func(b *testing.B) { image = reviveMlhook(b, base) })
	b.Run("restart=always", func(b *testing.B) { reviveDocker(b, image) })
}

// sh runs a shell line and returns what it prints.
func sh(b *testing.B, line string, args ...any) string {
	b.Helper()
	out, err := exec.Command("sh", "-c", fmt.Sprintf(line, args...)).CombinedOutput()
	if err != nil {
		b.Fatalf("%s: %v\n%s", line, err, out)
	}
	return strings.TrimSpace(string(out))
}

// killFirst kills the first process of a container and returns when.
func killFirst(b *testing.B, container string) time.Time {
	b.Helper()
	pid, err := strconv.Atoi(sh(b, "docker inspect -f '{{.State.Pid}}' %s", container))
	if err != nil || pid < 2 {
		b.Fatalf("container %s has no process: %v", container, err)
	}
	at := time.Now()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		b.Fatal(err)
	}
	return at
}

var trainingLine = regexp.MustCompile(`training ([0-9.]+) ([0-9.]+)`)

// trains waits until one of the files has a line of a training later than a
// time, and returns the line's time and how long the script's imports took.
func trains(b *testing.B, after time.Time, files func() []string) (at time.Time, imported float64) {
	b.Helper()
	for end := time.Now().Add(10 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) { // an image may have to be built
		var text []byte
		for _, name := range files() {
			part, _ := os.ReadFile(name) // none yet
			text = append(text, part...)
		}
		for _, m := range trainingLine.FindAllStringSubmatch(string(text), -1) {
			seconds, _ := strconv.ParseFloat(m[1], 64) // digits, by the pattern
			imported, _ = strconv.ParseFloat(m[2], 64)
			if at := time.UnixMicro(int64(seconds * 1e6)); at.After(after) {
				return at, imported
			}
		}
	}
	b.Fatal("it does not train again")
	return at, 0
}

// A revival is one time, and the part of it that the framework's import took, in seconds.
type revival struct{ total, imported float64 }

func reportRevivals(b *testing.B, all []revival) {
	var totals, imports, beyond []float64
	for _, r := range all {
		totals, imports, beyond = append(totals, r.total), append(imports, r.imported), append(beyond, r.total-r.imported)
	}
	median := func(times []float64) float64 { return slices.Sorted(slices.Values(times))[len(times)/2] }
	b.ReportMetric(median(totals), "s-median")
	b.ReportMetric(slices.Max(totals), "s-worst")
	b.ReportMetric(median(imports), "s-import")
	b.ReportMetric(median(beyond), "s-beyond-import")
	b.ReportMetric(0, "ns/op") // waits for checkpoints between, which says nothing
}

func reviveMlhook(b *testing.B, base string) (image string) {
	dir := b.TempDir()
	repo, state := filepath.Join(dir, "repo"), filepath.Join(dir, "state")
	b.Setenv("XDG_STATE_HOME", state)
	b.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(dir, "gitconfig"))
	b.Setenv("PATH", filepath.Dir(binary)+":"+os.Getenv("PATH"))
	if err := os.MkdirAll(repo, 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(repo, "train.py"), []byte(endless), 0o644); err != nil {
		b.Fatal(err)
	}
	sh(b, `cd %s && chmod 755 %s && git init -q && git config user.name U && git config user.email u@x && git add . && git commit -qm first &&
		git config mlhook.engine docker && git config mlhook.baseImage %s && git config mlhook.caBundle '%s' && mlhook run`, repo, dir, base, os.Getenv("MLHOOK_TEST_CA"))
	defer func() {
		sh(b, "cd %s && mlhook stop && mlhook watch || true; mlhook uninstall", repo)
	}()
	runDir := func() string {
		found, _ := filepath.Glob(filepath.Join(state, "mlhook", "repos", "*", "runs", "1"))
		return strings.Join(found, "")
	}
	log := func() (all []string) {
		all, _ = filepath.Glob(filepath.Join(runDir(), "trials", "0", "*", "log"))
		return all
	}
	trains(b, time.Time{}, log)
	var all []revival
	epoch := 0
	for b.Loop() {
		epoch = awaitCheckpoint(b, filepath.Join(runDir(), "trials", agent.CheckpointDir(0)), epoch)
		container := sh(b, "docker ps -q --filter label=mlhook.repo=%s/.git", repo)
		image = sh(b, "docker inspect -f '{{.Image}}' %s", container)
		killed := killFirst(b, container)
		at, imported := trains(b, killed.Add(100*time.Millisecond), log) // a line on its way is none of the next attempt
		all = append(all, revival{at.Sub(killed).Seconds(), agentImport(b, runDir()) + imported})
	}
	reportRevivals(b, all)
	return image
}

// awaitCheckpoint waits for a checkpoint behind an epoch: kills without
// progress between are a crash loop.
func awaitCheckpoint(b *testing.B, dir string, epoch int) int {
	b.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if names, err := agent.Checkpoints(dir); err == nil && len(names) > 0 {
			if c, err := agent.Verify(dir, names[0]); err == nil && c.Epoch > epoch {
				return c.Epoch
			}
		}
	}
	b.Fatal("no newer checkpoint in a minute")
	return 0
}

// agentImport is how long the frameworks' import took the newest agent.
func agentImport(b *testing.B, runDir string) float64 {
	b.Helper()
	var hello agent.Event
	names, _ := filepath.Glob(filepath.Join(runDir, "sessions", "*", "state", "agent.jsonl"))
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		events, _, err := agent.ReadEvents(bytes.NewReader(text), 0)
		if err != nil {
			b.Fatal(err)
		}
		for _, e := range events {
			if e.Type == agent.EventHello && e.Time > hello.Time {
				hello = e
			}
		}
	}
	if hello.Seconds == 0 {
		b.Fatal("no agent says how long its imports took")
	}
	return hello.Seconds
}

func reviveDocker(b *testing.B, image string) {
	if image == "" {
		b.Skip("needs the image that the mlhook part trains in")
	}
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "train.py"), []byte(endless), 0o644); err != nil {
		b.Fatal(err)
	}
	log := func() []string { return []string{filepath.Join(dir, "log")} }
	var all []revival
	for b.Loop() {
		os.Remove(log()[0]) // none the first time
		// A container of its own each time: Docker doubles the wait with every restart.
		container := sh(b, "docker run -d --init --restart=always -v %s:/out --entrypoint sh %s -c 'exec python3 /out/train.py >>/out/log'", dir, image)
		trains(b, time.Time{}, log)
		killed := killFirst(b, container)
		at, imported := trains(b, killed.Add(100*time.Millisecond), log)
		all = append(all, revival{at.Sub(killed).Seconds(), imported})
		sh(b, "docker rm -f %s", container)
	}
	reportRevivals(b, all)
}
