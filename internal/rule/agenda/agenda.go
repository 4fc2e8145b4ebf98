// Package agenda proposes what an analysis meeting (民情分析会) should talk
// about, from counted facts of a period: what came back from the last meeting,
// what was disputed too often, what is overdue and why, what is spreading, what
// recurs, what was shelved, whom nobody has visited.
//
// Nothing here weighs or guesses. A rise is a count set against the mean of the
// periods before, and every number is handed back with the verdict, so that a
// page can say 本季7件，前四季平均2件 and anybody can count it again.
//
// Sources: A13, B10; domain.md §2.6, §6.4; issue 3 item 9.
package agenda

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/rule/calendar"
)

// Kind of an item, in the order of an agenda.
type Kind string

// The kinds.
const (
	Standing  Kind = "standing"  // decided last time and not finished
	Disputed  Kind = "disputed"  // done again as often as the plan allows, and disputed still
	Overdue   Kind = "overdue"   // past its day, with the reason of its last step
	Spreading Kind = "spreading" // above its own usual level
	Recurs    Kind = "recurs"    // raised or heard again and again
	Shelf     Kind = "shelf"     // shelved, and its look is due
	Unvisited Kind = "unvisited" // homes nobody has been seen at for long
	Unsorted  Kind = "unsorted"  // matters nobody gave a topic: a number to open, nothing to talk over
)

// Kinds lists them in the order of an agenda.
var Kinds = []Kind{Standing, Disputed, Overdue, Spreading, Recurs, Shelf, Unvisited, Unsorted}

// Where a count comes from.
const (
	Matters = "matter" // raised as a matter
	Diaries = "diary"  // talked about in a visit
)

// Bounds say from when a count is worth a line. They are shown with the result.
type Bounds struct {
	Least   int `json:"least"`   // a rise has at least so many,
	Times   int `json:"times"`   // so many times the mean before,
	More    int `json:"more"`    // and so many more than the mean
	History int `json:"history"` // fewer periods before say nothing of a usual level
	Recur   int `json:"recur"`   // so many make a topic recur
	Heard   int `json:"heard"`   // so many in diaries, where talk is wider
}

// Usual are the bounds in use.
var Usual = Bounds{Least: 4, Times: 2, More: 3, History: 2, Recur: 3, Heard: 5}

// Count is how often a topic came up in a place in the period, and in each
// period of the same length before it, the latest first. Only periods that the
// records cover are in Before.
type Count struct {
	Source, Topic, Place string
	N                    int
	Before               []int
}

// Matter is one matter that is worth the meeting's time by itself.
type Matter struct {
	ID, Place, Topic string
	Rank             int // 最怨 0, 最盼 1, the rest 2
	On               calendar.Day
	Why              string // of what is overdue: the kind of its last step
	State            string // of what is overdue
}

// Decision is one of an earlier meeting that is not finished.
type Decision struct {
	Meeting, Item, Appeal, Place string
	State                        string // of its matter, "" where there is none
	Due                          calendar.Day
}

// Homes are those of a place nobody has been seen at for some days.
type Homes struct {
	Place string
	N     int
}

// Facts of a period, in any order.
type Facts struct {
	Whole     string // path of the place the meeting is for
	Days      int    // how long without a visit counts as long
	Today     calendar.Day
	Counts    []Count
	Disputed  []Matter
	Overdue   []Matter
	Shelved   []Matter
	Decisions []Decision
	Homes     []Homes
}

// Item is one line of the proposal with everything it rests on.
type Item struct {
	Kind   Kind         `json:"kind"`
	Key    string       `json:"key"` // the same facts give the same key
	Place  string       `json:"place"`
	Source string       `json:"source,omitempty"`
	Topic  string       `json:"topic,omitempty"`
	N      int          `json:"n,omitempty"`
	Before []int        `json:"before,omitempty"` // in the periods before, the latest first
	Mean   string       `json:"mean,omitempty"`   // of those, to one decimal
	Days   int          `json:"days,omitempty"`   // without a visit, or past its day
	On     calendar.Day `json:"on,omitempty"`
	Why    string       `json:"why,omitempty"`
	State  string       `json:"state,omitempty"`
	Refs   []string     `json:"refs,omitempty"` // "appeal:<id>", "meeting:<id>:<item>"

	rank int
}

