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
	"lianxin/internal/rule/calendar"
)

// States of a household.
const (
	Active   = "active"
	Moved    = "moved"
	Deceased = "deceased"
	Merged   = "merged"
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
	Born      calendar.Day `json:"born,omitempty"`
	IDNumber  string       `json:"id_number,omitempty"`
	Phone     string       `json:"phone,omitempty"`
	Education string       `json:"education,omitempty"`
	Labour    string       `json:"labour,omitempty"`
	Health    string       `json:"health,omitempty"`
	State     string       `json:"state"`
	Since     calendar.Day `json:"since,omitempty"`
}

// Minor reports whether the person is under 14 on a day (个人信息保护法 31).
func (m Member) Minor(today calendar.Day) bool {
	return m.Born != "" && m.Born.Valid() && today < calendar.Date(m.Born.Year()+14, m.Born.Month(), m.Born.DayOfMonth())
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

// places of sealed values.
func at(table, column, county, row string) vault.Place {
	return vault.Place{Table: table, Column: column, County: county, Row: row}
}
