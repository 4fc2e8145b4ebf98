// Package opinion sends upward what concerns many (社情民意): any official
// proposes one from matters and diary entries he may read, the office edits it,
// a leader who did not write it approves, the office sends it and enters what
// was answered, and the proposer is told.
//
// What it was drawn from is kept by reference; of the words themselves only what
// somebody chose to quote, word for word, with names and numbers hidden. An
// opinion may leave the village out: then no sentence of it may name one. Who
// proposed it is on no paper, and no village committee reads what others
// proposed about its village. Every version of the words is kept sealed.
//
// Owns: opinions, opinion_texts, opinion_sources, opinion_steps. Sources: A4,
// A13; domain.md a22, a42, a43, §5 row 15, §6.4.
package opinion

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/lang"
	"lianxin/internal/base/once"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/mask"
	"lianxin/internal/rule/upward"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Opinion is one opinion with its present words.
type Opinion struct {
	ID         string       `json:"id"`
	Region     string       `json:"region"` // path of the village or township it is about
	Cadre      string       `json:"cadre,omitempty"`
	Mine       bool         `json:"mine"`
	State      upward.State `json:"state"`
	Outcome    upward.State `json:"outcome,omitempty"` // adopted, not_adopted
	Title      string       `json:"title"`
	Addressee  string       `json:"addressee,omitempty"`
	Said       string       `json:"said,omitempty"`       // what many say
	Suggestion string       `json:"suggestion,omitempty"` // 合理化建议
	Nameless   bool         `json:"nameless"`             // the village is left out
	Sources    []Source     `json:"sources,omitempty"`
	Homes      int          `json:"homes"` // homes and people it was drawn from
	Day        calendar.Day `json:"day"`
	SentOn     calendar.Day `json:"sent_on,omitempty"`
	AnsweredOn calendar.Day `json:"answered_on,omitempty"`
	Answer     string       `json:"answer,omitempty"`
	ToldOn     calendar.Day `json:"told_on,omitempty"`
	Version    int          `json:"version"`

	writer string
}

// Length is the number of characters printed.
func (o Opinion) Length() int {
	texts := []string{o.Said, o.Suggestion}
	for _, s := range o.Sources {
		texts = append(texts, s.Quote)
	}
	return upward.Length(texts...)
}

// ProposeInput is an opinion as it is put forward.
type ProposeInput struct {
	ID         string   `json:"id"`               // operation id; becomes the opinion's id
	Region     string   `json:"region,omitempty"` // "" for the place all sources share, or one's own
	Title      string   `json:"title"`
	Addressee  string   `json:"addressee,omitempty"`
	Said       string   `json:"said"`
	Suggestion string   `json:"suggestion,omitempty"`
	Nameless   bool     `json:"nameless,omitempty"`
	Sources    []Source `json:"sources,omitempty"`
}

// EditInput gives an opinion other words. Sources stay; their quotations are
// taken from Sources, those not named are no longer quoted.
type EditInput struct {
	ID         string   `json:"id"` // operation id
	Opinion    string   `json:"opinion"`
	Version    int      `json:"version"` // the one that was read
	Title      string   `json:"title"`
	Addressee  string   `json:"addressee,omitempty"`
	Said       string   `json:"said"`
	Suggestion string   `json:"suggestion,omitempty"`
	Nameless   bool     `json:"nameless,omitempty"`
	Sources    []Source `json:"sources,omitempty"`
}

// Propose puts an opinion forward. again says that the same was stored before.
func Propose(ctx context.Context, tx *db.Tx, who access.Actor, in ProposeInput) (o Opinion, again bool, err error) {
	return once.Do(ctx, tx, who, "opinion.propose", in.ID, in, func() (Opinion, error) { return propose(ctx, tx, who, in) })
}

