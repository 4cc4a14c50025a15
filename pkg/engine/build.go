package engine

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	docker "github.com/fsouza/go-dockerclient"

	"github.com/mlhook/mlhook/pkg/plain"
)

// labelHash marks the images that mlhook built, and from what.
const labelHash = "mlhook.hash"

// Prepare finds the image or builds it. Runners that want the same image wait
// for the first of them.
func (d *Docker) Prepare(ctx context.Context, env Environment, progress func(string)) (Image, error) {
	if err := d.Check(ctx); err != nil {
		return Image{}, err
	}
	if env.Image != "" {
		return d.ready(ctx, env, progress)
	}
	tag := "mlhook/" + env.Family + ":" + env.Hash[:min(12, len(env.Hash))]
	unlock, err := prepare(ctx, d.Cache, env.Hash)
	if err != nil {
		return Image{}, err
	}
	defer unlock()
	if found, err := d.client.InspectImage(tag); err == nil && found.Config.Labels[labelHash] == env.Hash {
		return Image{Family: env.Family, ID: found.ID, Ref: tag}, nil
	}
	if base := env.BuildArgs["BASE_IMAGE"]; base != "" {
		if err := d.pull(ctx, base, "baseImage", progress); err != nil {
			return Image{}, err
		}
	}
	progress("building " + tag + "; the first time takes some minutes")
	if err := d.build(ctx, tag, env, progress); err != nil {
		return Image{}, err
	}
	built, err := d.client.InspectImage(tag)
	if err != nil {
		return Image{}, fmt.Errorf("inspect %s: %w", tag, d.away(err))
	}
	if err := d.probe(ctx, tag, env.Modules); err != nil {
		return Image{}, errors.Join(err, d.client.RemoveImage(tag))
	}
	return Image{Family: env.Family, ID: built.ID, Ref: tag}, nil
}

// ready takes an image that the user named as it is.
func (d *Docker) ready(ctx context.Context, env Environment, progress func(string)) (Image, error) {
	if err := d.pull(ctx, env.Image, "image", progress); err != nil {
		return Image{}, err
	}
	found, err := d.client.InspectImage(env.Image)
	if err != nil {
		return Image{}, fmt.Errorf("inspect %s: %w", env.Image, d.away(err))
	}
	if err := d.probe(ctx, found.ID, env.Modules); err != nil {
		return Image{}, err
	}
	return Image{Family: env.Family, ID: found.ID, Ref: env.Image}, nil
}

// pull fetches an image that is not here; setting is what names it.
func (d *Docker) pull(ctx context.Context, name, setting string, progress func(string)) error {
	_, err := d.client.InspectImage(name)
	var answered *docker.Error
	if errors.As(err, &answered) && answered.Status == http.StatusBadRequest {
		return &Refused{Setting: setting, Value: name, Why: "no name of an image"}
	}
	if !errors.Is(err, docker.ErrNoSuchImage) {
		return d.away(err)
	}
	progress("pulling " + name)
	repository, tag := docker.ParseRepositoryTag(name)
	if tag == "" {
		tag = "latest"
	}
	out := &messages{line: progress}
	err = d.client.PullImage(docker.PullImageOptions{Repository: repository, Tag: tag, RawJSONStream: true, OutputStream: out,
		InactivityTimeout: 2 * time.Minute, Context: ctx}, registryAuth(repository))
	if err == nil {
		err = out.failure
	}
	if err == nil || ctx.Err() != nil {
		return err
	}
	return &BuildError{Step: "pull " + name, Tail: err.Error() +
		"\nif this machine reaches no registry, name an image that is here: `git config mlhook." + setting + " NAME`"}
}

// registryAuth is what `docker login` stored for an image's registry.
func registryAuth(repository string) docker.AuthConfiguration {
	registry, _, slash := strings.Cut(repository, "/")
	if !slash || !strings.ContainsAny(registry, ".:") {
		registry = "https://index.docker.io/v1/"
	}
	if all, err := docker.NewAuthConfigurationsFromDockerCfg(); err == nil {
		if auth, ok := all.Configs[registry]; ok && auth.Password+auth.IdentityToken != "" {
			return auth
		}
	}
	if auth, err := docker.NewAuthConfigurationsFromCredsHelpers(registry); err == nil && auth != nil {
		return *auth
	}
	return docker.AuthConfiguration{}
}

