package export

import "slices"

// Purposes a file may be taken out for, as message keys
// page_export.purpose.<code>; the record keeps which (PRIV-6).
var Purposes = []string{"report", "meeting", "archive", "check", "public_work", "other"}

// Purpose reports whether a code is one of them.
func Purpose(code string) bool { return slices.Contains(Purposes, code) }
