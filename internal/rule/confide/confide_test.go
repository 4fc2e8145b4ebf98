package confide

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lianxin/internal/rule/calendar"
)

const (
	town   = "/99/9901/990101/990101100/"
	other  = "/99/9901/990101/990101101/"
	county = "/99/9901/990101/"
	day    = calendar.Day("2026-11-23")
)

func person(id, unit string, leader bool) Person {
	return Person{id, []Post{{unit, leader, "2024-01-01", ""}}}
}

func TestMay(t *testing.T) {
	wei := Seat{person("wei", "discipline", false), []string{town}}
	tao := Seat{person("tao", "water", false), []string{town}}
	high := Seat{Regions: []string{county}}
	highHe := Seat{person("he", "county-office", false), []string{county}}
	nobody := Seat{Regions: []string{town}}
	seats := []Seat{wei, high}
	moved := Person{"mo", []Post{{"discipline", false, "2020-01-01", "2026-11-25"}, {"farm", false, "2026-11-26", ""}}}
	before := Person{"mo", []Post{{"discipline", false, "2020-01-01", "2026-11-22"}, {"farm", false, "2026-11-23", ""}}}
	was := Person{"lao", []Post{{"team", true, "2020-01-01", "2026-11-22"}, {"farm", false, "2026-11-23", ""}}}
	about := func(ps ...Person) Matter { return Matter{Town: town, On: day, About: ps} }
	for _, x := range []struct {
		name string
		s    Seat
		m    Matter
		all  []Seat
		want string
	}{
		{"about a clerk", wei, about(person("li", "farm", false)), seats, ""},
		{"about a clerk, the county", high, about(person("li", "farm", false)), seats, ""},
		{"about nobody named", wei, about(), seats, ""},
		{"another township's", wei, Matter{Town: other, On: day}, seats, Outside},
		{"a village is no township", Seat{Regions: []string{town + "990101100201/"}}, about(), seats, Outside},
		{"about himself", wei, about(wei.Person), seats, Himself},
		{"about himself among others", wei, about(person("li", "farm", false), wei.Person), seats, Himself},
		{"about his colleague", wei, about(person("gu", "discipline", false)), seats, SameUnit},
		{"about his colleague, the county", high, about(person("gu", "discipline", false)), seats, ""},
		{"about the county's own", highHe, about(person("he", "county-office", false)), []Seat{highHe}, Himself},
		{"about the county's colleague", highHe, about(person("ku", "county-office", false)), []Seat{highHe}, SameUnit},
		{"about a leader", wei, about(person("boss", "team", true)), seats, OnlyAbove},
		{"about a leader, the county", high, about(person("boss", "team", true)), seats, ""},
		{"a leader until yesterday is none", wei, about(was), seats, ""},
		{"the sender wants it above", wei, Matter{Town: town, On: day, Above: true}, seats, OnlyAbove},
		{"about another seat of the township", tao, about(wei.Person), []Seat{wei, tao}, OnlyAbove},
		{"about a colleague of another seat", tao, about(person("gu", "discipline", false)), []Seat{wei, tao}, OnlyAbove},
		{"moved away since", wei, about(moved), seats, SameUnit},
		{"moved away before", wei, about(before), seats, ""},
		{"named in the words", wei, Matter{Town: town, On: day, About: []Person{person("li", "farm", false)}, Mentioned: []string{"wei"}}, seats, Mentioned},
		{"an account of nobody, about a clerk", nobody, about(person("li", "farm", false)), seats, Unknown},
		{"an account of nobody, about nobody", nobody, about(), seats, ""},
		{"no unit is no common unit", Seat{person("wei", "", false), []string{town}}, about(person("li", "", false)), seats, ""},
	} {
		if d := May(x.s, x.m, x.all, day.Add(3)); d.Because != x.want || d.OK != (x.want == "") {
			t.Errorf("%s: %+v, want %q", x.name, d, x.want)
		}
	}
	if !Nobody(about(wei.Person), []Seat{wei, nobody}, day) || Nobody(about(wei.Person), seats, day) {
		t.Error("who is nobody")
	}
}

