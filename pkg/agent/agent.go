package agent

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/mlhook/mlhook/pkg/plain"
)

//go:embed all:python
var python embed.FS

// Extract writes the Python files below dir, once for each version of them, and
// returns the directory to hand to the interpreter:
//
//	python3 -B <returned> --requests DIR --trials DIR --state DIR --preload sklearn,numpy
func Extract(dir string) (string, error) {
	files, sum, err := sources()
	if err != nil {
		return "", err
	}
	final := filepath.Join(dir, sum)
	if _, err := os.Stat(final); err == nil {
		return final, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("extract the agent: %w", err)
	}
	tmp, err := os.MkdirTemp(dir, ".tmp-")
	if err != nil {
		return "", fmt.Errorf("extract the agent: %w", err)
	}
	defer os.RemoveAll(tmp) // gone after the rename
	for name, text := range files {
		path := filepath.Join(tmp, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", fmt.Errorf("extract the agent: %w", err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return "", fmt.Errorf("extract the agent: %w", err)
		}
	}
	if err := os.Chmod(tmp, 0o755); err != nil {
		return "", fmt.Errorf("extract the agent: %w", err)
	}
	if err := os.Rename(tmp, final); err != nil {
		if _, there := os.Stat(final); there != nil { // not: another process was faster
			return "", fmt.Errorf("extract the agent: %w", err)
		}
	}
	return final, nil
}

// sources returns the embedded files by path and a hash of them all.
func sources() (map[string][]byte, string, error) {
	files := map[string][]byte{}
	h := sha256.New()
	err := fs.WalkDir(python, "python", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".py") {
			return err
		}
		text, err := python.ReadFile(name)
		if err != nil {
			return err
		}
		files[strings.TrimPrefix(name, "python/")] = text
		fmt.Fprintf(h, "%s %d\n%s", name, len(text), text)
		return nil
	})
	return files, hex.EncodeToString(h.Sum(nil))[:16], err
}

// WriteRequest puts a request into dir, whole or not at all. One that is there
// already stays as it is. It does not wait for the disk: the agent that is to read
// it ends with the machine, and the next one has a directory of its own.
func WriteRequest(dir string, r Request) error {
	path := filepath.Join(dir, r.Name())
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".tmp-*")
	if err != nil {
		return fmt.Errorf("write request %s: %w", r.Name(), err)
	}
	defer os.Remove(f.Name()) // gone after the rename
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write request %s: %w", r.Name(), err)
	}
	return nil
}

const (
	maxLine = 1 << 20 // a longer line is no event
	maxRead = 8 << 20 // bytes looked at in one call
)

// Events are all events of a file that nobody writes any more, or that there are
// so far; an error is the last.
func Events(r io.ReaderAt) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for offset := int64(0); ; {
			events, next, err := ReadEvents(r, offset)
			for _, e := range events {
				if !yield(e, nil) {
					return
				}
			}
			if err != nil {
				yield(Event{}, err)
				return
			}
			if next == offset {
				return
			}
			offset = next
		}
	}
}

// ReadEvents returns the events behind offset and the offset after the last
// whole line. A torn last line is not an event yet. The file is written by the
// user's process: a line that is no event becomes a warning that says where.
func ReadEvents(r io.ReaderAt, offset int64) ([]Event, int64, error) {
	data, err := io.ReadAll(io.NewSectionReader(r, offset, maxRead))
	if err != nil {
		return nil, offset, fmt.Errorf("read events: %w", err)
	}
	end := bytes.LastIndexByte(data, '\n') + 1
	if end == 0 && len(data) == maxRead {
		end = maxRead // no line is that long; do not look at it for ever
	}
	var events []Event
	for at := 0; at < end; {
		line := data[at:end]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i]
		}
		if len(line) > 0 {
			events = append(events, decode(line, offset+int64(at)))
		}
		at += len(line) + 1
	}
	return events, offset + int64(end), nil
}

// clean makes safe to show what the user's process wrote. Path stays as it is,
// since it leads to a file.
func (e *Event) clean() {
	for _, text := range []*string{&e.Python, &e.Source, &e.Model, &e.Name, &e.Split, &e.Level, &e.Format, &e.Text, &e.Error, &e.File} {
		*text = plain.Text(*text)
	}
	for i := range e.Layers {
		e.Layers[i] = plain.Text(e.Layers[i])
	}
	e.Frameworks, e.Values = cleaned(e.Frameworks), cleaned(e.Values)
	for name, version := range e.Frameworks {
		e.Frameworks[name] = plain.Text(version)
	}
}

// cleaned is a map with names that are safe to show.
func cleaned[V any](all map[string]V) map[string]V {
	for name, value := range all {
		if safe := plain.Text(name); safe != name {
			delete(all, name)
			all[safe] = value
		}
	}
	return all
}

// decode reads one line, which begins at offset.
func decode(line []byte, offset int64) Event {
	var e Event
	why := "longer than 1 MiB"
	if len(line) <= maxLine {
		err := json.Unmarshal(line, &e)
		switch {
		case err != nil:
			why = err.Error()
		case e.V != Version:
			why = fmt.Sprintf("protocol version %d", e.V)
		default:
			e.clean()
			return e
		}
	}
	return Event{V: Version, Seq: -1, Type: EventWarning, Text: fmt.Sprintf("unreadable event at byte %d: %s", offset, why)}
}
