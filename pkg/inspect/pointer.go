package inspect

import (
	"io/fs"
	"strings"
)

// lfs is how a file begins that stands for one of Git LFS until that is fetched,
// and lfsSize what it is smaller than.
const (
	lfs     = "version https://git-lfs.github.com/spec/"
	lfsSize = 1024
)

// unfetched describes data whose files are pointers of Git LFS.
const unfetched = "a Git LFS pointer and not the data: run `git lfs install` and `git lfs pull`, then `mlhook run`"

// enough is how many files of a directory are looked at.
const enough = 8

// isPointer tells whether a file of the commit, or the first ones of a directory,
// are pointers of Git LFS.
func isPointer(files fs.FS, name string) bool {
	looked, pointers := 0, 0
	fs.WalkDir(files, name, func(name string, d fs.DirEntry, err error) error {
		if err != nil || looked == enough {
			return fs.SkipAll
		}
		if !d.Type().IsRegular() {
			return nil
		}
		looked++
		info, err := d.Info()
		if err != nil || info.Size() >= lfsSize {
			return nil
		}
		if text, err := fs.ReadFile(files, name); err == nil && strings.HasPrefix(string(text), lfs) {
			pointers++
		}
		return nil
	})
	return looked > 0 && pointers == looked
}
