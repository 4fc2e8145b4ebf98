package browsertest

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"
)

// TestLying: a text is found in whichever form it lies there, and nothing where
// there is none.
func TestLying(t *testing.T) {
	const w = "柴房后面的金丝雀"
	var wide []byte
	for _, u := range utf16.Encode([]rune("x" + w)) {
		wide = append(wide, byte(u), byte(u>>8)) // #nosec G115 -- halves
	}
	for name, b := range map[string][]byte{
		"plain": []byte("a" + w + "b"), "wide": wide, "escaped": []byte(`{"a":"\u67f4\u623f\u540e\u9762\u7684\u91d1\u4e1d\u96c0"}`),
		"base64-0": []byte(base64.StdEncoding.EncodeToString([]byte(w + "zz"))), "base64-1": []byte(base64.StdEncoding.EncodeToString([]byte("y" + w + "zz"))), "base64-2": []byte(base64.StdEncoding.EncodeToString([]byte("yy" + w + "zz"))),
	} {
		folder := t.TempDir()
		if err := os.MkdirAll(filepath.Join(folder, "deep"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "deep", "file"), append(append([]byte{0, 1, 2}, b...), 3, 4), 0o600); err != nil {
			t.Fatal(err)
		}
		if found := Lying(t, folder, w); len(found) == 0 {
			t.Error(name, "is not found")
		}
		if found := Lying(t, folder, "柴房前面的金丝雀"); len(found) != 0 {
			t.Error(name, "is found where it is not:", found)
		}
	}
}
