// Package image decides in what a program runs: an image that the settings
// name, the repository's own Dockerfile, else the template with the framework's
// layer and the program's requirements. It only describes; package engine
// builds.
package image

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mlhook/mlhook/pkg/config"
	"github.com/mlhook/mlhook/pkg/engine"
	"github.com/mlhook/mlhook/pkg/inspect"
	"github.com/mlhook/mlhook/templates"
)

// defaultBase is the base of the template; the setting baseImage replaces it.
const defaultBase = "python:3.12-slim"

// Choose describes the environment of a program whose files lie in dir.
func Choose(p *inspect.Program, dir string, s config.Settings) (env engine.Environment, err error) {
	env = engine.Environment{
		Family: p.Family, Requirements: p.Requirements, Modules: p.Modules,
		CABundle: s.CABundle, BuildArgs: network(s.Env),
	}
	switch {
	case s.Image != "":
		env.Image = s.Image
		env.Hash = hash("image", s.Image)
	case Own(dir, s):
		err = ownDockerfile(&env, dir)
	default:
		err = template(&env, s)
	}
	return env, err
}

// Own tells whether the repository whose files lie in dir brings the Dockerfile
// that its program runs in.
func Own(dir string, s config.Settings) bool {
	info, err := os.Lstat(filepath.Join(dir, "Dockerfile"))
	return s.Image == "" && err == nil && info.Mode().IsRegular()
}

// template fills in the shared Dockerfile.
func template(env *engine.Environment, s config.Settings) error {
	framework, ok := templates.Framework(env.Family)
	if !ok {
		return fmt.Errorf("there is no template for the family %q; name an image with `git config mlhook.image NAME`", env.Family)
	}
	certificates, err := readBundle(s.CABundle)
	if err != nil {
		return err
	}
	layer, rest := split(framework, env.Requirements)
	env.Context = map[string][]byte{
		"Dockerfile": templates.Dockerfile(), "certificates.pem": certificates,
		"framework.txt": text(layer), "requirements.txt": text(rest),
	}
	env.BuildArgs["BASE_IMAGE"] = cmp.Or(s.BaseImage, defaultBase)
	if packages := systemPackages(append(layer, rest...)); len(packages) > 0 {
		env.BuildArgs["SYSTEM_PACKAGES"] = strings.Join(packages, " ")
	}
	env.Hash = hash(parts(env)...)
	return nil
}

// ownDockerfile uses the repository's Dockerfile as it is; its ENTRYPOINT and
// CMD give way to the agent's. The program's files belong to the hash only when
// the Dockerfile copies them.
func ownDockerfile(env *engine.Environment, dir string) error {
	file, err := os.ReadFile(filepath.Join(dir, "Dockerfile"))
	if err != nil {
		return fmt.Errorf("read the repository's Dockerfile: %w", err)
	}
	env.ContextDir = dir
	env.Context = map[string][]byte{"Dockerfile": file}
	sum := parts(env)
	if copies(file) {
		more, err := contents(dir)
		if err != nil {
			return fmt.Errorf("read the repository's Dockerfile's context: %w", err)
		}
		sum = append(sum, more...)
	}
	env.Hash = hash(sum...)
	return nil
}

// copies tells whether a Dockerfile takes files from its context.
func copies(file []byte) bool {
	for line := range bytes.Lines(file) {
		word, _, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		if word = strings.ToUpper(word); word == "COPY" || word == "ADD" {
			return true
		}
	}
	return false
}

// contents lists the files of dir with their digests.
func contents(dir string) (list []string, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	err = filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(dir, file) // io/fs, by root.FS, would open UTF-8 names only
		if err != nil {
			return err
		}
		data, err := root.ReadFile(name)
		sum := sha256.Sum256(data)
		list = append(list, name, hex.EncodeToString(sum[:]))
		return err
	})
	return list, err
}

// parts is what makes an environment different from another: not how the
// network is reached.
func parts(env *engine.Environment) (list []string) {
	for _, name := range slices.Sorted(maps.Keys(env.Context)) {
		list = append(list, name, string(env.Context[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(env.BuildArgs)) {
		if !slices.Contains(networkArgs, strings.ToUpper(name)) {
			list = append(list, name, env.BuildArgs[name])
		}
	}
	return append(list, env.Family)
}

// hash is a digest of texts that keeps them apart.
func hash(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		fmt.Fprintf(h, "%d:%s", len(t), t)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// networkArgs are the variables that say how a build reaches the network.
var networkArgs = []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST"}

// network picks them from the setting env.
func network(env map[string]string) map[string]string {
	args := map[string]string{}
	for name, value := range env {
		if slices.Contains(networkArgs, strings.ToUpper(name)) {
			args[name] = value
		}
	}
	return args
}

// readBundle reads the extra certificates.
func readBundle(name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err == nil && !bytes.Contains(data, []byte("-----BEGIN CERTIFICATE-----")) {
		err = errors.New(name + " holds no certificate in PEM form")
	}
	if err != nil {
		return nil, fmt.Errorf("read the certificates: %w; change it with `git config mlhook.caBundle FILE`", err)
	}
	return append(bytes.TrimSpace(data), '\n'), nil
}
