//go:build unix

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mlhook/mlhook/pkg/engine"
)

// binary is the real program: scripts use it as a user would, and it starts
// itself as supervisor and runner.
var binary string

func TestMain(m *testing.M) {
	// Most tests here wait, for supervisors, backoffs and pushes: more of them go side by side than there are cores.
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err)
	}
	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "mlhook-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "mlhook")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// missing skips a test, or fails it where everything is required.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("MLHOOK_TEST_REQUIRE") != "" {
		t.Fatal("required, but " + what)
	}
	t.Skip(what)
}

func TestGit(t *testing.T) { scripts(t, "git", nil) }

// localPython is an interpreter with scikit-learn.
func localPython(t *testing.T) string {
	t.Helper()
	python := os.Getenv("MLHOOK_TEST_PYTHON")
	if python == "" {
		python = "python3"
	}
	path, err := exec.LookPath(python)
	if err != nil {
		missing(t, "no "+python+" here")
	}
	if !has(path, "sklearn") {
		missing(t, path+" has no scikit-learn; name one that has with MLHOOK_TEST_PYTHON")
	}
	return path
}

// has tells whether a Python finds a module; it is not imported, which would
// take seconds for a framework.
func has(python, module string) bool {
	return exec.Command(python, "-c", "import importlib.util, sys; sys.exit(not importlib.util.find_spec(sys.argv[1]))", module).Run() == nil
}

func TestLocal(t *testing.T) { scripts(t, "local", map[string]string{"PYTHON": localPython(t)}) }

// TestDocker needs a Docker Engine and the base images of .ci/base.
func TestDocker(t *testing.T) {
	base, torch := os.Getenv("MLHOOK_TEST_BASE"), os.Getenv("MLHOOK_TEST_BASE_TORCH")
	if base == "" || torch == "" {
		missing(t, "MLHOOK_TEST_BASE and MLHOOK_TEST_BASE_TORCH name no base images; make them with .ci/base")
	}
	if err := (&engine.Docker{}).Check(context.Background()); err != nil {
		missing(t, err.Error())
	}
	scripts(t, "docker", map[string]string{"BASE": base, "BASE_TORCH": torch, "CA": os.Getenv("MLHOOK_TEST_CA")})
}

func scripts(t *testing.T, dir string, vars map[string]string) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", dir),
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			state := filepath.Join(env.WorkDir, "state")
			if err := os.Mkdir(home, 0o755); err != nil {
				return err
			}
			config := filepath.Join(home, ".gitconfig")
			if err := os.WriteFile(config, []byte("[user]\n\tname = Test\n\temail = test@localhost\n[init]\n\tdefaultBranch = main\n"), 0o644); err != nil {
				return err
			}
			for name, value := range map[string]string{
				"HOME": home, "XDG_STATE_HOME": state, "GIT_CONFIG_GLOBAL": config, "GIT_CONFIG_NOSYSTEM": "1", "CI": "", "MLHOOK": "",
				"PATH": filepath.Dir(binary) + string(os.PathListSeparator) + os.Getenv("PATH"), "DOCKER_HOST": os.Getenv("DOCKER_HOST"),
			} {
				env.Setenv(name, value)
			}
			for name, value := range vars {
				env.Setenv(name, value)
			}
			env.Defer(func() { endSupervisor(filepath.Join(state, "mlhook")) })
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Getuid() == 0, nil
			}
			if module, ok := strings.CutPrefix(name, "imports:"); ok {
				return has(vars["PYTHON"], module), nil
			}
			return false, fmt.Errorf("there is no condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"eventually": eventually, "kill9": kill9},
	})
}

// endSupervisor stops the supervisor that a script's hook started.
func endSupervisor(state string) {
	if pid := alivePID(state); pid > 0 {
		syscall.Kill(pid, syscall.SIGTERM)
	}
}

func alivePID(state string) int {
	text, err := os.ReadFile(filepath.Join(state, "supervisor.alive"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), " ")
	pid, _ := strconv.Atoi(strings.TrimSpace(first)) // 0 when torn
	return pid
}

// eventually repeats a command until its output contains a text:
// eventually TEXT COMMAND ARG...
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: eventually text command arg...")
	}
	out := ""
	for range 3000 {
		// By sh, which looks the program up on the script's own PATH.
		cmd := exec.Command("sh", append([]string{"-c", `exec "$@"`, "sh"}, args[1:]...)...)
		cmd.Dir = ts.MkAbs(".")
		cmd.Env = environ(ts)
		text, _ := cmd.CombinedOutput() // a failing command may succeed later
		if out = string(text); strings.Contains(out, args[0]) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	ts.Fatalf("%q never came; last output:\n%s", args[0], out)
}

func environ(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{"HOME", "XDG_STATE_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "PATH", "DOCKER_HOST", "WORK"} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return env
}

// kill9 kills the script's processes of the roles at once, and waits for their
// end: kill9 supervise | kill9 runner | kill9 supervise runner
func kill9(ts *testscript.TestScript, _ bool, roles []string) {
	state := ts.Getenv("XDG_STATE_HOME")
	killed := killIn(state, roles)
	for _, role := range roles {
		if !slices.ContainsFunc(killed, func(q process) bool { return q.role == role }) {
			ts.Fatalf("no %s to kill", role)
		}
	}
	for until := time.Now().Add(10 * time.Second); !gone(killed); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(until) {
			ts.Fatalf("%v live on", killed)
		}
	}
}