func propose(ctx context.Context, tx *db.Tx, who access.Actor, in ProposeInput) (Opinion, error) {
	var f fault.Fields
	f.Check(id.Valid(in.ID), "id", "fault.id_needed")
	f.Check(len(in.Sources) <= MaxSources, "sources", "opinion.too_many_sources", "n", MaxSources)
	if len(f) > 0 {
		return Opinion{}, f.Err()
	}
	m, err := gather(ctx, tx, who, in.Sources)
	if err != nil {
		return Opinion{}, err
	}
	if in.Region == "" {
		if in.Region = m.region; in.Region == "" {
			in.Region = region.Upto(who.Home(), region.Village)
		}
		if in.Region == "" {
			in.Region = region.Upto(who.Home(), region.Township)
		}
	}
	if err := scope.Can(who, access.OpinionPropose, in.Region, true); err != nil {
		return Opinion{}, err
	}
	town := region.Upto(in.Region, region.Township)
	_, err = region.ByPath(ctx, tx, in.Region)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Opinion{}, err
	}
	level := town == in.Region || region.Upto(in.Region, region.Village) == in.Region
	f.Check(err == nil && town != "" && level, "region", "opinion.region_bad")
	f.Check(m.town == "" || m.town == town, "sources", "opinion.sources_elsewhere")
	o := Opinion{ID: in.ID, Region: in.Region, Cadre: who.Cadre(), Mine: true, State: upward.Proposed, Title: in.Title, Addressee: in.Addressee, Said: in.Said, Suggestion: in.Suggestion, Nameless: in.Nameless,
		Homes: m.homes, Day: calendar.FromTime(tx.Now), Version: 1, writer: who.Account()}
	if err := word(ctx, tx, who.County(), &f, &o, m, in.Sources, nil); err != nil {
		return Opinion{}, err
	}
	if err := f.Err(); err != nil {
		return Opinion{}, err
	}
	county := who.County()
	if _, err := tx.Exec(ctx, `INSERT INTO opinions (county, id, region, cadre, writer, state, outcome, homes, day, sent_on, answered_on, answer, told_on, version) VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, '', '', '', '', 1)`,
		county, o.ID, o.Region, o.Cadre, o.writer, string(o.State), o.Homes, string(o.Day)); err != nil {
		return Opinion{}, err
	}
	for n, s := range o.Sources {
		if _, err := tx.Exec(ctx, `INSERT INTO opinion_sources (county, opinion, n, kind, ref) VALUES ($1, $2, $3, $4, $5)`, county, o.ID, n, s.Kind, s.Ref); err != nil {
			return Opinion{}, err
		}
	}
	if err := write(ctx, tx, who, o); err != nil {
		return Opinion{}, err
	}
	audit.Note(tx, who, "opinion.propose", "opinion:"+o.ID, o.Region, "sources", len(o.Sources))
	return o, step(ctx, tx, who, o.ID, "propose", o.Day, "")
}

// Edit gives an opinion other words: its proposer until the office has begun,
// the office until a leader is asked.
func Edit(ctx context.Context, tx *db.Tx, who access.Actor, in EditInput) (Opinion, error) {
	o, _, err := once.Do(ctx, tx, who, "opinion.edit", in.ID, in, func() (Opinion, error) {
		o, err := held(ctx, tx, who, in.Opinion)
		if err != nil {
			return Opinion{}, err
		}
		own, desk := o.Mine && o.State == upward.Proposed, access.Can(who, access.OpinionEdit, access.Target{Region: o.Region}).OK()
		switch {
		case !o.Mine && !desk:
			return Opinion{}, fault.New(fault.Forbidden, "access.not_own")
		case !o.State.Open() || !own && !desk:
			return Opinion{}, refused(ctx, tx, who, o, fault.Conflict, "opinion.not_now")
		case in.Version != o.Version:
			return Opinion{}, fault.New(fault.Conflict, "opinion.changed_meanwhile")
		}
		was := o.Sources
		m, err := gather(ctx, tx, who, was)
		if fault.Is(err, fault.Invalid) {
			// A matter was handed on or a visit taken back: what is quoted of it may stay.
			m, err = some(ctx, tx, who, was)
		}
		if err != nil {
			return Opinion{}, err
		}
		o.Title, o.Addressee, o.Said, o.Suggestion, o.Nameless = in.Title, in.Addressee, in.Said, in.Suggestion, in.Nameless
		quoted := slices.Clone(was)
		for i := range quoted {
			quoted[i].Quote = ""
			for _, s := range in.Sources {
				if s.Kind == quoted[i].Kind && s.Ref == quoted[i].Ref {
					quoted[i].Quote = s.Quote
				}
			}
		}
		var f fault.Fields
		if err := word(ctx, tx, who.County(), &f, &o, m, quoted, was); err != nil {
			return Opinion{}, err
		}
		if err := f.Err(); err != nil {
			return Opinion{}, err
		}
		from := o.State
		if desk {
			o.State = upward.Edited
		}
		o.Version++
		if err := put(ctx, tx, who.County(), o, from); err != nil {
			return Opinion{}, err
		}
		if err := write(ctx, tx, who, o); err != nil {
			return Opinion{}, err
		}
		audit.Note(tx, who, "opinion.edit", "opinion:"+o.ID, o.Region, "version", o.Version)
		return o, step(ctx, tx, who, o.ID, "edit", calendar.FromTime(tx.Now), "")
	})
	return o, err
}

