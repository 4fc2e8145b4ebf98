package html

import (
	"testing"

	"lianxin/internal/paper/doc"
)

// An official's cells over several homes stay with them on one page, and no cell
// over several rows is torn.
func TestTogether(t *testing.T) {
	span := func(n int, keep bool) doc.Row { return doc.Row{Cells: []doc.Cell{{Rows: n}}, KeepNext: keep} }
	one, kept := doc.R(doc.C("a")), doc.Row{KeepNext: true}
	for _, x := range []struct {
		rows  []doc.Row
		n     int
		class string
	}{
		{[]doc.Row{span(3, true), kept, one, one}, 3, "whole"},
		{[]doc.Row{one, one, span(2, true), one}, 2, ""},
		{[]doc.Row{span(3, true), one, one, one}, 3, "whole"}, // the mark ends early, the cell does not
		{[]doc.Row{span(3, false), kept, one}, 3, ""},
		{[]doc.Row{kept}, 1, "whole"},
	} {
		if n, class := together(x.rows); n != x.n || class != x.class {
			t.Errorf("%v: %d %q, want %d %q", x.rows, n, class, x.n, x.class)
		}
	}
}
