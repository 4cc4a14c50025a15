package supervise

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

var powerStatus = windows.NewLazySystemDLL("kernel32.dll").NewProc("GetSystemPowerStatus")

// onBattery tells whether the machine is off the mains.
func onBattery() bool {
	var status struct {
		ACLine, Battery, Percent, Saver uint8
		Life, FullLife                  uint32
	}
	ok, _, _ := powerStatus.Call(uintptr(unsafe.Pointer(&status)))
	return ok != 0 && status.ACLine == 0
}
