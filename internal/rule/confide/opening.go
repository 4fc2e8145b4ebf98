package confide

import (
	"time"

	"lianxin/internal/rule/calendar"
)

// Who somebody is that left a name is opened by two persons: one of the
// discipline inspection asks with a reason, another agrees. The second is
// somebody who may read the complaint himself, or the security administrator,
// who sees who asks and why and nothing of the complaint.
//
// Sources: security.md ANON-8; domain.md §6.1 R16 (no administrator reads
// personal content), T3, T7.

// OpeningState of a wish to open a name.
type OpeningState string

// The states. An opening that is over stays granted: time ends it.
const (
	Asked   OpeningState = "asked"
	Granted OpeningState = "granted"
	Refused OpeningState = "refused"
)

// How long a wish waits for a second person, and how long what he agreed to
// stays open.
const (
	AskedFor = 7 * 24 * time.Hour
	OpenFor  = 24 * time.Hour
)

// Hand is who asks or agrees: his account, and the official behind it.
type Hand struct {
	Account string
	Cadre   string // "" when nobody of the roster is known
}

// Standing says where a wish stands at a time: "" when it is over and another
// may be made.
func Standing(s OpeningState, askedAt, until, now time.Time) OpeningState {
	switch {
	case s == Asked && now.Before(askedAt.Add(AskedFor)):
		return Asked
	case s == Granted && now.Before(until):
		return Granted
	}
	return ""
}

// The reasons why somebody is no second person.
const (
	SamePerson = "confide.same_person" // it is his own wish, under whichever account
	NotWaiting = "confide.not_waiting" // decided already, or too old
)

// Second decides whether somebody may be the second person of another's wish,
// as far as the two are concerned.
func Second(asked, by Hand) Decision {
	if by.Account == "" || asked.Account == by.Account || asked.Cadre != "" && asked.Cadre == by.Cadre {
		return Decision{Because: SamePerson}
	}
	return Decision{OK: true}
}

// Aside decides whether an administrator who reads no complaint may learn that
// somebody wants to open a name: not when it is about him, names him, or is
// about somebody of his unit.
func Aside(p Person, m Matter, today calendar.Day) Decision {
	return touched(p, m, today)
}

// touched finds what ties somebody to a complaint.
func touched(p Person, m Matter, today calendar.Day) Decision {
	if p.ID == "" {
		return Decision{OK: true}
	}
	for _, x := range m.About {
		if x.ID == p.ID {
			return Decision{Because: Himself}
		}
	}
	for _, id := range m.Mentioned {
		if id == p.ID {
			return Decision{Because: Mentioned}
		}
	}
	for _, x := range m.About {
		if together(p, x, m.On, today) {
			return Decision{Because: SameUnit}
		}
	}
	return Decision{OK: true}
}
