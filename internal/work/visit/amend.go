package visit

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/base/search"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/household"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/tally"
)

// AmendInput corrects a visit. Version is the one that was read; a second
// editor is told, and nobody's text is lost.
type AmendInput struct {
	ID         string   `json:"id"` // operation id
	Visit      string   `json:"visit"`
	Version    int      `json:"version"`
	At         string   `json:"at"`
	How        string   `json:"how"`
	Topics     []string `json:"topics"`
	Policies   []string `json:"policies"`
	Activities []string `json:"activities"`
	Weather    string   `json:"weather"`
	Words      string   `json:"words"`
	With       []string `json:"with,omitempty"` // companions' ids; left out: as they were, an empty list: nobody
	Why        string   `json:"why"`
}

// Amend corrects a visit and keeps the former version whole.
func Amend(ctx context.Context, tx *db.Tx, who access.Actor, in AmendInput) (Visit, error) {
	v, _, err := once.Do(ctx, tx, who, "visit.amend", in.ID, in, func() (Visit, error) {
		v, err := changeable(ctx, tx, who, in.Visit)
		if err != nil {
			return v, err
		}
		if in.Version != v.Version {
			return v, fault.New(fault.Conflict, "visit.changed_meanwhile")
		}
		today := calendar.FromTime(tx.Now)
		day, clock, ok := v.Day, v.Clock, true
		if in.At != "" {
			day, clock, ok = readAt(in.At, tx.Now)
		}
		var f fault.Fields
		f.Check(ok && day <= today && day >= today.Add(-3*366), "at", "visit.at_bad")
		if in.At != "" && ok && day <= today { // what was written before stands
			f.Check(!ahead(day, clock, tx.Now), "at", "visit.at_ahead", "clock", clock)
		}
		check(&f, RecordInput{How: in.How, Topics: in.Topics, Policies: in.Policies, Activities: in.Activities, Weather: in.Weather, Words: in.Words, With: in.With})
		if err := f.Err(); err != nil {
			return v, err
		}
		if err := keep(ctx, tx, who, v, in.Why); err != nil {
			return v, err
		}
		years := []int{v.Day.Year(), day.Year()}
		left := v.With
		v.Day, v.Clock, v.How, v.Topics, v.Policies, v.Activities, v.Weather, v.Words = day, clock, in.How, in.Topics, in.Policies, in.Activities, in.Weather, strings.TrimSpace(in.Words)
		v.Version++
		v.Usual = v.Usual && plainly(RecordInput{How: v.How, Topics: v.Topics, Words: v.Words})
		if v.Paired, err = household.Own(ctx, tx, who.County(), v.Household, v.Cadre, v.Day); err != nil {
			return v, err
		}
		_, err = tx.Exec(ctx, `UPDATE visits SET day = $3, clock = $4, how = $5, topics = $6, policies = $7, activities = $8, weather = $9, words = $10, usual = $11, version = $12 WHERE county = $1 AND id = $2`,
			who.County(), v.ID, string(v.Day), v.Clock, v.How, join(v.Topics), join(v.Policies), join(v.Activities), v.Weather, tx.Vault().Seal(words(who.County(), v.ID), v.Words), v.Usual, v.Version)
		if err != nil {
			return v, err
		}
		if in.With == nil {
			_, err = tx.Exec(ctx, `UPDATE visit_people SET day = $3 WHERE county = $1 AND visit = $2`, who.County(), v.ID, string(v.Day))
		} else if _, err = tx.Exec(ctx, `DELETE FROM visit_people WHERE county = $1 AND visit = $2`, who.County(), v.ID); err == nil {
			v.With = in.With
			err = companions(ctx, tx, who, &v)
		}
		if err != nil {
			return v, err
		}
		if err := reckon(ctx, tx, who.County(), v.Household, v.Region, years...); err != nil {
			return v, err
		}
		audit.Note(tx, who, "visit.amend", "visit:"+v.ID, v.Region, "version", v.Version)
		return v, mark(ctx, tx, who, v, years, left...)
	})
	return v, err
}

// VoidInput takes a visit out of all counts. It stays readable with its reason.
type VoidInput struct {
	ID    string `json:"id"` // operation id
	Visit string `json:"visit"`
	Why   string `json:"why"`
}

