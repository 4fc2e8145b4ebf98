package grid

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestRef(t *testing.T) {
	for n, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA", 16383: "XFD", -1: ""} {
		if got := Ref(n); got != want {
			t.Errorf("Ref(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestMergeShowsTheTextBelow(t *testing.T) {
	s := FromText("x", [][]string{{"标题", "", ""}, {}, {"王芳", "a"}, {"", "b"}, {"赵四", "c"}})
	if n := s.Merge(Area{Top: 1, Left: 0, Bottom: 1, Right: 2}); n != 2 {
		t.Errorf("%d cells filled", n)
	}
	if n := s.Merge(Area{Top: 3, Left: 0, Bottom: 4, Right: 0}); n != 1 {
		t.Errorf("%d cells filled", n)
	}
	row, _ := s.Row(4)
	if diff := cmp.Diff([]Cell{{0, "王芳", Merged}, {1, "b", 0}}, row.Cells); diff != "" {
		t.Error(diff)
	}
	if _, ok := s.Row(2); ok {
		t.Error("a blank row is kept")
	}
	if _, ok := s.MergeAt(4, 0); !ok || s.Width() != 3 {
		t.Errorf("width %d", s.Width())
	}
}

// Cells stay in column order whatever is merged, and own texts are never overwritten.
func TestMergeKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom([]string{"", "x", "y"}), 1, 6), 1, 6).Draw(t, "rows")
		s := FromText("x", rows)
		for range 3 {
			top, left := rapid.IntRange(1, 6).Draw(t, "top"), rapid.IntRange(0, 6).Draw(t, "left")
			s.Merge(Area{Top: top, Left: left, Bottom: top + rapid.IntRange(0, 3).Draw(t, "h"), Right: left + rapid.IntRange(0, 3).Draw(t, "w")})
		}
		for i, want := range rows {
			row, _ := s.Row(i + 1)
			for k := 1; k < len(row.Cells); k++ {
				if row.Cells[k].Col <= row.Cells[k-1].Col {
					t.Fatalf("%+v", row)
				}
			}
			for c, w := range want {
				if w != "" && row.Text(c) != w {
					t.Fatalf("%q became %q", w, row.Text(c))
				}
			}
		}
	})
}
