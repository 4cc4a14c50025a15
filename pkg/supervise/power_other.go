//go:build unix && !linux && !darwin

package supervise

// onBattery is not known here.
func onBattery() bool { return false }
