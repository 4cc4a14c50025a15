//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// ownEngine is a Docker Engine of the test's own, which may be harmed: a dockerd
// beside a containerd that outlives it, as distributions set them up. Both are in
// a network namespace, since an engine without a bridge removes the docker0 of the
// namespace it is in.
type ownEngine struct {
	once       sync.Once
	err        error
	dir        string
	space      *exec.Cmd      // holds the namespace
	hold       io.WriteCloser // ends it, also when the test dies
	containerd *exec.Cmd
	cmd        *exec.Cmd
}

// open starts the engine and gives it the image, once.
func (e *ownEngine) open() error {
	e.once.Do(func() {
		if e.dir, e.err = os.MkdirTemp("", "mlhook-engine-"); e.err != nil {
			return
		}
		if e.err = e.isolate(); e.err != nil {
			return
		}
		if e.containerd, e.err = e.daemon("containerd", "--address", e.file("containerd.sock"), "--root", e.file("images"), "--state", e.file("tasks")); e.err != nil {
			return
		}
		if e.err = e.start(); e.err != nil {
			return
		}
		out, err := exec.Command("sh", "-c", "docker -H "+machineEngine+" save "+faultsImage()+" | docker -H "+e.host()+" load").CombinedOutput()
		if err != nil {
			e.err = fmt.Errorf("load the image: %w\n%s", err, out)
		}
	})
	return e.err
}

func (e *ownEngine) file(name string) string { return filepath.Join(e.dir, name) }

func (e *ownEngine) host() string { return "unix://" + e.file("docker.sock") }

// isolate makes the namespace.
func (e *ownEngine) isolate() (err error) {
	e.space = exec.Command("unshare", "--net", "cat")
	if e.hold, err = e.space.StdinPipe(); err != nil {
		return err
	}
	if err := e.space.Start(); err != nil {
		return err
	}
	for net := ""; net == "" || net == netOf("self"); net = netOf(strconv.Itoa(e.space.Process.Pid)) {
		time.Sleep(time.Millisecond) // unshare has not come that far
	}
	return nil
}

// netOf identifies the network namespace of a process.
func netOf(pid string) string {
	name, err := os.Readlink("/proc/" + pid + "/ns/net")
	if err != nil {
		return ""
	}
	return name
}

// daemon starts a program in the namespace.
func (e *ownEngine) daemon(args ...string) (*exec.Cmd, error) {
	log, err := os.OpenFile(e.file("log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command("nsenter", append([]string{fmt.Sprintf("--net=/proc/%d/ns/net", e.space.Process.Pid)}, args...)...)
	cmd.Stdout, cmd.Stderr = log, log
	return cmd, cmd.Start()
}

// start starts dockerd and waits until it answers.
func (e *ownEngine) start() (err error) {
	e.cmd, err = e.daemon("dockerd", "-H", e.host(), "--containerd", e.file("containerd.sock"), "--data-root", e.file("data"), "--exec-root", e.file("exec"),
		"-p", e.file("pid"), "--bridge=none", "--iptables=false", "--ip-masq=false")
	if err != nil {
		return err
	}
	for range 600 {
		if exec.Command("docker", "-H", e.host(), "version").Run() == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	text, _ := os.ReadFile(e.file("log")) // said in an error anyway
	return fmt.Errorf("dockerd does not answer:\n%s", text[max(0, len(text)-4000):])
}

// restart kills dockerd or asks it to end, and starts it again.
func (e *ownEngine) restart(signal syscall.Signal) error {
	if err := e.cmd.Process.Signal(signal); err != nil {
		return err
	}
	e.cmd.Wait() // how it ended is what was asked for
	return e.start()
}

// close ends the engine.
func (e *ownEngine) close(t *testing.T) {
	t.Helper()
	if e.cmd != nil {
		exec.Command("sh", "-c", "docker -H "+e.host()+" ps -aq | xargs -r docker -H "+e.host()+" rm -f").Run()
	}
	for _, cmd := range []*exec.Cmd{e.cmd, e.containerd} {
		if cmd != nil {
			cmd.Process.Signal(syscall.SIGTERM)
			cmd.Wait()
		}
	}
	if e.hold != nil {
		e.hold.Close()
		e.space.Wait()
	}
	if e.dir != "" {
		exec.Command("umount", e.file("data")).Run() // a dockerd that was killed leaves its mount
		if err := os.RemoveAll(e.dir); err != nil {
			t.Error(err)
		}
	}
}

// restarts restarts the engine under a run.
func restarts(p *place) {
	for !p.done() {
		trials := p.trialsDone()
		container := p.trains()
		time.Sleep(time.Duration(p.rng.IntN(500)) * time.Millisecond)
		signal := []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM}[p.rng.IntN(2)]
		running := container != "" && p.container() == container
		p.must(p.own.restart(signal))
		out, err := exec.Command("docker", "-H", p.host, "inspect", "-f", "{{.State.Running}}", container).Output()
		p.fault(running && (err != nil || strings.TrimSpace(string(out)) == "false"), "the engine restarted (%v), after %d trials", signal, trials)
		p.advance(max(trials, p.trialsDone()))
	}
}
