package match

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// keys writes a proposal in one line a home, for tables.
func lines(p Proposal) (out []string) {
	for _, s := range p.Rows {
		line := s.Home + "→" + s.Cadre
		for _, r := range s.Reasons {
			line += " " + r.Key[len("match."):]
		}
		out = append(out, line)
	}
	for _, u := range p.Without {
		out = append(out, u.Home+"→ "+u.Because.Key[len("match."):])
	}
	return out
}

func TestPropose(t *testing.T) {
	const li, he = "/li/", "/he/"
	staff := func(id, posted string, load int) Official {
		return Official{ID: id, Posted: posted, Load: load, Min: 2, Target: 3}
	}
	leader := func(id, posted string, load int) Official {
		o := staff(id, posted, load)
		o.Leader = true
		return o
	}
	for _, x := range []struct {
		name      string
		homes     []Home
		officials []Official
		rules     Rules
		want      []string
	}{
		{"posted village first", []Home{{ID: "h", Village: li}}, []Official{staff("a", he, 0), staff("b", li, 2)}, Rules{}, []string{"h→b posted room"}},
		{"who is furthest below", []Home{{ID: "h", Village: li}}, []Official{staff("a", li, 1), staff("b", li, 0)}, Rules{}, []string{"h→b posted below"}},
		{"equal load: the earlier id", []Home{{ID: "h", Village: li}}, []Official{staff("b", li, 1), staff("a", li, 1)}, Rules{}, []string{"h→a posted below"}},
		{"last year's helper, though posted elsewhere", []Home{{ID: "h", Village: li, Last: "a"}}, []Official{staff("a", he, 1), staff("b", li, 0)}, Rules{}, []string{"h→a last_year below outside"}},
		{"last year's helper has left", []Home{{ID: "h", Village: li, Last: "z"}}, []Official{staff("b", li, 0)}, Rules{}, []string{"h→b posted below"}},
		{"a leader takes the hard case", []Home{{ID: "h", Village: li, Priority: true, Hard: true}}, []Official{staff("a", "", 0), leader("b", "", 1)}, Rules{}, []string{"h→b hard_case below"}},
		{"and is spared the easy one", []Home{{ID: "h", Village: li}}, []Official{leader("a", li, 0), staff("b", li, 1)}, Rules{}, []string{"h→b posted below"}},
		{"priority homes first", []Home{{ID: "a", Village: li}, {ID: "b", Village: li, Priority: true}}, []Official{{ID: "o", Posted: li, Load: 2, Min: 2, Target: 3}}, Rules{}, []string{"b→o posted priority room", "a→ all_full"}},
		{"a home that has a helper is left alone", []Home{{ID: "h", Village: li, Present: "x"}}, []Official{staff("a", li, 0)}, Rules{}, nil},
		{"full", []Home{{ID: "h", Village: li}}, []Official{staff("a", li, 3)}, Rules{}, []string{"h→ all_full"}},
		{"full, stretched", []Home{{ID: "h", Village: li}}, []Official{staff("a", li, 4), staff("b", li, 3)}, Rules{Stretch: true}, []string{"h→b posted over"}},
		{"room elsewhere comes before stretching", []Home{{ID: "h", Village: li}}, []Official{staff("a", li, 3), staff("b", he, 2)}, Rules{Stretch: true}, []string{"h→b room outside"}},
		{"villages only", []Home{{ID: "h", Village: li}}, []Official{staff("a", he, 0)}, Rules{Villages: true}, []string{"h→ all_elsewhere"}},
		{"villages only, posted nowhere", []Home{{ID: "h", Village: li}}, []Official{staff("a", "", 0)}, Rules{Villages: true}, []string{"h→a below"}},
		{"nobody is bound", []Home{{ID: "h", Village: li}}, []Official{{ID: "a"}}, Rules{Stretch: true}, []string{"h→ none_bound"}},
		{"nobody there", []Home{{ID: "h", Village: li}}, nil, Rules{}, []string{"h→ no_officials"}},
		{"the home asked for another", []Home{{ID: "h", Village: li, Not: "a"}}, []Official{staff("a", li, 0)}, Rules{}, []string{"h→ asked_for_another"}},
		{"a target below the minimum", []Home{{ID: "h", Village: li}}, []Official{{ID: "a", Posted: li, Load: 1, Min: 2, Target: 1}}, Rules{}, []string{"h→a posted below"}},
	} {
		if diff := cmp.Diff(x.want, lines(Propose(x.homes, x.officials, x.rules))); diff != "" {
			t.Errorf("%s:\n%s", x.name, diff)
		}
	}
}

type world struct {
	homes     []Home
	officials []Official
	rules     Rules
}

