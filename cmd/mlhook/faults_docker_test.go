//go:build linux

package main

import (
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/mlhook/mlhook/pkg/engine"
)

// docker says what is missing for faults of Docker.
func docker() string {
	if os.Getenv("MLHOOK_TEST_BASE") == "" {
		return "MLHOOK_TEST_BASE names no base image; make one with .ci/base"
	}
	if err := (&engine.Docker{}).Check(context.Background()); err != nil {
		return err.Error()
	}
	return ""
}

// machineEngine is where the engine of this machine listens.
const machineEngine = "unix:///var/run/docker.sock"

// faultsImage is the image that trials run in; the quick script needs no more.
func faultsImage() string { return os.Getenv("MLHOOK_TEST_BASE") }

// A wire stands between mlhook and Docker.
type wire struct {
	listener net.Listener
	engine   string

	mu   sync.Mutex
	ends map[net.Conn]*string // both ends of each connection, to what was asked last
	dead bool
}

// wired puts a wire between the place and the machine's engine.
func (p *place) wired() *wire {
	socket := filepath.Join(p.top, "docker.sock")
	listener, err := net.Listen("unix", socket)
	p.must(err)
	w := &wire{listener: listener, engine: strings.TrimPrefix(machineEngine, "unix://"), ends: map[net.Conn]*string{}}
	go func() { // ends with the listener
		for {
			here, err := listener.Accept()
			if err != nil {
				return
			}
			w.connect(here)
		}
	}()
	return w
}

func (w *wire) connect(here net.Conn) {
	there, err := net.Dial("unix", w.engine)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil || w.dead {
		here.Close()
		if there != nil {
			there.Close()
		}
		return
	}
	asked := new(string)
	w.ends[here], w.ends[there] = asked, asked
	go w.copy(there, here, asked)
	go w.copy(here, there, nil)
}

// copy moves bytes one way until either end is closed.
func (w *wire) copy(to, from net.Conn, asked *string) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if asked != nil && n > 0 {
			line, _, _ := strings.Cut(string(buffer[:n]), "\r\n")
			w.mu.Lock()
			*asked = line
			w.mu.Unlock()
		}
		if n > 0 {
			if _, werr := to.Write(buffer[:n]); werr != nil {
				err = io.ErrClosedPipe
			}
		}
		if err != nil {
			break
		}
	}
	to.Close()
	from.Close()
	w.mu.Lock()
	delete(w.ends, to)
	delete(w.ends, from)
	w.mu.Unlock()
}

// cut closes all connections and lets none be made; it tells how many waited
// for the end of a container.
func (w *wire) cut() (waits int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = true
	seen := map[*string]bool{}
	for end, asked := range w.ends {
		if !seen[asked] && strings.Contains(*asked, "/wait") {
			waits++
		}
		seen[asked] = true
		end.Close()
	}
	return waits
}

func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = false
}

// container is the run's container that trains, empty while there is none.
func (p *place) container() string {
	out, err := exec.Command("docker", "-H", p.host, "ps", "-q", "--filter", "label=mlhook.repo="+p.repo.Common).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// trains waits for a container in which the agent is at work.
func (p *place) trains() (container string) {
	p.await("container", 10*time.Minute, func() bool {
		if p.done() {
			return true
		}
		container = p.container()
		if container == "" {
			return false
		}
		log, err := os.ReadFile(p.run("runner.log"))
		text := string(log)
		at := max(strings.LastIndex(text, "agent started"), strings.LastIndex(text, "agent taken over"))
		return err == nil && at > strings.LastIndex(text, "starting again")
	})
	return container
}

// drops cuts the wire while mlhook waits to be told of the container's end, and
// at times lets it end unseen.
func drops(p *place) {
	for !p.done() {
		trials := p.trialsDone()
		container := p.trains()
		time.Sleep(time.Duration(p.rng.IntN(500)) * time.Millisecond)
		ends, pause := p.rng.IntN(4) == 0, time.Duration(p.rng.IntN(1500))*time.Millisecond
		waits := p.wire.cut()
		died := !ends || exec.Command("docker", "-H", p.host, "kill", container).Run() == nil
		time.Sleep(pause)
		p.wire.mend()
		p.fault(waits > 0 && died, "cut for %v, the container killed: %v, after %d trials", pause, ends, trials)
		p.advance(max(trials, p.trialsDone()))
	}
}
