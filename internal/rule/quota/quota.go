// Package quota counts what an official owes under a plan and what of the
// records counts towards it, and says for every record why it counts or not.
//
// It acts on nothing and judges nobody: it takes a plan and facts and returns
// lines. A line has what is due, what is done, the plan's clause, the records
// that count and the records that do not, each with its reason, so that any
// number on any page can be opened and argued with. There are no shares, no
// ranks and no marks in it.
//
// How the doubtful words of the plans are read (what counts as a visit, half
// days, leave, two posts …) is settled in the plan file, value by value.
package quota

import (
	"strconv"
	"strings"

	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
)

// Halves is an amount counted in halves, so that half days add up exactly:
// 239 is 119.5 days, 12 is 6 visits. In JSON and on paper it is the number
// itself, 119.5.
type Halves int

// Whole returns n whole units.
func Whole(n int) Halves { return Halves(2 * n) }

// String writes the amount, 6 or 119.5.
func (h Halves) String() string {
	if h%2 == 0 {
		return strconv.Itoa(int(h) / 2)
	}
	if h < 0 {
		return "-" + (-h).String()
	}
	return strconv.Itoa(int(h)/2) + ".5"
}

// MarshalJSON writes the amount as a JSON number.
func (h Halves) MarshalJSON() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalJSON reads a JSON number that is a multiple of a half.
func (h *Halves) UnmarshalJSON(data []byte) error {
	n, err := ParseHalves(string(data))
	if err == nil {
		*h = n
	}
	return err
}

// ParseHalves reads 6, 6.0 or 119.5.
func ParseHalves(s string) (Halves, error) {
	whole, part, _ := strings.Cut(s, ".")
	n, err := strconv.Atoi(whole)
	if err != nil || n > 1<<40 || n < -1<<40 || strings.Trim(part, "0") != "" && strings.TrimRight(part, "0") != "5" {
		return 0, &strconv.NumError{Func: "ParseHalves", Num: s, Err: strconv.ErrSyntax}
	}
	h := Halves(2 * n)
	if strings.HasPrefix(part, "5") {
		if strings.HasPrefix(whole, "-") {
			return h - 1, nil
		}
		return h + 1, nil
	}
	return h, nil
}

// Reason is a message key with its arguments, names and values in turn.
type Reason struct {
	Key  string `json:"key"`
	Args []any  `json:"args,omitempty"`
}

// Text gives the reason as a sentence; t looks a message key up.
func (r Reason) Text(t func(key string, args ...any) string) string {
	return plan.Say(t, r.Key, r.Args)
}

func because(key string, args ...any) Reason { return Reason{Key: "quota." + key, Args: args} }

// Facts are one official's records as far as they matter for one year. Records
// of other years may be among them; they are told as such.
type Facts struct {
	Cadre      string
	Year       int
	Today      calendar.Day // nothing after today counts yet
	Posts      []Post
	Leaves     []Leave
	Pairings   []Pairing
	Visits     []Visit
	Stays      []Stay
	Practicals []Practical
}

// Post is a post held from–to, both days included; an empty To is open.
type Post struct {
	ID           string
	Rank         plan.Rank
	From, To     calendar.Day
	Village      string
	TeamMember   bool // 班子成员: the duties of township leaders apply (c11)
	SectionLevel bool // 副科级以上: the duties of section leaders apply too (c11)
	Bound        bool // the unit is under this plan (c12)
}

// Leave is an absence from–to (leave, illness, secondment, study).
type Leave struct {
	ID       string
	From, To calendar.Day
	Kind     string
}

// Pairing says that the official is the household's helper from–to.
type Pairing struct {
	ID, Household, Village string
	From, To               calendar.Day
	Joint                  bool // helps beside the household's own helper
}

// Roles in a visit.
const (
	Author    = "author"
	Companion = "companion"
)

