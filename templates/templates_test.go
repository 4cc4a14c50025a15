package templates

import (
	"regexp"
	"strings"
	"testing"
)

func TestFamilies(t *testing.T) {
	line := regexp.MustCompile(`^[a-z][a-z-]*( ; platform_machine .+)?$`)
	for _, family := range []string{"keras", "torch", "boosting", "sklearn", "jax", "python"} {
		lines, ok := Framework(family)
		if !ok || len(lines) == 0 {
			t.Errorf("no requirements for %s", family)
		}
		for _, l := range lines {
			if !line.MatchString(l) {
				t.Errorf("%s: %q is no unpinned requirement", family, l)
			}
		}
	}
	if _, ok := Framework("cobol"); ok {
		t.Error("a family that is not there was found")
	}
}

// TestOrder holds the order that lets programs share layers: what changes
// seldom comes first.
func TestOrder(t *testing.T) {
	text, last := string(Dockerfile()), -1
	for _, part := range []string{"FROM ${BASE_IMAGE}", "-m venv", "COPY certificates.pem", "COPY framework.txt", "COPY requirements.txt"} {
		at := strings.Index(text, part)
		if at <= last {
			t.Errorf("%q is missing or out of order", part)
		}
		last = at
	}
}
