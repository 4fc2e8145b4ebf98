package app

import (
	"os"
	"path/filepath"

	"lianxin/internal/base/fault"
)

// folderLock is held by the one server of a data folder. The operating system
// frees it when the process ends, however it ends.
type folderLock struct{ f *os.File }

func lockFolder(file string) (*folderLock, error) {
	f, err := os.OpenFile(filepath.Clean(file), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		_ = f.Close()
		return nil, fault.Wrap(err, fault.Conflict, "app.in_use", "folder", filepath.Dir(file))
	}
	return &folderLock{f}, nil
}

func (l *folderLock) close() error { return l.f.Close() }

// Free reports whether no server works in a data folder, for verbs that must
// not run beside one.
func Free(data string) error {
	if _, err := os.Stat(data); err != nil {
		return nil // nothing there yet
	}
	l, err := lockFolder(filepath.Join(data, "lianxin.lock"))
	if err != nil {
		return err
	}
	return l.close()
}
