// Package visit records visits (走访) and with them the diary (民情日记): when,
// how, what was talked about, what was heard, what is to be done and until
// when. The diary is not written a second time: it is these records read in
// time order, with thoughts (想法和建议) added.
//
// Nobody at home and declined are results; 一切如常 is an honest record; a
// record made later is marked 补记 and counts all the same; a record made for
// somebody else is marked 代记; a correction keeps the earlier text; a visit is
// judged by the pairing of its own day. No place, no photograph is asked for;
// one that was added of free will lies apart from the record and without its Exif.
//
// Owns: visits, visit_people, visit_versions, visit_photos, thoughts, home_years.
// Sources: A4, A7, A11, A12, B10; domain.md §2.3, c2, c4, c17, c18.
package visit

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/once"
	"lianxin/internal/base/search"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/household"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/tally"
)

// Ways of a visit and its results, as message keys visit.how.<code>.
var Ways = []string{"home", "met", "phone", "meeting", "reception", "absent", "declined"}

// matterTopics are the topics of matters that a visit's topic means. 收入 and
// 水电路 may be one of several, so a promise takes none from them.
var matterTopics = map[string]string{"health": "medical", "housing": "housing", "school": "schooling", "farming": "farming", "subsidy": "policy", "neighbours": "neighbours", "work": "employment"}

// Topics talked about, as message keys visit.topic.<code>.
var Topics = []string{"health", "income", "housing", "school", "farming", "subsidy", "neighbours", "work", "water_road", "other"}

// Policies explained (A11), as message keys visit.policy.<code>.
var Policies = []string{"birth", "insurance", "medical", "education", "subsidy", "farming", "law", "safety", "government_work", "other"}

// Activities of a visit (B10, A4), as message keys visit.activity.<code>.
var Activities = []string{"briefing", "talk", "open_talk", "together", "condolence", "mediation", "errand", "research"}

// Weathers of a home's mood, one tap (domain.md §2.3).
var Weathers = []string{"sunny", "cloudy", "overcast", "rain"}

// Visit is one call at a home, or one try.
type Visit struct {
	ID         string          `json:"id"`
	Household  string          `json:"household"`
	Region     string          `json:"region"`
	Cadre      string          `json:"cadre"`           // whose visit it is
	Writer     string          `json:"writer"`          // account that wrote it down
	Proxy      bool            `json:"proxy,omitempty"` // 代记
	Day        calendar.Day    `json:"day"`
	Clock      string          `json:"clock,omitempty"` // "15:20", "" when not said
	How        string          `json:"how"`
	Topics     []string        `json:"topics,omitempty"`
	Policies   []string        `json:"policies,omitempty"`
	Activities []string        `json:"activities,omitempty"`
	Weather    string          `json:"weather,omitempty"`
	Need       bool            `json:"need"`            // something is to be done
	Usual      bool            `json:"usual,omitempty"` // 一切如常
	Words      string          `json:"words,omitempty"`
	Paired     bool            `json:"paired"`         // on that day
	Late       int             `json:"late,omitempty"` // days between the visit and the record; 补记 when above the plan's mark
	Version    int             `json:"version"`        // above 1: corrected
	Written    int64           `json:"written"`        // milliseconds
	Voided     calendar.Day    `json:"voided,omitempty"`
	VoidWhy    string          `json:"void_why,omitempty"`
	With       []string        `json:"with,omitempty"` // companions
	Promises   []appeal.Appeal `json:"promises,omitempty"`
}

// Backdated reports whether the record carries the mark 补记: written later
// than the day after the visit. Writing up in the evening or the next morning
// is usual and carries none.
func (v Visit) Backdated() bool { return v.Late > 1 }

// RecordInput is a visit as somebody tells it.
type RecordInput struct {
	ID         string             `json:"id"` // made by the sender; becomes the visit's id
	Household  string             `json:"household"`
	At         string             `json:"at"` // "2026-11-23", "2026-11-23T15:20", RFC 3339, or "" for now
	How        string             `json:"how"`
	Topics     []string           `json:"topics,omitempty"`
	Policies   []string           `json:"policies,omitempty"`
	Activities []string           `json:"activities,omitempty"`
	Weather    string             `json:"weather,omitempty"`
	Usual      bool               `json:"usual,omitempty"`
	Words      string             `json:"words,omitempty"`
	For        string             `json:"for,omitempty"`  // the official whose visit it was, when somebody else writes it down
	With       []string           `json:"with,omitempty"` // companions' ids
	Promises   []appeal.OpenInput `json:"promises,omitempty"`
	Thought    string             `json:"thought,omitempty"` // 想法和建议
	Source     string             `json:"-"`
}

