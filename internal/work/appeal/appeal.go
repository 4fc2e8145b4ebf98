// Package appeal keeps what was promised to people (诉求与承诺): every measure
// with a time limit that came out of a visit has a title in plain words, an
// owner, a due day by the working-day calendar, and an honest end with a
// result. Where it came from is kept as text ("visit:<id>"), so this package
// knows nothing of visits.
//
// Titles and results are people's own words and sealed.
//
// Owns: appeals, appeal_steps. Source: A12 (具体措施办法、办结时限), A8.
package appeal

import (
	"context"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/once"
	"lianxin/internal/base/search"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/deadline"
	"lianxin/internal/work/scope"
)

// States of a matter.
const (
	Open      = "open"
	Done      = "done"
	Withdrawn = "withdrawn"
)

// Who is to do it.
const (
	Self     = "self"     // 我来办
	Station  = "station"  // 转站所
	Township = "township" // 报镇里
)

// Appeal is one matter with its clock.
type Appeal struct {
	ID        string       `json:"id"`
	Origin    string       `json:"origin"`
	Household string       `json:"household"`
	Region    string       `json:"region"`
	Owner     string       `json:"owner"` // the official who answers for it
	By        string       `json:"by"`
	Title     string       `json:"title"`
	OpenedOn  calendar.Day `json:"opened_on"`
	DueOn     calendar.Day `json:"due"`
	State     string       `json:"state"`
	ClosedOn  calendar.Day `json:"closed_on,omitempty"`
	Result    string       `json:"result,omitempty"`
	Version   int          `json:"version"`
	// Provisional says that the due day was counted without the year's holiday
	// notice, which had not been issued yet.
	Provisional bool `json:"provisional,omitempty"`
}

// Status says how the due day stands today.
func (a Appeal) Status(today calendar.Day) deadline.Status {
	return deadline.State(a.DueOn, today, a.DueOn.Add(-3))
}

// OpenInput is a promise as it is made.
type OpenInput struct {
	ID        string       `json:"id"` // made by the sender; may be empty inside a visit
	Origin    string       `json:"-"`
	Household string       `json:"household,omitempty"`
	Region    string       `json:"-"`
	Owner     string       `json:"owner,omitempty"`
	By        string       `json:"by,omitempty"`
	Title     string       `json:"title"`
	On        calendar.Day `json:"-"`
	Due       calendar.Day `json:"due,omitempty"`
	Days      int          `json:"days,omitempty"` // working days, when no day is given
}

// DefaultDays is the limit when neither a day nor a number of days is given:
// the usual "求助 3, 投诉 5, 疑难 7" of domain.md §4.6 at its longest.
const DefaultDays = 7

// maxDue is how many days after it was made a promise may be due at the latest:
// three years. A day beyond is a slip of the pen that could never be corrected.
const maxDue = 3 * 366

// Check looks for what is wrong with a promise before anything is written.
func Check(f *fault.Fields, name string, in OpenInput) {
	f.Check(strings.TrimSpace(in.Title) != "", name+".title", "appeal.title_needed")
	f.Check(len([]rune(in.Title)) <= 200, name+".title", "fault.too_long", "n", 200)
	f.Check(in.ID == "" || id.Valid(in.ID), name+".id", "fault.id_needed")
	f.Check(in.Due == "" || (in.Due.Valid() && (in.On == "" || in.Due >= in.On && in.Due <= in.On.Add(maxDue))), name+".due", "appeal.due_bad")
	f.Check(in.Days >= 0 && in.Days <= 250, name+".days", "appeal.days_bad")
	f.Check(in.By == "" || in.By == Self || in.By == Station || in.By == Township, name+".by", "appeal.by_bad")
}

