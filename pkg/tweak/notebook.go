package tweak

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/mlhook/mlhook/pkg/edit"
	"github.com/mlhook/mlhook/pkg/notebook"
)

// applyToNotebook edits the code of a notebook's cells. Nothing else of the file
// changes, and the code of the result is what editing the code alone gives.
func applyToNotebook(file []byte, changes []change) ([]byte, error) {
	n, err := notebook.Read(file)
	if err != nil {
		return nil, err
	}
	want, err := apply(n.Text, changes)
	if err != nil {
		return nil, err
	}
	edits := make([]edit.Edit, len(changes))
	for i, c := range changes {
		from, to, quoted, err := n.Replace(c.place.Start, c.place.End, c.text)
		if err != nil {
			return nil, fmt.Errorf("the tweak of %s is refused: %w", c.tunable.ID, err)
		}
		edits[i] = edit.Edit{Start: from, End: to, New: quoted}
	}
	out, err := edit.Apply(file, edits...)
	if err != nil {
		return nil, err
	}
	got, err := notebook.Read(out)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(got.Text, want) {
		return nil, errors.New("the tweak is refused: it would change other code of the notebook as well")
	}
	return out, nil
}
