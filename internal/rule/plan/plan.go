// Package plan reads a campaign's rules (方案): who owes what, what counts, when
// cards are reviewed and reports are due. A plan is a dated, versioned TOML file
// written by the office that issued it; no number of it lives in the program.
//
// Every value carries the clause it comes from, the words of that clause and,
// where the words leave room, a note how they are read, so that a page can show
// 值 / 条款原文 / 说明 side by side. The reading is strict: a word the program
// does not know is a mistake to be told with its line, never silently ignored.
//
// Two plans run side by side over one set of records (B12), and last year is
// judged by last year's version.
package plan

import (
	"slices"

	"lianxin/internal/rule/calendar"
)

// Rank is the class of post that decides what an official owes (B16 分类指导).
type Rank string

// The ranks. SectionLeader is an additional attribute, not a class of its own:
// a township leader or a member of staff may also be 副科级以上 (domain c11).
const (
	TownshipLeader   Rank = "township_leader"   // 乡镇领导、班子成员
	SectionLeader    Rank = "section_leader"    // 副科级以上
	TownshipStaff    Rank = "township_staff"    // 镇干部
	VillageCommittee Rank = "village_committee" // 村“两委”班子成员
	OtherRank        Rank = "other"             // not bound by any plan
)

// Ranks lists the ranks in administrative order.
func Ranks() []Rank {
	return []Rank{TownshipLeader, SectionLeader, TownshipStaff, VillageCommittee, OtherRank}
}

// Source says where a value comes from.
type Source struct {
	Clause string `toml:"clause" json:"clause"` // place in the document: 四、形式与方法 1
	Quote  string `toml:"quote"  json:"quote"`  // the clause's words
	Req    string `toml:"req"    json:"req"`    // requirement id: A7
	Doubt  string `toml:"doubt"  json:"doubt"`  // ambiguity as settled: c2
	Note   string `toml:"note"   json:"note"`   // how the words are read, and why
}

// Given reports whether the source says anything at all.
func (s Source) Given() bool { return s.Clause != "" || s.Note != "" }

// Of is one value with its own source, written
//
//	late_mark_days = { is = 3, note = "…" }
type Of[T any] struct {
	Is T `toml:"is" json:"is"`
	Source
}

// Plan is one version of a campaign's rules.
type Plan struct {
	Campaign   string       `toml:"campaign"`                  // id of the campaign: guabangbao
	Version    int          `toml:"version"`                   // 1, 2, …
	Effective  calendar.Day `toml:"effective"`                 // this version holds from this day
	Started    calendar.Day `toml:"started"`                   // start of the campaign; duties of the first year are pro rata from here (c15)
	FloorsFrom string       `toml:"floors_from" word:"floors"` // "county": a higher plan's values may be raised, not lowered (b30)

	Names    Names    `toml:"names"`
	Document Document `toml:"document"`

	Duties    []Duty    `toml:"duty"`
	Counting  Counting  `toml:"counting"`
	Stays     *Stays    `toml:"stays"`
	Coverage  Coverage  `toml:"coverage"`
	CareTags  Catalogue `toml:"care_tags"`
	Catalogue struct {
		Topics       Catalogue `toml:"topics"`        // what a visit talked about
		PolicyTopics Catalogue `toml:"policy_topics"` // what was explained (A11)
		Ways         Catalogue `toml:"ways"`          // 家访, 谈心, 座谈会 … each mapped to a how
		Activities   Catalogue `toml:"activities"`    // 三同, 恳谈 … (B10)
		Tiers        Catalogue `toml:"tiers"`         // names of the 联户 tiers (c8)
		Emphases     Catalogue `toml:"emphases"`      // 最盼, 最怨, 热点, 难点 (A6, A13)
	} `toml:"catalogue"`
	Cards     []Card     `toml:"card"`
	Report    *Report    `toml:"report"`
	Checks    []Check    `toml:"check"`
	Meetings  []Meeting  `toml:"meeting"`
	Matters   *Matters   `toml:"matters"`
	Ledger    *Ledger    `toml:"ledger"`
	Posting   *Posting   `toml:"posting"`
	Appraisal *Appraisal `toml:"appraisal"`
	Papers    *Papers    `toml:"papers"`
	Stages    []Named    `toml:"stage"`
	Dues      []DueDate  `toml:"due"`
	Links     []Named    `toml:"link"`

	// Lines tells where in the file a key stands, for messages; duty[1].visits.
	Lines map[string]int `toml:"-"`
}

// Names is what the campaign is called.
type Names struct {
	ZH    string `toml:"zh"`
	Short string `toml:"short"`
	EN    string `toml:"en"`
}