// word checks the words of an opinion and puts them into it; was are the
// quotations that stood in it before.
func word(ctx context.Context, r db.Reader, county string, f *fault.Fields, o *Opinion, m material, quoted, was []Source) error {
	rs, err := region.Tree(ctx, r, region.Upto(o.Region, region.Township))
	if err != nil {
		return err
	}
	var places []string
	for _, x := range rs {
		if x.Level == region.Village {
			places = append(places, x.Name)
		}
	}
	if err := m.neighbours(ctx, r, county, o.Region, o.Title, o.Said, o.Suggestion); err != nil {
		return err
	}
	for _, x := range []struct {
		name string
		text *string
		most int
	}{{"title", &o.Title, upward.MaxTitle}, {"addressee", &o.Addressee, upward.MaxAddressee}, {"said", &o.Said, upward.MaxSaid}, {"suggestion", &o.Suggestion, upward.MaxSuggestion}} {
		*x.text = strings.TrimSpace(*x.text)
		f.Check(len([]rune(*x.text)) <= x.most, x.name, "fault.too_long", "n", x.most)
		f.Check(len(mask.Scan(*x.text)) == 0, x.name, "opinion.number_in_it")
		if x.name == "addressee" {
			continue
		}
		if n := upward.Names(*x.text, m.people); n != "" {
			f.Check(false, x.name, "opinion.name_in_it", "name", n)
		}
		if n := upward.NamesPlace(*x.text, places); n != "" && o.Nameless {
			f.Check(false, x.name, "opinion.place_in_it", "name", n)
		}
	}
	f.Check(o.Title != "", "title", "opinion.title_needed")
	f.Check(o.Said != "", "said", "opinion.said_needed")
	o.Sources = nil
	for i, s := range quoted {
		field := "quote_" + strconv.Itoa(i)
		q := strings.TrimSpace(s.Quote)
		f.Check(len([]rune(q)) <= upward.MaxQuote, field, "fault.too_long", "n", upward.MaxQuote)
		stays := slices.ContainsFunc(was, func(x Source) bool { return x.Kind == s.Kind && x.Ref == s.Ref && x.Quote == q })
		q = upward.Masked(q, m.people)
		if q != "" && !stays {
			f.Check(slices.ContainsFunc(m.words[s.key()], func(o string) bool {
				o = upward.Masked(o, m.people)
				return upward.Said(q, o) || upward.Said(q, upward.Placeless(o, places))
			}), field, "opinion.not_said")
		}
		if o.Nameless {
			q = upward.Placeless(q, places)
		}
		o.Sources = append(o.Sources, Source{Kind: s.Kind, Ref: s.Ref, Quote: q})
	}
	f.Check(o.Length() <= upward.Most, "said", "opinion.too_long", "n", o.Length(), "most", upward.Most)
	return nil
}