// OpenFor writes a promise that a use case above has checked and decided upon.
// cal gives the working days.
func OpenFor(ctx context.Context, tx *db.Tx, who access.Actor, in OpenInput, cal calendar.Calendar) (Appeal, error) {
	a := Appeal{ID: in.ID, Origin: in.Origin, Household: in.Household, Region: in.Region, Owner: in.Owner, By: in.By, Title: strings.TrimSpace(in.Title), OpenedOn: in.On, DueOn: in.Due, State: Open, Version: 1}
	if a.ID == "" {
		a.ID = tx.NewID()
	}
	if a.By == "" {
		a.By = Self
	}
	if a.DueOn == "" {
		n := in.Days
		if n == 0 {
			n = DefaultDays
		}
		var announced bool
		a.DueOn, announced = deadline.Due(in.On, n, cal)
		a.Provisional = !announced
	}
	_, err := tx.Exec(ctx, `INSERT INTO appeals (county, id, origin, household, region, owner, by_whom, title, opened_on, due_on, state, closed_on, result, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', '', '', 1)`,
		who.County(), a.ID, a.Origin, a.Household, a.Region, a.Owner, a.By, seal(tx, who.County(), a.ID, "title", a.Title), string(a.OpenedOn), string(a.DueOn))
	if err != nil {
		return a, err
	}
	return a, step(ctx, tx, who, a.ID, "open", "", string(a.DueOn), "")
}

func seal(r db.Reader, county, row, column, text string) string {
	return r.Vault().Seal(vault.Place{Table: "appeals", Column: column, County: county, Row: row}, text)
}

