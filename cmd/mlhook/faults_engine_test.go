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
	"time"
)

// ownEngine is a Docker Engine of the test's own, which may be harmed. It lives
// in a network namespace that outlives it: an engine without a bridge removes the
// docker0 of the namespace it is in.
type ownEngine struct {
	once  sync.Once
	err   error
	dir   string
	space *exec.Cmd      // holds the namespace
	hold  io.WriteCloser // ends it, also when the test dies
	cmd   *exec.Cmd
}

// open starts the engine and gives it the image, once.
func (e *ownEngine) open() error {
	e.once.Do(func() {
		if e.dir, e.err = os.MkdirTemp("", "mlhook-engine-"); e.err != nil {
			return
		}
		e.space = exec.Command("unshare", "--net", "cat")
		if e.hold, e.err = e.space.StdinPipe(); e.err != nil {
			return
		}
		if e.err = e.space.Start(); e.err != nil {
			return
		}
		for net := ""; net == "" || net == netOf("self"); net = netOf(strconv.Itoa(e.space.Process.Pid)) {
			time.Sleep(time.Millisecond) // unshare has not come that far
		}
		if e.err = e.start(); e.err != nil {
			return
		}
		out, err := exec.Command("sh", "-c", "docker -H "+machineEngine+" save "+faultsImage+" | docker -H "+e.host()+" load").CombinedOutput()
		if err != nil {
			e.err = fmt.Errorf("load the image: %w\n%s", err, out)
		}
	})
	return e.err
}

func (e *ownEngine) host() string { return "unix://" + filepath.Join(e.dir, "docker.sock") }

// netOf identifies the network namespace of a process.
func netOf(pid string) string {
	name, err := os.Readlink("/proc/" + pid + "/ns/net")
	if err != nil {
		return ""
	}
	return name
}

// start starts dockerd and waits until it answers.
func (e *ownEngine) start() error {
	log, err := os.OpenFile(filepath.Join(e.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	e.cmd = exec.Command("nsenter", fmt.Sprintf("--net=/proc/%d/ns/net", e.space.Process.Pid), "dockerd", "-H", e.host(),
		"--data-root", filepath.Join(e.dir, "data"), "--exec-root", filepath.Join(e.dir, "exec"), "-p", filepath.Join(e.dir, "pid"),
		"--bridge=none", "--iptables=false", "--ip-masq=false")
	e.cmd.Stdout, e.cmd.Stderr = log, log
	if err := e.cmd.Start(); err != nil {
		return err
	}
	for range 600 {
		if exec.Command("docker", "-H", e.host(), "version").Run() == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	text, _ := os.ReadFile(filepath.Join(e.dir, "log")) // said in an error anyway
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
func (e *ownEngine) close() {
	if e.cmd != nil {
		exec.Command("sh", "-c", "docker -H "+e.host()+" ps -aq | xargs -r docker -H "+e.host()+" rm -f").Run()
		e.cmd.Process.Signal(syscall.SIGTERM)
		e.cmd.Wait()
	}
	if e.hold != nil {
		e.hold.Close()
		e.space.Wait()
	}
	if e.dir != "" {
		os.RemoveAll(e.dir)
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
