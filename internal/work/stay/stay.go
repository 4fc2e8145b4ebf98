// Package stay keeps village stays (驻村) and field research (调研): who was in
// which village from when to when, in half days, and whether he slept there.
//
// A stay is declared in a range, for oneself or by the office for somebody; the
// village confirms it, and from then on it counts (a plan may have it count from
// its declaration), or says that it was not so; then the office rules, with
// words, whether it counts or stays out.
// Days already declared, days in another village and days on leave are refused
// with the reason when they are entered, so that nothing has to be taken back
// later. A stay is never deleted: it is voided with a reason. Nobody is asked
// for his position.
//
// Owns: stays. Sources: B4–B6; domain.md c5–c7, §6.3–6.4.
package stay

import (
	"context"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/once"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/tally"
)

// Kinds of stay, as message keys stay.kind.<code>.
const (
	Village  = quota.VillageStay
	Research = quota.FieldResearch
)

// States, as message keys stay.state.<code>.
const (
	Declared  = "declared"
	Confirmed = "confirmed"
	Disputed  = "disputed"
	RuledOut  = "ruled_out" // disputed, and the office ruled that it does not count
)

// Stay is one declared range, both days included.
type Stay struct {
	ID       string       `json:"id"`
	Cadre    string       `json:"cadre"`
	Region   string       `json:"region"` // path of the village
	Kind     string       `json:"kind"`
	From     calendar.Day `json:"from"`
	To       calendar.Day `json:"to"`
	FromHalf bool         `json:"from_half,omitempty"` // the first day counts from noon
	ToHalf   bool         `json:"to_half,omitempty"`   // the last day counts until noon
	Night    bool         `json:"night,omitempty"`     // slept there: every night of the range, the last one unless ToHalf
	Topic    string       `json:"topic,omitempty"`
	Note     string       `json:"note,omitempty"`
	Writer   string       `json:"writer"`
	Proxy    bool         `json:"proxy,omitempty"` // 代记
	State    string       `json:"state"`
	JudgedOn calendar.Day `json:"judged_on,omitempty"`
	JudgedBy string       `json:"judged_by,omitempty"` // account
	JudgeWhy string       `json:"judge_why,omitempty"`
	RuledOn  calendar.Day `json:"ruled_on,omitempty"`
	RuledBy  string       `json:"ruled_by,omitempty"` // account
	RuledWhy string       `json:"ruled_why,omitempty"`
	Voided   calendar.Day `json:"voided,omitempty"`
	VoidWhy  string       `json:"void_why,omitempty"`
	Written  int64        `json:"written"` // milliseconds
}

// Fact is the stay as rules count it.
func (s Stay) Fact() quota.Stay {
	return quota.Stay{ID: s.ID, Kind: s.Kind, From: s.From, To: s.To, FromHalf: s.FromHalf, ToHalf: s.ToHalf, Night: s.Night, Village: s.Region, Topic: s.Topic, Disputed: s.State == Disputed, Waiting: s.State == Declared, RuledOut: s.State == RuledOut, Voided: s.Voided != ""}
}

// Kinds of stays, as message keys stay.kind.<code>.
var Kinds = []string{Village, Research}

// States lists the states, as message keys stay.state.<code>.
var States = []string{Declared, Confirmed, Disputed, RuledOut}

// DeclareInput is a range as somebody tells it.
type DeclareInput struct {
	ID       string       `json:"id"` // operation id; becomes the stay's id
	For      string       `json:"for,omitempty"`
	Kind     string       `json:"kind"`
	From     calendar.Day `json:"from"`
	To       calendar.Day `json:"to"` // "" for the same day
	FromHalf bool         `json:"from_half,omitempty"`
	ToHalf   bool         `json:"to_half,omitempty"`
	Night    bool         `json:"night,omitempty"`
	Village  string       `json:"village"` // path
	Topic    string       `json:"topic,omitempty"`
	Note     string       `json:"note,omitempty"`
}

const (
	maxTopic = 100
	maxNote  = 1000
	// A stay may be planned a quarter ahead and entered three years late.
	ahead = 92
	past  = 3 * 366
)

// Declare stores a range. again says that the same was stored before.
func Declare(ctx context.Context, tx *db.Tx, who access.Actor, in DeclareInput) (s Stay, again bool, err error) {
	return once.Do(ctx, tx, who, "stay.declare", in.ID, in, func() (Stay, error) { return declare(ctx, tx, who, in) })
}

