package pysrc

import (
	"bufio"
	"bytes"
	"cmp"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// python returns the interpreter to compare with.
func python(t *testing.T) string {
	t.Helper()
	name := cmp.Or(os.Getenv("MLHOOK_TEST_PYTHON"), "python3")
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, "no Python interpreter: "+name)
	}
	return path
}

// missing skips the test, or fails it where everything must run.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("MLHOOK_TEST_REQUIRE") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// TestStandardLibrary compares with ast over the library of the interpreter.
func TestStandardLibrary(t *testing.T) {
	py := python(t)
	files := pythonFiles(t, library(t, py, "stdlib"), "site-packages")
	if testing.Short() {
		files = files[:min(100, len(files))]
	}
	compare(t, py, files)
}

// TestSitePackages compares over third-party packages: all below
// MLHOOK_TEST_SITE, or some of the interpreter's own.
func TestSitePackages(t *testing.T) {
	py := python(t)
	if dir := os.Getenv("MLHOOK_TEST_SITE"); dir != "" && !testing.Short() {
		compare(t, py, pythonFiles(t, dir, ""))
		return
	}
	dir := library(t, py, "purelib")
	if _, err := os.Stat(dir); err != nil {
		missing(t, "the interpreter has no packages in "+dir)
	}
	files := pythonFiles(t, dir, "")
	compare(t, py, files[:min(200, len(files))])
}

// library asks the interpreter for one of its directories.
func library(t *testing.T, py, name string) string {
	t.Helper()
	out, err := exec.Command(py, "-I", "-c", "import sys, sysconfig; print(sysconfig.get_path(sys.argv[1]))", name).Output()
	if err != nil {
		t.Fatalf("ask %s for its %s directory: %v", py, name, err)
	}
	return strings.TrimSpace(string(out))
}

func pythonFiles(t *testing.T, dir, except string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == except {
			return filepath.SkipDir
		}
		if d.Type().IsRegular() && strings.HasSuffix(path, ".py") {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("list %s: %v", dir, err)
	}
	if len(files) == 0 {
		missing(t, "no Python files below "+dir)
	}
	return files
}

// compare parses the files and holds the facts against those of the oracle.
func compare(t *testing.T, py string, files []string) {
	t.Helper()
	cmd := exec.Command(py, "-I", filepath.Join("testdata", "facts.py"))
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", py, err)
	}
	c := check{t: t}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		c.line(lines.Text())
	}
	c.finish()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("run facts.py: %v\n%s", err, stderr.String())
	}
	t.Logf("%d files, %d facts compared; %d files not readable by this Python", c.files, c.facts, c.skipped)
	if c.files == 0 {
		t.Error("nothing was compared")
	}
}

// A check reads what facts.py prints.
type check struct {
	t                            *testing.T
	file                         string
	skip                         bool
	without                      string // a kind that this Python knows no place of
	want                         []Fact
	files, facts, skipped, wrong int
}

func (c *check) line(line string) {
	kind, rest, _ := strings.Cut(line, " ")
	switch kind {
	case "file":
		c.finish()
		c.file, c.skip, c.want = rest, false, nil
	case "skip":
		c.skip = true
	case "without":
		c.without = rest
	default:
		start, end, _ := strings.Cut(rest, " ")
		from, err1 := strconv.Atoi(start)
		to, err2 := strconv.Atoi(end)
		if err1 != nil || err2 != nil {
			c.t.Fatalf("facts.py printed %q", line)
		}
		c.want = append(c.want, Fact{kind, from, to})
	}
}

// finish compares the file whose facts have been read.
func (c *check) finish() {
	if c.file == "" {
		return
	}
	src, err := os.ReadFile(c.file)
	if err != nil {
		c.t.Fatal(err)
	}
	f := Parse(src)
	if c.skip {
		c.skipped++
		return
	}
	c.files++
	c.facts += len(c.want)
	got := f.Facts()
	got = slices.DeleteFunc(got, func(f Fact) bool { return f.Kind == c.without })
	order := func(a, b Fact) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), strings.Compare(a.Kind, b.Kind))
	}
	slices.SortFunc(got, order)
	slices.SortFunc(c.want, order)
	if len(f.Problems) == 0 && slices.Equal(got, c.want) {
		return
	}
	c.wrong++
	if c.wrong > 10 {
		return
	}
	if len(f.Problems) > 0 {
		c.t.Errorf("%s:%d: %s", c.file, f.Problems[0].Line, f.Problems[0].Text)
	}
	for i := range max(len(got), len(c.want)) {
		if i >= len(got) || i >= len(c.want) || got[i] != c.want[i] {
			c.t.Errorf("%s: fact %d: got %s, want %s", c.file, i, describe(f, got, i), describe(f, c.want, i))
			break
		}
	}
}

func describe(f *File, facts []Fact, i int) string {
	if i >= len(facts) {
		return "nothing"
	}
	fact := facts[i]
	src := string(f.Src[fact.Start:min(fact.End, fact.Start+60)])
	return fact.Kind + " " + strconv.Itoa(fact.Start) + "-" + strconv.Itoa(fact.End) + " in line " + strconv.Itoa(f.Line(fact.Start)) + " " + strconv.Quote(src)
}