func worlds(t *rapid.T) world {
	village := rapid.SampledFrom([]string{"/a/", "/b/", "/c/"})
	var w world
	for i := range rapid.IntRange(0, 8).Draw(t, "officials") {
		o := Official{ID: fmt.Sprintf("o%d", i), Leader: rapid.Bool().Draw(t, "leader"), Load: rapid.IntRange(0, 5).Draw(t, "load"), Min: rapid.IntRange(0, 4).Draw(t, "min"), Target: rapid.IntRange(0, 5).Draw(t, "target")}
		if rapid.Bool().Draw(t, "is posted") {
			o.Posted = village.Draw(t, "posted")
		}
		w.officials = append(w.officials, o)
	}
	who := rapid.SampledFrom([]string{"", "", "o0", "o1", "o2", "gone"})
	for i := range rapid.IntRange(0, 25).Draw(t, "homes") {
		h := Home{ID: fmt.Sprintf("h%02d", i), Village: village.Draw(t, "village"), Priority: rapid.Bool().Draw(t, "priority"), Last: who.Draw(t, "last"), Not: who.Draw(t, "not")}
		h.Hard = h.Priority && rapid.Bool().Draw(t, "hard")
		if rapid.IntRange(0, 4).Draw(t, "has one") == 0 {
			h.Present = "o0"
		}
		w.homes = append(w.homes, h)
	}
	w.rules = Rules{Stretch: rapid.Bool().Draw(t, "stretch"), Villages: rapid.Bool().Draw(t, "villages")}
	return w
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(t)
		before := slices.Clone(w.officials)
		p := Propose(w.homes, w.officials, w.rules)
		if diff := cmp.Diff(before, w.officials); diff != "" {
			t.Fatal("the input was changed", diff)
		}
		homes, load, cap := map[string]Home{}, map[string]int{}, map[string]int{}
		officials := map[string]Official{}
		for _, h := range w.homes {
			homes[h.ID] = h
		}
		for _, o := range w.officials {
			officials[o.ID], load[o.ID], cap[o.ID] = o, o.Load, max(o.Min, o.Target)
		}
		// fits is the plain reading of who may be proposed for a home at all.
		fits := func(h Home, o Official) bool {
			return cap[o.ID] > 0 && h.Not != o.ID && !(w.rules.Villages && o.Posted != "" && o.Posted != h.Village && h.Last != o.ID)
		}
		room := func(h Home) bool {
			for _, o := range w.officials {
				if fits(h, o) && load[o.ID] < cap[o.ID] {
					return true
				}
			}
			return false
		}
		done := map[string]bool{}
		for _, s := range p.Rows {
			h, known := homes[s.Home]
			o, official := officials[s.Cadre]
			switch {
			case !known || !official || h.Present != "" || !fits(h, o):
				t.Fatalf("%+v should not be there", s)
			case done[s.Home]:
				t.Fatalf("home %s twice", s.Home)
			case s.Over != (load[s.Cadre] >= cap[s.Cadre]):
				t.Fatalf("%+v: over is wrong at load %d of %d", s, load[s.Cadre], cap[s.Cadre])
			case s.Over && (room(h) || !w.rules.Stretch):
				t.Fatalf("%+v is above the target although somebody has room", s)
			case s.Over != slices.ContainsFunc(s.Reasons, func(r Reason) bool { return r.Key == "match.over" }):
				t.Fatalf("%+v does not say so", s)
			case len(s.Reasons) == 0:
				t.Fatalf("%+v gives no reason", s)
			}
			done[s.Home] = true
			load[s.Cadre]++
		}
		for _, u := range p.Without {
			if done[u.Home] {
				t.Fatalf("home %s twice", u.Home)
			}
			done[u.Home] = true
			if room(homes[u.Home]) {
				t.Fatalf("%+v although somebody has room", u)
			}
			if w.rules.Stretch {
				for _, o := range w.officials {
					if fits(homes[u.Home], o) {
						t.Fatalf("%+v although stretching is allowed", u)
					}
				}
			}
		}
		for _, h := range w.homes {
			if done[h.ID] == (h.Present != "") {
				t.Fatalf("home %+v was forgotten or should have been left alone", h)
			}
		}
		// A home with a care tag is never served after one without.
		plain := false
		for _, s := range p.Rows {
			if h := homes[s.Home]; h.Priority && plain {
				t.Fatalf("%s comes after a home without care tag", s.Home)
			} else if !h.Priority {
				plain = true
			}
		}
		if diff := cmp.Diff(p, Propose(rapid.Permutation(w.homes).Draw(t, "homes in another order"), rapid.Permutation(w.officials).Draw(t, "officials in another order"), w.rules)); diff != "" {
			t.Fatal("the order of the input matters", diff)
		}
	})
}
