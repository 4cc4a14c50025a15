package run

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The JSON of a run is an interface: names, nulls and types stay.
func TestJSON(t *testing.T) {
	at := time.Date(2026, 11, 24, 1, 2, 3, 0, time.UTC)
	why, best, value := "killed", 1, 0.93
	d := Detail{
		Run: Run{Schema: Schema, ID: "3-ab", Number: 3, Commit: "c0", Branch: "main", Trigger: ByCommit, Queued: at, Started: &at, State: Training,
			Stage: StageTrain, Target: 0.8, Metric: &Metric{Name: "accuracy", Value: 0.93, Split: Test, Samples: 450, Source: "s"},
			Confirmed: &Confirmed{0.92, 0.01, 3}, Push: PushDone, Engine: "docker", Image: &Image{"keras", "sha256:1"}, Best: &best, TrialsDone: 1},
		Trials: []Trial{{N: 0, State: Done, Value: &value, Start: Cold, Seconds: 3.1, Attempts: []Attempt{{N: 1}, {N: 2, Why: &why}},
			Tweak: []Change{{Tunable: "t", File: "train.py", Line: 9, From: "0.0001", To: "0.001", Why: "because"}}}},
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"schema":1,"id":"3-ab","run":3,"commit":"c0","branch":"main","trigger":"commit","queued":"2026-11-24T01:02:03Z",` +
		`"started":"2026-11-24T01:02:03Z","ended":null,"state":"training","stage":"train","verdict":null,"cause":null,"reason":"","reached_by":null,` +
		`"target":0.8,"metric":{"name":"accuracy","value":0.93,"split":"test","samples":450,"source":"s"},"confirmed":{"mean":0.92,"sd":0.01,"n":3},` +
		`"push":"done","engine":"docker","image":{"family":"keras","id":"sha256:1"},"best":1,"trials_done":1,` +
		`"trials":[{"n":0,"state":"done","value":0.93,"metric":null,"parent":null,"start":"cold","seed":0,"why":"","seconds":3.1,` +
		`"attempts":[{"n":1,"from_epoch":0,"why":null},{"n":2,"from_epoch":0,"why":"killed"}],` +
		`"tweak":[{"tunable":"t","file":"train.py","line":9,"from":"0.0001","to":"0.001","why":"because"}]}]}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Fatal(diff)
	}
	var back Detail
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, back); diff != "" {
		t.Fatal(diff)
	}
}

func TestLawful(t *testing.T) {
	if Lawful(Queued, Training) != nil || Lawful(Waiting, Training) != nil {
		t.Error("a lawful transition is refused")
	}
	if Lawful(Done, Training) == nil || Lawful(Training, Queued) == nil {
		t.Error("an unlawful transition passes")
	}
}
