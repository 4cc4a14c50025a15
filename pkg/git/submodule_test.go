package git_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestSubmodules holds that a submodule is laid out and read at the commit that its
// commit holds, whatever is checked out, and that nothing is taken for one.
func TestSubmodules(t *testing.T) {
	t.Setenv("GIT_ALLOW_PROTOCOL", "file")
	r, _ := repository(t)
	inner, _ := repository(t)
	outer, _ := repository(t)
	sh(t, outer.Top, `git submodule --quiet add "`+inner.Top+`" deep/inner; echo 1 >own.py; git add .; git commit -qm outer`)
	sh(t, r.Top, `git submodule --quiet add "`+outer.Top+`" ext/outer; git submodule --quiet update --init --recursive; git commit -qm ext`)
	head, _, err := r.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sh(t, r.Top, "cd ext/outer; echo 2 >own.py; git -c user.name=U -c user.email=u@x commit -qam newer; cd deep/inner; echo changed >train.py")
	holds := func(name, want string) {
		t.Helper()
		files, err := r.Files(t.Context(), head)
		if err != nil {
			t.Fatal(err)
		}
		defer files.Close()
		text, err := fs.ReadFile(files, name)
		if (err == nil) != (want != "") || string(text) != want {
			t.Errorf("read %s: %q, %v, want %q", name, text, err, want)
		}
		dir := filepath.Join(t.TempDir(), "tree")
		if err := r.Checkout(t.Context(), head, dir); err != nil {
			t.Fatal(err)
		}
		text, err = os.ReadFile(filepath.Join(dir, name))
		if (err == nil) != (want != "") || string(text) != want {
			t.Errorf("laid out %s: %q, %v, want %q", name, text, err, want)
		}
	}
	holds("ext/outer/own.py", "1\n")
	holds("ext/outer/deep/inner/train.py", "lr = 1\n")
	present, absent, err := r.Submodules(t.Context(), head)
	if err != nil || len(present) != 1 || present[0] != "ext/outer" || len(absent) != 0 {
		t.Errorf("%q and not %q, %v", present, absent, err)
	}
	// A bare repository at its place is no submodule: its settings may be a stranger's.
	sh(t, r.Top, `rm -rf ext/outer; git clone -q --bare "`+outer.Top+`" ext/outer`)
	holds("ext/outer/own.py", "")
	sh(t, r.Top, `rm -rf ext/outer; ln -s "`+outer.Top+`" ext/outer`)
	holds("ext/outer/own.py", "")
	if present, absent, err := r.Submodules(t.Context(), head); err != nil || len(present) != 0 || len(absent) != 1 {
		t.Errorf("%q and not %q, %v", present, absent, err)
	}
}
