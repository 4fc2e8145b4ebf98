package meeting

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/once"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/agenda"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/region"
)

// AddInput puts items on the agenda.
type AddInput struct {
	ID      string    `json:"id"` // operation id
	Meeting string    `json:"meeting"`
	Items   []NewItem `json:"items"`
	Why     string    `json:"why,omitempty"`
}

// NewItem is one chosen from the proposal by its key, or typed.
type NewItem struct {
	Key   string `json:"key,omitempty"`
	Title string `json:"title,omitempty"`
}

// writable gives a meeting to somebody who may write it, and keeps its former
// text once it was handed in. A signed one goes back for signature. What only adds
// to a text needs no reason: nothing that stood there becomes another thing.
func writable(ctx context.Context, tx *db.Tx, who access.Actor, id, why string, adds bool) (Meeting, error) {
	m, err := Get(ctx, tx, who.County(), id)
	if err != nil {
		return m, err
	}
	if err := mayChange(who, m.Kind, m.Region); err != nil {
		return Meeting{}, err
	}
	if m.State == Closed {
		return Meeting{}, fault.New(fault.Conflict, "meeting.is_closed")
	}
	if m.Open() {
		return m, nil
	}
	why = strings.TrimSpace(why)
	var f fault.Fields
	f.Check((why != "" || adds) && len([]rune(why)) <= maxShort, "why", "meeting.why_needed")
	if err := f.Err(); err != nil {
		return Meeting{}, err
	}
	b, err := json.Marshal(m)
	if err != nil {
		return Meeting{}, err
	}
	row := versionRow(m.ID, m.Version)
	if _, err := tx.Exec(ctx, `INSERT INTO meeting_versions (county, meeting, version, content, why, actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		who.County(), m.ID, m.Version, seal(tx, "meeting_versions", who.County(), row, "content", string(b)), seal(tx, "meeting_versions", who.County(), row, "why", why), who.Account(), tx.Now.UnixMilli()); err != nil {
		return Meeting{}, err
	}
	m.State, m.SignedBy, m.SignedOn = Recorded, "", ""
	return m, nil
}

func versionRow(meeting string, version int) string {
	b, _ := json.Marshal([]any{meeting, version}) //nolint:errchkjson // a string and a number
	return string(b)
}

// touch stores a meeting's own row.
func touch(ctx context.Context, tx *db.Tx, county string, m *Meeting) error {
	m.Version++
	n, err := tx.Exec(ctx, `UPDATE meetings SET day = $3, from_clock = $4, to_clock = $5, room = $6, chair = $7, recorder = $8, state = $9, period_from = $10, period_to = $11, followup = $12, summary = $13, recorded_on = $14, signed_by = $15, signed_on = $16, closed_on = $17, version = $18
		WHERE county = $1 AND id = $2 AND version = $19`,
		county, m.ID, string(m.Day), m.From, m.To, seal(tx, "meetings", county, m.ID, "room", m.Place), m.Chair, m.Recorder, m.State, string(m.Period.From), string(m.Period.To), seal(tx, "meetings", county, m.ID, "followup", m.Followup), seal(tx, "meetings", county, m.ID, "summary", m.Summary),
		string(m.Recorded), m.SignedBy, string(m.SignedOn), string(m.ClosedOn), m.Version, m.Version-1)
	if err == nil && n == 0 {
		err = db.ErrAgain
	}
	return err
}

// Add puts items on the agenda. What is chosen is looked up in the proposal
// anew, so that nobody can put a number there that was not counted.
func Add(ctx context.Context, tx *db.Tx, who access.Actor, in AddInput) (Meeting, error) {
	m, _, err := once.Do(ctx, tx, who, "meeting.items", in.ID, in, func() (Meeting, error) {
		m, err := writable(ctx, tx, who, in.Meeting, in.Why, true)
		if err != nil {
			return m, err
		}
		var f fault.Fields
		f.Check(len(in.Items) > 0, "items", "meeting.items_needed")
		f.Check(len(m.Items)+len(in.Items) <= maxItems, "items", "meeting.items_many", "n", maxItems)
		if err := f.Err(); err != nil {
			return Meeting{}, err
		}
		chosen := slices.ContainsFunc(in.Items, func(x NewItem) bool { return x.Key != "" })
		offered := map[string]agenda.Item{}
		titles := map[string]string{}
		if chosen {
			p, err := Propose(ctx, tx, who, m.Region, m.Period)
			if err != nil {
				return Meeting{}, err
			}
			var took []agenda.Item
			for _, i := range p.Items {
				if slices.ContainsFunc(in.Items, func(x NewItem) bool { return x.Key == i.Key }) {
					offered[i.Key] = i
					took = append(took, i)
				}
			}
			as, err := Open(ctx, tx, who, took)
			if err != nil {
				return Meeting{}, err
			}
			for _, i := range took {
				for _, a := range refs(i, "appeal:") {
					titles[i.Key] = as[a].Title
				}
				if i.Kind != agenda.Standing {
					continue
				}
				if titles[i.Key], err = titleOf(ctx, tx, who.County(), i); err != nil {
					return Meeting{}, err
				}
			}
		}
		for _, x := range in.Items {
			i := Item{ID: tx.NewID(), Seq: len(m.Items) + 1, Kind: Typed, Place: m.Region, Title: strings.TrimSpace(x.Title)}
			if x.Key != "" {
				if slices.ContainsFunc(m.Items, func(y Item) bool { return y.Basis.Key == x.Key }) {
					continue // it is there already
				}
				from, ok := offered[x.Key]
				f.Check(ok, "items", "meeting.item_gone")
				i.Kind, i.Basis, i.Place = string(from.Kind), from, from.Place
				if i.Title == "" {
					i.Title = titles[x.Key]
				}
				if as := refs(from, "appeal:"); len(as) == 1 {
					i.Appeal = as[0]
				}
			}
			f.Check(i.Title != "" || x.Key != "", "title", "meeting.title_needed")
			f.Check(len([]rune(i.Title)) <= appeal.MaxTitle, "title", "fault.too_long", "n", appeal.MaxTitle)
			if err := f.Err(); err != nil {
				return Meeting{}, err
			}
			if err := insertItem(ctx, tx, who.County(), m.ID, i); err != nil {
				return Meeting{}, err
			}
			m.Items = append(m.Items, i)
		}
		audit.Note(tx, who, "meeting.items", "meeting:"+m.ID, m.Region, "n", len(in.Items))
		return m, touch(ctx, tx, who.County(), &m)
	})
	return m, err
}

func refs(i agenda.Item, noun string) (out []string) {
	for _, r := range i.Refs {
		if id, ok := strings.CutPrefix(r, noun); ok {
			out = append(out, id)
		}
	}
	return out
}

// titleOf is the title of the decision a standing item comes from.
func titleOf(ctx context.Context, r db.Reader, county string, i agenda.Item) (string, error) {
	from := refs(i, "meeting:")
	if len(from) == 0 {
		return "", nil
	}
	_, item, _ := strings.Cut(from[0], ":")
	t, err := db.One(ctx, r, db.Text, `SELECT title FROM meeting_items WHERE county = $1 AND id = $2`, county, item)
	if err != nil {
		return "", err
	}
	err = open(r, "meeting_items", county, item, "title", &t)
	return t, err
}

func insertItem(ctx context.Context, tx *db.Tx, county, meeting string, i Item) error {
	basis := ""
	if i.Basis.Key != "" {
		b, err := json.Marshal(i.Basis)
		if err != nil {
			return err
		}
		basis = string(b)
	}
	_, err := tx.Exec(ctx, `INSERT INTO meeting_items (county, id, meeting, seq, kind, basis, place, title, reporter, share, heat, analysis, opinion, decision, unit, owner, due_on, appeal, settled_on, result)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '', '', '', '', '', '', '', '', $9, '', '')`,
		county, i.ID, meeting, i.Seq, i.Kind, basis, i.Place, seal(tx, "meeting_items", county, i.ID, "title", i.Title), i.Appeal)
	return err
}

// ItemInput is what was said and decided about an item.
type ItemInput struct {
	ID       string       `json:"id"` // operation id
	Meeting  string       `json:"meeting"`
	Item     string       `json:"item"`
	Drop     bool         `json:"drop,omitempty"` // off the agenda
	Title    string       `json:"title"`
	Reporter string       `json:"reporter,omitempty"`
	Share    string       `json:"share,omitempty"`
	Heat     string       `json:"heat,omitempty"`
	Analysis string       `json:"analysis,omitempty"`
	Opinion  string       `json:"opinion,omitempty"`
	Decision string       `json:"decision,omitempty"`
	Unit     string       `json:"unit,omitempty"`
	Owner    string       `json:"owner,omitempty"`
	Due      calendar.Day `json:"due,omitempty"`
	Quotes   []string     `json:"quotes,omitempty"` // refs of candidates, see Candidates
	Words    string       `json:"words,omitempty"`  // further words, typed
	Why      string       `json:"why,omitempty"`    // needed once the minutes were handed in
}

// SetItem writes what was said and decided about an item. Once the minutes were
// handed in, a decision is at work at once.
func SetItem(ctx context.Context, tx *db.Tx, who access.Actor, in ItemInput, cal calendar.Calendar) (Meeting, error) {
	m, _, err := once.Do(ctx, tx, who, "meeting.item", in.ID, in, func() (Meeting, error) {
		county := who.County()
		m, err := writable(ctx, tx, who, in.Meeting, in.Why, false)
		if err != nil {
			return m, err
		}
		at := slices.IndexFunc(m.Items, func(i Item) bool { return i.ID == in.Item })
		if at < 0 {
			return Meeting{}, fault.New(fault.NotFound, "fault.not_found")
		}
		i := &m.Items[at]
		if in.Drop {
			return m, drop(ctx, tx, who, &m, at)
		}
		was := *i
		i.Title, i.Reporter, i.Share, i.Heat, i.Analysis, i.Opinion = strings.TrimSpace(in.Title), in.Reporter, in.Share, in.Heat, strings.TrimSpace(in.Analysis), strings.TrimSpace(in.Opinion)
		i.Decision, i.Unit, i.Owner, i.Due = in.Decision, strings.TrimSpace(in.Unit), in.Owner, in.Due
		var f fault.Fields
		f.Check(i.Title != "", "title", "meeting.title_needed")
		f.Check(len([]rune(i.Title)) <= appeal.MaxTitle, "title", "fault.too_long", "n", appeal.MaxTitle)
		f.Check(i.Share == "" || slices.Contains(Shares, i.Share), "share", "meeting.choice_bad")
		f.Check(i.Heat == "" || slices.Contains(Heats, i.Heat), "heat", "meeting.choice_bad")
		f.Check(i.Decision == "" || slices.Contains(Decisions, i.Decision), "decision", "meeting.choice_bad")
		for name, text := range map[string]string{"analysis": i.Analysis, "opinion": i.Opinion, "words": in.Words} {
			f.Check(len([]rune(text)) <= maxWords, name, "fault.too_long", "n", maxWords)
		}
		f.Check(len([]rune(i.Unit)) <= 60, "unit", "fault.too_long", "n", 60)
		f.Check(len(in.Quotes) <= maxQuotes, "quotes", "meeting.quotes_many", "n", maxQuotes)
		today := calendar.FromTime(tx.Now)
		f.Check(i.Due == "" || i.Due.Valid() && i.Due >= m.Day && i.Due <= today.Add(2*366), "due", "meeting.due_bad")
		decided(&f, "", m, *i)
		// A village hands a matter to the township's people through its office.
		f.Check(i.Decision != Assign || i.Appeal == "" || mayAssign(who, m), "decision", "meeting.assign_office")
		if err := f.Err(); err != nil {
			return Meeting{}, err
		}
		if err := officials(ctx, tx, county, m.Region, "owner", unique([]string{i.Owner})); err != nil {
			return Meeting{}, err
		}
		if err := officials(ctx, tx, county, m.Region, "reporter", unique([]string{i.Reporter})); err != nil {
			return Meeting{}, err
		}
		if err := quote(ctx, tx, who, m, i, in); err != nil {
			return Meeting{}, err
		}
		if !m.Open() && i.differs(was) {
			if err := issue(ctx, tx, who, m, i, "", cal); err != nil {
				return Meeting{}, err
			}
		}
		if err := writeItem(ctx, tx, county, *i); err != nil {
			return Meeting{}, err
		}
		audit.Note(tx, who, "meeting.item", "meeting:"+m.ID, m.Region, "item", i.ID, "decision", i.Decision, "owner", i.Owner)
		return m, touch(ctx, tx, county, &m)
	})
	return m, err
}

// mayAssign reports whether somebody hands matters on. A village reports upward
// instead, and the office hands on.
func mayAssign(who access.Actor, m Meeting) bool {
	return access.Can(who, access.AppealAssign, access.Target{Region: m.Region}).OK()
}

// differs reports whether anything was decided anew.
func (i Item) differs(was Item) bool {
	return i.Decision != was.Decision || i.Owner != was.Owner || i.Due != was.Due || i.Opinion != was.Opinion
}

// decided looks whether a decision is whole once the minutes are handed in. A
// matter that is there has an owner and a day already; both may stay.
func decided(f *fault.Fields, prefix string, m Meeting, i Item) {
	if m.Open() || !i.Matters() || i.Appeal != "" {
		return
	}
	f.Check(i.Owner != "", prefix+"owner", "meeting.owner_needed")
	f.Check(i.Due != "", prefix+"due", "meeting.due_needed")
}

func drop(ctx context.Context, tx *db.Tx, who access.Actor, m *Meeting, at int) error {
	i := m.Items[at]
	if i.Decision != "" && !m.Open() || i.Kind == Raised {
		return fault.New(fault.Conflict, "meeting.item_decided")
	}
	for _, q := range []string{`DELETE FROM meeting_quotes WHERE county = $1 AND item = $2`, `DELETE FROM meeting_items WHERE county = $1 AND id = $2`} {
		if _, err := tx.Exec(ctx, q, who.County(), i.ID); err != nil {
			return err
		}
	}
	m.Items = slices.Delete(m.Items, at, at+1)
	audit.Note(tx, who, "meeting.drop", "meeting:"+m.ID, m.Region, "item", i.ID)
	return touch(ctx, tx, who.County(), m)
}

func writeItem(ctx context.Context, tx *db.Tx, county string, i Item) error {
	s := func(column, text string) string { return seal(tx, "meeting_items", county, i.ID, column, text) }
	_, err := tx.Exec(ctx, `UPDATE meeting_items SET title = $3, reporter = $4, share = $5, heat = $6, analysis = $7, opinion = $8, decision = $9, unit = $10, owner = $11, due_on = $12, appeal = $13, settled_on = $14, result = $15 WHERE county = $1 AND id = $2`,
		county, i.ID, s("title", i.Title), i.Reporter, i.Share, i.Heat, s("analysis", i.Analysis), s("opinion", i.Opinion), i.Decision, i.Unit, i.Owner, string(i.Due), i.Appeal, string(i.Settled), s("result", i.Result))
	return err
}

// issue puts a decision to work: it makes its matter, or carries the decision
// out on the one it is tied to. Both are done by the code every other matter goes
// through, so clock, history and rules are alike. What the rules refuse is told
// beside the item's field, with what is possible instead.
func issue(ctx context.Context, tx *db.Tx, who access.Actor, m Meeting, i *Item, prefix string, cal calendar.Calendar) error {
	due := i.Due
	if due != "" {
		due = max(due, calendar.FromTime(tx.Now)) // written down later than it was said
	}
	switch {
	case i.Decision == "":
		return nil
	case i.Appeal != "":
		a, err := appeal.Decide(ctx, tx, who, appeal.DecideInput{Appeal: i.Appeal, Decision: i.Decision, Work: i.Matters(), Up: i.Decision == Report && region.Upto(m.Region, region.Village) != "", Owner: i.Owner, Due: due, Words: i.Opinion, Reason: cmp.Or(i.Opinion, i.Analysis, i.Title)}, cal)
		if err != nil {
			return besideItem(err, prefix)
		}
		i.Appeal, i.State, i.Outcome = a.ID, a.State, a.Outcome
		if i.Matters() {
			i.Owner = cmp.Or(i.Owner, a.Handler())
			// What is handed to somebody is not left with the office that hands it on.
			if i.Decision == Assign && i.Owner == "" {
				return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: prefix + "owner", Key: "meeting.owner_needed"}}}
			}
			if i.Due == "" && a.DueOn >= m.Day {
				i.Due = a.DueOn
			}
		}
		return nil
	case !i.Matters():
		return nil
	}
	a, err := appeal.OpenFor(ctx, tx, who, appeal.OpenInput{Origin: Origin(m.ID, i.ID), Source: "meeting", Region: i.Place, Owner: i.Owner, Topic: matterTopic(i.Basis), Title: i.Title, On: calendar.FromTime(tx.Now), Due: due}, cal)
	if err != nil {
		return err
	}
	i.Appeal, i.State = a.ID, a.State
	return tellOwner(ctx, tx, a)
}

// besideItem puts what a matter's rules say beside the field of an item.
func besideItem(err error, prefix string) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != fault.Invalid && e.Kind != fault.Conflict && e.Kind != fault.Forbidden {
		return err
	}
	var f fault.Fields
	for _, x := range e.Fields {
		f.Add(prefix+x.Name, x.Key, x.Args...)
	}
	if len(f) == 0 {
		f.Add(prefix+"decision", e.Key, e.Args...)
	}
	return f.Err()
}

// matterTopic is the topic a decision's matter takes over; diaries have another
// catalogue.
func matterTopic(b agenda.Item) string {
	if b.Source == agenda.Matters {
		return b.Topic
	}
	return ""
}

// Origin is where a decision's matter comes from.
func Origin(meeting, item string) string { return "meeting:" + meeting + ":" + item }

// Candidates gives the original words an item may quote: wishes and titles of
// the matters behind it, and of diaries what was written on the topic, for the
// office that may read them.
func Candidates(ctx context.Context, r db.Reader, who access.Actor, meeting, item string) ([]Quote, error) {
	m, err := Get(ctx, r, who.County(), meeting)
	if err != nil {
		return nil, err
	}
	if err := mayChange(who, m.Kind, m.Region); err != nil {
		return nil, err
	}
	at := slices.IndexFunc(m.Items, func(i Item) bool { return i.ID == item })
	if at < 0 {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	return candidates(ctx, r, who, m, m.Items[at])
}

const maxCandidates = 24

func candidates(ctx context.Context, r db.Reader, who access.Actor, m Meeting, i Item) ([]Quote, error) {
	ids := refs(i.Basis, "appeal:")
	if i.Appeal != "" {
		ids = append(ids, i.Appeal)
	}
	county := who.County()
	if i.Basis.Source == agenda.Matters {
		as, _, err := Behind(ctx, r, who, i.Place, i.Basis.Topic, m.Period, "")
		if err != nil {
			return nil, err
		}
		for _, a := range as {
			ids = append(ids, a.ID)
		}
	}
	ids = unique(ids)
	ids = ids[:min(len(ids), maxCandidates)]
	as, err := appeal.Some(ctx, r, county, ids)
	if err != nil {
		return nil, err
	}
	var out []Quote
	for _, id := range ids {
		a, ok := as[id]
		if !ok || !access.Can(who, access.AppealRead, access.Target{Region: a.Region}).OK() {
			continue
		}
		vs, err := appeal.Voices(ctx, r, who, id)
		if err != nil {
			return nil, err
		}
		said := false
		for _, v := range vs {
			if v.Wish != "" {
				said = true
				out = append(out, Quote{Ref: "voice:" + v.ID, Words: v.Wish})
			}
		}
		if !said {
			out = append(out, Quote{Ref: "appeal:" + id, Words: a.Title})
		}
	}
	if i.Basis.Source == agenda.Diaries && access.Can(who, access.VisitRead, access.Target{Region: i.Place}).OK() {
		vs, err := heard(ctx, r, county, i, m.Period)
		if err != nil {
			return nil, err
		}
		out = append(out, vs...)
	}
	return out[:min(len(out), maxCandidates)], nil
}

// heard gives what diaries say where the topic was talked about, the latest
// first.
func heard(ctx context.Context, r db.Reader, county string, i Item, period calendar.Span) ([]Quote, error) {
	lo, hi := db.Under(i.Place)
	type row struct{ id, topics, words string }
	rows, err := db.All(ctx, r, func(w db.Row) (x row, err error) { return x, w.Scan(&x.id, &x.topics, &x.words) },
		`SELECT v.id, v.topics, v.words FROM visits v WHERE v.county = $1 AND v.region >= $2 AND v.region < $3 AND v.day >= $4 AND v.day <= $5 AND v.voided_on = '' AND v.words <> '' AND v.topics <> '' ORDER BY v.day DESC, v.clock DESC, v.id DESC LIMIT 2000`,
		county, lo, hi, string(period.From), string(period.To))
	if err != nil {
		return nil, err
	}
	var out []Quote
	for _, x := range rows {
		if !slices.Contains(strings.Fields(x.topics), i.Basis.Topic) || len(out) == maxCandidates {
			continue
		}
		words, err := r.Vault().Open(vault.Place{Table: "visits", Column: "words", County: county, Row: x.id}, x.words)
		if err != nil {
			return nil, err
		}
		out = append(out, Quote{Ref: "visit:" + x.id, Words: words})
	}
	return out, nil
}

// quote replaces an item's quotes: those kept, those chosen anew, and what was
// typed. The words are read again here, never taken from the form.
func quote(ctx context.Context, tx *db.Tx, who access.Actor, m Meeting, i *Item, in ItemInput) error {
	var next []Quote
	if len(in.Quotes) > 0 {
		from := slices.Clone(i.Quotes)
		offered, err := candidates(ctx, tx, who, m, *i)
		if err != nil {
			return err
		}
		for _, q := range append(from, offered...) {
			if (slices.Contains(in.Quotes, q.Ref) && q.Ref != "" || q.ID != "" && slices.Contains(in.Quotes, q.ID)) && !slices.ContainsFunc(next, func(x Quote) bool { return x.Ref == q.Ref && x.Words == q.Words }) {
				next = append(next, Quote{Ref: q.Ref, Words: q.Words})
			}
		}
	}
	if w := strings.TrimSpace(in.Words); w != "" {
		next = append(next, Quote{Words: w})
	}
	if _, err := tx.Exec(ctx, `DELETE FROM meeting_quotes WHERE county = $1 AND item = $2`, who.County(), i.ID); err != nil {
		return err
	}
	for n := range next {
		next[n].ID = tx.NewID()
		if _, err := tx.Exec(ctx, `INSERT INTO meeting_quotes (county, id, meeting, item, seq, ref, words) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			who.County(), next[n].ID, m.ID, i.ID, n+1, next[n].Ref, seal(tx, "meeting_quotes", who.County(), next[n].ID, "words", next[n].Words)); err != nil {
			return err
		}
	}
	i.Quotes = next
	return nil
}

