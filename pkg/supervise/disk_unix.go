//go:build unix

package supervise

import "golang.org/x/sys/unix"

// free is how much an ordinary user may still write on the disk of a
// directory, in bytes.
func free(dir string) (uint64, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return 0, err
	}
	return uint64(fs.Bavail) * uint64(fs.Bsize), nil
}
