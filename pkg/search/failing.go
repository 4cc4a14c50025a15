package search

import "slices"

// How many failed trainings make a value a suspect: one may have failed for
// anything else that it changed. What changes nothing else shows whether it was
// that, and is left alone for longer.
const (
	suspicion = 2
	proof     = 4
)

// soundFirst puts candidates last that have a value with which trainings only
// failed, say a width that memory is too small for.
func soundFirst(p Problem, history []Trial, all []candidate) []candidate {
	var sound, failing []candidate
	for _, c := range all {
		enough := suspicion
		if len(c.values) == 1 {
			enough = proof
		}
		if slices.ContainsFunc(p.Params, func(own Param) bool { return fails(own, own.in(c.values), history) >= enough }) {
			failing = append(failing, c)
		} else {
			sound = append(sound, c)
		}
	}
	return append(sound, failing...)
}

// fails counts the trainings that failed with a parameter's value now, or with
// one between it and the user's own; none where one as far off gave a value.
func fails(own, now Param, history []Trial) (failed int) {
	var nearest Param
	for _, t := range history {
		at := own.in(t.Values)
		if t.State != Failed || !beyond(own, at, now) {
			continue
		}
		if failed == 0 || beyond(own, at, nearest) {
			nearest = at
		}
		if failed++; len(t.Values) == 1 {
			failed = max(failed, proof)
		}
	}
	if slices.ContainsFunc(history, func(t Trial) bool { return t.Score != nil && beyond(own, nearest, own.in(t.Values)) }) {
		return 0
	}
	return failed
}

// beyond tells whether a value is the same as another that is not the user's own,
// or farther off on the same side.
func beyond(own, near, far Param) bool {
	if near.ID == "" || near.same(own) || far.same(own) {
		return false
	}
	o, ok := own.value()
	n, ok2 := near.value()
	f, ok3 := far.value()
	if !ok || !ok2 || !ok3 {
		return near.same(far)
	}
	return n > o && f >= n || n < o && f <= n
}
