package agent

import (
	"archive/zip"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Manifest says what a checkpoint consists of. It is the last file written,
// so a checkpoint without one is none: a line of JSON and one with its sha256.
type Manifest struct {
	V     int    `json:"v"`
	Epoch int    `json:"epoch"` // finished ones
	Level string `json:"level"`
	Files map[string]struct {
		Size   int64  `json:"size"`
		SHA256 string `json:"sha256"`
	} `json:"files"`
	Script   string            `json:"script"`   // hash of the program's files
	Versions map[string]string `json:"versions"` // of Python and the frameworks
}

// A Checkpoint is a state of a trial's training.
type Checkpoint struct {
	Name string
	Manifest
}

const (
	manifestName  = "MANIFEST.json"
	maxManifest   = 1 << 20
	maxCheckpoint = 64 << 30 // bytes in one file
)

var checkpointName = regexp.MustCompile(`^([0-9]{1,9})-([0-9]{1,9})-([0-9]{1,9})$`)

// CheckpointDir is where the checkpoints of a trial lie, below the trials'
// directory.
func CheckpointDir(trial int) string { return filepath.Join(strconv.Itoa(trial), "checkpoints") }

// Checkpoints lists the names of what lies in dir, newest first. Nothing is
// verified.
func Checkpoints(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list checkpoints: %w", err)
	}
	var names []string
	for _, e := range entries {
		if checkpointName.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { return slices.CompareFunc(age(b), age(a), cmp.Compare[int]) })
	return names, nil
}

// age orders checkpoints: the attempt that wrote one, and its number within it.
func age(name string) []int {
	m := checkpointName.FindStringSubmatch(name)
	attempt, _ := strconv.Atoi(m[2]) // digits, by the pattern
	k, _ := strconv.Atoi(m[3])
	return []int{attempt, k}
}

// Newest returns the newest valid checkpoint in dir, nil when there is none. A
// bad one is set aside by renaming, so that it is looked at once, and said.
func Newest(dir string, say func(text string)) (*Checkpoint, error) {
	names, err := Checkpoints(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		c, err := Verify(dir, name)
		if err == nil {
			return &c, nil
		}
		say(fmt.Sprintf("checkpoint %s is set aside: %v", name, err))
		if err := SetAside(dir, name); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// Inherit gives a verified checkpoint of one trial to another that has none;
// trials is the directory of all. The files are the same, as nothing changes
// them. It returns how the other trial knows the checkpoint.
func Inherit(trials string, from, to int, c Checkpoint) (Checkpoint, error) {
	root, err := os.OpenRoot(trials)
	if err != nil {
		return c, err
	}
	defer root.Close()
	source := filepath.Join(CheckpointDir(from), c.Name)
	c.Name = fmt.Sprintf("%d-%s", c.Epoch, inherited)
	target := filepath.Join(CheckpointDir(to), c.Name)
	temporary := filepath.Join(CheckpointDir(to), ".tmp-"+c.Name)
	err = errors.Join(root.RemoveAll(temporary), root.MkdirAll(temporary, 0o755))
	for _, file := range append(slices.Collect(maps.Keys(c.Files)), manifestName) {
		err = errors.Join(err, root.Link(filepath.Join(source, file), filepath.Join(temporary, file)))
	}
	if err == nil {
		err = root.Rename(temporary, target)
	}
	if err != nil {
		return c, fmt.Errorf("take over checkpoint %s: %w", source, err)
	}
	return c, nil
}

// inherited ends the name of a checkpoint that no attempt of the trial wrote.
const inherited = "0-0"

// Inherited tells whether another trial wrote the checkpoint.
func (c Checkpoint) Inherited() bool { return strings.HasSuffix(c.Name, "-"+inherited) }

// SetAside renames a bad checkpoint, which is kept for whoever wants to know.
func SetAside(dir, name string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("set checkpoint %s aside: %w", name, err)
	}
	defer root.Close()
	if err := root.Rename(name, ".bad-"+name); err != nil {
		return fmt.Errorf("set checkpoint %s aside: %w", name, err)
	}
	return nil
}

// Verify reads a checkpoint as hostile input: regular files only, each of the
// size and hash that the manifest says. Nothing is interpreted beyond the
// manifest and, of zip formats, the central directory.
func Verify(dir, name string) (Checkpoint, error) {
	c := Checkpoint{Name: name}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return c, err
	}
	defer root.Close()
	if err := readManifest(root, filepath.Join(name, manifestName), &c.Manifest); err != nil {
		return c, err
	}
	for file, known := range c.Files {
		if file == "" || file != filepath.Base(file) || strings.HasPrefix(file, ".") {
			return c, fmt.Errorf("the manifest names %q, which is no file of a checkpoint", file)
		}
		sum, size, err := hashFile(root, filepath.Join(name, file))
		switch {
		case err != nil:
			return c, err
		case size != known.Size:
			return c, fmt.Errorf("%s has %d bytes instead of %d", file, size, known.Size)
		case sum != known.SHA256:
			return c, fmt.Errorf("%s is not what was written (sha256 %.8s instead of %.8s)", file, sum, known.SHA256)
		}
	}
	return c, nil
}

func readManifest(root *os.Root, name string, m *Manifest) error {
	f, err := openRegular(root, name, maxManifest)
	if err != nil {
		return err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxManifest))
	if err == nil {
		line, sum, _ := bytes.Cut(text, []byte("\n"))
		if string(sum) != fmt.Sprintf("%x\n", sha256.Sum256(line)) {
			return fmt.Errorf("%s is not what was written", manifestName)
		}
		err = json.Unmarshal(line, m)
	}
	switch {
	case err != nil:
		return fmt.Errorf("read %s: %w", manifestName, err)
	case m.V != 1:
		return fmt.Errorf("manifest version %d", m.V)
	case m.Epoch < 0:
		return fmt.Errorf("epoch %d", m.Epoch)
	case len(m.Files) == 0:
		return errors.New("the manifest names no file")
	case m.Level != LevelExact && m.Level != LevelApproximate:
		return fmt.Errorf("level %q", m.Level)
	}
	return nil
}

// hashFile hashes a file and, where its name says that it is a zip archive,
// reads the archive's central directory.
func hashFile(root *os.Root, name string) (sum string, size int64, err error) {
	f, err := openRegular(root, name, maxCheckpoint)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return "", 0, err
	}
	switch filepath.Ext(name) {
	case ".keras", ".npz", ".pt", ".zip":
		if _, err := zip.NewReader(f, size); err != nil {
			return "", 0, fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}