// step writes a line of a matter's history. Every change of a matter has one, so
// it is here that the matter is marked to be indexed again.
func step(ctx context.Context, tx *db.Tx, who access.Actor, appeal, kind, before, after, words string) error {
	sid := tx.NewID()
	_, err := tx.Exec(ctx, `INSERT INTO appeal_steps (county, id, appeal, kind, day, before, after, words, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		who.County(), sid, appeal, kind, string(calendar.FromTime(tx.Now)), before, after,
		tx.Vault().Seal(vault.Place{Table: "appeal_steps", Column: "words", County: who.County(), Row: sid}, words), who.Account())
	if err != nil {
		return err
	}
	return search.Mark(ctx, tx, who.County(), SearchAppeal, appeal)
}

// CloseInput ticks a promise off, or says why it is not pursued.
type CloseInput struct {
	ID     string       `json:"id"` // operation id
	Appeal string       `json:"appeal"`
	State  string       `json:"state"` // done or withdrawn
	On     calendar.Day `json:"on"`
	Result string       `json:"result"` // what came of it; needed for withdrawn
}

// Close ends a matter with its result.
func Close(ctx context.Context, tx *db.Tx, who access.Actor, in CloseInput) (Appeal, error) {
	a, _, err := once.Do(ctx, tx, who, "appeal.close", in.ID, in, func() (Appeal, error) {
		a, err := changeable(ctx, tx, who, in.Appeal)
		if err != nil {
			return a, err
		}
		today := calendar.FromTime(tx.Now)
		if in.On == "" {
			in.On = today
		}
		var f fault.Fields
		f.Check(in.State == Done || in.State == Withdrawn, "state", "appeal.state_bad")
		f.Check(in.On.Valid() && in.On <= today && in.On >= a.OpenedOn, "on", "appeal.closed_bad")
		f.Check(in.State != Withdrawn || strings.TrimSpace(in.Result) != "", "result", "appeal.reason_needed")
		f.Check(len([]rune(in.Result)) <= 1000, "result", "fault.too_long", "n", 1000)
		if err := f.Err(); err != nil {
			return a, err
		}
		if a.State != Open {
			return a, fault.New(fault.Conflict, "appeal.closed")
		}
		a.State, a.ClosedOn, a.Result = in.State, in.On, strings.TrimSpace(in.Result)
		return a, write(ctx, tx, who, &a, in.State, "", string(in.On), a.Result)
	})
	return a, err
}

// Reopen undoes an end that was set by mistake or did not hold.
func Reopen(ctx context.Context, tx *db.Tx, who access.Actor, op, appeal, why string) (Appeal, error) {
	type in struct{ Appeal, Why string }
	a, _, err := once.Do(ctx, tx, who, "appeal.reopen", op, in{appeal, why}, func() (Appeal, error) {
		a, err := changeable(ctx, tx, who, appeal)
		if err != nil {
			return a, err
		}
		if a.State == Open {
			return a, fault.New(fault.Conflict, "appeal.is_open")
		}
		was := string(a.ClosedOn)
		a.State, a.ClosedOn = Open, ""
		return a, write(ctx, tx, who, &a, "reopen", was, "", why)
	})
	return a, err
}

// ExtendInput sets a later due day with a reason.
type ExtendInput struct {
	ID     string       `json:"id"` // operation id
	Appeal string       `json:"appeal"`
	Due    calendar.Day `json:"due"`
	Why    string       `json:"why"`
}

// Extend moves the due day; the former one stays in the matter's history.
func Extend(ctx context.Context, tx *db.Tx, who access.Actor, in ExtendInput) (Appeal, error) {
	a, _, err := once.Do(ctx, tx, who, "appeal.extend", in.ID, in, func() (Appeal, error) {
		a, err := changeable(ctx, tx, who, in.Appeal)
		if err != nil {
			return a, err
		}
		var f fault.Fields
		f.Check(in.Due.Valid() && in.Due > a.DueOn && in.Due <= calendar.FromTime(tx.Now).Add(maxDue), "due", "appeal.extend_later")
		f.Check(strings.TrimSpace(in.Why) != "", "why", "appeal.reason_needed")
		if err := f.Err(); err != nil {
			return a, err
		}
		if a.State != Open {
			return a, fault.New(fault.Conflict, "appeal.closed")
		}
		was := string(a.DueOn)
		a.DueOn = in.Due
		return a, write(ctx, tx, who, &a, "extend", was, string(in.Due), in.Why)
	})
	return a, err
}

func write(ctx context.Context, tx *db.Tx, who access.Actor, a *Appeal, kind, before, after, words string) error {
	a.Version++
	_, err := tx.Exec(ctx, `UPDATE appeals SET owner = $3, due_on = $4, state = $5, closed_on = $6, result = $7, version = $8 WHERE county = $1 AND id = $2`,
		who.County(), a.ID, a.Owner, string(a.DueOn), a.State, string(a.ClosedOn), seal(tx, who.County(), a.ID, "result", a.Result), a.Version)
	if err != nil {
		return err
	}
	audit.Note(tx, who, "appeal."+kind, "appeal:"+a.ID, a.Region)
	return step(ctx, tx, who, a.ID, kind, before, after, words)
}

// HandOn gives all open matters of a home from one official to another; the
// handover of a pairing calls it in its transaction, so that no promise is
// ever without an owner.
func HandOn(ctx context.Context, tx *db.Tx, who access.Actor, household, from, to string) (int, error) {
	ids, err := db.All(ctx, tx, db.Text, `SELECT id FROM appeals WHERE county = $1 AND household = $2 AND owner = $3 AND state = 'open' ORDER BY id`, who.County(), household, from)
	if err != nil {
		return 0, err
	}
	for _, x := range ids {
		if _, err := tx.Exec(ctx, `UPDATE appeals SET owner = $3, version = version + 1 WHERE county = $1 AND id = $2`, who.County(), x, to); err != nil {
			return 0, err
		}
		if err := step(ctx, tx, who, x, "handed_on", from, to, ""); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

func changeable(ctx context.Context, tx *db.Tx, who access.Actor, appeal string) (Appeal, error) {
	a, err := Get(ctx, tx, who.County(), appeal)
	if err != nil {
		return a, err
	}
	if err := scope.Can(who, access.AppealChange, a.Region, a.Owner != "" && a.Owner == who.Cadre()); err != nil {
		return Appeal{}, err
	}
	return a, nil
}