// Visit is one call, or one try. How is a word of package plan: home, met,
// meeting, phone, reception, absent, declined.
type Visit struct {
	ID, Household string
	On            calendar.Day
	How, Role     string
	Voided        bool
	WrittenOn     calendar.Day
}

// Kinds of stay.
const (
	VillageStay   = "stay"
	FieldResearch = "research"
)

// Stay is a declared range of days in the village or of field research.
type Stay struct {
	ID, Kind         string
	From, To         calendar.Day
	FromHalf         bool // the first day counts from noon
	ToHalf           bool // the last day counts until noon
	Night            bool // slept there (住村): every night of the range, and the last one unless ToHalf
	Village, Topic   string
	Disputed, Voided bool
	Waiting          bool // declared, and the village has not said yet
	RuledOut         bool // disputed, and ruled that it does not count
}

// Practical is a practical item (实事).
type Practical struct {
	ID, Household                   string
	ProposedOn, DoneOn, ConfirmedOn calendar.Day
	State                           string // only "cancelled" matters here; the days say the rest
}

// Names of the duties.
const (
	Households   = "households"
	Visits       = "visits"
	Practicals   = "practical"
	StayDays     = "stay_days"
	ResearchDays = "research_days"
)

// Units of a line.
const (
	UnitHousehold = "household"
	UnitVisit     = "visit"
	UnitVisitDay  = "visit_day"
	UnitItem      = "item"
	UnitDay       = "day"
	UnitNight     = "night"
)

// Line is one number with everything behind it. A duty has one line per period
// with Household empty; visits (and practical items) owed to each household
// also have a line per household.
//
// For visits owed to each household Done is, at each home, no more than is due
// there, and the main line adds that up: ten visits to one home do not stand
// for another. What was done beyond is in Beyond, record by record, so that the
// weights in Counted always add up to Done (visit days aside, where several
// visits make a day). How many homes have what is due stands in Reached and
// Homes, all visits made stand in Beside.
type Line struct {
	Duty      string        `json:"duty"`
	Household string        `json:"household,omitempty"`
	Period    calendar.Span `json:"period"`
	Rank      plan.Rank     `json:"rank"` // whose requirement it is
	Due       Halves        `json:"due"`
	Target    Halves        `json:"target"` // equals Due where the plan names no higher target
	Done      Halves        `json:"done"`
	Unit      string        `json:"unit"`
	Days      int           `json:"days"` // days in post that the due number rests on …
	Of        int           `json:"of"`   // … of this many days of the period
	Reached   int           `json:"reached,omitempty"`
	Homes     int           `json:"homes,omitempty"`
	Clause    plan.Source   `json:"clause"`
	Notes     []Reason      `json:"notes,omitempty"`
	Beside    []Beside      `json:"beside,omitempty"`
	Counted   []Ref         `json:"counted,omitempty"`
	Beyond    []Refused     `json:"beyond,omitempty"` // in order, and more than is asked for at that home
	Not       []Refused     `json:"not,omitempty"`
}

// Beside is a number shown beside a line and not part of it: calls by phone,
// nights, all visits.
type Beside struct {
	Key string `json:"key"`
	N   Halves `json:"n"`
}

// Waits is what the line would have besides if the villages confirmed what they
// have not yet.
func (l Line) Waits() Halves {
	for _, b := range l.Beside {
		if b.Key == BesideWaiting {
			return b.N
		}
	}
	return 0
}

// BesideWaiting is the key of what waits for the village's word.
const BesideWaiting = "quota.beside.waiting"

// Ref points to a record and says with what weight it counts.
type Ref struct {
	Kind   string       `json:"kind"` // pairing, visit, practical, stay, research
	ID     string       `json:"id"`
	On     calendar.Day `json:"on"`
	Weight Halves       `json:"weight"`
	Late   bool         `json:"late,omitempty"` // written down late (补记); counts all the same
}

// Refused is a record, or the part of one with this weight, that does not
// count, and why.
type Refused struct {
	Ref
	Because Reason `json:"because"`
}
