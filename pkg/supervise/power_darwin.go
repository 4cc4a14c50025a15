package supervise

import (
	"os/exec"
	"strings"
)

// onBattery tells whether the machine is off the mains.
func onBattery() bool {
	out, err := exec.Command("pmset", "-g", "batt").Output()
	return err == nil && strings.Contains(string(out), "'Battery Power'")
}
