package meeting

import (
	"context"
	"encoding/json"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

const columns = `m.id, m.kind, m.year, m.number, m.region, m.day, m.from_clock, m.to_clock, m.room, m.chair, m.recorder, m.state, m.period_from, m.period_to, m.followup, m.summary, m.recorded_on, m.signed_by, m.signed_on, m.closed_on, m.version`

func scanner(r db.Reader, county string) func(db.Row) (Meeting, error) {
	return func(w db.Row) (m Meeting, err error) {
		if err = w.Scan(&m.ID, &m.Kind, &m.Year, &m.Number, &m.Region, &m.Day, &m.From, &m.To, &m.Place, &m.Chair, &m.Recorder, &m.State, &m.Period.From, &m.Period.To, &m.Followup, &m.Summary, &m.Recorded, &m.SignedBy, &m.SignedOn, &m.ClosedOn, &m.Version); err != nil {
			return m, err
		}
		for column, text := range map[string]*string{"room": &m.Place, "followup": &m.Followup, "summary": &m.Summary} {
			if err = open(r, "meetings", county, m.ID, column, text); err != nil {
				return m, err
			}
		}
		return m, nil
	}
}

// Get gives a meeting with people, items and quotes, for use cases and papers
// that have decided who may see it.
func Get(ctx context.Context, r db.Reader, county, id string) (Meeting, error) {
	m, err := db.One(ctx, r, scanner(r, county), `SELECT `+columns+` FROM meetings m WHERE m.county = $1 AND m.id = $2`, county, id)
	if err != nil {
		return m, err
	}
	m.People, err = db.All(ctx, r, func(w db.Row) (p Person, err error) {
		if err = w.Scan(&p.ID, &p.Cadre, &p.Household, &p.Name, &p.Part, &p.Visit); err != nil {
			return p, err
		}
		return p, open(r, "meeting_people", county, p.ID, "name", &p.Name)
	}, `SELECT id, cadre, household, name, part, visit FROM meeting_people WHERE county = $1 AND meeting = $2 ORDER BY id`, county, id)
	if err != nil {
		return m, err
	}
	if m.Items, err = itemsOf(ctx, r, county, id); err != nil {
		return m, err
	}
	type quote struct {
		item string
		Quote
	}
	qs, err := db.All(ctx, r, func(w db.Row) (q quote, err error) {
		if err = w.Scan(&q.item, &q.ID, &q.Ref, &q.Words); err != nil {
			return q, err
		}
		return q, open(r, "meeting_quotes", county, q.ID, "words", &q.Words)
	}, `SELECT item, id, ref, words FROM meeting_quotes WHERE county = $1 AND meeting = $2 ORDER BY item, seq, id`, county, id)
	for _, q := range qs {
		for i := range m.Items {
			if m.Items[i].ID == q.item {
				m.Items[i].Quotes = append(m.Items[i].Quotes, q.Quote)
			}
		}
	}
	return m, err
}

func itemsOf(ctx context.Context, r db.Reader, county, meeting string) ([]Item, error) {
	return db.All(ctx, r, func(w db.Row) (i Item, err error) {
		var basis string
		if err = w.Scan(&i.ID, &i.Seq, &i.Kind, &basis, &i.Place, &i.Title, &i.Reporter, &i.Share, &i.Heat, &i.Analysis, &i.Opinion, &i.Decision, &i.Unit, &i.Owner, &i.Due, &i.Appeal, &i.Settled, &i.Result, &i.State, &i.Outcome); err != nil {
			return i, err
		}
		if basis != "" {
			if err = json.Unmarshal([]byte(basis), &i.Basis); err != nil {
				return i, err
			}
		}
		for column, text := range map[string]*string{"title": &i.Title, "analysis": &i.Analysis, "opinion": &i.Opinion, "result": &i.Result} {
			if err = open(r, "meeting_items", county, i.ID, column, text); err != nil {
				return i, err
			}
		}
		return i, nil
	}, `SELECT i.id, i.seq, i.kind, i.basis, i.place, i.title, i.reporter, i.share, i.heat, i.analysis, i.opinion, i.decision, i.unit, i.owner, i.due_on, i.appeal, i.settled_on, i.result, COALESCE(a.state, ''), COALESCE(a.outcome, '')
		FROM meeting_items i LEFT JOIN appeals a ON a.county = i.county AND a.id = i.appeal AND i.appeal <> '' WHERE i.county = $1 AND i.meeting = $2 ORDER BY i.seq, i.id`, county, meeting)
}

// reads asks whether somebody may read a meeting: by region, or because he was
// invited. A meeting of the township is a village committee's own too when its
// member was invited, so one's own is judged where one's grant lies.
func reads(who access.Actor, m Meeting) error {
	err := scope.Can(who, access.MeetingRead, m.Region, false)
	if err != nil && m.Invites(who.Cadre()) {
		for _, g := range who.Grants() {
			if access.Can(who, access.MeetingRead, access.Target{Region: g.Region, Own: true}).OK() {
				return nil
			}
		}
	}
	return err
}

// Show gives a meeting to those who may read it.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Meeting, error) {
	m, err := Get(ctx, r, who.County(), id)
	if err != nil {
		return m, err
	}
	if err := reads(who, m); err != nil {
		return Meeting{}, err
	}
	return m, nil
}

// Filter narrows a list.
type Filter struct {
	Place    string
	Kind     string
	State    string
	From, To calendar.Day
	Signed   bool // the signed ones alone, closed or not
	Oldest   bool // oldest first, as a ledger is read
	After    string
	Limit    int
}

