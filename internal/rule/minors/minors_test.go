package minors

import (
	"testing"

	"lianxin/internal/rule/calendar"
)

func TestWhoDecides(t *testing.T) {
	for _, x := range []struct {
		name                 string
		s                    Seat
		names, decides, self bool
	}{
		{"an official", Seat{}, false, false, false},
		{"an official who was named once and leads no more", Seat{Named: true, Head: true}, false, false, false},
		{"the head of the leading group", Seat{Leader: true, Head: true, Headed: true}, true, true, true},
		{"another leader", Seat{Leader: true, Headed: true}, false, false, false},
		{"the named leader", Seat{Leader: true, Headed: true, Named: true}, false, true, false},
		{"any leader, where no head is entered", Seat{Leader: true}, true, false, false},
		{"the named leader, where no head is entered", Seat{Leader: true, Named: true}, true, true, false},
	} {
		if x.s.Names() != x.names || x.s.Decides(false) != x.decides || x.s.Decides(true) != x.self {
			t.Errorf("%s: %v %v %v", x.name, x.s.Names(), x.s.Decides(false), x.s.Decides(true))
		}
	}
}

func TestTerm(t *testing.T) {
	for _, x := range []struct {
		from, to calendar.Day
		want     bool
	}{
		{"2026-11-23", "2026-11-23", true}, {"2026-11-23", "2027-11-23", true}, {"2027-11-23", "2028-11-23", true}, {"2026-11-23", "2027-11-25", false},
		{"2026-11-23", "2026-11-22", false}, {"2026-11-23", "", false}, {"", "2026-11-23", false}, {"2026-11-23", "2027-02-30", false},
	} {
		if Term(x.from, x.to) != x.want {
			t.Errorf("%s–%s: %v", x.from, x.to, !x.want)
		}
	}
	for _, x := range []struct {
		from, to, ended, on calendar.Day
		want                bool
	}{
		{"2026-01-01", "2026-12-31", "", "2026-12-31", true}, {"2026-01-01", "2026-12-31", "", "2027-01-01", false}, {"2026-01-01", "", "", "2030-01-01", true},
		{"2026-01-01", "2026-12-31", "2026-05-01", "2026-05-01", false}, {"2026-01-02", "", "", "2026-01-01", false},
	} {
		if Holds(x.from, x.to, x.ended, x.on) != x.want {
			t.Errorf("%+v", x)
		}
	}
}