const (
	maxWords    = 4000
	maxPromises = 10
)

// Record stores one visit with everything that was learned in it. cal gives
// the working days for promises without a day of their own.
func Record(ctx context.Context, tx *db.Tx, who access.Actor, in RecordInput, cal calendar.Calendar) (v Visit, again bool, err error) {
	return once.Do(ctx, tx, who, "visit.record", in.ID, &in, func() (Visit, error) { return record(ctx, tx, who, in, cal) })
}

func record(ctx context.Context, tx *db.Tx, who access.Actor, in RecordInput, cal calendar.Calendar) (Visit, error) {
	county := who.County()
	today := calendar.FromTime(tx.Now)
	day, clock, ok := readAt(in.At, tx.Now)
	var f fault.Fields
	f.Check(id.Valid(in.ID), "id", "fault.id_needed")
	f.Check(ok, "at", "visit.at_bad")
	f.Check(!ok || (day <= today && day >= today.Add(-3*366)), "at", "visit.at_range")
	if ok && day <= today {
		f.Check(!ahead(day, clock, tx.Now), "at", "visit.at_ahead", "clock", clock)
	}
	check(&f, in)
	for i, p := range in.Promises {
		p.On = day
		appeal.Check(&f, "promises."+strconv.Itoa(i), p)
	}
	f.Check(len(in.Promises) <= maxPromises, "promises", "visit.promises_many", "n", maxPromises)
	if err := f.Err(); err != nil {
		return Visit{}, err
	}
	cadre := in.For
	if cadre == "" {
		cadre = who.Cadre()
	}
	region, paired, last, err := household.PlacePaired(ctx, tx, county, in.Household, cadre, day)
	if err != nil {
		return Visit{}, err
	}
	v := Visit{ID: in.ID, Household: in.Household, Region: region, Cadre: cadre, Paired: paired, Writer: who.Account(), Day: day, Clock: clock, How: in.How, Topics: in.Topics, Policies: in.Policies, Activities: in.Activities,
		Weather: in.Weather, Need: len(in.Promises) > 0, Usual: in.Usual, Words: strings.TrimSpace(in.Words), Late: today.Sub(day), Version: 1, Written: tx.Now.UnixMilli(), With: in.With}
	v.Proxy = v.Cadre != who.Cadre()
	if err := decide(ctx, tx, who, &v); err != nil {
		return Visit{}, err
	}
	if err := insert(ctx, tx, county, v); err != nil {
		return Visit{}, err
	}
	if v.Words != "" {
		if err := search.Mark(ctx, tx, county, SearchVisit, v.ID); err != nil {
			return Visit{}, err
		}
	}
	if err := seen(ctx, tx, county, v, last); err != nil {
		return Visit{}, err
	}
	if err := companions(ctx, tx, who, &v); err != nil {
		return Visit{}, err
	}
	about := ""
	if len(in.Topics) == 1 {
		about = matterTopics[in.Topics[0]]
	}
	for _, p := range in.Promises {
		p.Hint = about
		p.Origin, p.Household, p.Region, p.Owner, p.On = "visit:"+v.ID, v.Household, v.Region, v.Cadre, v.Day
		a, err := appeal.OpenFor(ctx, tx, who, p, cal)
		if err != nil {
			return Visit{}, err
		}
		v.Promises = append(v.Promises, a)
	}
	if strings.TrimSpace(in.Thought) != "" {
		if err := insertThought(ctx, tx, county, tx.NewID(), v.Cadre, v.Region, v.Day, v.ID, in.Thought); err != nil {
			return Visit{}, err
		}
	}
	audit.Note(tx, who, "visit.record", "visit:"+v.ID, v.Region, "household", v.Household, "cadre", v.Cadre, "promises", len(v.Promises), "proxy", v.Proxy)
	return v, tally.Mark(ctx, tx, county, v.Cadre, v.Day.Year())
}