// Text gives the message key of an item with the names of its arguments and
// their values in turn; codes are put into words by whoever shows them.
func (i Item) Text() (key string, args []any) {
	key = "agenda.text." + string(i.Kind)
	switch i.Kind {
	case Spreading:
		return key + "." + i.Source, []any{"n", i.N, "periods", len(i.Before), "mean", i.Mean}
	case Recurs:
		return key + "." + i.Source, []any{"n", i.N}
	case Unvisited:
		return key, []any{"n", i.N, "days", i.Days}
	case Unsorted:
		return key, []any{"n", i.N}
	case Overdue, Shelf, Disputed:
		if i.Kind == Overdue && i.Days > 0 && i.State == "registered" { // its day is that of taking up, not of the answer
			return key + ".take", []any{"day", i.On, "days", i.Days}
		}
		if i.Days > 0 {
			return key + ".over", []any{"day", i.On, "days", i.Days}
		}
		return key, []any{"day", i.On}
	case Standing:
		if i.Days > 0 {
			return key + ".over", []any{"day", i.On, "days", i.Days}
		}
		if i.On != "" {
			return key + ".due", []any{"day", i.On}
		}
	}
	return key, nil
}

// Ref of a matter and of a decision.
func Ref(appeal string) string { return "appeal:" + appeal }

// Propose makes the agenda: the kinds in their order, within a kind by place in
// administrative order. A matter that was decided about stands there as what was
// decided and not a second time.
func Propose(f Facts, b Bounds) []Item {
	var out []Item
	standing := map[string]bool{}
	// Two meetings that decided about the same matter say it once, as the later did.
	// Ids are in the order of time.
	later := map[string]string{}
	for _, d := range f.Decisions {
		later[d.Appeal] = max(later[d.Appeal], d.Item)
	}
	for _, d := range f.Decisions {
		if d.Appeal != "" && later[d.Appeal] != d.Item {
			continue
		}
		i := Item{Kind: Standing, Key: join(string(Standing), d.Meeting, d.Item), Place: d.Place, On: d.Due, Days: f.over(d.Due), State: d.State, Refs: []string{"meeting:" + d.Meeting + ":" + d.Item}}
		if d.Appeal != "" {
			i.Refs = append(i.Refs, Ref(d.Appeal))
			standing[d.Appeal] = true
		}
		out = append(out, i)
	}
	for _, x := range []struct {
		kind Kind
		of   []Matter
	}{{Disputed, f.Disputed}, {Overdue, f.Overdue}, {Shelf, f.Shelved}} {
		for _, m := range x.of {
			if standing[m.ID] {
				continue
			}
			i := Item{Kind: x.kind, Key: join(string(x.kind), m.ID), Place: m.Place, Topic: m.Topic, N: 1, On: m.On, Why: m.Why, Refs: []string{Ref(m.ID)}, rank: m.Rank}
			if x.kind == Overdue {
				i.Days, i.State = f.over(m.On), m.State
			}
			out = append(out, i)
		}
	}
	out = append(out, rises(f, b)...)
	unsorted := 0
	for _, c := range merged(f.Counts) {
		if c.Topic == "" { // it says nothing that a meeting could talk about
			if c.Source == Matters {
				unsorted += c.N
			}
			continue
		}
		least := b.Recur
		if c.Source == Diaries {
			least = b.Heard
		}
		if c.N >= least {
			out = append(out, Item{Kind: Recurs, Key: join(string(Recurs), c.Source, c.Topic, c.Place), Place: c.Place, Source: c.Source, Topic: c.Topic, N: c.N})
		}
	}
	for _, h := range f.Homes {
		if h.N > 0 {
			out = append(out, Item{Kind: Unvisited, Key: join(string(Unvisited), h.Place), Place: h.Place, N: h.N, Days: f.Days})
		}
	}
	if unsorted > 0 {
		out = append(out, Item{Kind: Unsorted, Key: join(string(Unsorted), f.Whole), Place: f.Whole, Source: Matters, N: unsorted})
	}
	slices.SortFunc(out, func(a, b Item) int {
		return cmp.Or(cmp.Compare(slices.Index(Kinds, a.Kind), slices.Index(Kinds, b.Kind)), cmp.Compare(a.Place, b.Place), cmp.Compare(a.rank, b.rank), cmp.Compare(a.On, b.On), cmp.Compare(a.Source, b.Source), -cmp.Compare(a.N, b.N), cmp.Compare(a.Key, b.Key))
	})
	return out
}

