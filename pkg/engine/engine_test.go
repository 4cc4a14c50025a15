package engine

import "testing"

// What pip says of a requirement is found among its last lines.
func TestRequirement(t *testing.T) {
	const install = "RUN python3 -m pip install -r requirements.txt"
	for name, c := range map[string]struct{ step, tail, want string }{
		"no such version": {install, "ERROR: Could not find a version that satisfies the requirement a==9 (from versions: 1, 2)\nERROR: No matching distribution found for a==9\nThe command returned 1",
			"No matching distribution found for a==9"},
		"conflict": {install, "ERROR: Cannot install a and b==1 because these package versions have conflicting dependencies.\nThe conflict is caused by:\nERROR: ResolutionImpossible: for help visit",
			"Cannot install a and b==1 because these package versions have conflicting dependencies."},
		"line": {install, "ERROR: Invalid requirement: 'a=1': Expected end\n    a=1", "Invalid requirement: 'a=1': Expected end"},
		"no network": {install, "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError': /simple/a/\nERROR: No matching distribution found for a",
			""},
		"another step": {"RUN make", "ERROR: no rule", ""},
	} {
		if got := (&BuildError{Step: c.step, Tail: c.tail}).Requirement(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