// SettleInput says what became of a decision that is no matter: reported up,
// explained, or tied to nothing.
type SettleInput struct {
	ID      string `json:"id"` // operation id
	Meeting string `json:"meeting"`
	Item    string `json:"item"`
	Words   string `json:"words"`
}

// Settle closes such a decision, so that it does not come back.
func Settle(ctx context.Context, tx *db.Tx, who access.Actor, in SettleInput) (Meeting, error) {
	m, _, err := once.Do(ctx, tx, who, "meeting.settle", in.ID, in, func() (Meeting, error) {
		m, err := Get(ctx, tx, who.County(), in.Meeting)
		if err != nil {
			return m, err
		}
		if err := mayChange(who, m.Kind, m.Region); err != nil {
			return Meeting{}, err
		}
		at := slices.IndexFunc(m.Items, func(i Item) bool { return i.ID == in.Item })
		if at < 0 {
			return Meeting{}, fault.New(fault.NotFound, "fault.not_found")
		}
		i := &m.Items[at]
		words := strings.TrimSpace(in.Words)
		var f fault.Fields
		f.Check(words != "", "words", "meeting.result_needed")
		f.Check(len([]rune(words)) <= maxWords, "words", "fault.too_long", "n", maxWords)
		f.Check(id.Valid(in.ID), "id", "fault.id_needed")
		if err := f.Err(); err != nil {
			return Meeting{}, err
		}
		if m.Open() || i.Decision == "" || i.Appeal != "" || i.Settled != "" {
			return Meeting{}, fault.New(fault.Conflict, "meeting.not_to_settle")
		}
		i.Settled, i.Result = calendar.FromTime(tx.Now), words
		audit.Note(tx, who, "meeting.settle", "meeting:"+m.ID, m.Region, "item", i.ID)
		return m, writeItem(ctx, tx, who.County(), *i)
	})
	return m, err
}