// write stores the present words as the version they are.
func write(ctx context.Context, tx *db.Tx, who access.Actor, o Opinion) error {
	b, err := json.Marshal(quotesOf(o.Sources))
	if err != nil {
		return err
	}
	county, row := who.County(), textRow(o.ID, o.Version)
	s := func(column, text string) string { return seal(tx, county, "opinion_texts", row, column, text) }
	_, err = tx.Exec(ctx, `INSERT INTO opinion_texts (county, opinion, n, title, addressee, said, suggestion, quotes, nameless, day, cadre, writer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		county, o.ID, o.Version, s("title", o.Title), s("addressee", o.Addressee), s("said", o.Said), s("suggestion", o.Suggestion), s("quotes", string(b)), o.Nameless, string(calendar.FromTime(tx.Now)), who.Cadre(), who.Account())
	return err
}

// MoveInput is a move; Words say why, what was answered, or how the proposer
// was told.
type MoveInput struct {
	ID      string       `json:"id"` // operation id
	Opinion string       `json:"opinion"`
	Version int          `json:"version"` // of the words that were read
	Move    upward.Move  `json:"move"`
	On      calendar.Day `json:"on,omitempty"` // the day it was sent or answered; "" for today
	Words   string       `json:"words,omitempty"`
}

// MaxWords is the longest text of a move, in characters.
const MaxWords = 800

// Act makes a move.
func Act(ctx context.Context, tx *db.Tx, who access.Actor, in MoveInput) (Opinion, error) {
	o, _, err := once.Do(ctx, tx, who, "opinion.move", in.ID, in, func() (Opinion, error) { return act(ctx, tx, who, in) })
	return o, err
}

func act(ctx context.Context, tx *db.Tx, who access.Actor, in MoveInput) (Opinion, error) {
	o, err := held(ctx, tx, who, in.Opinion)
	if err != nil {
		return Opinion{}, err
	}
	mine := parts(who, o)
	to, ok := upward.After(o.State, in.Move, mine...)
	switch {
	case !ok && !anywhere(in.Move, mine):
		return Opinion{}, refused(ctx, tx, who, o, fault.Forbidden, "opinion.not_yours")
	case !ok:
		return Opinion{}, refused(ctx, tx, who, o, fault.Conflict, "opinion.not_now")
	case in.Version != o.Version:
		return Opinion{}, fault.New(fault.Conflict, "opinion.changed_meanwhile")
	}
	if in.Move == upward.Approve {
		if err := stranger(ctx, tx, who, o); err != nil {
			return Opinion{}, err
		}
	}
	county, today, words := who.County(), calendar.FromTime(tx.Now), strings.TrimSpace(in.Words)
	if in.On == "" {
		in.On = today
	}
	var f fault.Fields
	f.Check(words != "" || !in.Move.NeedsWords(), "words", "opinion.words_needed."+string(in.Move))
	f.Check(len([]rune(words)) <= MaxWords, "words", "fault.too_long", "n", MaxWords)
	first := o.Day
	if in.Move == upward.Adopt || in.Move == upward.Decline {
		first = o.SentOn
	}
	f.Check(in.On.Valid() && in.On >= first && in.On <= today, "on", "opinion.day_bad", "from", first)
	if in.Move == upward.Ask {
		f.Check(o.Addressee != "", "addressee", "opinion.addressee_needed")
		f.Check(o.Suggestion != "", "suggestion", "opinion.suggestion_needed")
	}
	if err := f.Err(); err != nil {
		return Opinion{}, err
	}
	from := o.State
	o.State = to
	switch in.Move {
	case upward.Send:
		o.SentOn = in.On
	case upward.Adopt, upward.Decline:
		o.Outcome, o.AnsweredOn, o.Answer = to, in.On, words
	case upward.Tell:
		o.ToldOn = in.On
	}
	if err := put(ctx, tx, county, o, from); err != nil {
		return Opinion{}, err
	}
	if err := tell(ctx, tx, o, in.Move); err != nil {
		return Opinion{}, err
	}
	audit.Note(tx, who, "opinion."+string(in.Move), "opinion:"+o.ID, o.Region, "version", o.Version)
	return o, step(ctx, tx, who, o.ID, string(in.Move), in.On, words)
}

// parts says as whom somebody stands before an opinion.
func parts(who access.Actor, o Opinion) (ps []upward.Part) {
	at := access.Target{Region: o.Region}
	if o.Mine {
		ps = append(ps, upward.Proposer)
	}
	if access.Can(who, access.OpinionEdit, at).OK() {
		ps = append(ps, upward.Office)
	}
	if access.Can(who, access.OpinionApprove, at).OK() {
		ps = append(ps, upward.Leader)
	}
	return ps
}

// refused says why not, and what somebody may do in its place.
func refused(ctx context.Context, r db.Reader, who access.Actor, o Opinion, kind fault.Kind, key string) error {
	ms, err := Possible(ctx, r, who, o)
	if err != nil {
		return err
	}
	var can lang.Keys
	if Editable(who, o) {
		can = append(can, "opinion.step.edit")
	}
	for _, m := range ms {
		can = append(can, "opinion.step."+string(m))
	}
	if len(can) == 0 {
		can = lang.Keys{"opinion.only_look"}
	}
	return fault.New(kind, key, "can", can)
}

// anywhere reports whether a move is somebody's in some state.
func anywhere(do upward.Move, ps []upward.Part) bool {
	return slices.ContainsFunc(upward.States, func(s upward.State) bool { _, ok := upward.After(s, do, ps...); return ok })
}

// stranger refuses whoever wrote some version of the words: two people look at
// what leaves the house.
func stranger(ctx context.Context, r db.Reader, who access.Actor, o Opinion) error {
	n, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM opinion_texts WHERE county = $1 AND opinion = $2 AND (writer = $3 OR cadre <> '' AND cadre = $4)`, who.County(), o.ID, who.Account(), who.Cadre())
	if err == nil && n > 0 {
		err = fault.New(fault.Forbidden, "opinion.not_your_own")
	}
	return err
}

