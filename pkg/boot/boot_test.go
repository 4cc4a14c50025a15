//go:build linux || darwin

package boot

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// The id is the one that the system itself gives, whoever asks.
func TestID(t *testing.T) {
	ask := exec.Command("cat", "/proc/sys/kernel/random/boot_id")
	if runtime.GOOS == "darwin" {
		ask = exec.Command("sysctl", "-n", "kern.bootsessionuuid")
	}
	ask.Stderr = os.Stderr
	out, err := ask.Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.TrimSpace(string(out)); want == "" || ID() != want || strings.ContainsAny(ID(), " \n") {
		t.Errorf("%q, want %q", ID(), want)
	}
}
