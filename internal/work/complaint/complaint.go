// Package complaint keeps what is said in confidence about officials and about
// violated rights (反映和投诉): it comes from the villagers' page without an
// account, from officials, over the reception desk in a sealed envelope, or is
// written down by the discipline inspection (纪委), and only the discipline
// inspection reads it — never the person it is about, nobody of his unit, and
// where he is a leader or belongs to those who would read it, only those above
// the township. rule/confide decides that; to everybody else a complaint does
// not exist, not even as a number.
//
// The record holds the day and not the minute, lies in no order within the day,
// and has nothing of the sender: an official finds his own by a keyed index of
// his account, a villager by a code that is stored as a keyed index. Operations
// and audit rows do not name the sender, nor whom it is about. Who gave a way to
// reach him has it in a column of its own, sealed with a key of its own, which is
// opened by two persons only: one asks, another agrees (opening.go).
//
// Owns: complaints, complaint_steps, complaint_openings. Sources: a21, A4, R4; security.md ANON-6,
// ANON-8, T3, T7; 信访工作条例.
package complaint

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/confide"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/region"
)

// Ways by which a complaint comes in.
const (
	Public   = "public"   // 群众页面
	Official = "official" // 干部反映
	Desk     = "desk"     // 接待台转交
	Paper    = "paper"    // 来信
	Phone    = "phone"    // 来电
)

// ByHand are the ways the discipline inspection writes down itself.
var ByHand = []string{Paper, Phone}

// MaxWords is the longest text, in characters.
const MaxWords = 2000

// Complaint as the discipline inspection reads it.
type Complaint struct {
	ID         string        `json:"id"`
	Town       string        `json:"town"` // path
	Source     string        `json:"source"`
	State      confide.State `json:"state"`
	On         calendar.Day  `json:"on"`
	TellBy     calendar.Day  `json:"tell_by"`
	AnswerBy   calendar.Day  `json:"answer_by"`
	ToldOn     calendar.Day  `json:"told_on,omitempty"`
	EndedOn    calendar.Day  `json:"ended_on,omitempty"`
	About      []string      `json:"about"` // officials
	AboutWords string        `json:"about_words"`
	Words      string        `json:"words"`
	Above      bool          `json:"above"` // for the discipline inspection above the township only
	Named      bool          `json:"named"` // the sender gave a way to reach him
	TakenBy    string        `json:"taken_by,omitempty"`

	mentioned []string
}

// Next is the day by which the sender must hear next, "" when nobody waits.
func (c Complaint) Next() calendar.Day { return confide.Due(c.On).Next(c.State, c.ToldOn) }

// Step is one move with its two texts, which never mix.
type Step struct {
	Kind  string       `json:"kind"`
	On    calendar.Day `json:"on"`
	Words string       `json:"words,omitempty"` // for the file, or the sender's own
	Reply string       `json:"reply,omitempty"` // to the sender
	By    string       `json:"by,omitempty"`    // account, "" for the sender
}

// aim is whom a complaint is about, as it is sealed.
type aim struct {
	About     []string `json:"a,omitempty"`
	Mentioned []string `json:"m,omitempty"`
	Above     bool     `json:"h,omitempty"`
}

func place(county, row, column string) vault.Place {
	return vault.Place{Table: "complaints", Column: column, County: county, Row: row}
}

func seal(r db.Reader, county, row, column, text string) string {
	return r.Vault().Seal(place(county, row, column), text)
}

const columns = `c.id, c.town, c.source, c.state, c.received_on, c.told_on, c.ended_on, c.about, c.about_words, c.words, c.identity <> '', c.taken_by`

