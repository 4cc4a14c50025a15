package supervise

import "golang.org/x/sys/windows"

// free is how much this user may still write on the disk of a directory, in bytes.
func free(dir string) (uint64, error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var available uint64
	return available, windows.GetDiskFreeSpaceEx(name, &available, nil, nil)
}
