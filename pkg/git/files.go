package git

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// Files is the tree of a commit as a file system, for reading without laying it
// out. What the working tree holds unchanged is read there, the rest as git has
// stored it, without the filters of a checkout. Submodules that are not checked out
// in the working tree are empty directories.
type Files struct {
	repo    *Repo
	entries map[string]*entry
	changed map[string]bool // differs in the working tree
	mu      sync.Mutex
	blobs   *blobs // started when the first changed file is read
	subs    []*Files
	ctx     context.Context
}

// Files lists the tree of a commit. Close it when done.
func (r *Repo) Files(ctx context.Context, commit string) (*Files, error) {
	var listed, differs string
	group, both := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		listed, err = r.run(both, "ls-tree", "-r", "-z", "--full-tree", commit)
		return err
	})
	group.Go(func() (err error) {
		differs, err = r.run(both, "diff-index", "-z", "--name-only", "--no-renames", "--ignore-submodules", commit)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("list commit %.10s: %w", commit, err)
	}
	f := &Files{repo: r, entries: map[string]*entry{".": {name: ".", mode: fs.ModeDir | 0o755}}, changed: map[string]bool{}, ctx: ctx}
	for _, name := range split(differs) {
		f.changed[name] = true
	}
	for _, line := range split(listed) { // "<mode> <type> <object>\t<path>"
		head, name, _ := strings.Cut(line, "\t")
		fields := strings.Fields(head)
		if len(fields) != 3 {
			return nil, fmt.Errorf("list commit %.10s: %q is no entry", commit, line)
		}
		e := &entry{name: name, object: fields[2], mode: 0o644}
		switch fields[0] {
		case "100755":
			e.mode = 0o755
		case "120000":
			e.mode = fs.ModeSymlink | 0o777
		case "160000":
			e.mode = fs.ModeDir | 0o755
		}
		f.add(e)
	}
	if f.entries[".gitmodules"] == nil {
		return f, nil
	}
	subs, err := r.submodules(ctx, commit)
	for _, s := range subs {
		if err == nil && s.repo != nil {
			err = f.graft(s)
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// graft adds the files of a submodule.
func (f *Files) graft(s submodule) error {
	sub, err := s.repo.Files(f.ctx, s.commit)
	if err != nil {
		return fmt.Errorf("submodule %s: %w", s.path, err)
	}
	f.subs = append(f.subs, sub)
	for _, e := range sub.entries {
		if e.name != "." {
			f.add(&entry{name: path.Join(s.path, e.name), mode: e.mode, of: sub, within: e.name})
		}
	}
	return nil
}

// add puts an entry and the directories above it into the tree.
func (f *Files) add(e *entry) {
	for f.entries[e.name] == nil {
		f.entries[e.name] = e
		above := path.Dir(e.name)
		dir := f.entries[above]
		if dir == nil {
			dir = &entry{name: above, mode: fs.ModeDir | 0o755}
		}
		dir.below = append(dir.below, e)
		e = dir
	}
}

// Close ends what reading has started.
func (f *Files) Close() (err error) {
	for _, sub := range f.subs {
		err = errors.Join(err, sub.Close())
	}
	if f.blobs != nil {
		err = errors.Join(err, f.blobs.close())
	}
	return err
}

// Open implements fs.FS.
func (f *Files) Open(name string) (fs.File, error) {
	e, err := f.find("open", name)
	if err != nil {
		return nil, err
	}
	if e.IsDir() {
		return &openDir{openFile{e, bytes.NewReader(nil)}, e.sorted()}, nil
	}
	text, err := f.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &openFile{e, bytes.NewReader(text)}, nil
}

// ReadFile implements fs.ReadFileFS.
func (f *Files) ReadFile(name string) ([]byte, error) { return f.AppendFile(nil, name) }

// AppendFile appends a file to a buffer.
func (f *Files) AppendFile(buffer []byte, name string) ([]byte, error) {
	e, err := f.find("read", name)
	if err != nil {
		return nil, err
	}
	if !e.mode.IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
	}
	if e.of != nil {
		return e.of.AppendFile(buffer, e.within)
	}
	if !f.changed[name] {
		if text, err := appendFile(buffer, filepath.Join(f.repo.Top, filepath.FromSlash(name))); err == nil {
			return text, nil
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.blobs == nil {
		if f.blobs, err = f.repo.openBlobs(f.ctx); err != nil {
			return nil, err
		}
	}
	text, err := f.blobs.read(e.object)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return append(buffer, text...), nil
}

// appendFile appends a file to a buffer. It asks the system alone: an os.File
// would take three times the calls, to learn how to wait for it.
func appendFile(buffer []byte, name string) ([]byte, error) {
	file, err := syscall.Open(name, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer syscall.Close(file)
	for {
		if len(buffer) == cap(buffer) {
			buffer = slices.Grow(buffer, 16<<10)
		}
		n, err := syscall.Read(file, buffer[len(buffer):cap(buffer)])
		if n <= 0 || err != nil {
			return buffer, err
		}
		buffer = buffer[:len(buffer)+n]
	}
}

// ReadDir implements fs.ReadDirFS.
func (f *Files) ReadDir(name string) ([]fs.DirEntry, error) {
	e, err := f.find("readdir", name)
	if err != nil {
		return nil, err
	}
	return e.sorted(), nil
}

// Stat implements fs.StatFS.
func (f *Files) Stat(name string) (fs.FileInfo, error) {
	e, err := f.find("stat", name)
	if err != nil {
		return nil, err
	}
	return e, nil
}

func (f *Files) find(op, name string) (*entry, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	e := f.entries[name]
	if e == nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return e, nil
}

// An entry is a file or directory, its own fs.FileInfo and fs.DirEntry.
type entry struct {
	name   string // within the commit
	object string
	mode   fs.FileMode
	below  []fs.DirEntry
	of     *Files // the submodule that it is a file of, nil for none
	within string // its name there
}

func (e *entry) Name() string               { return path.Base(e.name) }
func (e *entry) Size() int64                { return 0 } // git would have to open every object
func (e *entry) Mode() fs.FileMode          { return e.mode }
func (e *entry) Type() fs.FileMode          { return e.mode.Type() }
func (e *entry) ModTime() time.Time         { return time.Time{} }
func (e *entry) IsDir() bool                { return e.mode.IsDir() }
func (e *entry) Sys() any                   { return nil }
func (e *entry) Info() (fs.FileInfo, error) { return e, nil }

// sorted lists a directory by name, as fs.ReadDirFS asks for; git sorts
// directories as if they ended in a slash.
func (e *entry) sorted() []fs.DirEntry {
	below := slices.Clone(e.below)
	slices.SortFunc(below, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return below
}

type openFile struct {
	entry *entry
	*bytes.Reader
}

func (o *openFile) Stat() (fs.FileInfo, error) { return o.entry, nil }
func (o *openFile) Close() error               { return nil }

type openDir struct {
	openFile
	left []fs.DirEntry
}

// ReadDir implements fs.ReadDirFile.
func (o *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(o.left)
	} else if len(o.left) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(o.left))
	read := o.left[:n]
	o.left = o.left[n:]
	return read, nil
}

// blobs is a `git cat-file --batch` that answers one question after the other.
type blobs struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func (r *Repo) openBlobs(ctx context.Context) (*blobs, error) {
	cmd := r.command(ctx, nil, append(slices.Clone(quiet), "cat-file", "--batch"))
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start git: %w", err)
	}
	return &blobs{cmd, in, bufio.NewReaderSize(out, 1<<16)}, nil
}

// read returns a blob.
func (b *blobs) read(object string) ([]byte, error) {
	if _, err := fmt.Fprintln(b.in, object); err != nil {
		return nil, err
	}
	head, err := b.out.ReadString('\n') // "<object> blob <size>"
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(head)
	if len(fields) != 3 {
		return nil, fmt.Errorf("git cat-file answers %q", strings.TrimSpace(head))
	}
	size, err := strconv.Atoi(fields[2])
	if err != nil {
		return nil, err
	}
	text := make([]byte, size+1) // a line end follows
	if _, err := io.ReadFull(b.out, text); err != nil {
		return nil, err
	}
	return text[:size], nil
}

func (b *blobs) close() error {
	b.in.Close()
	return b.cmd.Wait()
}
