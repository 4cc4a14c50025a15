package git_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// The file system of a commit holds what a checkout of it would, whatever the
// working tree looks like meanwhile; only the filters of what differs are left
// out.
func TestFilesAreThoseOfACheckout(t *testing.T) {
	r, _ := repository(t)
	ctx := context.Background()
	sh(t, r.Top, `mkdir -p a/b a.d; echo 1 >a/b/one.py; echo 2 >a.d/two.py; printf 'x\r\n' >dos.txt; ln -s train.py link.py
		echo '*.txt text eol=crlf' >.gitattributes; echo 'ä' >'ö ü.py'; git add .; git commit -qm second`)
	first, err := r.Resolve(ctx, "HEAD~1")
	if err != nil {
		t.Fatal(err)
	}
	second, err := r.Resolve(ctx, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	// Edited in place with the same size, removed, replaced, added.
	sh(t, r.Top, `printf 'lr = 9\n' >train.py; rm a/b/one.py; echo changed >dos.txt; git add dos.txt; echo new >untracked.py`)
	for _, commit := range []string{second, first} {
		files, err := r.Files(ctx, commit)
		if err != nil {
			t.Fatal(err)
		}
		want := filepath.Join(t.TempDir(), "checkout")
		if err := r.Checkout(ctx, commit, want); err != nil {
			t.Fatal(err)
		}
		var names []string
		err = filepath.WalkDir(want, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			name, err := filepath.Rel(want, path)
			if err != nil {
				return err
			}
			names = append(names, filepath.ToSlash(name))
			if d.Type()&fs.ModeSymlink != 0 {
				if info, err := fs.Stat(files, name); err != nil || info.Mode()&fs.ModeSymlink == 0 {
					t.Errorf("%s: %v, %v", name, info, err)
				}
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if name == "dos.txt" {
				text = bytes.ReplaceAll(text, []byte("\r"), nil)
			}
			if got, err := fs.ReadFile(files, filepath.ToSlash(name)); err != nil || string(got) != string(text) {
				t.Errorf("%.7s %s: %q, want %q, %v", commit, name, got, text, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				seen++
			}
			return err
		})
		if err != nil || seen != len(names) {
			t.Errorf("%d files, want %d (%v), %v", seen, len(names), names, err)
		}
		if _, err := fs.ReadFile(files, "untracked.py"); err == nil {
			t.Error("an untracked file is part of the commit")
		}
		both := []byte("before ")
		for _, name := range []string{"train.py", ".gitignore"} { // changed, unchanged
			text, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := files.AppendFile(both, name); err != nil || string(got) != "before "+string(text) {
				t.Errorf("%.7s %s: %q appended, %v", commit, name, got, err)
			}
		}
		if err := files.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestFilesIsAFileSystem(t *testing.T) {
	r, head := repository(t)
	files, err := r.Files(context.Background(), head)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	if err := fstest.TestFS(files, "train.py", ".gitignore"); err != nil {
		t.Error(err)
	}
}

func TestReadFiles(t *testing.T) {
	r, first := repository(t)
	ctx := context.Background()
	sh(t, r.Top, `mkdir -p a/dir; : >empty; echo x >a/b; echo y >a/dir/c; git add .; git commit -qm second; echo changed >a/b`)
	for commit, want := range map[string]map[string]string{
		first:  {"train.py": "lr = 1\n"},
		"HEAD": {"train.py": "lr = 1\n", "empty": "", "a/b": "x\n"},
	} {
		texts, err := r.ReadFiles(ctx, commit, "a/b", "train.py", "none", "empty")
		if err != nil || len(texts) != len(want) {
			t.Errorf("%s: %q, %v", commit, texts, err)
		}
		for name, text := range want {
			if got := texts[name]; got == nil || string(got) != text {
				t.Errorf("%s: %s is %q", commit, name, got)
			}
		}
	}
	if texts, err := r.ReadFiles(ctx, "HEAD", "a/dir"); err == nil {
		t.Errorf("a directory: %q, %v", texts, err)
	}
	sh(t, r.Top, `blob=$(git rev-parse HEAD:a/b | sed 's|^..|&/|'); chmod +w .git/objects/$blob; echo damaged >.git/objects/$blob`)
	if texts, err := r.ReadFiles(ctx, "HEAD", "a/b"); err == nil {
		t.Errorf("a damaged file: %q, %v", texts, err)
	}
}
