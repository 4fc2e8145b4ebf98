package export

import (
	"slices"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
)

// Purposes a file may be taken out for, as message keys
// page_export.purpose.<code>; the record keeps which (PRIV-6).
var Purposes = []string{"report", "meeting", "archive", "check", "public_work", "other"}

// Purpose reports whether a code is one of them.
func Purpose(code string) bool { return slices.Contains(Purposes, code) }

// Note leaves the row of one file: what, of where, for what, how many rows.
func Note(tx *db.Tx, who access.Actor, what, request, place string, rows int, purpose, form string, more ...any) {
	audit.Note(tx, who, "export."+what, "export:"+request, place, append([]any{"rows", rows, "purpose", purpose, "form", form}, more...)...)
}
