package doc

import (
	"math"
	"testing"
)

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		level, n int
		want     string
	}{
		{1, 1, "一、"}, {1, 10, "十、"}, {1, 11, "十一、"}, {1, 20, "二十、"}, {1, 35, "三十五、"}, {1, 99, "九十九、"},
		{1, 100, "100、"}, // beyond what a paper has
		{2, 3, "（三）"}, {3, 3, "3."}, {4, 3, "（3）"}, {1, 0, "0、"},
	} {
		if got := Number(c.level, c.n); got != c.want {
			t.Errorf("Number(%d, %d) = %q, want %q", c.level, c.n, got, c.want)
		}
	}
}

// The text area of an official paper is 156 × 225 mm and holds 22 lines (GB/T 9704-2012, 5.2).
func TestOfficialPage(t *testing.T) {
	p := OfficialPage()
	_, h := p.Size()
	if w, text := p.TextWidth(), h-p.Top-p.Bottom; w != 156 || text != 225 {
		t.Errorf("text area %g × %g mm", w, text)
	}
	if lines := (h - p.Top - p.Bottom) / 25.4 * 72 / LinePitch; math.Floor(lines) != 22 {
		t.Errorf("%.2f lines on a page", lines)
	}
	if w, h := LedgerPage().Size(); w != 297 || h != 210 {
		t.Errorf("ledger lies %g × %g", w, h)
	}
	if w, h := (Page{Paper: A5}).Size(); w != 148 || h != 210 {
		t.Errorf("A5 is %g × %g", w, h)
	}
}

func TestSizes(t *testing.T) {
	for s, want := range map[Size]float64{Size3: 16, Size1: 26, Size2: 22, SizeSmall2: 18, Size4: 14, SizeSmall4: 12, Size5: 10.5, SizeSmall5: 9, Size6: 7.5, "?": 16} {
		if got := s.Points(); got != want {
			t.Errorf("%q is %g pt, want %g", string(s), got, want)
		}
	}
}
