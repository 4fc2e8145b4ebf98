package matrix_test

import (
	"testing"

	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/rule/access"
)

// TestComplaintsUntold builds the same county twice, once with complaints about
// its officials and once without, and compares what everybody of 青石镇 who must
// not know is told: the official complained about, his colleagues, his office,
// his leaders. Not a byte differs on any page, list, search or file, so that not
// even the number beside a menu entry tells that somebody complained.
func TestComplaintsUntold(t *testing.T) {
	t.Parallel()
	with, clockWith := dbtest.SQLite(t)
	without, clockWithout := dbtest.SQLite(t)
	a := build(t, with, clockWith, &quiet{tb: t})
	b := build(t, without, clockWithout, &quiet{tb: t}, "complaints")
	pages, differ := 0, 0
	for i, who := range a.actors {
		switch who.role {
		case access.Discipline, access.CountyAdmin, access.Auditor, access.SecAdmin:
			continue // who may read some, who learns what nobody can, who sees that records were made, who is asked to agree that a name be opened
		}
		paths := append(a.seen(who.role), "/confide/"+a.sets["same village"]["complaint"], "/complaints/"+a.sets["same village"]["complaint"], "/api/v1/complaints/"+a.own[access.Cadre]["grave"])
		for _, path := range paths {
			pages++
			if x, y := a.tell(who, path), b.tell(b.actors[i], a.there(b, path)); x != y {
				differ++
				t.Errorf("%s: %s tells of complaints: %s", who.role, path, difference(x, y))
			}
		}
	}
	t.Logf("complaints: %d pages, %d differ", pages, differ)
	if pages < 500 {
		t.Errorf("only %d pages", pages)
	}
}
