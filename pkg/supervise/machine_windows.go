package supervise

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// free is how much this user may still write on the disk of a directory, in bytes.
func free(dir string) (uint64, error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var available uint64
	return available, windows.GetDiskFreeSpaceEx(name, &available, nil, nil)
}

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
