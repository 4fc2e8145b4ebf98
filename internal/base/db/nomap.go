package db

import (
	"sync"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// vfsName is the file layer every SQLite connection here is opened with: the
// library's own, without memory mapping.
//
// Why: in go-sqlite3 0.37 a database with page checksums is announced to SQLite
// as mappable when it is opened, and stops being so once its header has been
// read. When a connection then makes a checkpoint after another connection has
// written (the job library has its own), SQLite asks for the mapping to be
// dropped, and the library follows a nil pointer. Mapping is of no use with
// checksums, since every page must be read and compared anyway, so it is never
// announced. db.TestTwoWritersClose fails without this.
const vfsName = "lianxin"

var registerVFS = sync.OnceFunc(func() { vfs.Register(vfsName, noMap{vfs.Find("")}) })

type noMap struct{ vfs.VFS }

// Open opens a file without mapping.
func (v noMap) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpen(v.VFS, name, flags)
	return hide(f, flags), flags, err
}

// OpenFilename opens a file without mapping.
func (v noMap) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpenFilename(v.VFS, name, flags)
	return hide(f, flags), flags, err
}

func hide(f vfs.File, flags vfs.OpenFlag) vfs.File {
	if f == nil || flags&vfs.OPEN_MAIN_DB == 0 {
		return f
	}
	return noMapFile{f}
}

// noMapFile passes everything on that the operating system's files can do,
// except mapping.
type noMapFile struct{ vfs.File }

// Unwrap gives the file behind.
func (f noMapFile) Unwrap() vfs.File { return f.File }

// SharedMemory is what write-ahead logging needs.
func (f noMapFile) SharedMemory() vfs.SharedMemory { return vfsutil.WrapSharedMemory(f.File) }

// LockState tells the lock held.
func (f noMapFile) LockState() vfs.LockLevel { return vfsutil.WrapLockState(f.File) }

// PersistWAL tells whether the log outlives the last connection.
func (f noMapFile) PersistWAL() bool { return vfsutil.WrapPersistWAL(f.File) }

// SetPersistWAL sets it.
func (f noMapFile) SetPersistWAL(keep bool) { vfsutil.WrapSetPersistWAL(f.File, keep) }

// PowersafeOverwrite tells whether a power cut damages only what was written.
func (f noMapFile) PowersafeOverwrite() bool { return vfsutil.WrapPowersafeOverwrite(f.File) }

// SetPowersafeOverwrite sets it.
func (f noMapFile) SetPowersafeOverwrite(safe bool) {
	vfsutil.WrapSetPowersafeOverwrite(f.File, safe)
}

// SizeHint says how large the file will be.
func (f noMapFile) SizeHint(size int64) error { return vfsutil.WrapSizeHint(f.File, size) }

// HasMoved tells whether the file was renamed or removed under us.
func (f noMapFile) HasMoved() (bool, error) { return vfsutil.WrapHasMoved(f.File) }

// BeginAtomicWrite and its sisters serve file systems that can do it.
func (f noMapFile) BeginAtomicWrite() error { return vfsutil.WrapBeginAtomicWrite(f.File) }

// CommitAtomicWrite ends an atomic write.
func (f noMapFile) CommitAtomicWrite() error { return vfsutil.WrapCommitAtomicWrite(f.File) }

// RollbackAtomicWrite undoes an atomic write.
func (f noMapFile) RollbackAtomicWrite() error { return vfsutil.WrapRollbackAtomicWrite(f.File) }
