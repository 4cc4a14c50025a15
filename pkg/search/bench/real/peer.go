package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
)

//go:embed peer.py
var peerScript []byte

// A race is one peer against one task. What a peer and the bench say to each
// other are lines of JSON on a Unix socket; a peer that trains several at once
// opens a connection for each.
type race struct {
	// ready starts the agent, which imports while the peer does, and fills in
	// the fields behind it. It does so once.
	ready   func() error
	trainer *trainer
	domain  domain
	hello   hello
	target  float64

	mu      sync.Mutex
	best    float64
	trained int
	warm    int               // of them began from the model of another
	set     map[string]string // the last value of what was set in the script, by axis
	faults  map[string]int    // why trainings gave no accuracy
	hit     chan struct{}     // closed at the first training at the target
	hitAt   time.Time
}

// A hello is what a peer is told first on each connection.
type hello struct {
	Method  string              `json:"method"`
	Seed    int64               `json:"seed"`
	Seconds float64             `json:"seconds"`
	Axes    []axis              `json:"axes"`
	First   []map[string]string `json:"first"`  // recipes to begin with
	Epochs  int                 `json:"epochs"` // the user's own; 0 where the space has none
}

// A wish is a peer's message: a training, or the answer to an epoch.
type wish struct {
	Values map[string]any `json:"values"`
	Trial  *int           `json:"trial"` // to go on with
	From   *int           `json:"from"`  // trial whose model to start from
	Leave  bool           `json:"leave"` // a model that another may start from
	Until  int            `json:"until"`
	Stop   bool           `json:"stop"`
}

// A report is an epoch of the training under way, or with Done its end.
type report struct {
	Epoch   int      `json:"epoch"`
	Value   *float64 `json:"value"`
	Done    bool     `json:"done"`
	Trial   int      `json:"trial"`
	Stopped bool     `json:"stopped"`
}

// errInapplicable says that a method has nothing to do with this task.
var errInapplicable = errors.New("the method does not apply to this task")

// inapplicable is the exit code by which a peer says so.
const inapplicable = 3

// run starts the peer and serves it until it hits, ends or the time is up.
func (r *race) run(ctx context.Context, top, python string) error {
	socket := filepath.Join(top, "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	defer listener.Close()
	script := filepath.Join(top, "peer.py")
	if err := os.WriteFile(script, peerScript, 0o644); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-r.hit:
		case <-ctx.Done():
		}
		stop()
		listener.Close()
	}()
	go r.ready()
	served := make(chan error, 1)
	go func() { served <- r.serve(ctx, listener) }()
	err = runPeer(ctx, top, python, script, socket)
	over := ctx.Err() != nil // hit, or out of time
	stop()
	listener.Close()
	if fault := <-served; fault != nil {
		return fault
	}
	if over {
		return nil
	}
	return err
}

// runPeer runs the peer's process, and ends it with the context.
func runPeer(ctx context.Context, top, python, script, socket string) error {
	said, err := os.Create(filepath.Join(top, "peer.log"))
	if err != nil {
		return err
	}
	defer said.Close()
	cmd := exec.CommandContext(ctx, python, script, socket)
	cmd.Dir, cmd.Stdout, cmd.Stderr = top, said, said
	cmd.Env = append(os.Environ(), "HOME="+top, "CUDA_VISIBLE_DEVICES=", "TF_CPP_MIN_LOG_LEVEL=3", "RAY_TMPDIR="+top)
	gently(cmd)
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == inapplicable:
		return errInapplicable
	case err != nil:
		text, _ := os.ReadFile(said.Name()) // whatever there is explains it
		return fmt.Errorf("the peer: %w: %s", err, tail(string(text)))
	}
	return nil
}

func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], " | ")
}

// serve takes connections until the listener is closed.
func (r *race) serve(ctx context.Context, listener net.Listener) error {
	var crew sync.WaitGroup
	faults := make(chan error, 64)
	for {
		c, err := listener.Accept()
		if err != nil {
			break // closed
		}
		crew.Go(func() {
			defer c.Close()
			if err := r.converse(ctx, c); err != nil && ctx.Err() == nil {
				select {
				case faults <- err:
				default:
				}
			}
		})
	}
	crew.Wait()
	select {
	case err := <-faults:
		return err
	default:
		return nil
	}
}

// converse trains what one connection asks for.
func (r *race) converse(ctx context.Context, c net.Conn) error {
	if err := r.ready(); err != nil {
		return err
	}
	out, in := json.NewEncoder(c), json.NewDecoder(bufio.NewReader(c))
	if err := out.Encode(r.hello); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	context.AfterFunc(ctx, func() { c.Close() })
	for {
		var w wish
		if err := in.Decode(&w); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read what the peer wants: %w", err)
		}
		gone := false // a scheduler that stops a trial may kill its process
		done, err := r.train(ctx, w, func(epoch int, value float64) bool {
			var answer wish
			gone = out.Encode(report{Epoch: epoch, Value: &value}) != nil || in.Decode(&answer) != nil
			return gone || answer.Stop
		})
		if err != nil || gone {
			return err
		}
		if err := out.Encode(done); err != nil {
			return err
		}
	}
}

// train trains one configuration. Values that the script cannot take are a
// training without an accuracy.
func (r *race) train(ctx context.Context, w wish, each func(int, float64) bool) (report, error) {
	files, err := r.files(w.Values)
	if err != nil {
		r.count(nil, err.Error())
		return report{Done: true, Trial: -1}, nil
	}
	a := ask{files: files, trial: -1, until: w.Until, leave: w.Leave, report: each}
	if w.Trial != nil {
		a.trial = *w.Trial
	}
	if w.From != nil {
		a.warm = agent.WarmState(*w.From, 1)
	}
	out, err := r.trainer.train(ctx, a)
	if err != nil {
		return report{}, err
	}
	r.count(&out, out.why)
	return report{Done: true, Value: out.value, Trial: out.trial, Stopped: out.stopped}, nil
}

func (r *race) files(values map[string]any) (map[string][]byte, error) {
	texts := map[string]string{}
	for id, v := range values {
		at := slices.IndexFunc(r.domain.axes, func(a axis) bool { return a.ID == id })
		if at < 0 {
			return nil, fmt.Errorf("no axis is called %s", id)
		}
		text, err := r.domain.axes[at].text(v)
		if err != nil {
			return nil, err
		}
		texts[id] = text
		if text != r.domain.axes[at].Value {
			r.note(id, text)
		}
	}
	return r.domain.write(texts)
}

// note keeps what was set.
func (r *race) note(id, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set[id] = text
}

// count notes a training, and the hit.
func (r *race) count(out *trained, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if out == nil || out.value == nil {
		r.faults[why]++
	}
	if out == nil {
		return
	}
	r.trained++
	if out.start != nil && out.start.Level != agent.LevelCold {
		r.warm++
	}
	if out.value == nil {
		return
	}
	r.best = max(r.best, *out.value)
	if *out.value >= r.target {
		select {
		case <-r.hit:
		default:
			r.hitAt = time.Now()
			close(r.hit)
		}
	}
}
