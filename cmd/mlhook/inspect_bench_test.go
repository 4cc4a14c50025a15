package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// BenchmarkInspect runs the program and git grep in turns in a repository of
// 10,000 Python files and prints medians, their ratio and the memory:
//
//	go test -run '^$' -bench BenchmarkInspect -benchtime 20x ./cmd/mlhook
func BenchmarkInspect(b *testing.B) {
	dir := thousands(b, 10_000)
	binary := filepath.Join(b.TempDir(), "mlhook")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	b.Setenv("XDG_STATE_HOME", b.TempDir())
	var inspect, grep []time.Duration
	var memory int64
	for b.Loop() {
		took, used := timed(b, dir, binary, "inspect")
		inspect, memory = append(inspect, took), max(memory, used)
		took, _ = timed(b, dir, "git", "grep", "-c", "import")
		grep = append(grep, took)
	}
	slices.Sort(inspect)
	slices.Sort(grep)
	mine, theirs := inspect[len(inspect)/2], grep[len(grep)/2]
	b.ReportMetric(float64(mine)/1e6, "inspect-ms")
	b.ReportMetric(float64(theirs)/1e6, "grep-ms")
	b.ReportMetric(float64(mine)/float64(theirs), "ratio")
	b.ReportMetric(float64(memory)/1024, "MiB")
}

// thousands makes a repository of copies of the library of the Python at hand,
// each with a line of its own, and one script that trains.
func thousands(b *testing.B, n int) string {
	dir := b.TempDir()
	make := exec.Command("python3", "-c", `
import os, sys, sysconfig
root, count = sys.argv[1], int(sys.argv[2])
texts = []
for where, dirs, files in os.walk(sysconfig.get_path("stdlib")):
    dirs[:] = [d for d in dirs if d not in ("site-packages", "test", "tests", "__pycache__")]
    for name in files:
        path = os.path.join(where, name)
        if name.endswith(".py") and 1000 < os.path.getsize(path) < 30000:
            texts.append(open(path, "rb").read())
for i in range(count - 1):
    where = os.path.join(root, "pkg%02d" % (i % 100), "sub%02d" % (i // 100 % 10))
    os.makedirs(where, exist_ok=True)
    with open(os.path.join(where, "mod%05d.py" % i), "wb") as f:
        f.write(b"# %d\n" % i + texts[i % len(texts)])
with open(os.path.join(root, "train.py"), "w") as f:
    f.write("from sklearn.svm import SVC\nSVC(gamma=0.1).fit([[0], [1]], [0, 1])\n")
`, dir, fmt.Sprint(n))
	// No garbage collection in the background: it would run into the timings and the clean-up.
	git := exec.Command("sh", "-ec", "git init -q; git config gc.auto 0; git add .; git -c user.name=U -c user.email=u@x commit -qm first; git status >/dev/null")
	git.Dir = dir
	for _, cmd := range []*exec.Cmd{make, git} {
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	return dir
}

// timed runs a command and returns its wall time and peak memory in KiB.
func timed(b *testing.B, dir, name string, args ...string) (time.Duration, int64) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	began := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	return took, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss
}
