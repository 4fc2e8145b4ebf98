package visit

import (
	"context"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/base/search"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/scope"
)

// Thought is what an official adds to his diary beyond his visits (想法和建议).
type Thought struct {
	ID    string       `json:"id"`
	Cadre string       `json:"cadre"`
	Day   calendar.Day `json:"day"`
	Visit string       `json:"visit,omitempty"` // the visit it belongs to, "" for a free entry
	Words string       `json:"words"`
}

// ThinkInput adds a thought.
type ThinkInput struct {
	ID    string       `json:"id"` // operation id; becomes the thought's id
	Day   calendar.Day `json:"day"`
	Visit string       `json:"visit"`
	Words string       `json:"words"`
}

// Think adds to one's own diary.
func Think(ctx context.Context, tx *db.Tx, who access.Actor, in ThinkInput) (Thought, error) {
	t, _, err := once.Do(ctx, tx, who, "visit.think", in.ID, in, func() (Thought, error) {
		place, err := db.One(ctx, tx, db.Text, `SELECT region FROM cadres WHERE county = $1 AND id = $2`, who.County(), who.Cadre())
		if fault.Is(err, fault.NotFound) {
			return Thought{}, fault.New(fault.Forbidden, "visit.diary_own")
		}
		if err != nil {
			return Thought{}, err
		}
		// One's own diary needs no region: a village committee member's reaches
		// only his village, and his record as an official hangs on the township.
		if !access.May(who, access.VisitAmend) {
			return Thought{}, fault.New(fault.Forbidden, "access.not_role")
		}
		if in.Visit != "" {
			v, err := Get(ctx, tx, who.County(), in.Visit)
			if err != nil {
				return Thought{}, err
			}
			if !mine(who, v) {
				return Thought{}, scope.Can(who, access.VisitAmend, v.Region, false)
			}
			in.Day = v.Day
		}
		if in.Day == "" {
			in.Day = calendar.FromTime(tx.Now)
		}
		var f fault.Fields
		f.Check(strings.TrimSpace(in.Words) != "", "words", "visit.words_needed")
		f.Check(len([]rune(in.Words)) <= maxWords, "words", "fault.too_long", "n", maxWords)
		f.Check(in.Day.Valid() && in.Day <= calendar.FromTime(tx.Now), "day", "visit.at_bad")
		if err := f.Err(); err != nil {
			return Thought{}, err
		}
		t := Thought{in.ID, who.Cadre(), in.Day, in.Visit, strings.TrimSpace(in.Words)}
		audit.Note(tx, who, "visit.think", "thought:"+t.ID, place)
		return t, insertThought(ctx, tx, who.County(), t.ID, t.Cadre, place, t.Day, t.Visit, t.Words)
	})
	return t, err
}

func insertThought(ctx context.Context, tx *db.Tx, county, id, cadre, place string, day calendar.Day, visit, text string) error {
	_, err := tx.Exec(ctx, `INSERT INTO thoughts (county, id, cadre, region, day, visit, words, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		county, id, cadre, place, string(day), visit, tx.Vault().Seal(vault.Place{Table: "thoughts", Column: "words", County: county, Row: id}, strings.TrimSpace(text)), tx.Now.UnixMilli())
	if err != nil {
		return err
	}
	return search.Mark(ctx, tx, county, SearchThought, id)
}

// Thoughts gives an official's thoughts in a span of days, to himself and to
// those who may read his diary.
func Thoughts(ctx context.Context, r db.Reader, who access.Actor, cadre string, from, to calendar.Day) ([]Thought, error) {
	place, err := db.One(ctx, r, db.Text, `SELECT region FROM cadres WHERE county = $1 AND id = $2`, who.County(), cadre)
	if err != nil {
		return nil, err
	}
	if cadre != who.Cadre() || !access.May(who, access.VisitRead) {
		if err := scope.Can(who, access.VisitRead, place, false); err != nil {
			return nil, err
		}
	}
	return db.All(ctx, r, func(w db.Row) (t Thought, err error) {
		if err = w.Scan(&t.ID, &t.Cadre, &t.Day, &t.Visit, &t.Words); err != nil {
			return t, err
		}
		t.Words, err = r.Vault().Open(vault.Place{Table: "thoughts", Column: "words", County: who.County(), Row: t.ID}, t.Words)
		return t, err
	}, `SELECT id, cadre, day, visit, words FROM thoughts WHERE county = $1 AND cadre = $2 AND day >= $3 AND day <= $4 ORDER BY day, id`, who.County(), cadre, string(from), string(to))
}