// over is how many days a day is past, 0 where it is not.
func (f Facts) over(day calendar.Day) int {
	if day == "" || f.Today == "" || day >= f.Today {
		return 0
	}
	return f.Today.Sub(day)
}

// rises gives what lies above its own usual level: in each place, and in the
// whole where no single place shows it.
func rises(f Facts, b Bounds) []Item {
	type theme struct{ source, topic string }
	whole, shown := map[theme]Count{}, map[theme]bool{}
	var out []Item
	for _, c := range merged(f.Counts) {
		if c.Topic == "" {
			continue // what nobody has sorted has no usual level
		}
		t := theme{c.Source, c.Topic}
		if Rises(c.N, c.Before, b) {
			shown[t] = true
			out = append(out, rise(c))
		}
		sum, ok := whole[t]
		if !ok {
			sum = Count{Source: c.Source, Topic: c.Topic, Place: f.Whole, Before: make([]int, len(c.Before))}
		}
		whole[t] = add(sum, c)
	}
	for t, c := range whole {
		if !shown[t] && f.Whole != "" && Rises(c.N, c.Before, b) {
			out = append(out, rise(c))
		}
	}
	return out
}

func rise(c Count) Item {
	return Item{Kind: Spreading, Key: join(string(Spreading), c.Source, c.Topic, c.Place), Place: c.Place, Source: c.Source, Topic: c.Topic, N: c.N, Before: slices.Clone(c.Before), Mean: Mean(c.Before)}
}

// Rises reports whether n lies above the usual level of the periods before.
func Rises(n int, before []int, b Bounds) bool {
	if len(before) < b.History || len(before) == 0 || n < b.Least {
		return false
	}
	periods, sum := len(before), 0
	for _, x := range before {
		sum += x
	}
	return n*periods >= b.Times*sum && n*periods-sum >= b.More*periods
}

// Mean writes the mean to one decimal, without ".0".
func Mean(before []int) string {
	if len(before) == 0 {
		return "0"
	}
	sum := 0
	for _, x := range before {
		sum += x
	}
	tenths := (sum*20 + len(before)) / (2 * len(before))
	return strings.TrimSuffix(strconv.Itoa(tenths/10)+"."+strconv.Itoa(tenths%10), ".0")
}

// merged adds up counts of the same source, topic and place.
func merged(cs []Count) []Count {
	type key struct{ source, topic, place string }
	at := map[key]int{}
	var out []Count
	for _, c := range cs {
		k := key{c.Source, c.Topic, c.Place}
		if i, ok := at[k]; ok {
			out[i] = add(out[i], c)
			continue
		}
		at[k] = len(out)
		c.Before = slices.Clone(c.Before)
		out = append(out, c)
	}
	return out
}

func add(a, b Count) Count {
	a.N += b.N
	a.Before = slices.Clone(a.Before)
	for len(a.Before) < len(b.Before) {
		a.Before = append(a.Before, 0)
	}
	for i, n := range b.Before {
		a.Before[i] += n
	}
	return a
}

func join(parts ...string) string { return strings.Join(parts, "~") }

// Before gives the n spans of the same length before a span, the latest first.
// Whole months go back by months, so that a quarter is compared with quarters.
func Before(s calendar.Span, n int) []calendar.Span {
	out := make([]calendar.Span, 0, n)
	months := whole(s)
	for range n {
		to := s.From.Add(-1)
		from := to.Add(1 - s.Days())
		if months > 0 {
			y, m := s.From.Year(), s.From.Month()-months
			for m < 1 {
				y, m = y-1, m+12
			}
			from = calendar.Date(y, m, 1)
		}
		s = calendar.Span{From: from, To: to}
		out = append(out, s)
	}
	return out
}

// whole gives how many whole months a span is, 0 when it is none.
func whole(s calendar.Span) int {
	next := s.To.Add(1)
	if s.From.DayOfMonth() != 1 || next.DayOfMonth() != 1 {
		return 0
	}
	return (next.Year()-s.From.Year())*12 + next.Month() - s.From.Month()
}
