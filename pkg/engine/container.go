package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	docker "github.com/fsouza/go-dockerclient"

	"github.com/mlhook/mlhook/pkg/agent"
)

// Labels of a run's container: its identity, by which any runner finds it.
const (
	labelRun     = "mlhook.run"
	labelRepo    = "mlhook.repo"
	labelCommit  = "mlhook.commit"
	labelSession = "mlhook.session"
)

// Where things are inside a container.
const (
	insideAgent    = "/mlhook/agent"
	insideRequests = "/mlhook/requests"
	insideState    = "/mlhook/state"
	insideTrials   = "/mlhook/trials"
	insideData     = "/mlhook/data"
	insideHome     = "/mlhook/home"
	insideTemp     = "/tmp"
)

// nobody is whom the trials of root's repositories run as.
const nobody = 65532

// dockerSession is an agent that lives in a container.
type dockerSession struct {
	files
	docker *Docker
	id     string
	dead   []string      // containers of the run that have ended
	gone   chan struct{} // closed when the container has ended
}

// Open takes over the run's container, else starts one.
func (d *Docker) Open(ctx context.Context, job Job) (Session, error) {
	if err := d.Check(ctx); err != nil {
		return nil, err
	}
	s := &dockerSession{docker: d, files: files{run: job.Dir}, gone: make(chan struct{})}
	if job.Env["TMPDIR"] == "" {
		s.temp = insideTemp // what is there goes with the container
	}
	uid, gid := d.user(job)
	s.uid, s.gid = uid, gid
	if uid == os.Geteuid() || os.Geteuid() != 0 {
		s.uid = -1 // nothing to hand over, or no right to
	}
	found, err := d.containers(ctx, job.RunID)
	if err != nil {
		return nil, err
	}
	last := lastSession(job.Dir)
	for _, c := range found {
		session, err := strconv.Atoi(c.Labels[labelSession])
		// One whose directory was removed hears and tells nothing any more.
		if c.State == "running" && err == nil && !s.adopted && s.has(session) {
			s.id, s.session, s.adopted = c.ID, session, true
		} else {
			s.dead, last = append(s.dead, c.ID), max(last, session)
		}
	}
	if !s.adopted {
		s.session = last + 1
		if err := s.launch(ctx, job, fmt.Sprintf("%d:%d", uid, gid)); err != nil {
			return nil, fmt.Errorf("start the container: %w", err)
		}
	}
	go s.await(ctx)
	return s, nil
}

// Hello removes the dead containers while the agent imports: what they did is
// in the files.
func (s *dockerSession) Hello(ctx context.Context) (agent.Event, error) {
	removed := s.docker.removeAll(ctx, s.dead)
	e, err := s.awaitHello(ctx, s.living)
	if err != nil && ctx.Err() == nil {
		err = errors.Join(err, s.docker.remove(ctx, s.id))
	}
	return e, errors.Join(err, removed)
}

