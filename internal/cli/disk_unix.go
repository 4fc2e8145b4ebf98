//go:build unix

package cli

import "golang.org/x/sys/unix"

// diskFree is the number of bytes a folder's disk has left for us.
func diskFree(folder string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil // #nosec G115 -- sizes of disks are not negative
}
