package agent_test

import (
	"os/exec"
	"testing"
	"time"

	"github.com/mlhook/mlhook/pkg/agent"
)

// BenchmarkTrial measures what a trial costs beyond its script: from the request
// to the exit event of a script that only imports scikit-learn. cold/trial says
// how many times as long a new interpreter takes for the same import.
func BenchmarkTrial(b *testing.B) {
	needs(b, "sklearn")
	const script = "import sklearn.ensemble, sklearn.metrics, sklearn.model_selection\n"
	s := start(b, "sklearn,numpy")
	trial := 0
	var forked time.Duration
	for b.Loop() {
		began := time.Now()
		s.run(agent.Request{Trial: trial}, script)
		forked += time.Since(began)
		trial++
	}
	const colds = 5
	began := time.Now()
	for range colds {
		if err := exec.Command(interpreter(b), "-c", script).Run(); err != nil {
			b.Fatal(err)
		}
	}
	cold := time.Since(began) / colds
	b.ReportMetric(float64(cold)/(float64(forked)/float64(trial)), "cold/trial")
}
