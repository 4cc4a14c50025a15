package tweak

import (
	"bytes"
	"errors"

	"github.com/mlhook/mlhook/pkg/edit"
	"github.com/mlhook/mlhook/pkg/notebook"
)

// applyToNotebook edits the code of a notebook's cells. Nothing else of the file
// changes: after each tunable its code is what editing the code alone gives.
func applyToNotebook(file []byte, steps []step) ([]byte, error) {
	n, err := notebook.Read(file)
	if err != nil {
		return nil, err
	}
	_, err = apply(n.Text, steps, func(edits []edit.Edit, text []byte) error {
		file, n, err = editCells(file, n, edits)
		if err == nil && !bytes.Equal(n.Text, text) {
			err = errors.New("it would change other code of the notebook as well")
		}
		return err
	})
	return file, err
}

// editCells makes edits of a notebook's code in its file.
func editCells(file []byte, n *notebook.Notebook, edits []edit.Edit) ([]byte, *notebook.Notebook, error) {
	inFile := make([]edit.Edit, len(edits))
	for i, e := range edits {
		from, to, quoted, err := n.Replace(e.Start, e.End, e.New)
		if err != nil {
			return nil, nil, err
		}
		inFile[i] = edit.Edit{Start: from, End: to, New: quoted}
	}
	out, err := edit.Apply(file, inFile...)
	if err != nil {
		return nil, nil, err
	}
	n, err = notebook.Read(out)
	return out, n, err
}