// Void marks a visit as not having been one (wrong home, entered twice).
func Void(ctx context.Context, tx *db.Tx, who access.Actor, in VoidInput) (Visit, error) {
	v, _, err := once.Do(ctx, tx, who, "visit.void", in.ID, in, func() (Visit, error) {
		v, err := changeable(ctx, tx, who, in.Visit)
		if err != nil {
			return v, err
		}
		if strings.TrimSpace(in.Why) == "" {
			return v, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "why", Key: "visit.why_needed"}}}
		}
		v.Voided, v.VoidWhy = calendar.FromTime(tx.Now), strings.TrimSpace(in.Why)
		_, err = tx.Exec(ctx, `UPDATE visits SET voided_on = $3, void_why = $4 WHERE county = $1 AND id = $2`, who.County(), v.ID, string(v.Voided),
			tx.Vault().Seal(vault.Place{Table: "visits", Column: "void_why", County: who.County(), Row: v.ID}, v.VoidWhy))
		if err != nil {
			return v, err
		}
		if err := reckon(ctx, tx, who.County(), v.Household, v.Region, v.Day.Year()); err != nil {
			return v, err
		}
		// What he thought of it is taken back with it.
		ts, err := db.All(ctx, tx, db.Text, `SELECT id FROM thoughts WHERE county = $1 AND cadre = $2 AND visit = $3`, who.County(), v.Cadre, v.ID)
		if err != nil {
			return v, err
		}
		if err := search.MarkAll(ctx, tx, who.County(), SearchThought, ts); err != nil {
			return v, err
		}
		audit.Note(tx, who, "visit.void", "visit:"+v.ID, v.Region)
		return v, mark(ctx, tx, who, v, []int{v.Day.Year()})
	})
	return v, err
}

// mark notes what must follow a change: figures counted again, also of those who
// are no companions any more, and words indexed again.
func mark(ctx context.Context, tx *db.Tx, who access.Actor, v Visit, years []int, left ...string) error {
	if err := search.Mark(ctx, tx, who.County(), SearchVisit, v.ID); err != nil {
		return err
	}
	for _, y := range years {
		for _, c := range slices.Concat([]string{v.Cadre}, v.With, left) {
			if err := tally.Mark(ctx, tx, who.County(), c, y); err != nil {
				return err
			}
		}
	}
	return nil
}

// keep stores the present version before it is replaced.
func keep(ctx context.Context, tx *db.Tx, who access.Actor, v Visit, why string) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	row := v.ID + "/" + strconv.Itoa(v.Version)
	seal := func(column, s string) string {
		return tx.Vault().Seal(vault.Place{Table: "visit_versions", Column: column, County: who.County(), Row: row}, s)
	}
	_, err = tx.Exec(ctx, `INSERT INTO visit_versions (county, visit, version, content, why, actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		who.County(), v.ID, v.Version, seal("content", string(b)), seal("why", strings.TrimSpace(why)), who.Account(), tx.Now.UnixMilli())
	return err
}

// Version is an earlier text of a visit.
type Version struct {
	Visit Visit  `json:"visit"`
	Why   string `json:"why"`
	At    int64  `json:"at"`
}

// Versions gives the earlier texts of a visit, newest first, to those who may read it.
func Versions(ctx context.Context, r db.Reader, who access.Actor, id string) ([]Version, error) {
	v, err := Get(ctx, r, who.County(), id)
	if err != nil {
		return nil, err
	}
	// An earlier text is diary text: who sees that there was a visit does not
	// yet read it.
	if err := scope.At(who, access.VisitRead, target(who, v)); err != nil {
		return nil, err
	}
	type row struct {
		version      int
		content, why string
		at           int64
	}
	rows, err := db.All(ctx, r, func(w db.Row) (x row, err error) { return x, w.Scan(&x.version, &x.content, &x.why, &x.at) },
		`SELECT version, content, why, at FROM visit_versions WHERE county = $1 AND visit = $2 ORDER BY version DESC`, who.County(), id)
	if err != nil {
		return nil, err
	}
	out := make([]Version, 0, len(rows))
	for _, x := range rows {
		place := vault.Place{Table: "visit_versions", Column: "content", County: who.County(), Row: id + "/" + strconv.Itoa(x.version)}
		text, err := r.Vault().Open(place, x.content)
		if err != nil {
			return nil, err
		}
		v := Version{At: x.at}
		if err := json.Unmarshal([]byte(text), &v.Visit); err != nil {
			return nil, err
		}
		place.Column = "why"
		if v.Why, err = r.Vault().Open(place, x.why); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// changeable gives a visit to its own people: whose visit it is, and who wrote it.
func changeable(ctx context.Context, tx *db.Tx, who access.Actor, id string) (Visit, error) {
	v, err := Get(ctx, tx, who.County(), id)
	if err != nil {
		return v, err
	}
	if err := scope.Can(who, access.VisitAmend, v.Region, corrects(who, v)); err != nil {
		return Visit{}, err
	}
	if v.Voided != "" {
		return v, fault.New(fault.Gone, "visit.voided")
	}
	return v, nil
}
