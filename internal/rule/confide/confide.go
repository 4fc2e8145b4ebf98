// Package confide says who may read a complaint about an official, and why
// not; which moves a complaint may make; and by which days its sender must hear.
//
// What is said about somebody never reaches him, nobody of his unit, and nobody
// who is named in it. Where it is about a leader of the township, about the
// discipline inspection that would read it or about somebody of its unit, only
// the discipline inspection above the township reads it. Whoever cannot be
// shown to be somebody else does not read what names an official.
//
// Sources: requirements a21, R4; issue 3 item 5; security.md ANON-6, ANON-8,
// T3, T7; 信访工作条例 (a complaint does not reach the person complained about).
package confide

import (
	"strings"

	"lianxin/internal/rule/calendar"
)

// Post is where somebody belonged from when to when.
type Post struct {
	Unit     string // id, "" for none
	Leader   bool   // of the township
	From, To calendar.Day
}

// Person is an official with all his posts.
type Person struct {
	ID    string // "" when nobody of the roster is known
	Posts []Post
}

// Seat is an account of the discipline inspection: who holds it and the
// regions its role covers.
type Seat struct {
	Person
	Regions []string // paths
}

// Matter is what a complaint is about, as far as reading it is concerned.
type Matter struct {
	Town      string       // path of the township
	On        calendar.Day // the day it came in
	About     []Person     // whom it is about
	Mentioned []string     // officials whose names stand in its words
	Above     bool         // to go above the township from the start
}

// Decision carries its reason as a message key, "" when reading is allowed.
type Decision struct {
	OK      bool
	Because string
}

// The reasons.
const (
	Outside   = "confide.outside"    // no grant covers the township
	Himself   = "confide.himself"    // it is about the reader
	Mentioned = "confide.mentioned"  // the reader is named in it
	SameUnit  = "confide.same_unit"  // it is about somebody of the reader's unit
	OnlyAbove = "confide.only_above" // it goes above the township
	Unknown   = "confide.unknown"    // nobody knows who the reader is
)

// May decides whether the holder of a seat reads a complaint today. seats are
// all seats of the county, among them those of the township.
func May(s Seat, m Matter, seats []Seat, today calendar.Day) Decision {
	reach := covers(s, m.Town)
	if reach == none {
		return Decision{Because: Outside}
	}
	if d := touched(s.Person, m, today); !d.OK {
		return d
	}
	if reach == above {
		return Decision{OK: true}
	}
	if High(m, seats, today) {
		return Decision{Because: OnlyAbove}
	}
	if s.ID == "" && len(m.About)+len(m.Mentioned) > 0 {
		return Decision{Because: Unknown}
	}
	return Decision{OK: true}
}

// High reports whether a complaint is for the discipline inspection above the
// township only.
func High(m Matter, seats []Seat, today calendar.Day) bool {
	if m.Above {
		return true
	}
	for _, p := range m.About {
		for _, x := range p.Posts {
			if x.Leader && held(x, m.On, today) {
				return true
			}
		}
		for _, s := range seats {
			if s.ID != "" && covers(s, m.Town) == within && (s.ID == p.ID || together(s.Person, p, m.On, today)) {
				return true
			}
		}
	}
	return false
}

// Nobody reports whether no seat of the county reads a complaint.
func Nobody(m Matter, seats []Seat, today calendar.Day) bool {
	for _, s := range seats {
		if May(s, m, seats, today).OK {
			return false
		}
	}
	return true
}

// reach of a seat over a township.
type reach int

const (
	none   reach = iota
	within       // granted in the township itself
	above        // granted above it
)

func covers(s Seat, town string) reach {
	got := none
	for _, r := range s.Regions {
		switch {
		case r == town && got == none:
			got = within
		case r != town && r != "" && strings.HasPrefix(town, r):
			got = above
		}
	}
	return got
}

// together reports whether two people belong to one unit, or did at some time
// since the complaint came in.
func together(a, b Person, since, today calendar.Day) bool {
	for _, x := range a.Posts {
		if x.Unit == "" || !held(x, since, today) {
			continue
		}
		for _, y := range b.Posts {
			if y.Unit == x.Unit && held(y, since, today) {
				return true
			}
		}
	}
	return false
}

// held reports whether a post was held at some time between two days.
func held(p Post, from, to calendar.Day) bool {
	return p.From <= max(from, to) && (p.To == "" || p.To >= min(from, to))
}