// Whatever the roster and the seats are: nobody reads what is about himself,
// his unit or his leader; what goes above is read above; outside is outside.
func TestNeverReachesHim(t *testing.T) {
	units := []string{"", "u1", "u2", "u3"}
	ids := []string{"", "p1", "p2", "p3", "p4"}
	rapid.Check(t, func(t *rapid.T) {
		roster := map[string]Person{}
		for _, id := range ids[1:] {
			p := Person{ID: id}
			for range rapid.IntRange(1, 2).Draw(t, "posts") {
				from := day.Add(rapid.IntRange(-40, 0).Draw(t, "from"))
				to := calendar.Day("")
				if rapid.Bool().Draw(t, "ended") {
					to = from.Add(rapid.IntRange(0, 40).Draw(t, "days"))
				}
				p.Posts = append(p.Posts, Post{rapid.SampledFrom(units).Draw(t, "unit"), rapid.IntRange(0, 3).Draw(t, "leader") == 0, from, to})
			}
			roster[id] = p
		}
		var seats []Seat
		for range rapid.IntRange(0, 4).Draw(t, "seats") {
			s := Seat{Person: roster[rapid.SampledFrom(ids).Draw(t, "holder")]}
			s.Regions = append(s.Regions, rapid.SampledFrom([]string{town, other, county, "/99/"}).Draw(t, "region"))
			seats = append(seats, s)
		}
		m := Matter{Town: town, On: day.Add(rapid.IntRange(-20, 0).Draw(t, "on")), Above: rapid.Bool().Draw(t, "above")}
		for range rapid.IntRange(0, 2).Draw(t, "about") {
			m.About = append(m.About, roster[rapid.SampledFrom(ids[1:]).Draw(t, "whom")])
		}
		if rapid.Bool().Draw(t, "mentions") {
			m.Mentioned = []string{rapid.SampledFrom(ids[1:]).Draw(t, "mentioned")}
		}
		read := false
		for _, s := range seats {
			d := May(s, m, seats, day)
			if d.OK == (d.Because != "") {
				t.Fatalf("%+v without a reason, or with one too many", d)
			}
			if !d.OK {
				continue
			}
			read = true
			above := slices.ContainsFunc(s.Regions, func(r string) bool { return r == county || r == "/99/" })
			if !above && !slices.Contains(s.Regions, town) {
				t.Fatalf("read from outside: %+v", s)
			}
			if High(m, seats, day) && !above {
				t.Fatalf("read within the township: %+v %+v", s, m)
			}
			for _, p := range m.About {
				if p.ID == s.ID {
					t.Fatal("read by himself")
				}
				for _, x := range p.Posts {
					for _, y := range s.Posts {
						if x.Unit != "" && x.Unit == y.Unit && held(x, m.On, day) && held(y, m.On, day) {
							t.Fatal("read by his unit")
						}
					}
					if x.Leader && held(x, m.On, day) && !above {
						t.Fatal("about a leader, read below him")
					}
				}
			}
			if slices.Contains(m.Mentioned, s.ID) && s.ID != "" {
				t.Fatal("read by somebody named in it")
			}
			// Whoever reads it within the township is known to be somebody else.
			if !above && s.ID == "" && len(m.About) > 0 {
				t.Fatal("read by an account of nobody")
			}
		}
		if read == Nobody(m, seats, day) {
			t.Fatalf("read %v, Nobody %v", read, !read)
		}
	})
}

// Every state can be left for an end or is one; every end has a word to the
// sender; nothing but the sender's own act withdraws.
func TestMoves(t *testing.T) {
	for _, s := range States {
		if len(Moves(s)) == 0 {
			t.Errorf("%s is a dead end even for a remark", s)
		}
		ends := 0
		for _, m := range moves[s] {
			if s.Open() && !m.To.Open() {
				ends++
				if m.Do != TakeBack && !m.Do.NeedsReply() {
					t.Errorf("%s by %s without a word to the sender", m.To, m.Do)
				}
			}
			if m.To == Withdrawn && s != Withdrawn && m.Do != TakeBack {
				t.Errorf("%s withdraws", m.Do)
			}
		}
		if s.Open() && ends == 0 {
			t.Errorf("%s never ends", s)
		}
	}
	if _, ok := After(Answered, Answer); ok {
		t.Error("answered twice")
	}
	if to, ok := After(Answered, Reopen); !ok || to != Looking {
		t.Error("not looked into again")
	}
	c := Due("2026-11-23")
	if c.TellBy != "2026-12-08" || c.AnswerBy != "2027-01-22" {
		t.Errorf("%+v", c)
	}
	if c.Next(Received, "") != c.TellBy || c.Next(Looking, "2026-11-24") != c.AnswerBy || c.Next(Answered, "") != "" {
		t.Error("the next day")
	}
}