// tell lets those know who wait for a move.
func tell(ctx context.Context, tx *db.Tx, o Opinion, do upward.Move) error {
	town := region.Upto(o.Region, region.Township)
	in := notice.In{Ref: "opinion:" + o.ID, Region: o.Region}
	switch do {
	case upward.Ask:
		in.To, in.Kind = notice.Role(access.Leader, town), "opinion.to_approve"
	case upward.Return:
		in.To, in.Kind = notice.Role(access.Office, town), "opinion.returned"
	case upward.Adopt, upward.Decline, upward.Drop:
		in.To, in.Kind = notice.Account(o.writer), "opinion.answered"
		if o.Cadre != "" {
			in.To = notice.Official(o.Cadre)
		}
		if do == upward.Drop {
			in.Kind = "opinion.dropped"
		}
	default:
		return nil
	}
	return notice.Tell(ctx, tx, in)
}

// held gives an opinion to somebody who may read it and keeps others waiting.
func held(ctx context.Context, tx *db.Tx, who access.Actor, id string) (Opinion, error) {
	if _, err := db.One(ctx, tx, db.Text, `SELECT id FROM opinions WHERE county = $1 AND id = $2`+tx.ForUpdate(), who.County(), id); err != nil {
		return Opinion{}, err
	}
	return Show(ctx, tx, who, id)
}

// put writes where an opinion stands, unless somebody else moved it meanwhile.
func put(ctx context.Context, tx *db.Tx, county string, o Opinion, from upward.State) error {
	n, err := tx.Exec(ctx, `UPDATE opinions SET state = $4, outcome = $5, sent_on = $6, answered_on = $7, answer = $8, told_on = $9, version = $10 WHERE county = $1 AND id = $2 AND state = $3`,
		county, o.ID, string(from), string(o.State), string(o.Outcome), string(o.SentOn), string(o.AnsweredOn), seal(tx, county, "opinions", o.ID, "answer", o.Answer), string(o.ToldOn), o.Version)
	if err == nil && n == 0 {
		err = db.ErrAgain
	}
	return err
}

func step(ctx context.Context, tx *db.Tx, who access.Actor, opinion, move string, day calendar.Day, words string) error {
	county := who.County()
	n, err := db.One(ctx, tx, db.Int, `SELECT COUNT(*) FROM opinion_steps WHERE county = $1 AND opinion = $2`, county, opinion)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO opinion_steps (county, opinion, n, move, day, words, cadre, writer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		county, opinion, n, move, string(day), seal(tx, county, "opinion_steps", textRow(opinion, n), "words", words), who.Cadre(), who.Account())
	return err
}

// Printed records that the paper of an opinion was made.
func Printed(ctx context.Context, tx *db.Tx, who access.Actor, id string) (Opinion, error) {
	o, err := Show(ctx, tx, who, id)
	if err == nil {
		audit.Note(tx, who, "opinion.export", "opinion:"+o.ID, o.Region, "version", o.Version)
	}
	return o, err
}

// Rehome moves opinions of a village or township that is merged or renumbered.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	return region.MovePrefix(ctx, tx, "opinions", "region", county, from, to)
}

func textRow(opinion string, n int) string { return opinion + "/" + strconv.Itoa(n) }

func seal(r db.Reader, county, table, row, column, text string) string {
	if text == "" {
		return ""
	}
	return r.Vault().Seal(vault.Place{Table: table, Column: column, County: county, Row: row}, text)
}

func open(r db.Reader, county, table, row, column string, text *string) (err error) {
	if *text != "" {
		*text, err = r.Vault().Open(vault.Place{Table: table, Column: column, County: county, Row: row}, *text)
	}
	return err
}
