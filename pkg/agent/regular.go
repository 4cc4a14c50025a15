package agent

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// MaxEvents is the size up to which an event file is read, in bytes.
const MaxEvents = 256 << 20

// OpenRegular opens a regular file below dir, written by the user's process, for
// reading. Symlinks on the way are refused, also those that stay inside; a FIFO
// or device is neither opened in a way that blocks nor returned, nor is a file
// of more than limit bytes.
func OpenRegular(dir, name string, limit int64) (*os.File, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return openRegular(root, name, limit)
}

func openRegular(root *os.Root, name string, limit int64) (*os.File, error) {
	var seen fs.FileInfo
	var err error
	parts := strings.Split(name, string(filepath.Separator))
	for i := range parts {
		if seen, err = root.Lstat(filepath.Join(parts[:i+1]...)); err != nil {
			return nil, err
		}
		if last := i == len(parts)-1; last != seen.Mode().IsRegular() || last == seen.IsDir() {
			return nil, fmt.Errorf("%s is %s, which mlhook does not read", filepath.Join(parts[:i+1]...), kind(seen.Mode()))
		}
	}
	file, err := root.OpenFile(name, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	switch {
	case err != nil:
	case !os.SameFile(info, seen):
		err = fmt.Errorf("%s was replaced while it was opened", name)
	case info.Size() > limit:
		err = fmt.Errorf("%s has %d bytes, more than mlhook reads (%d)", name, info.Size(), limit)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func kind(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a symlink"
	case mode&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case mode&fs.ModeDevice != 0:
		return "a device"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode.IsDir():
		return "a directory"
	}
	return "no directory"
}
