package main

import (
	"go/build"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// layers of the program; imports go from a higher to a lower one only.
var layers = map[string]int{
	"pkg/plain": -1,
	"pkg/run":   0, "pkg/boot": 0, "pkg/agent": 0, "pkg/pysrc": 0, "pkg/notebook": 0, "pkg/edit": 0, "pkg/search": 0, "pkg/search/bench/ert": 0, "pkg/search/bench": 1, "pkg/metric": 0, "hooks": 0, "templates": 0,
	"pkg/project": 1, "pkg/git": 1, "pkg/engine": 1, "pkg/store": 1, "pkg/notify": 1, "pkg/config": 1,
	"pkg/space": 2, "pkg/requirements": 2,
	"pkg/inspect": 3,
	"pkg/image":   4, "pkg/tweak": 4, "pkg/report": 4,
	"pkg/loop": 5, "pkg/supervise": 6, "pkg/search/bench/real": 7, "cmd/mlhook": 7,
}

func TestLayers(t *testing.T) {
	const module = "github.com/mlhook/mlhook/"
	root := filepath.Join("..", "..")
	found := 0
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if d.Name() == "testdata" || (strings.HasPrefix(d.Name(), ".") && path != root) {
			return filepath.SkipDir
		}
		p, err := build.ImportDir(path, 0)
		if err != nil {
			return nil // no Go files here
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		layer, known := layers[filepath.ToSlash(name)]
		if !known {
			t.Errorf("%s is in no layer; add it to the table", name)
		}
		found++
		for _, imported := range p.Imports {
			other, ours := strings.CutPrefix(imported, module)
			if ours && layers[other] >= layer {
				t.Errorf("%s (layer %d) imports %s (layer %d)", name, layer, other, layers[other])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found != len(layers) {
		t.Errorf("%d packages found, %d in the table", found, len(layers))
	}
}
