package confide

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Nobody is the second person of his own wish, whatever accounts he has.
func TestSecond(t *testing.T) {
	for _, x := range []struct {
		asked, by Hand
		want      string
	}{
		{Hand{"a", "wei"}, Hand{"b", "gu"}, ""},
		{Hand{"a", ""}, Hand{"b", ""}, ""},
		{Hand{"a", "wei"}, Hand{"b", ""}, ""},
		{Hand{"a", "wei"}, Hand{"a", "wei"}, SamePerson},
		{Hand{"a", ""}, Hand{"a", ""}, SamePerson},
		{Hand{"a", "wei"}, Hand{"b", "wei"}, SamePerson},
		{Hand{"a", "wei"}, Hand{"", ""}, SamePerson},
	} {
		if d := Second(x.asked, x.by); d.Because != x.want || d.OK != (x.want == "") {
			t.Errorf("%+v and %+v: %+v", x.asked, x.by, d)
		}
	}
}

// A wish waits, is open, and is over by itself; what was refused is over.
func TestStanding(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	until := at.Add(time.Hour + OpenFor)
	for _, x := range []struct {
		s    OpeningState
		now  time.Duration
		want OpeningState
	}{
		{Asked, 0, Asked}, {Asked, AskedFor - 1, Asked}, {Asked, AskedFor, ""},
		{Granted, time.Hour, Granted}, {Granted, time.Hour + OpenFor - 1, Granted}, {Granted, time.Hour + OpenFor, ""},
		{Refused, 0, ""}, {"other", 0, ""},
	} {
		if got := Standing(x.s, at, until, at.Add(x.now)); got != x.want {
			t.Errorf("%s after %v: %q, want %q", x.s, x.now, got, x.want)
		}
	}
}

// Whoever may not read a complaint because of what it is about does not learn
// of a wish either, and whoever may read it does.
func TestAside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		who := person("wei", rapid.SampledFrom([]string{"", "u1", "u2"}).Draw(t, "his unit"), false)
		m := Matter{Town: town, On: day, About: []Person{person(rapid.SampledFrom([]string{"wei", "li"}).Draw(t, "about"), rapid.SampledFrom([]string{"", "u1", "u2"}).Draw(t, "unit"), false)}}
		if rapid.Bool().Draw(t, "mentioned") {
			m.Mentioned = []string{"wei"}
		}
		d := May(Seat{who, []string{county}}, m, nil, day)
		if a := Aside(who, m, day); a != d {
			t.Fatalf("%+v: %+v, reads %+v", m, a, d)
		}
	})
}
