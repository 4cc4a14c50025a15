package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	docker "github.com/fsouza/go-dockerclient"
	"github.com/gofrs/flock"
)

// venvLock leads the name of a venv's lock; the others are those of images.
const venvLock = "venv-"

// prepare is lock for a runner that needs the environment: it notes that it was
// needed now.
func prepare(ctx context.Context, cache, name string) (unlock func(), err error) {
	if unlock, err = lock(ctx, lockFile(cache, name)); err != nil {
		return nil, err
	}
	if err := needed(cache, name); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

func lockFile(cache, name string) string { return filepath.Join(cache, "locks", name) }

// neededFile is a file whose time is when a runner needed the environment last.
func neededFile(cache, name string) string { return filepath.Join(cache, "needed", name) }

func needed(cache, name string) error {
	if err := os.MkdirAll(filepath.Dir(neededFile(cache, name)), 0o755); err != nil {
		return err
	}
	return os.WriteFile(neededFile(cache, name), nil, 0o644)
}

// expire removes what no runner of this cache has needed for so long, and returns
// what remove says of each. One whose last use is unknown counts as used now.
func expire(cache string, unused time.Duration, venvs bool, remove func(name string) ([]string, error)) (removed []string, err error) {
	locks, err := os.ReadDir(lockFile(cache, ""))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // nothing was ever made
	}
	for _, e := range locks {
		if strings.HasPrefix(e.Name(), venvLock) != venvs {
			continue
		}
		l := flock.New(lockFile(cache, e.Name()))
		if held, _ := l.TryLock(); !held { // it is being made
			continue
		}
		info, statErr := os.Stat(neededFile(cache, e.Name()))
		switch {
		case statErr != nil:
			err = errors.Join(err, needed(cache, e.Name()))
		case time.Since(info.ModTime()) > unused:
			what, failed := remove(e.Name())
			removed, err = append(removed, what...), errors.Join(err, failed)
		}
		l.Close()
	}
	return removed, err
}

// Expire removes images by the tags that Prepare gave them: one that somebody built
// on such an image has its label too. What a container uses stays.
func (d *Docker) Expire(ctx context.Context, unused time.Duration) ([]string, error) {
	if err := d.Check(ctx); err != nil {
		return nil, err
	}
	return expire(d.Cache, unused, false, func(hash string) (removed []string, err error) {
		found, err := d.client.ListImages(docker.ListImagesOptions{Filters: map[string][]string{"label": {labelHash + "=" + hash}}, Context: ctx})
		for _, image := range found {
			for _, tag := range image.RepoTags {
				ours := strings.HasPrefix(tag, "mlhook/") && strings.HasSuffix(tag, ":"+hash[:min(12, len(hash))])
				if ours && d.client.RemoveImageExtended(tag, docker.RemoveImageOptions{Context: ctx}) == nil {
					removed = append(removed, tag)
				}
			}
		}
		return removed, d.away(err)
	})
}

// Expire removes venvs.
func (l *Local) Expire(_ context.Context, unused time.Duration) ([]string, error) {
	return expire(l.Cache, unused, true, func(name string) ([]string, error) {
		dir := l.venv(strings.TrimPrefix(name, venvLock))
		if _, err := os.Stat(dir); err != nil {
			return nil, nil
		}
		return []string{dir}, os.RemoveAll(dir)
	})
}

// venv is the directory of a venv.
func (l *Local) venv(name string) string { return filepath.Join(l.Cache, "venvs", name) }

// lock serialises work between processes until the returned function is called.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	l := flock.New(path)
	if _, err := l.TryLockContext(ctx, 200*time.Millisecond); err != nil {
		return nil, fmt.Errorf("wait for another mlhook that prepares the same environment: %w", err)
	}
	return func() { l.Close() }, nil
}