func declare(ctx context.Context, tx *db.Tx, who access.Actor, in DeclareInput) (Stay, error) {
	county := who.County()
	if in.To == "" {
		in.To = in.From
	}
	if in.For == "" {
		in.For = who.Cadre()
	}
	in.Topic, in.Note = strings.TrimSpace(in.Topic), strings.TrimSpace(in.Note)
	today := calendar.FromTime(tx.Now)
	var f fault.Fields
	f.Check(id.Valid(in.ID), "id", "fault.id_needed")
	f.Check(in.For != "", "for", "stay.for_needed")
	f.Check(slices.Contains(Kinds, in.Kind), "kind", "stay.kind_bad")
	f.Check(in.From.Valid() && in.From >= today.Add(-past), "from", "stay.day_bad")
	f.Check(in.To.Valid() && in.To <= today.Add(ahead), "to", "stay.day_bad")
	f.Check(region.Upto(in.Village, region.Village) == in.Village && in.Village != "", "village", "stay.village_needed")
	f.Check(len([]rune(in.Topic)) <= maxTopic, "topic", "fault.too_long", "n", maxTopic)
	f.Check(len([]rune(in.Note)) <= maxNote, "note", "fault.too_long", "n", maxNote)
	if err := f.Err(); err != nil {
		return Stay{}, err
	}
	if err := scope.Can(who, access.StayDeclare, in.Village, in.For == who.Cadre()); err != nil {
		return Stay{}, err
	}
	// The official's row is held, so that two declarations at once cannot both
	// find the days free.
	c, err := cadre.Hold(ctx, tx, county, in.For)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Stay{}, err
	}
	f.Check(err == nil && strings.HasPrefix(in.Village, c.Region), "for", "stay.for_unknown")
	v, err := region.ByPath(ctx, tx, in.Village)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Stay{}, err
	}
	f.Check(err == nil && (v.To == "" || v.To >= string(in.To)), "village", "stay.village_unknown")
	if err := f.Err(); err != nil {
		return Stay{}, err
	}
	s := Stay{ID: in.ID, Cadre: in.For, Region: in.Village, Kind: in.Kind, From: in.From, To: in.To, FromHalf: in.FromHalf, ToHalf: in.ToHalf, Night: in.Night, Topic: in.Topic, Note: in.Note,
		Writer: who.Account(), Proxy: in.For != who.Cadre(), State: Declared, Written: tx.Now.UnixMilli()}
	if err := fits(ctx, tx, county, s); err != nil {
		return Stay{}, err
	}
	if err := insert(ctx, tx, county, s); err != nil {
		return Stay{}, err
	}
	audit.Note(tx, who, "stay.declare", "stay:"+s.ID, s.Region, "cadre", s.Cadre, "kind", s.Kind, "from", s.From, "to", s.To, "proxy", s.Proxy)
	return s, mark(ctx, tx, county, s)
}

// fits asks the rule whether the range goes with what is declared and with the
// official's leaves; every reason is told at once.
func fits(ctx context.Context, r db.Reader, county string, s Stay) error {
	old, err := OfCadre(ctx, r, county, s.Cadre, s.From, s.To)
	if err != nil {
		return err
	}
	leaves, err := cadre.LeavesOf(ctx, r, county, []string{s.Cadre})
	if err != nil {
		return err
	}
	facts := make([]quota.Stay, len(old))
	for i, o := range old {
		facts[i] = o.Fact()
	}
	ls := make([]quota.Leave, len(leaves))
	for i, l := range leaves {
		ls[i] = quota.Leave{ID: l.ID, From: l.From, To: l.To, Kind: l.Kind}
	}
	reasons := quota.StayConflicts(facts, ls, s.Fact())
	if len(reasons) == 0 {
		return nil
	}
	e := &fault.Error{Kind: fault.Conflict, Key: reasons[0].Key, Args: reasons[0].Args}
	for _, x := range reasons {
		name := "from"
		switch x.Key {
		case "quota.bad_range":
			e.Kind = fault.Invalid
		case "quota.needs_topic":
			name, e.Kind = "topic", fault.Invalid
		}
		e.Fields = append(e.Fields, fault.Field{Name: name, Key: x.Key, Args: x.Args})
	}
	return e
}

func insert(ctx context.Context, tx *db.Tx, county string, s Stay) error {
	_, err := tx.Exec(ctx, `INSERT INTO stays (county, id, cadre, region, kind, valid_from, valid_to, from_half, to_half, night, topic, note, writer, proxy, state, judged_on, judged_by, judge_why, voided_on, void_why, written_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '', '', '', '', '', $16)`,
		county, s.ID, s.Cadre, s.Region, s.Kind, string(s.From), string(s.To), s.FromHalf, s.ToHalf, s.Night, seal(tx, county, s.ID, "topic", s.Topic), seal(tx, county, s.ID, "note", s.Note),
		s.Writer, s.Proxy, s.State, s.Written)
	return err
}

func place(county, row, column string) vault.Place {
	return vault.Place{Table: "stays", Column: column, County: county, Row: row}
}

func seal(r db.Reader, county, row, column, text string) string {
	return r.Vault().Seal(place(county, row, column), text)
}

// mark has the official's years counted again.
func mark(ctx context.Context, tx *db.Tx, county string, s Stay) error {
	for y := s.From.Year(); y <= s.To.Year(); y++ {
		if err := tally.Mark(ctx, tx, county, s.Cadre, y); err != nil {
			return err
		}
	}
	return nil
}
