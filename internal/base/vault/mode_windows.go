package vault

import "os"

// privateMode: Windows keeps access lists, not modes; the installer's folder decides.
func privateMode(os.FileInfo) bool { return true }
