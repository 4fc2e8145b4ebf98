// Package practical keeps practical items (实事): something concrete that was
// done for a home — a road mended, a school place found — from the proposal to
// the home's own word that it is done.
//
// The official who did it can never log that word himself: the village or the
// office does, and says how it was given. A gift of money or goods alone is a
// condolence (慰问) and belongs to a visit, not here (c22). Nothing is deleted;
// what comes to nothing is cancelled with its reason.
//
// Titles, notes and names of witnesses are sealed. Where an item came from is
// kept as text ("visit:<id>", "appeal:<id>").
//
// Owns: practicals, practical_steps. Sources: A8; domain.md c3, c17, c22, §6.3–6.4.
package practical

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
	"lianxin/internal/work/household"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/tally"
)

// States, as message keys practical.state.<code>.
const (
	Proposed  = "proposed"
	Started   = "started"
	Done      = "done"
	Confirmed = "confirmed"
	Cancelled = "cancelled"
)

// Kinds of item, as message keys practical.kind.<code>.
var Kinds = []string{"housing", "road_water", "farming", "work", "school", "medical", "subsidy", "paperwork", "dispute", "other"}

// Condolence is no kind of item: it is refused with the advice where it belongs.
const Condolence = "condolence"

// Ways in which a home gives its word, as message keys practical.way.<code>.
var Ways = []string{"signature", "fingerprint", "witness", "call"}

// Item is one practical item.
type Item struct {
	ID        string       `json:"id"`
	Household string       `json:"household"`
	Region    string       `json:"region"`
	Cadre     string       `json:"cadre"` // who does it
	Kind      string       `json:"kind"`
	Origin    string       `json:"origin,omitempty"`
	Title     string       `json:"title"`
	Notes     string       `json:"notes,omitempty"`
	Amount    int64        `json:"amount,omitempty"` // in fen (分), 0 when no money was needed
	State     string       `json:"state"`
	Proposed  calendar.Day `json:"proposed_on"`
	Started   calendar.Day `json:"started_on,omitempty"`
	Done      calendar.Day `json:"done_on,omitempty"`
	Confirmed calendar.Day `json:"confirmed_on,omitempty"`
	Way       string       `json:"way,omitempty"`
	By        string       `json:"confirmed_by,omitempty"` // account that logged the home's word
	Witness   string       `json:"witness,omitempty"`
	Cancelled calendar.Day `json:"cancelled_on,omitempty"`
	CancelWhy string       `json:"cancel_why,omitempty"`
	Writer    string       `json:"writer"`
	Version   int          `json:"version"`
}

// Fact is the item as rules count it.
func (i Item) Fact() quota.Practical {
	return quota.Practical{ID: i.ID, Household: i.Household, ProposedOn: i.Proposed, DoneOn: i.Done, ConfirmedOn: i.Confirmed, State: i.State}
}

// ProposeInput is an item as somebody proposes it.
type ProposeInput struct {
	ID        string       `json:"id"` // operation id; becomes the item's id
	Household string       `json:"household"`
	For       string       `json:"for,omitempty"` // the official who is to do it, "" for oneself
	Kind      string       `json:"kind"`
	Origin    string       `json:"origin,omitempty"`
	Title     string       `json:"title"`
	Notes     string       `json:"notes,omitempty"`
	Amount    int64        `json:"amount,omitempty"`
	On        calendar.Day `json:"on,omitempty"` // "" for today
}

const (
	maxTitle  = 200
	maxNotes  = 2000
	maxAmount = 100_000_000_00 // a hundred million yuan: beyond it somebody wrote fen for yuan twice
)

// Propose enters an item. again says that the same was stored before.
func Propose(ctx context.Context, tx *db.Tx, who access.Actor, in ProposeInput) (i Item, again bool, err error) {
	return once.Do(ctx, tx, who, "practical.propose", in.ID, in, func() (Item, error) { return propose(ctx, tx, who, in) })
}