func scanner(r db.Reader, county string) func(db.Row) (Complaint, error) {
	return func(w db.Row) (c Complaint, err error) {
		var about string
		if err = w.Scan(&c.ID, &c.Town, &c.Source, &c.State, &c.On, &c.ToldOn, &c.EndedOn, &about, &c.AboutWords, &c.Words, &c.Named, &c.TakenBy); err != nil {
			return c, err
		}
		for _, x := range []struct {
			column string
			text   *string
		}{{"about", &about}, {"about_words", &c.AboutWords}, {"words", &c.Words}} {
			if *x.text, err = r.Vault().Open(place(county, c.ID, x.column), *x.text); err != nil {
				return c, err
			}
		}
		var a aim
		if err = json.Unmarshal([]byte(about), &a); err != nil {
			return c, err
		}
		c.About, c.mentioned, c.Above = a.About, a.Mentioned, a.Above
		due := confide.Due(c.On)
		c.TellBy, c.AnswerBy = due.TellBy, due.AnswerBy
		return c, nil
	}
}

func stepPlace(county, complaint, column string, n int) vault.Place {
	return vault.Place{Table: "complaint_steps", Column: column, County: county, Row: complaint + "/" + itoa(n)}
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

// step writes the next step. An empty text is sealed too, so that a row does not
// tell whether the sender was answered.
func step(ctx context.Context, tx *db.Tx, county, complaint, kind, words, reply, by string) error {
	// Two moves at once take turns: a step has its number once.
	if _, err := db.One(ctx, tx, db.Text, `SELECT id FROM complaints WHERE county = $1 AND id = $2`+tx.ForUpdate(), county, complaint); err != nil {
		return err
	}
	n, err := db.One(ctx, tx, db.Int, `SELECT COUNT(*) FROM complaint_steps WHERE county = $1 AND complaint = $2`, county, complaint)
	if err != nil {
		return err
	}
	v := tx.Vault()
	_, err = tx.Exec(ctx, `INSERT INTO complaint_steps (county, complaint, n, kind, day, words, reply, by_whom) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		county, complaint, n, kind, string(calendar.FromTime(tx.Now)), v.Seal(stepPlace(county, complaint, "words", n), words), v.Seal(stepPlace(county, complaint, "reply", n), reply), by)
	return err
}

func stepsOf(ctx context.Context, r db.Reader, county, complaint string) ([]Step, error) {
	return db.All(ctx, r, func(w db.Row) (s Step, err error) {
		var n int
		if err = w.Scan(&n, &s.Kind, &s.On, &s.Words, &s.Reply, &s.By); err != nil {
			return s, err
		}
		if s.Words, err = r.Vault().Open(stepPlace(county, complaint, "words", n), s.Words); err != nil {
			return s, err
		}
		s.Reply, err = r.Vault().Open(stepPlace(county, complaint, "reply", n), s.Reply)
		return s, err
	}, `SELECT n, kind, day, words, reply, by_whom FROM complaint_steps WHERE county = $1 AND complaint = $2 ORDER BY n`, county, complaint)
}

// unnamed is who sends, as records may know him: nobody, through no door.
type unnamed struct{ county string }

// Trace names the county alone.
func (u unnamed) Trace() (county, account, roles, door, request string) {
	return u.county, "unnamed", "", "", ""
}

// authorOf is the keyed index of an account that finds an official's own.
func authorOf(r db.Reader, who access.Actor) string {
	return r.Vault().Index(who.County(), "complaints.author", who.Account())
}

// countyOf is the place audit rows speak of: a township's name in them would
// tell how many complaints there are about its people.
func countyOf(town string) string { return region.Upto(town, region.County) }

// named finds the officials whose names stand in a text.
func named(officials map[string]string, text string) (ids []string) {
	for id, name := range officials {
		if len([]rune(name)) > 1 && strings.Contains(text, name) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Naming finds the officials of a township whose names stand in a text, so that
// a door can offer the sealed way before anything is stored.
func Naming(ctx context.Context, r db.Reader, county, town string, today calendar.Day, text string) ([]string, error) {
	names, err := officials(ctx, r, county, town, today)
	return named(names, text), err
}

// officials gives the names of those who work in a township by id.
func officials(ctx context.Context, r db.Reader, county, town string, today calendar.Day) (map[string]string, error) {
	cs, err := cadre.InTownship(ctx, r, county, town, today)
	names := map[string]string{}
	for _, c := range cs {
		names[c.ID] = c.Name
	}
	return names, err
}

// Rehome moves complaints of a township that is merged or renumbered.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	return region.MovePrefix(ctx, tx, "complaints", "town", county, from, to)
}
