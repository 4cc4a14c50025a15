package space

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// signatures prints, for each owner on stdin, its parameters, or that its
// framework is missing.
const signatures = `
import importlib, inspect, json, sys

HOMES = {"keras.preprocessing.image": "keras.src.legacy.preprocessing.image", "keras.Model": "keras.models.Model"}

def find(owner):
    parts = owner.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        home = ".".join(parts[:cut])
        try:
            found = importlib.import_module(HOMES.get(home, home))
        except ImportError:
            continue
        for name in parts[cut:]:
            found = getattr(found, name)
        return found
    raise ModuleNotFoundError(owner)

for owner in sys.stdin.read().split():
    try:
        importlib.import_module(owner.split(".")[0])
    except ImportError as error:
        print(json.dumps({"owner": owner, "missing": str(error)}))
        continue
    try:
        taken = inspect.signature(find(owner)).parameters.values()
    except Exception as error:
        print(json.dumps({"owner": owner, "error": repr(error)}))
        continue
    taken = [p for p in taken if p.name != "self"]
    print(json.dumps({"owner": owner, "open": any(p.kind == p.VAR_KEYWORD for p in taken), "parameters": [
        {"name": p.name, "keyword": p.kind == p.KEYWORD_ONLY, "default": "" if p.default is p.empty else repr(p.default)}
        for p in taken if p.kind != p.VAR_KEYWORD]}))
`

type signature struct {
	Owner, Missing, Error string
	Open                  bool
	Parameters            []struct {
		Name, Default string
		Keyword       bool
	}
}

// TestSignatures compares the tables with the frameworks as they are installed:
// every argument exists, at its position, with its default.
func TestSignatures(t *testing.T) {
	python := os.Getenv("MLHOOK_TEST_PYTHON")
	if python == "" {
		python = "python3"
	}
	current := merged(kerasCalls, torchCalls, sklearnCalls, boostingCalls)
	// TensorFlow has a process of its own: Triton, which Lightning brings, registers
	// the same options of LLVM, and a process with both aborts.
	groups := map[bool][]string{}
	for _, owner := range slices.Sorted(maps.Keys(current)) {
		framework, _, _ := strings.Cut(owner, ".")
		onTensorFlow := framework == "keras" || framework == "tensorflow"
		groups[onTensorFlow] = append(groups[onTensorFlow], owner)
	}
	var out []byte
	for _, owners := range groups {
		cmd := exec.Command(python, "-W", "ignore", "-c", signatures)
		cmd.Env = append(os.Environ(), "TF_CPP_MIN_LOG_LEVEL=3", "CUDA_VISIBLE_DEVICES=", "PYTHONDONTWRITEBYTECODE=1")
		cmd.Stdin = strings.NewReader(strings.Join(owners, "\n"))
		lines, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v: %v", python, owners, err)
		}
		out = append(out, lines...)
	}
	checked := 0
	missing := map[string]bool{}
	for _, line := range bytes.Split(bytes.TrimSpace(out), []byte("\n")) {
		var s signature
		if err := json.Unmarshal(line, &s); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		switch {
		case s.Missing != "":
			missing[s.Missing] = true
			continue
		case s.Error != "":
			t.Errorf("%s: %s", s.Owner, s.Error)
		}
		for _, a := range current[s.Owner] {
			checked++
			if problem := s.differs(a); problem != "" {
				t.Errorf("%s: %s %s", s.Owner, a.name, problem)
			}
		}
	}
	t.Logf("%d arguments checked, missing: %v", checked, slices.Sorted(maps.Keys(missing)))
	for _, framework := range []string{"keras", "torch", "sklearn", "xgboost", "lightgbm"} {
		if name := "No module named '" + framework + "'"; missing[name] && os.Getenv("MLHOOK_TEST_REQUIRE") != "" {
			t.Error(name)
		}
	}
	if checked == 0 {
		t.Skipf("%s has none of the frameworks; name an interpreter that has some in MLHOOK_TEST_PYTHON", python)
	}
}

// differs says how an argument of a table is another than that of a framework.
func (s signature) differs(a arg) string {
	for i, p := range s.Parameters {
		if p.Name != a.name {
			continue
		}
		value, number := literal(p.Default)
		listed, same := literal(a.fallback)
		switch {
		case a.pos >= 0 && (p.Keyword || i != a.pos):
			return "is at another position"
		case a.fallback == "", p.Default == "None" && s.derived():
			return ""
		case number && same && value != listed, number != same, !number && p.Default != a.fallback:
			return "has the default " + p.Default + ", not " + a.fallback
		}
		return ""
	}
	if s.Open && (a.fallback == "" || s.derived()) {
		return "" // one of **kwargs
	}
	return "is no argument"
}

// derived tells whether None stands for a default that is kept elsewhere.
func (s signature) derived() bool {
	return strings.HasPrefix(s.Owner, "xgboost.XGB") || strings.HasPrefix(s.Owner, "catboost.") || strings.HasPrefix(s.Owner, "skorch.")
}
