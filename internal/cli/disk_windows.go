package cli

import "golang.org/x/sys/windows"

// diskFree is the number of bytes a folder's disk has left for us.
func diskFree(folder string) (uint64, error) {
	p, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, err
	}
	var free uint64
	return free, windows.GetDiskFreeSpaceEx(p, &free, nil, nil)
}