// List gives the meetings somebody may read, the latest first, without items
// and people.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Meeting, string, error) {
	s, err := scope.Reach(who, access.MeetingRead, f.Place)
	if err != nil {
		return nil, "", err
	}
	for _, x := range []struct {
		field, value string
		of           []string
	}{{"kind", f.Kind, Kinds}, {"state", f.State, States}} {
		if err := scope.Known(x.field, x.value, "meeting."+x.field+".", x.of...); err != nil {
			return nil, "", err
		}
	}
	if who.OfVillage() {
		s.Cadre = who.Cadre() // invited to the township's, see reads
	}
	var args scope.Args
	county := args.Add(who.County())
	where := scope.Where(s, &args, "m.region", func(c string) string {
		return "(m.chair = " + c + " OR m.recorder = " + c + " OR m.id IN (SELECT p.meeting FROM meeting_people p WHERE p.county = " + county + " AND p.cadre = " + c + "))"
	}, scope.Nobody) + " AND m.county = " + county
	if s.Cadre == "" {
		where += scope.InTown(s, f.Place, &args, "m.region")
	}
	if f.Place != "" {
		lo, hi := db.Under(f.Place)
		where += " AND m.region >= " + args.Add(lo) + " AND m.region < " + args.Add(hi)
	}
	for _, x := range []struct{ op, value string }{{"kind = ", f.Kind}, {"state = ", f.State}, {"day >= ", string(f.From)}, {"day <= ", string(f.To)}} {
		if x.value != "" {
			where += " AND m." + x.op + args.Add(x.value)
		}
	}
	if f.Signed {
		where += " AND m.state IN ('signed', 'closed')"
	}
	after, err := scope.After(f.After, scope.Day, scope.ID)
	if err != nil {
		return nil, "", err
	}
	order, cmp := "DESC", "<"
	if f.Oldest {
		order, cmp = "ASC", ">"
	}
	if after != nil {
		where += " AND (m.day, m.id) " + cmp + " (" + args.Add(after[0]) + ", " + args.Add(after[1]) + ")"
	}
	n := scope.Limit(f.Limit)
	ms, err := db.All(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM meetings m WHERE `+where+` ORDER BY m.day `+order+`, m.id `+order+` LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	ms, next := scope.Cut(ms, n, func(m Meeting) string { return string(m.Day) + "~" + m.ID })
	return ms, next, nil
}

// Former gives the meeting of the same kind and place before one, with its
// decisions, and ok when there is one.
func Former(ctx context.Context, r db.Reader, who access.Actor, m Meeting) (former Meeting, ok bool, err error) {
	if err := reads(who, m); err != nil {
		return Meeting{}, false, err
	}
	id, err := db.One(ctx, r, db.Text, `SELECT id FROM meetings WHERE county = $1 AND region = $2 AND kind = $3 AND day <= $4 AND id <> $5 AND state <> 'planned' ORDER BY day DESC, number DESC, id DESC LIMIT 1`, who.County(), m.Region, m.Kind, string(m.Day), m.ID)
	if fault.Is(err, fault.NotFound) {
		return Meeting{}, false, nil
	}
	if err != nil {
		return Meeting{}, false, err
	}
	former, err = Get(ctx, r, who.County(), id)
	return former, err == nil, err
}

// Version is a former text of the minutes.
type Version struct {
	Version int     `json:"version"`
	At      int64   `json:"at"`
	Why     string  `json:"why,omitempty"`
	Before  Meeting `json:"before"`
}

// Versions gives the former texts of a meeting, the latest first.
func Versions(ctx context.Context, r db.Reader, who access.Actor, id string) ([]Version, error) {
	if _, err := Show(ctx, r, who, id); err != nil {
		return nil, err
	}
	return db.All(ctx, r, func(w db.Row) (v Version, err error) {
		var content string
		if err = w.Scan(&v.Version, &content, &v.Why, &v.At); err != nil {
			return v, err
		}
		row := versionRow(id, v.Version)
		if err = open(r, "meeting_versions", who.County(), row, "content", &content); err != nil {
			return v, err
		}
		if err = open(r, "meeting_versions", who.County(), row, "why", &v.Why); err != nil {
			return v, err
		}
		return v, json.Unmarshal([]byte(content), &v.Before)
	}, `SELECT version, content, why, at FROM meeting_versions WHERE county = $1 AND meeting = $2 ORDER BY version DESC LIMIT 100`, who.County(), id)
}

// Rehome moves meetings and items when a place is merged or split.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	if err := renumber(ctx, tx, county, from, to); err != nil {
		return err
	}
	if err := region.MovePrefix(ctx, tx, "meetings", "region", county, from, to); err != nil {
		return err
	}
	return region.MovePrefix(ctx, tx, "meeting_items", "place", county, from, to)
}

// renumber gives the meetings of a place that becomes part of another free
// numbers there: both had a first meeting of the year.
func renumber(ctx context.Context, tx *db.Tx, county, from, to string) error {
	type held struct {
		id, kind string
		year     int
	}
	hs, err := db.All(ctx, tx, func(w db.Row) (h held, err error) { return h, w.Scan(&h.id, &h.kind, &h.year) },
		`SELECT id, kind, year FROM meetings WHERE county = $1 AND region = $2 ORDER BY year, kind, number`, county, from)
	if err != nil {
		return err
	}
	for _, h := range hs {
		if _, err := tx.Exec(ctx, `UPDATE meetings SET number = (SELECT COALESCE(MAX(x.number), 0) + 1 FROM meetings x WHERE x.county = $1 AND x.kind = $3 AND x.year = $4 AND (x.region = $5 OR x.region = $6)) WHERE county = $1 AND id = $2
			AND EXISTS (SELECT 1 FROM meetings y WHERE y.county = $1 AND y.kind = $3 AND y.year = $4 AND y.region = $6)`, county, h.id, h.kind, h.year, from, to); err != nil {
			return err
		}
	}
	return nil
}
