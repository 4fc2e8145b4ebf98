// Package household keeps the homes that are helped (联系户): where they are,
// who lives there, why they need attention (重点对象, with evidence and
// validity), what was consented to, and everything that happened to them — a
// move, a split, a merge, a death, a correction — with what was before.
//
// A household is people who live and eat together (domain.md c21); a register
// number is not needed. ID numbers, phones, addresses, health, care tags and
// notes are sealed; lists show masked values; Reveal opens one and records for
// what.
//
// Owns: households, members, care_tags, consents, household_events, household_keys.
package household

import (
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
)

// States of a household.
const (
	Active   = "active"
	Moved    = "moved"
	Deceased = "deceased"
	Merged   = "merged"
)

// Words of what is entered: of a person's sex, of where a care tag comes from, of
// what a consent is for and how it was given.
var (
	Sexes        = []string{"female", "male"}
	TagSources   = []string{"own_word", "village", "department"}
	ConsentFor   = []string{"record", "posting", "minor"}
	ConsentWays  = []string{"spoken", "signed", "witnessed", "guardian"}
	MemberStates = []string{Active, Deceased, "left"}
	RevealFields = []string{"phone", "address", "id_number", "health", "notes", "tag", "evidence", "end_reason"}
)

// Household is one home. In lists and pages phone and address are masked.
type Household struct {
	ID        string       `json:"id"`
	Region    string       `json:"region"` // path of the group, or of the village when no group is known
	Head      string       `json:"head"`
	Address   string       `json:"address"`
	Phone     string       `json:"phone"`
	Housing   string       `json:"housing,omitempty"`
	Income    string       `json:"income,omitempty"`
	Notes     string       `json:"notes,omitempty"`
	Size      int          `json:"size"`
	Priority  bool         `json:"priority"`
	State     string       `json:"state"`
	Since     calendar.Day `json:"since"`
	Successor string       `json:"successor,omitempty"`
	Version   int          `json:"version"`
	Members   []Member     `json:"members,omitempty"`
	Tags      []Tag        `json:"tags,omitempty"`
	Consents  []Consent    `json:"consents,omitempty"`
	Own       bool         `json:"own"` // paired with the reader today
}

// Member is one person of a home.
type Member struct {
	ID        string       `json:"id"`
	Household string       `json:"-"`
	Name      string       `json:"name"`
	Relation  string       `json:"relation"` // to the householder: 户主, 配偶, 子女 …
	Sex       string       `json:"sex,omitempty"`
	Born      Birth        `json:"born,omitempty"`
	Age       int          `json:"age,omitempty"` // in whole years, where it is shown
	IDNumber  string       `json:"id_number,omitempty"`
	Phone     string       `json:"phone,omitempty"`
	Education string       `json:"education,omitempty"`
	Labour    string       `json:"labour,omitempty"`
	Health    string       `json:"health,omitempty"`
	State     string       `json:"state"`
	Since     calendar.Day `json:"since,omitempty"`
	Closed    bool         `json:"closed,omitempty"` // a child of whom no more is shown to this reader
}

// Hidden stands for a value that is kept and not shown until it is opened.
const Hidden = "…"

// Birth is a day of birth, or its year and month: with the day and the last
// places of an ID number the whole number could be put together, so the day
// stays inside (出生年月).
type Birth string

// Month is what is told of it.
func (b Birth) Month() Birth {
	if len(b) > len("2012-04") {
		return b[:len("2012-04")]
	}
	return b
}

// Age in whole years on a day, -1 where the day of birth is not known.
func (b Birth) Age(today calendar.Day) int {
	d := calendar.Day(b)
	if !d.Valid() {
		return -1
	}
	n := today.Year() - d.Year()
	if string(today)[4:] < string(d)[4:] {
		n--
	}
	return max(n, 0)
}

// Child reports whether the person is under 14 on a day (个人信息保护法 31).
func (m Member) Child(today calendar.Day) bool { return m.under(14, today) }

// Minor reports whether the person is under 18 on a day (未成年人保护法 2).
func (m Member) Minor(today calendar.Day) bool { return m.under(18, today) }

func (m Member) under(years int, today calendar.Day) bool {
	n := m.Born.Age(today)
	return n >= 0 && n < years
}

// Tag is one reason why a home needs more attention.
type Tag struct {
	ID        string       `json:"id"`
	Member    string       `json:"member,omitempty"`
	Tag       string       `json:"tag"` // code of the plan's catalogue: orphan, lone_elder, disabled, left_behind_student, low_income …
	Evidence  string       `json:"evidence,omitempty"`
	Source    string       `json:"source,omitempty"` // own_word, village, department
	From      calendar.Day `json:"from"`
	To        calendar.Day `json:"to,omitempty"`
	EndReason string       `json:"end_reason,omitempty"`
}

// At reports whether the tag holds on a day.
func (t Tag) At(d calendar.Day) bool { return t.From <= d && (t.To == "" || d <= t.To) }

// Consent is one record of notice and consent (个人信息保护法 13–17, 29–31).
type Consent struct {
	ID       string       `json:"id"`
	Purpose  string       `json:"purpose"` // record, posting, minor
	Way      string       `json:"way"`     // spoken, signed, witnessed, guardian
	On       calendar.Day `json:"on"`
	Ended    calendar.Day `json:"ended,omitempty"`
	Guardian string       `json:"guardian,omitempty"`
}

// Target is the home as the access rules see it; Own must be known.
func (h Household) Target() access.Target {
	return access.Target{Region: h.Region, Own: h.Own, Home: h.ID}
}

// places of sealed values.
func at(table, column, county, row string) vault.Place {
	return vault.Place{Table: table, Column: column, County: county, Row: row}
}