// Document is the paper that set the rules.
type Document struct {
	Title  string       `toml:"title"`
	Issuer string       `toml:"issuer"`
	Number string       `toml:"number"`
	Date   calendar.Day `toml:"date"`
	Source
}

// Duty is what the given ranks owe. A part that is absent is not owed.
type Duty struct {
	Ranks        []Rank      `toml:"ranks" word:"rank"`
	Who          string      `toml:"who"` // the plan's own words
	Households   *Households `toml:"households"`
	Visits       *Visits     `toml:"visits"`
	Practical    *Practical  `toml:"practical"`
	StayDays     *StayDays   `toml:"stay_days"`
	ResearchDays *Research   `toml:"research_days"`
}

// Households is how many homes an official keeps contact with (A2, B5–B7). It
// is a standing number, not prorated.
type Households struct {
	Min         int    `toml:"min"`
	Target      int    `toml:"target"`       // shown beside min; 0 means the same
	SeedText    string `toml:"seed_text"`    // the copy's own words when doubtful: 23户
	JointCounts bool   `toml:"joint_counts"` // whether a joint helper's homes count for him too
	Source
}

// Visits is how often homes are called on (A7).
type Visits struct {
	Min       int      `toml:"min"`
	Period    string   `toml:"period" word:"period"` // year, half_year, quarter
	Basis     string   `toml:"basis" word:"basis"`   // per_household, per_official_total, per_official_days
	Counts    []string `toml:"counts" word:"how"`    // the hows that count (c4)
	GroupWays []string `toml:"group_ways" word:"how"`
	Source
}

// Practical is how many practical items (实事) are owed (A8).
type Practical struct {
	Min        int    `toml:"min"`
	Basis      string `toml:"basis" word:"basis"`            // per_official, per_household
	CountsWhen string `toml:"counts_when" word:"countswhen"` // household_confirmed, done
	Source
}

// StayDays is how many days are lived in the village (B5, B6).
type StayDays struct {
	Min  int    `toml:"min"`
	Unit string `toml:"unit" word:"unit"` // day, night
	Source
}

// Research is how many days of field research are owed (B4).
type Research struct {
	Min             int    `toml:"min"`
	SeedText        string `toml:"seed_text"`
	OverlapWithStay bool   `toml:"overlap_with_stay"` // a stay day is a research day too (c5)
	Source
}

// Stays says from when a declared stay or research day counts (domain.md §6.4).
type Stays struct {
	CountsWhen string `toml:"counts_when" word:"staycounts"` // confirmed, declared
	Source
}

// Counting holds the rules of counting that are the same for every rank.
type Counting struct {
	OnePerDay     Of[bool] `toml:"one_per_day"`     // c18
	Companions    Of[bool] `toml:"companions"`      // c17: each companion is credited
	HalfDays      Of[bool] `toml:"half_days"`       // c7
	DeclinedTries Of[int]  `toml:"declined_tries"`  // c24; 0: never
	LeaveOverDays Of[int]  `toml:"leave_over_days"` // c14: a leave longer than this reduces what is owed
	LateMarkDays  Of[int]  `toml:"late_mark_days"`  // written down later than this: marked 补记
	HighestOfTwo  Of[bool] `toml:"highest_of_two"`  // c13: two posts, the higher requirement, never the sum
}

// Coverage says whom the plan binds and where their homes should lie.
type Coverage struct {
	Everyone             Of[bool]   `toml:"everyone"`                         // nobody without a home (a12)
	StationsBound        Of[bool]   `toml:"stations_bound"`                   // staff of 站所 by the unit's flag (c12)
	PostedVillageWarning Of[bool]   `toml:"posted_village_warning"`           // a home outside the posted village is warned about, not refused (a13)
	HouseholdMeans       Of[string] `toml:"household_means" word:"household"` // c21
}

// Entry is one item of a catalogue.
type Entry struct {
	ID    string `toml:"id"`
	Name  string `toml:"name"`
	EN    string `toml:"en"`
	How   string `toml:"how"`   // of a way: home, met, phone, meeting, reception
	Basis string `toml:"basis"` // of a care tag: what shows it (c9)
}

// Catalogue is a list of items to choose from, open to the office.
type Catalogue struct {
	Entries []Entry `toml:"entries"`
	Source
}

// Find returns the entry with the id.
func (c Catalogue) Find(id string) (Entry, bool) {
	i := slices.IndexFunc(c.Entries, func(e Entry) bool { return e.ID == id })
	if i < 0 {
		return Entry{}, false
	}
	return c.Entries[i], true
}

