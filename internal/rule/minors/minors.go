// Package minors says who decides who may read what is kept of people under 18,
// and for how long.
//
// The law asks for the approval of the person responsible or of one he
// authorises, before anything is read, for as few as need it. In a township the
// responsible person is the head of the leading group (组长); where none of the
// roster is entered as such, any leader of the township. He names one leader;
// both may approve, the named one not himself.
//
// Sources: 未成年人网络保护条例 36; programme/domain.md §6.2, §6.3.
package minors

import "lianxin/internal/rule/calendar"

// Longest is how many days an approval may hold: a year.
const Longest = 366

// Purposes an approval is given for.
var Purposes = []string{"care", "records", "help"}

// Seat is how somebody stands in a township.
type Seat struct {
	Leader bool // a leader of the township
	Head   bool // registered as head of its leading group
	Headed bool // somebody of the roster is
	Named  bool // the leader named for minors' data
}

// Names reports whether he names who decides.
func (s Seat) Names() bool { return s.Leader && (s.Head || !s.Headed) }

// Decides reports whether he gives and withdraws approvals; own says that it is
// about himself.
func (s Seat) Decides(own bool) bool {
	if !s.Leader {
		return false
	}
	return s.Head || s.Named && !own
}

// Term reports whether an approval may hold that long.
func Term(from, to calendar.Day) bool {
	return from.Valid() && to.Valid() && to >= from && to.Sub(from) <= Longest
}

// Holds reports whether something given from–to, and perhaps ended, is in force.
func Holds(from, to, ended, on calendar.Day) bool {
	return ended == "" && from <= on && (to == "" || on <= to)
}