// await closes gone at the container's end; it ends with the context at the
// latest. An engine that went away is asked again.
func (s *dockerSession) await(ctx context.Context) {
	for {
		_, err := s.docker.client.WaitContainerWithContext(s.id, ctx)
		var gone *docker.NoSuchContainer
		if err == nil || errors.As(err, &gone) {
			close(s.gone)
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

func (s *dockerSession) Gone() <-chan struct{} { return s.gone }

// user is whom the trials run as: the owner of the repository, never root. A
// rootless engine maps its root to the owner, and no other user may write.
func (d *Docker) user(job Job) (uid, gid int) {
	switch {
	case d.isRootless():
		return 0, 0
	case job.UID <= 0:
		return nobody, nobody
	}
	return job.UID, job.GID
}

// launch makes the session's directories and starts a container on them.
func (s *dockerSession) launch(ctx context.Context, job Job, user string) error {
	if err := s.create(); err != nil {
		return err
	}
	home, err := agent.Extract(filepath.Join(s.docker.Cache, "agent"))
	if err != nil {
		return err
	}
	cache := s.docker.cacheDir(job.Repo)
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	if s.uid >= 0 {
		if err := os.Lchown(cache, s.uid, s.gid); err != nil {
			return err
		}
	}
	options := docker.CreateContainerOptions{Context: ctx, Name: containerName(job.RunID, s.session),
		Config: s.config(job, user), HostConfig: s.hostConfig(job, home, cache)}
	if s.id, err = s.docker.create(ctx, options); err != nil {
		return err
	}
	err = s.docker.client.StartContainerWithContext(s.id, nil, ctx)
	var running *docker.ContainerAlreadyRunning
	if err != nil && !errors.As(err, &running) {
		if strings.Contains(err.Error(), "network "+job.Network+" not found") {
			err = &Refused{Setting: "network", Value: job.Network, Why: "no such network here"}
		}
		return errors.Join(s.docker.unready(err), s.docker.remove(context.WithoutCancel(ctx), s.id))
	}
	return nil
}

var unnameable = regexp.MustCompile(`[^a-zA-Z0-9_.-]+`)

func containerName(runID string, session int) string {
	return fmt.Sprintf("mlhook-%s-%d", unnameable.ReplaceAllString(runID, "-"), session)
}

// create creates the container, or finds the one that an earlier attempt at
// the same session created before its answer was lost.
func (d *Docker) create(ctx context.Context, options docker.CreateContainerOptions) (id string, err error) {
	c, err := d.client.CreateContainer(options)
	if err == nil {
		return c.ID, nil
	}
	if !errors.Is(err, docker.ErrContainerAlreadyExists) {
		return "", d.away(err)
	}
	old, err := d.client.InspectContainerWithOptions(docker.InspectContainerOptions{ID: options.Name, Context: ctx})
	if err != nil {
		return "", d.away(err)
	}
	for _, label := range []string{labelRun, labelRepo, labelSession} {
		if old.Config.Labels[label] != options.Config.Labels[label] {
			return "", fmt.Errorf("a container %s is there that is not of this run; remove it with `docker rm -f %s`", options.Name, options.Name)
		}
	}
	return old.ID, nil
}

func (s *dockerSession) config(job Job, user string) *docker.Config {
	env := map[string]string{
		"HOME": insideHome, "USER": "mlhook", "LOGNAME": "mlhook", "XDG_CACHE_HOME": insideHome + "/.cache",
		"MPLCONFIGDIR": insideHome + "/matplotlib", "TORCH_HOME": insideHome + "/torch", "KERAS_HOME": insideHome + "/keras",
		"HF_HOME": insideHome + "/huggingface", "SCIKIT_LEARN_DATA": insideHome + "/scikit_learn_data",
	}
	for _, pair := range threadEnv {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	maps.Copy(env, job.Env)
	config := &docker.Config{
		Image: job.Image.Ref, User: user, WorkingDir: insideTrials, StopTimeout: 30,
		Entrypoint: []string{"python3"},
		Cmd: []string{"-B", insideAgent, "--requests", insideRequests, "--trials", insideTrials, "--state", insideState,
			"--preload", strings.Join(job.Preload, ",")},
		Labels: map[string]string{labelRun: job.RunID, labelRepo: job.Repo, labelCommit: job.Commit, labelSession: strconv.Itoa(s.session)},
	}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		config.Env = append(config.Env, name+"="+env[name])
	}
	return config
}

// hostConfig shuts the container in: it reads the agent, the requests and the
// data, writes its trials, and has no rights beyond that.
func (s *dockerSession) hostConfig(job Job, home, cache string) *docker.HostConfig {
	pids := int64(4096)
	network := job.Network
	if network == "" {
		network = "bridge"
	}
	host := &docker.HostConfig{
		Init: true, RestartPolicy: docker.NeverRestart(), NetworkMode: network,
		CapDrop: []string{"ALL"}, SecurityOpt: []string{"no-new-privileges"}, PidsLimit: &pids,
		ReadonlyRootfs: true, Tmpfs: map[string]string{insideTemp: "rw,exec,nosuid,nodev,mode=1777"}, ShmSize: 1 << 30,
		Memory: s.docker.memoryLimit(), NanoCPUs: int64(job.CPUs * 1e9), CPUShares: 512, // half of the desktop's weight
		LogConfig: docker.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "20m", "max-file": "3"}},
		Mounts: []docker.HostMount{
			bind(home, insideAgent, true), bind(s.dir("requests"), insideRequests, true), bind(s.dir("state"), insideState, false),
			bind(s.trials(), insideTrials, false), bind(cache, insideHome, false),
		},
	}
	for _, m := range job.Data {
		host.Mounts = append(host.Mounts, bind(m.Source, s.DataPath(m.Name), true))
		if s.docker.Places(m) {
			host.Mounts = append(host.Mounts, bind(m.Source, inside(m.At), true))
		}
	}
	return host
}

func bind(source, target string, readOnly bool) docker.HostMount {
	return docker.HostMount{Type: "bind", Source: source, Target: target, ReadOnly: readOnly}
}

// Places tells whether data may appear there without hiding what the image has.
func (d *Docker) Places(m Mount) bool {
	at := inside(m.At)
	if !path.IsAbs(at) || strings.HasPrefix(at, "/opt/venv") {
		return false
	}
	if strings.HasPrefix(at, insideHome+"/") {
		return true
	}
	top, _, below := strings.Cut(strings.TrimPrefix(at, "/"), "/")
	system := []string{"bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "mlhook", "proc", "run", "sbin", "sys", "usr"}
	return below && !slices.Contains(system, top)
}

// inside is a Mount.At as a path of the container.
func inside(at string) string {
	if rest, ok := strings.CutPrefix(at, "~"); ok {
		at = insideHome + rest
	}
	return path.Clean(at)
}

func (s *dockerSession) DataPath(name string) string { return insideData + "/" + name }

// living tells whether the container runs, else its last words.
func (s *dockerSession) living() (bool, string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	exit, err := s.Exited(ctx)
	if err != nil || exit == nil {
		return true, ""
	}
	out, err := s.docker.output(ctx, s.id, "20")
	if err != nil {
		return false, exit.Text
	}
	return false, exit.Text + "\n" + strings.TrimSpace(out)
}

// Exited inspects the container. An engine that does not answer gets some time
// to come back, because it may have left its containers running.
func (s *dockerSession) Exited(ctx context.Context) (*Exit, error) {
	for n := 0; ; n++ {
		c, err := s.docker.client.InspectContainerWithOptions(docker.InspectContainerOptions{ID: s.id, Context: ctx})
		var gone *docker.NoSuchContainer
		var away *Unavailable
		switch {
		case err == nil:
			return exitOf(c.State), nil
		case errors.As(err, &gone):
			return &Exit{Code: -1, EngineLost: true, Text: "its container was removed"}, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case !errors.As(s.docker.away(err), &away):
			return nil, fmt.Errorf("inspect the container: %w", err)
		case n == 10:
			return &Exit{Code: -1, EngineLost: true, Text: away.Error()}, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(2 * time.Second):
		}
	}
}

// exitOf reads a container's state. An agent ends by itself only when it is
// asked to, so SIGTERM from outside (143), and 255 for a container that was
// found dead, mean that the engine or the machine went down. Docker notes also
// that memory ran out for another process of the container than the agent.
func exitOf(state docker.State) *Exit {
	if state.Running || state.Paused || state.Restarting || state.Status == "created" {
		return nil
	}
	exit := &Exit{Code: state.ExitCode, OOM: state.OOMKilled && state.ExitCode == 137, Text: fmt.Sprintf("exit code %d", state.ExitCode)}
	switch {
	case exit.OOM:
		exit.Text = "out of memory"
	case exit.Code == 143 || exit.Code == 255:
		exit.EngineLost = true
		exit.Text = fmt.Sprintf("the engine stopped its container (exit code %d)", exit.Code)
	case exit.Code > 128:
		exit.Text = fmt.Sprintf("killed by signal %d", exit.Code-128)
	}
	if state.Error != "" {
		exit.Text += ": " + state.Error
	}
	return exit
}

// Close asks the agent to end its attempts, then removes the container.
func (s *dockerSession) Close(ctx context.Context) error {
	err := s.docker.client.StopContainerWithContext(s.id, 10, ctx)
	var stopped *docker.ContainerNotRunning
	var gone *docker.NoSuchContainer
	if errors.As(err, &stopped) || errors.As(err, &gone) {
		err = nil
	}
	return errors.Join(s.docker.away(err), s.docker.remove(ctx, s.id))
}