// Named is an item of a list with its own clause: a stage, a linked campaign.
type Named struct {
	ID   string `toml:"id"`
	Name string `toml:"name"`
	Source
}

// Card is a paper that passes between official and household (A9, B8).
type Card struct {
	ID              string     `toml:"id"`
	Template        string     `toml:"template"`
	Fields          []string   `toml:"fields"`
	Review          Of[string] `toml:"review" word:"period"`
	ReissueOnChange Of[bool]   `toml:"reissue_on_change"`
	Source
}

// Report is the report everyone gives (A14).
type Report struct {
	Period         Of[string] `toml:"period" word:"period"`
	To             Of[string] `toml:"to"`
	DueWorkingDays Of[int]    `toml:"due_working_days"` // after the period's end (c16)
}

// Check is one of the rhythms of checking (A15, B17).
type Check struct {
	ID       string  `toml:"id"`
	Name     string  `toml:"name"`
	Period   string  `toml:"period" word:"period"`
	Kind     string  `toml:"kind" word:"kind"` // draw, check, review
	ReportTo string  `toml:"report_to"`
	Sample   *Sample `toml:"sample"`
	Source
}

// Sample is how much a draw takes (c23).
type Sample struct {
	VillagesOneIn int `toml:"villages_one_in"`
	VillagesMin   int `toml:"villages_min"`
	Households    int `toml:"households"` // in each village
	Source
}

// Meeting is a kind of meeting held in a rhythm.
type Meeting struct {
	ID     string `toml:"id"`
	Name   string `toml:"name"`
	Period string `toml:"period" word:"period"`
	Source
}

// Ledger names the parts of the 民情台账 (B25).
type Ledger struct {
	Parts []string `toml:"parts"`
	Source
}

// Posting is what a village makes public (B11).
type Posting struct {
	By             string   `toml:"by"`
	Lists          []string `toml:"lists"`
	MaskHouseholds bool     `toml:"mask_households"`
	Days           int      `toml:"days"`
	Source
}

// Appraisal is how organisation's and villagers' judgement are put together
// (B19). The points are shares of one sheet; the program never grades a person.
type Appraisal struct {
	Org        int    `toml:"org"`
	Mass       int    `toml:"mass"`
	MinBallots int    `toml:"min_ballots"`
	Parts      []Part `toml:"part"`
	Uses       Uses   `toml:"uses"`
	Source
}

// Part is one item of the appraisal sheet.
type Part struct {
	ID     string `toml:"id"`
	Name   string `toml:"name"`
	Side   string `toml:"side" word:"side"` // org, mass
	Points int    `toml:"points"`
	Source
}

// Uses lists where the result is used (A17, B20).
type Uses struct {
	For []string `toml:"for"`
	Source
}

// Papers says how papers are laid out and kept.
type Papers struct {
	Layout  Of[string] `toml:"layout" word:"layout"`   // gbt9704_2012 (c20)
	Archive Of[string] `toml:"archive" word:"archive"` // item, volume (c19)
}

// DueDate is a date the plan sets, either fixed or before Spring Festival.
type DueDate struct {
	ID     string `toml:"id"`
	Name   string `toml:"name"`
	On     string `toml:"on"`                   // month and day: 03-10
	Before string `toml:"before" word:"before"` // spring_festival
	Source
}

// In returns the due date in a year; ok is false when the lunar table does not
// reach that year.
func (d DueDate) In(year int) (day calendar.Day, ok bool) {
	if d.Before == BeforeSpringFestival {
		return calendar.BeforeSpringFestival(year)
	}
	day, ok = monthDay(year, d.On)
	return day, ok
}

// For returns what a rank owes; a rank without duty owes nothing.
func (p Plan) For(rank Rank) Duty {
	for _, d := range p.Duties {
		if slices.Contains(d.Ranks, rank) {
			return d
		}
	}
	return Duty{}
}

// Bound lists the ranks that owe something, in administrative order.
func (p Plan) Bound() []Rank {
	var out []Rank
	for _, r := range Ranks() {
		d := p.For(r)
		if d.Households != nil || d.Visits != nil || d.Practical != nil || d.StayDays != nil || d.ResearchDays != nil {
			out = append(out, r)
		}
	}
	return out
}

// StaysWait reports whether a stay counts only when the village confirmed it.
// So it is where a plan says nothing: a plan that wants it otherwise says so.
func (p Plan) StaysWait() bool { return p.Stays == nil || p.Stays.CountsWhen != StaysDeclared }

// Start is the first day duties are owed.
func (p Plan) Start() calendar.Day {
	if p.Started != "" {
		return p.Started
	}
	return p.Effective
}
