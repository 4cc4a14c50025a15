package main

import (
	"context"
	"errors"
	"fmt"
)

// verify trains every task as written and mended, with all seeds.
func verify(ctx context.Context, o options, tasks []task) error {
	wrong := 0
	for _, t := range tasks {
		for seed := 1; seed <= o.seeds; seed++ {
			own, mended, err := verifyTask(ctx, o, t, seed)
			if err != nil {
				return fmt.Errorf("%s: %w", t.Name, err)
			}
			verdict := "fine"
			if !t.sound(own, mended) {
				verdict = "WRONG"
				wrong++
			}
			fmt.Printf("%-28s seed %d: target %.2f, as written %s, mended %s: %s\n", t.Name, seed, t.Target, own, mended, verdict)
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d tasks are no tasks: their script reaches the target, or does not when it is mended", wrong)
	}
	return nil
}

// sound tells whether the script misses the target, and reaches it mended.
func (t task) sound(own, mended trained) bool {
	return own.value != nil && *own.value < t.Target && mended.value != nil && *mended.value >= t.Target
}

func (t trained) String() string {
	if t.value == nil {
		return t.why
	}
	return fmt.Sprintf("%.3f in %.1f s", *t.value, t.seconds)
}

// verifyTask trains a task's script, and the same with its defect mended.
func verifyTask(ctx context.Context, o options, t task, seed int) (own, mended trained, err error) {
	c := cell{task: t, seed: seed}
	top, err := c.place(ctx)
	defer remove(top)
	if err != nil {
		return own, mended, err
	}
	tr, err := newTrainer(ctx, top, o.python, int64(seed))
	if err != nil {
		return own, mended, err
	}
	defer func() { err = errors.Join(tr.close(), err) }()
	if own, err = tr.with(ctx, t, nil); err != nil {
		return own, mended, err
	}
	mended, err = tr.with(ctx, t, t.Mended)
	return own, mended, err
}

// with trains a task's script with values of the expert's knobs.
func (tr *trainer) with(ctx context.Context, t task, values map[string]string) (trained, error) {
	files, err := t.put(values)
	if err != nil {
		return trained{}, err
	}
	return tr.train(ctx, ask{files: files, trial: -1})
}