// build runs the classic builder, whose output names the failing step.
func (d *Docker) build(ctx context.Context, tag string, env Environment, progress func(string)) error {
	out := &messages{line: progress}
	options := docker.BuildImageOptions{
		Context: ctx, Name: tag, Dockerfile: "Dockerfile", Labels: map[string]string{labelHash: env.Hash},
		RmTmpContainer: true, ForceRmTmpContainer: true, RawJSONStream: true, OutputStream: out,
	}
	for _, name := range slices.Sorted(maps.Keys(env.BuildArgs)) {
		options.BuildArgs = append(options.BuildArgs, docker.BuildArg{Name: name, Value: env.BuildArgs[name]})
	}
	if env.ContextDir != "" {
		options.ContextDir = env.ContextDir
	} else {
		context, err := archive(env.Context)
		if err != nil {
			return err
		}
		options.InputStream = context
	}
	err := d.client.BuildImage(options)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case out.failure != nil:
		return &BuildError{Step: out.step, Tail: strings.Join(append(out.tail, out.failure.Error()), "\n")}
	case err != nil:
		var refused *docker.Error
		if errors.As(err, &refused) {
			return &BuildError{Step: "reading the Dockerfile", Tail: refused.Message}
		}
		return d.away(err)
	}
	return nil
}

// archive packs a build context: the same files, the same bytes.
func archive(files map[string][]byte) (io.Reader, error) {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg}
		if err := w.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("pack the build context: %w", err)
		}
		if _, err := w.Write(files[name]); err != nil {
			return nil, fmt.Errorf("pack the build context: %w", err)
		}
	}
	return &out, w.Close()
}

// messages reads the stream of JSON that a build or pull answers with. A
// failing build is nothing but a message in it.
type messages struct {
	line    func(string)
	rest    []byte
	step    string   // the last "Step 3/7 : RUN ..."
	tail    []string // its last lines
	failure error
}

func (m *messages) Write(data []byte) (int, error) {
	m.rest = append(m.rest, data...)
	for {
		i := bytes.IndexByte(m.rest, '\n')
		if i < 0 {
			return len(data), nil
		}
		var message struct {
			Stream string `json:"stream"`
			Status string `json:"status"`
			ID     string `json:"id"`
			Error  string `json:"error"`
		}
		if json.Unmarshal(m.rest[:i], &message) == nil {
			for _, text := range strings.Split(message.Stream, "\n") {
				m.text(text)
			}
			if message.ID == "" && message.Status != "" {
				m.text(message.Status) // without the progress of each layer
			}
			if message.Error != "" {
				m.failure = errors.New(plain.Text(message.Error))
			}
		}
		m.rest = m.rest[i+1:]
	}
}

func (m *messages) text(line string) {
	line = strings.TrimRight(plain.Text(line), "\n ")
	for _, noise := range []string{" ---> ", "Removing intermediate container", "Requirement already satisfied"} {
		if strings.HasPrefix(line, noise) {
			return
		}
	}
	if strings.TrimSpace(line) == "" {
		return
	}
	if strings.HasPrefix(line, "Step ") {
		if _, step, ok := strings.Cut(line, " : "); ok {
			m.step, m.tail = step, nil
		}
	} else {
		m.tail = append(m.tail, line)
		m.tail = m.tail[max(0, len(m.tail)-15):]
	}
	m.line(line)
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// probe asks an image for python3 and modules, in a container without rights.
func (d *Docker) probe(ctx context.Context, image string, modules []string) error {
	const ask = "import importlib.util, sys\n" +
		"missing = [m for m in sys.argv[1:] if importlib.util.find_spec(m.split('.')[0]) is None]\n" +
		"if sys.version_info < (3, 8): sys.exit('Python %d.%d is too old, 3.8 is needed' % sys.version_info[:2])\n" +
		"if missing: sys.exit('the image has no module ' + ', '.join(missing))\n"
	c, err := d.client.CreateContainer(docker.CreateContainerOptions{Context: ctx,
		Config:     &docker.Config{Image: image, User: fmt.Sprint(nobody), Entrypoint: []string{"python3"}, Cmd: append([]string{"-c", ask}, modules...)},
		HostConfig: &docker.HostConfig{NetworkMode: "none", CapDrop: []string{"ALL"}, ReadonlyRootfs: true},
	})
	if err != nil {
		return d.away(err)
	}
	defer d.remove(context.WithoutCancel(ctx), c.ID)
	if err := d.client.StartContainerWithContext(c.ID, nil, ctx); err != nil {
		return &BuildError{Step: "look for python3 in " + image, Tail: err.Error()}
	}
	code, err := d.client.WaitContainerWithContext(c.ID, ctx)
	if err != nil || code == 0 {
		return d.away(err)
	}
	out, err := d.output(ctx, c.ID, "all")
	return errors.Join(&BuildError{Step: "look for modules in " + image, Tail: strings.TrimSpace(plain.Text(out)) +
		"\nadd what is missing to the requirements or the Dockerfile, or name another image with `git config mlhook.image NAME`"}, err)
}
