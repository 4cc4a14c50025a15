package supervise

import (
	"os"
	"path/filepath"
	"strings"
)

// onBattery tells whether the machine is off the mains.
func onBattery() bool { return discharging("/sys/class/power_supply") }

// discharging reads the kernel's power supplies: mains or USB power that is
// online feeds the machine; without any, a battery of the system that is
// discharging does.
func discharging(dir string) bool {
	supplies, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	battery := false
	for _, supply := range supplies {
		read := func(name string) string {
			text, _ := os.ReadFile(filepath.Join(dir, supply.Name(), name)) // absent means no
			return strings.TrimSpace(string(text))
		}
		switch read("type") {
		case "Mains", "USB":
			if read("online") == "1" {
				return false
			}
		case "Battery":
			// A mouse has a battery too; its scope is Device.
			battery = battery || read("scope") != "Device" && read("status") == "Discharging"
		}
	}
	return battery
}
