// Package match proposes who should help which home (结对建议). It decides
// nothing: it returns a list with the reason for every line, which the office
// reads, changes and accepts as a whole or line by line (A5).
//
// Homes with care tags are served first (A3), hard cases before them. For each
// home the rules weigh in this order: who helped it last year keeps it; the
// official posted to the home's village comes first (A2); hard
// cases go to leaders; whoever is furthest below the plan's number comes before
// whoever has reached it; nobody gets more than the plan's target as long as
// somebody else fits. The same input gives the same list, in whatever order it
// was given.
package match

import (
	"cmp"
	"slices"
	"strings"
)

// Home is one household that needs a helper.
type Home struct {
	ID       string
	Village  string // path of its village
	Priority bool   // a care tag is in force
	Hard     bool   // several reasons at once: a case for a leader
	Last     string // official who helped it last year, "" for none
	Present  string // official who helps it now, "" for none; such a home is left alone
	Not      string // official not to be proposed: the home asked for another (c24)
}

// Official may be given homes.
type Official struct {
	ID     string
	Posted string // path of the village he is posted to, "" for none
	Leader bool   // takes hard cases
	Load   int    // homes he has now
	Min    int    // what the plan asks at least
	Target int    // what he should not be given more than; below Min it is read as Min
}

func (o Official) cap() int { return max(o.Min, o.Target) }

// Reason is a message key with its arguments, names and values in turn.
type Reason struct {
	Key  string `json:"key"`
	Args []any  `json:"args,omitempty"`
}

func because(key string, args ...any) Reason { return Reason{"match." + key, args} }

// Suggestion is one proposed pairing.
type Suggestion struct {
	Home    string   `json:"home"`
	Cadre   string   `json:"cadre"`
	Reasons []Reason `json:"reasons"`
	Over    bool     `json:"over,omitempty"` // beyond the target, because nobody below it fits
}

// Unmatched is a home for which nobody fits, and why.
type Unmatched struct {
	Home    string `json:"home"`
	Because Reason `json:"because"`
}

// Proposal is the whole list: homes in the order in which they were served.
type Proposal struct {
	Rows    []Suggestion `json:"rows"`
	Without []Unmatched  `json:"without,omitempty"`
}

// Rules are what an office may choose about a proposal.
type Rules struct {
	// Stretch allows a home to go to somebody at his target when everybody is;
	// the line then says so. Without it the home stays without helper.
	Stretch bool
	// Villages limits everybody who is posted to a village to homes there.
	Villages bool
}

// Propose goes through the homes without helper and names one for each.
func Propose(homes []Home, officials []Official, rules Rules) Proposal {
	hs := once(homes, func(h Home) string { return h.ID })
	os := once(officials, func(o Official) string { return o.ID })
	at := map[string]int{}
	for i, o := range os {
		at[o.ID] = i
	}
	slices.SortFunc(hs, func(a, b Home) int {
		return cmp.Or(a.urgency(at)-b.urgency(at), strings.Compare(a.Village, b.Village), strings.Compare(a.ID, b.ID))
	})
	var p Proposal
	for _, h := range hs {
		if h.Present != "" {
			continue
		}
		best, rank := -1, choice{}
		var none tally
		for i, o := range os {
			c, ok := weigh(h, o, rules, &none)
			if ok && (best < 0 || c.before(rank)) {
				best, rank = i, c
			}
		}
		if best < 0 {
			p.Without = append(p.Without, Unmatched{h.ID, none.why(len(os))})
			continue
		}
		p.Rows = append(p.Rows, Suggestion{Home: h.ID, Cadre: os[best].ID, Reasons: reasons(h, os[best], rank), Over: rank.over})
		os[best].Load++
	}
	return p
}

// once sorts by id and keeps one of each, so that no home is proposed twice and
// the order of the input makes no difference.
func once[T any](in []T, id func(T) string) []T {
	out := slices.Clone(in)
	slices.SortStableFunc(out, func(a, b T) int { return strings.Compare(id(a), id(b)) })
	return slices.CompactFunc(out, func(a, b T) bool { return id(a) == id(b) })
}

// urgency: within a kind of case last year's pairs come first, because they bind
// an official before anything else is decided. Hard cases and other homes with
// care tags are served before the rest (A3), so that the rest cannot use up
// whoever they need.
func (h Home) urgency(present map[string]int) int {
	u := 4
	switch {
	case h.Hard:
		u = 0
	case h.Priority:
		u = 2
	}
	if _, kept := present[h.Last]; h.Last == "" || !kept {
		u++
	}
	return u
}

// choice is how an official stands for a home; what comes first weighs most.
type choice struct {
	over     bool // at or above the target
	last     bool // helped it last year
	posted   bool // posted to its village
	leader   bool // a hard case and he is a leader
	spare    bool // an easy case and he is no leader (leaders are kept for hard ones)
	free     bool // posted nowhere: no village of his is neglected
	missing  int  // how far below the plan's number
	load     int
	official string
}

// before orders two choices.
func (c choice) before(d choice) bool {
	for _, x := range [][2]bool{{!c.over, !d.over}, {c.last, d.last}, {c.leader && c.posted, d.leader && d.posted}, {c.posted, d.posted}, {c.leader, d.leader}, {c.spare, d.spare}, {c.free, d.free}} {
		if x[0] != x[1] {
			return x[0]
		}
	}
	return cmp.Or(d.missing-c.missing, c.load-d.load, strings.Compare(c.official, d.official)) < 0
}

// weigh says how an official stands for a home, or that he does not fit.
func weigh(h Home, o Official, rules Rules, none *tally) (choice, bool) {
	posted := o.Posted != "" && o.Posted == h.Village
	last := h.Last != "" && h.Last == o.ID
	switch {
	case o.cap() == 0:
		none.unbound++
		return choice{}, false
	case h.Not == o.ID:
		none.refused++
		return choice{}, false
	case rules.Villages && o.Posted != "" && !posted && !last:
		none.elsewhere++
		return choice{}, false
	case o.Load >= o.cap() && !rules.Stretch:
		none.full++
		return choice{}, false
	}
	return choice{over: o.Load >= o.cap(), last: last, posted: posted, leader: h.Hard && o.Leader, spare: !h.Hard && !o.Leader, free: o.Posted == "",
		missing: max(o.Min-o.Load, 0), load: o.Load, official: o.ID}, true
}

// tally counts why officials do not fit.
type tally struct{ full, elsewhere, unbound, refused int }

func (t tally) why(all int) Reason {
	switch {
	case all == 0:
		return because("no_officials")
	case t.full > 0:
		return because("all_full", "n", t.full)
	case t.elsewhere > 0:
		return because("all_elsewhere", "n", t.elsewhere)
	}
	if t.refused > 0 {
		return because("asked_for_another")
	}
	return because("none_bound")
}

func reasons(h Home, o Official, c choice) []Reason {
	var out []Reason
	if c.last {
		out = append(out, because("last_year"))
	}
	if c.posted {
		out = append(out, because("posted"))
	}
	if h.Hard && o.Leader {
		out = append(out, because("hard_case"))
	}
	if h.Priority && !(h.Hard && o.Leader) {
		out = append(out, because("priority"))
	}
	switch {
	case c.over:
		out = append(out, because("over", "load", o.Load, "target", o.cap()))
	case c.missing > 0:
		out = append(out, because("below", "load", o.Load, "min", o.Min))
	default:
		out = append(out, because("room", "load", o.Load, "target", o.cap()))
	}
	if !c.posted && o.Posted != "" {
		out = append(out, because("outside"))
	}
	return out
}
