package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	docker "github.com/fsouza/go-dockerclient"
)

// Docker runs trials in containers. Its zero value finds the engine by itself.
type Docker struct {
	// Cache is where the agent's files and the caches of the trials are kept.
	Cache string
	// Endpoint is where Docker listens ("unix:///var/run/docker.sock"); empty
	// to look at DOCKER_HOST, the docker context and the well-known sockets.
	Endpoint string

	once     sync.Once
	client   *docker.Client
	failed   *Unavailable
	asked    sync.Once
	rootless bool
	memory   int64 // what a container may take, in bytes; 0 for no limit
}

func (d *Docker) Name() string { return "docker" }

// Check asks the engine for a sign of life.
func (d *Docker) Check(ctx context.Context) error {
	if err := d.connect(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := d.client.PingWithContext(ctx); err != nil {
		return explain(d.Endpoint, err)
	}
	return nil
}

// connect makes the client, which talks to nobody yet.
func (d *Docker) connect() error {
	d.once.Do(func() {
		if d.Endpoint == "" {
			d.Endpoint = findEndpoint()
		}
		var err error
		// NewClientFromEnv reads TLS and API version from the environment too,
		// but insists on DOCKER_HOST.
		if os.Getenv("DOCKER_HOST") == d.Endpoint && !strings.HasPrefix(d.Endpoint, "ssh://") {
			d.client, err = docker.NewClientFromEnv()
		} else {
			d.client, err = docker.NewClient(d.Endpoint)
		}
		if err != nil {
			d.failed = explain(d.Endpoint, err)
			return
		}
		d.client.SkipServerVersionCheck = true // no version in the URL: every engine answers
	})
	if d.failed != nil {
		return d.failed
	}
	return nil
}

// isRootless tells whether the engine maps this user to root in containers.
func (d *Docker) isRootless() bool {
	d.ask()
	return d.rootless
}

// memoryLimit leaves the engine's machine what it needs to go on, so that it is
// the training that is killed for want of memory and not what else runs there.
func (d *Docker) memoryLimit() int64 {
	d.ask()
	return d.memory
}

// ask asks the engine once what it is like.
func (d *Docker) ask() {
	d.asked.Do(func() {
		info, err := d.client.Info()
		if err != nil {
			return
		}
		d.rootless = slices.ContainsFunc(info.SecurityOptions, func(option string) bool { return strings.Contains(option, "rootless") })
		if info.MemoryLimit {
			d.memory = info.MemTotal - reserve(info.MemTotal)
		}
	})
}

// reserve is what system and engine take of a machine's memory in any case: a
// training that fits beside them fits within the rest.
func reserve(total int64) int64 { return min(total/20, 512<<20) }

// away turns the error of a call into an *Unavailable when the engine did not
// answer at all.
func (d *Docker) away(err error) error {
	var answered *docker.Error
	var gone *docker.NoSuchContainer
	var refused *Refused
	if err == nil || errors.As(err, &answered) || errors.As(err, &gone) || errors.As(err, &refused) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return explain(d.Endpoint, err)
}

// unready is away for the start of a container: an engine that has just come
// back answers, but may lack its network for a while. What it lacks for good,
// such as the driver of a device, is no reason to wait.
func (d *Docker) unready(err error) error {
	var answered *docker.Error
	if errors.As(err, &answered) && answered.Status >= 500 && strings.Contains(answered.Message, "network") {
		return &Unavailable{"docker", "the engine cannot start containers: " + strings.TrimSpace(answered.Message),
			"if it stays so, restart it with `sudo systemctl restart docker`"}
	}
	return d.away(err)
}

// Clean removes the containers of a run.
func (d *Docker) Clean(ctx context.Context, runID string) error {
	if err := d.connect(); err != nil {
		return err
	}
	found, err := d.containers(ctx, runID)
	if err != nil {
		return fmt.Errorf("clean up run %s: %w", runID, err)
	}
	var ids []string
	for _, c := range found {
		ids = append(ids, c.ID)
	}
	return d.removeAll(ctx, ids)
}

func (d *Docker) removeAll(ctx context.Context, ids []string) (err error) {
	for _, id := range ids {
		err = errors.Join(err, d.remove(ctx, id))
	}
	return err
}

// containers lists a run's containers, the dead ones too.
func (d *Docker) containers(ctx context.Context, runID string) ([]docker.APIContainers, error) {
	found, err := d.client.ListContainers(docker.ListContainersOptions{
		All: true, Filters: map[string][]string{"label": {labelRun + "=" + runID}}, Context: ctx})
	return found, d.away(err)
}

// remove kills and removes a container; one that is gone already is fine.
func (d *Docker) remove(ctx context.Context, id string) error {
	err := d.client.RemoveContainer(docker.RemoveContainerOptions{ID: id, Force: true, RemoveVolumes: true, Context: ctx})
	var gone *docker.NoSuchContainer
	if errors.As(err, &gone) {
		return nil
	}
	return d.away(err)
}

// output is what a container printed, its last lines or "all".
func (d *Docker) output(ctx context.Context, id, lines string) (string, error) {
	var out bytes.Buffer
	err := d.client.Logs(docker.LogsOptions{Container: id, Stdout: true, Stderr: true, Tail: lines, OutputStream: &out, ErrorStream: &out, Context: ctx})
	return out.String(), err
}

// cacheDir is the writable cache of a repository's trials: downloaded data sets,
// model hubs, fonts. Repositories do not share one.
func (d *Docker) cacheDir(repo string) string {
	return filepath.Join(d.Cache, "home", digest([]byte(repo))[:12])
}
