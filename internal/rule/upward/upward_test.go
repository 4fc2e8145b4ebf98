package upward

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Every state but the ends has a way on, and from everywhere an end can be
// reached; nobody but a leader approves, and nothing is sent unapproved.
func TestNoDeadEnd(t *testing.T) {
	all := []Part{Proposer, Office, Leader}
	for _, s := range States {
		if got := len(Moves(s, all...)) == 0; got != s.Ended() {
			t.Errorf("%s: ended %v, moves %v", s, s.Ended(), Moves(s, all...))
		}
		seen, todo := map[State]bool{s: true}, []State{s}
		end := false
		for len(todo) > 0 {
			x := todo[0]
			todo = todo[1:]
			end = end || x.Ended()
			for _, m := range Moves(x, all...) {
				if to, _ := After(x, m, all...); !seen[to] {
					seen[to], todo = true, append(todo, to)
				}
			}
		}
		if !end {
			t.Errorf("from %s no end is reached", s)
		}
		for _, m := range Moves(s, all...) {
			to, _ := After(s, m, all...)
			if to == Sent && s != Approved || to == Approved && s != ToApprove {
				t.Errorf("%s leads from %s to %s", m, s, to)
			}
			if to == Approved && (slices.Contains(Moves(s, Office), m) || slices.Contains(Moves(s, Proposer), m)) {
				t.Error("approved by somebody who is no leader")
			}
			if (to == NotAdopted || to == Dropped) && !m.NeedsWords() {
				t.Errorf("%s says no without a reason", m)
			}
		}
	}
	if _, ok := After(Proposed, Ask, Proposer); ok {
		t.Error("the proposer asks for approval himself")
	}
}

func TestHides(t *testing.T) {
	people, places := []string{"王桂兰", "王桂", "李", "王小雨"}, []string{"李家湾村", "大河社区"}
	for _, x := range []struct{ in, want string }{
		{"王桂兰说，孙女王小雨上学要走十里", "王*兰说，孙女王*雨上学要走十里"},
		{"打 138 0000 2001 找王桂", "打 138****2001 找王*"},
		{"李子熟了没人收", "李子熟了没人收"},
	} {
		if got := Masked(x.in, people); got != x.want {
			t.Errorf("%q: %q", x.in, got)
		}
	}
	for _, x := range []struct{ in, want string }{
		{"李家湾村三组的渠", "某村三组的渠"}, {"李家湾的渠，大河社区也一样", "某村的渠，某村也一样"}, {"大河村", "某村"}, {"水渠", "水渠"},
	} {
		if got := Placeless(x.in, places); got != x.want {
			t.Errorf("%q: %q", x.in, got)
		}
	}
	if NamesPlace("我们李家湾盼水", places) != "李家湾" || NamesPlace("盼水", places) != "" || Names("问王桂兰", people) != "王桂兰" || Names("李子", people) != "" {
		t.Error("names are not found")
	}
	if !Said("水渠塌了\n浇不上地", "水渠塌了浇不上地，去年就说了") || Said("水渠修好了", "水渠塌了浇不上地") || Said(" ", "水") {
		t.Error("word for word")
	}
	if Length("水 渠\n", "塌") != 3 {
		t.Error(Length("水 渠\n", "塌"))
	}
}

// Whatever people write: once hidden, no name and no village is left, and hiding
// again changes nothing.
func TestHidesAll(t *testing.T) {
	word := rapid.StringOfN(rapid.SampledFrom([]rune("王桂兰李家湾大河村社区水渠1380000 2")), 0, 20, -1)
	name := rapid.StringOfN(rapid.SampledFrom([]rune("王桂兰李")), 2, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		text, people := word.Draw(t, "text"), rapid.SliceOfN(name, 1, 3).Draw(t, "people")
		places := []string{"李家湾村", "大河社区"}
		if got := Placeless(text, places); NamesPlace(got, places) != "" {
			t.Fatalf("%q names %q", got, NamesPlace(got, places))
		}
		if got := Masked(text, people); Names(got, people) != "" || !utf8.ValidString(got) {
			t.Fatalf("%q names %q", got, Names(got, people))
		}
		if strings.Contains(Masked("13800002001", people), "13800002001") {
			t.Fatal("a number is left")
		}
	})
}