func propose(ctx context.Context, tx *db.Tx, who access.Actor, in ProposeInput) (Item, error) {
	county := who.County()
	today := calendar.FromTime(tx.Now)
	if in.On == "" {
		in.On = today
	}
	if in.For == "" {
		in.For = who.Cadre()
	}
	var f fault.Fields
	f.Check(id.Valid(in.ID), "id", "fault.id_needed")
	f.Check(in.For != "", "for", "practical.for_needed")
	f.Check(in.Kind != Condolence, "kind", "practical.condolence")
	f.Check(in.Kind == Condolence || slices.Contains(Kinds, in.Kind), "kind", "practical.kind_bad")
	f.Check(originOK(in.Origin), "origin", "practical.origin_bad")
	f.Check(strings.TrimSpace(in.Title) != "", "title", "practical.title_needed")
	f.Check(len([]rune(in.Title)) <= maxTitle, "title", "fault.too_long", "n", maxTitle)
	f.Check(len([]rune(in.Notes)) <= maxNotes, "notes", "fault.too_long", "n", maxNotes)
	f.Check(in.Amount >= 0 && in.Amount <= maxAmount, "amount", "practical.amount_bad")
	f.Check(in.On.Valid() && in.On <= today && in.On >= today.Add(-3*366), "on", "practical.day_bad")
	if err := f.Err(); err != nil {
		return Item{}, err
	}
	h, err := household.Brief(ctx, tx, county, in.Household)
	if err != nil {
		return Item{}, err
	}
	own, err := ownHome(ctx, tx, who, h.ID, in.On)
	if err != nil {
		return Item{}, err
	}
	if err := scope.Can(who, access.PracticalChange, h.Region, own && in.For == who.Cadre()); err != nil {
		return Item{}, err
	}
	c, err := cadre.Hold(ctx, tx, county, in.For)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Item{}, err
	}
	if f.Check(err == nil && strings.HasPrefix(h.Region, c.Region), "for", "practical.for_unknown"); len(f) > 0 {
		return Item{}, f.Err()
	}
	if h.State != household.Active {
		return Item{}, fault.New(fault.Conflict, "practical.household_ended")
	}
	i := Item{ID: in.ID, Household: h.ID, Region: h.Region, Cadre: c.ID, Kind: in.Kind, Origin: in.Origin, Title: strings.TrimSpace(in.Title), Notes: strings.TrimSpace(in.Notes), Amount: in.Amount,
		State: Proposed, Proposed: in.On, Writer: who.Account(), Version: 1}
	_, err = tx.Exec(ctx, `INSERT INTO practicals (county, id, household, region, cadre, kind, origin, title, notes, amount, state, proposed_on, started_on, done_on, confirmed_on, way, confirmed_by, witness, cancelled_on, cancel_why, writer, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'proposed', $11, '', '', '', '', '', '', '', '', $12, 1)`,
		county, i.ID, i.Household, i.Region, i.Cadre, i.Kind, i.Origin, seal(tx, county, i.ID, "title", i.Title), seal(tx, county, i.ID, "notes", i.Notes), i.Amount, string(i.Proposed), i.Writer)
	if err != nil {
		return Item{}, err
	}
	return i, told(ctx, tx, who, i, "propose", i.Proposed, "")
}

// ownHome: the home is paired with the actor today or was on the day.
func ownHome(ctx context.Context, r db.Reader, who access.Actor, home string, on calendar.Day) (bool, error) {
	own, err := household.Own(ctx, r, who.County(), home, who.Cadre(), who.Today())
	if err != nil || own {
		return own, err
	}
	return household.Own(ctx, r, who.County(), home, who.Cadre(), on)
}

func originOK(s string) bool {
	kind, x, ok := strings.Cut(s, ":")
	return s == "" || (ok && (kind == "visit" || kind == "appeal") && id.Valid(x))
}

// told ends every change: the item's history, the audit record, the count.
func told(ctx context.Context, tx *db.Tx, who access.Actor, i Item, kind string, day calendar.Day, words string) error {
	sid, county := tx.NewID(), who.County()
	_, err := tx.Exec(ctx, `INSERT INTO practical_steps (county, id, item, kind, day, words, actor) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		county, sid, i.ID, kind, string(day), tx.Vault().Seal(vault.Place{Table: "practical_steps", Column: "words", County: county, Row: sid}, strings.TrimSpace(words)), who.Account())
	if err != nil {
		return err
	}
	audit.Note(tx, who, "practical."+kind, "practical:"+i.ID, i.Region, "household", i.Household, "cadre", i.Cadre)
	for _, d := range []calendar.Day{i.Proposed, i.Done, i.Confirmed} {
		if d == "" {
			continue
		}
		if err := tally.Mark(ctx, tx, county, i.Cadre, d.Year()); err != nil {
			return err
		}
	}
	return nil
}

func place(county, row, column string) vault.Place {
	return vault.Place{Table: "practicals", Column: column, County: county, Row: row}
}

func seal(r db.Reader, county, row, column, text string) string {
	return r.Vault().Seal(place(county, row, column), text)
}