// decide says whether the visit may be recorded: an official for a home that
// is or was his on the visit's day, a colleague for him (代记), the office for
// its township, a village committee for its village.
func decide(ctx context.Context, tx *db.Tx, who access.Actor, v *Visit) error {
	county := who.County()
	if v.Cadre == "" {
		return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "for", Key: "visit.for_needed"}}}
	}
	own := v.Paired && !v.Proxy
	var err error
	if !own && who.Cadre() != "" {
		// His own home today, or on the day itself: a former helper's late record
		// counts where it belongs, and a companion may write it up.
		if own, err = household.Own(ctx, tx, county, v.Household, who.Cadre(), v.Day); err != nil {
			return err
		}
		if !own {
			if own, err = household.Own(ctx, tx, county, v.Household, who.Cadre(), who.Today()); err != nil {
				return err
			}
		}
		if !own && v.Proxy && slices.Contains(v.With, who.Cadre()) && v.Paired {
			own = true
		}
	}
	if err := scope.Can(who, access.VisitRecord, v.Region, own); err != nil {
		return err
	}
	if v.Proxy {
		place, err := db.One(ctx, tx, db.Text, `SELECT region FROM cadres WHERE county = $1 AND id = $2`, county, v.Cadre)
		if fault.Is(err, fault.NotFound) || (err == nil && !strings.HasPrefix(v.Region, place)) {
			return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "for", Key: "visit.for_unknown"}}}
		}
		return err
	}
	return nil
}

func check(f *fault.Fields, in RecordInput) {
	f.Check(slices.Contains(Ways, in.How), "how", "visit.how_bad")
	f.Check(all(in.Topics, Topics), "topics", "visit.topics_bad")
	f.Check(all(in.Policies, Policies), "policies", "visit.policies_bad")
	f.Check(all(in.Activities, Activities), "activities", "visit.activities_bad")
	f.Check(in.Weather == "" || slices.Contains(Weathers, in.Weather), "weather", "visit.weather_bad")
	f.Check(utf8.RuneCountInString(in.Words) <= maxWords, "words", "fault.too_long", "n", maxWords)
	f.Check(utf8.RuneCountInString(in.Thought) <= maxWords, "thought", "fault.too_long", "n", maxWords)
	f.Check(len(in.With) <= 10, "with", "visit.with_many")
	f.Check(!in.Usual || plainly(in), "usual", "visit.usual_not")
}

// plainly reports whether 一切如常 can be said of a visit: somebody was spoken to
// and nothing else is told.
func plainly(in RecordInput) bool {
	return in.How != "absent" && in.How != "declined" && strings.TrimSpace(in.Words) == "" && len(in.Topics) == 0 && len(in.Promises) == 0
}

// all reports whether every value is of a catalogue, and none twice.
func all(vs, of []string) bool {
	for i, v := range vs {
		if !slices.Contains(of, v) || slices.Contains(vs[:i], v) {
			return false
		}
	}
	return true
}

func insert(ctx context.Context, tx *db.Tx, county string, v Visit) error {
	_, err := tx.Exec(ctx, `INSERT INTO visits (county, id, household, region, cadre, writer, proxy, day, clock, how, topics, policies, activities, weather, need, usual, words, late, version, written_at, voided_on, void_why)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, '', '')`,
		county, v.ID, v.Household, v.Region, v.Cadre, v.Writer, v.Proxy, string(v.Day), v.Clock, v.How, join(v.Topics), join(v.Policies), join(v.Activities), v.Weather, v.Need, v.Usual,
		tx.Vault().Seal(words(county, v.ID), v.Words), v.Late, v.Version, v.Written)
	return err
}

func words(county, visit string) vault.Place {
	return vault.Place{Table: "visits", Column: "words", County: county, Row: visit}
}

func join(vs []string) string { return strings.Join(vs, " ") }

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, " ")
}

// companions credits those who went along (c17). They belong to the township
// of the visit; who is named twice is credited once.
func companions(ctx context.Context, tx *db.Tx, who access.Actor, v *Visit) error {
	if len(v.With) == 0 {
		return nil
	}
	seen := map[string]bool{v.Cadre: true}
	kept := v.With[:0:0]
	for _, c := range v.With {
		if seen[c] {
			continue
		}
		seen[c] = true
		place, err := db.One(ctx, tx, db.Text, `SELECT region FROM cadres WHERE county = $1 AND id = $2`, who.County(), c)
		if fault.Is(err, fault.NotFound) || (err == nil && !strings.HasPrefix(v.Region, place)) {
			return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "with", Key: "visit.with_unknown"}}}
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO visit_people (county, visit, cadre, day) VALUES ($1, $2, $3, $4)`, who.County(), v.ID, c, string(v.Day)); err != nil {
			return err
		}
		if err := tally.Mark(ctx, tx, who.County(), c, v.Day.Year()); err != nil {
			return err
		}
		kept = append(kept, c)
	}
	v.With = kept
	return nil
}
