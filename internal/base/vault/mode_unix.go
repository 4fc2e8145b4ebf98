//go:build !windows

package vault

import "os"

func privateMode(st os.FileInfo) bool { return st.Mode().Perm()&0o077 == 0 }
