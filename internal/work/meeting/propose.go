package meeting

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/agenda"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/scope"
)

const (
	longAgo = 60 // days without a visit that a meeting hears of
	periods = 4  // before, that make the usual level
	single  = 60 // matters listed one by one; the rest is a number
)

// Proposal is the agenda of a place and period with what it counted by.
type Proposal struct {
	Place   string          `json:"place"`
	Period  calendar.Span   `json:"period"`
	Before  []calendar.Span `json:"before"` // the periods that make the usual level, the latest first
	Bounds  agenda.Bounds   `json:"bounds"`
	Items   []agenda.Item   `json:"items"`
	Cut     bool            `json:"cut,omitempty"` // there are more overdue ones than are listed one by one
	Overdue int             `json:"overdue"`       // all of them as the queue counts them, also those not listed or listed elsewhere
}

// villageLen is the length of a village's path; the codes of each level have a
// fixed length (GB/T 10114).
const (
	townLen    = 26
	villageLen = 39
)

// Propose counts a period of a place and gives the agenda. Everything is
// counted by the database; no title and no word is opened.
func Propose(ctx context.Context, r db.Reader, who access.Actor, at string, period calendar.Span) (p Proposal, err error) {
	if at == "" {
		at = who.Home()
	}
	var f fault.Fields
	if checkPeriod(&f, period); len(f) > 0 {
		return p, f.Err()
	}
	s, err := scope.Reach(who, access.MeetingAgenda, at)
	if err != nil {
		return p, err
	}
	p = Proposal{Place: at, Period: period, Bounds: agenda.Usual}
	q := asked{r: r, who: who, s: s, at: at, span: period}
	if p.Before, err = q.covered(ctx); err != nil {
		return p, err
	}
	q.before = p.Before
	facts := agenda.Facts{Whole: at, Days: longAgo, Today: min(who.Today(), period.To.Add(1))}
	for _, part := range []func() error{
		func() (err error) { facts.Counts, err = q.matters(ctx); return err },
		func() error { cs, err := q.diaries(ctx); facts.Counts = append(facts.Counts, cs...); return err },
		func() (err error) { facts.Overdue, p.Overdue, err = q.overdue(ctx); return err },
		func() (err error) {
			facts.Disputed, err = q.some(ctx, "a.meeting = TRUE AND a.live = TRUE", "a.opened_on")
			return err
		},
		func() (err error) {
			facts.Shelved, err = q.some(ctx, "a.state = 'shelved' AND a.next_on <= "+q.day(period.To), "a.next_on")
			return err
		},
		func() (err error) { facts.Decisions, err = q.decisions(ctx); return err },
		func() (err error) { facts.Homes, err = q.unvisited(ctx); return err },
	} {
		if err := part(); err != nil {
			return p, err
		}
	}
	p.Items, p.Cut = agenda.Propose(facts, p.Bounds), len(facts.Overdue) == single
	if p.Items == nil {
		p.Items = []agenda.Item{}
	}
	return p, nil
}

// asked is one question about a place and period.
type asked struct {
	r      db.Reader
	who    access.Actor
	s      access.Span
	at     string
	span   calendar.Span
	before []calendar.Span
}

// day writes a day into a statement; it is one of the calendar, checked before.
func (q asked) day(d calendar.Day) string { return "'" + string(d) + "'" }

// where is the condition for rows of the place in reach.
func (q asked) where(args *scope.Args, table string) string {
	lo, hi := db.Under(q.at)
	column := table + ".region"
	return scope.Where(q.s, args, column, nil, scope.Nobody) + " AND " + table + ".county = " + args.Add(q.who.County()) + " AND " + column + " >= " + args.Add(lo) + " AND " + column + " < " + args.Add(hi) + scope.InTown(q.s, q.at, args, column)
}

// place is the SQL of the place a row is counted for: the township in a county,
// the village below it.
func (q asked) place(column string) string {
	n := villageLen
	if len(q.at) < townLen {
		n = townLen
	}
	return "substr(" + column + ", 1, " + strconv.Itoa(n) + ")"
}

// covered gives the periods before that the records cover.
func (q asked) covered(ctx context.Context) (out []calendar.Span, err error) {
	first, err := db.One(ctx, q.r, db.Text, `SELECT COALESCE(MIN(d), '') FROM (SELECT MIN(opened_on) AS d FROM appeals WHERE county = $1 UNION ALL SELECT MIN(day) FROM visits WHERE county = $1) x`, q.who.County())
	if err != nil || first == "" {
		return nil, err
	}
	for _, s := range agenda.Before(q.span, periods) {
		if string(s.From) >= first {
			out = append(out, s)
		}
	}
	return out, nil
}

// buckets is a column for the period and one for each before it.
func (q asked) buckets(column string) string {
	var b strings.Builder
	for _, s := range append([]calendar.Span{q.span}, q.before...) {
		fmt.Fprintf(&b, ", COUNT(*) FILTER (WHERE %s >= %s AND %s <= %s)", column, q.day(s.From), column, q.day(s.To))
	}
	return b.String()
}

// first is the first day that is looked at.
func (q asked) first() calendar.Day {
	if n := len(q.before); n > 0 {
		return q.before[n-1].From
	}
	return q.span.From
}

func (q asked) scan(source string) func(db.Row) (agenda.Count, error) {
	return func(w db.Row) (agenda.Count, error) {
		c := agenda.Count{Source: source, Before: make([]int, len(q.before))}
		to := []any{&c.Place, &c.Topic, &c.N}
		for i := range c.Before {
			to = append(to, &c.Before[i])
		}
		return c, w.Scan(to...)
	}
}

// raisedOnly leaves out what a meeting itself decided: a topic must not rise
// because it was talked over.
const raisedOnly = `NOT (a.source = 'meeting' AND EXISTS (SELECT 1 FROM meeting_items i WHERE i.county = a.county AND i.appeal = a.id AND i.appeal <> '' AND i.kind <> 'raised'))`

func (q asked) matters(ctx context.Context) ([]agenda.Count, error) {
	var args scope.Args
	where := q.where(&args, "a")
	from, to := args.Add(string(q.first())), args.Add(string(q.span.To))
	return db.All(ctx, q.r, q.scan(agenda.Matters), `SELECT `+q.place("a.region")+`, a.topic`+q.buckets("a.opened_on")+` FROM appeals a
		WHERE `+where+` AND a.opened_on >= `+from+` AND a.opened_on <= `+to+` AND a.state <> 'merged' AND `+raisedOnly+` GROUP BY 1, 2`, args...)
}

// diaries counts what was talked about in visits. The database groups by what
// was ticked together, which is a few dozen sets; they are taken apart here.
func (q asked) diaries(ctx context.Context) ([]agenda.Count, error) {
	var args scope.Args
	where := q.where(&args, "v")
	from, to := args.Add(string(q.first())), args.Add(string(q.span.To))
	sets, err := db.All(ctx, q.r, q.scan(agenda.Diaries), `SELECT `+q.place("v.region")+`, v.topics`+q.buckets("v.day")+` FROM visits v
		WHERE `+where+` AND v.day >= `+from+` AND v.day <= `+to+` AND v.voided_on = '' AND v.topics <> '' GROUP BY 1, 2`, args...)
	var out []agenda.Count
	for _, s := range sets {
		for _, topic := range strings.Fields(s.Topic) {
			if topic == "other" {
				continue // says nothing that a meeting could talk about
			}
			c := s
			c.Topic = topic
			out = append(out, c)
		}
	}
	return out, err
}

func scanMatter(w db.Row) (m agenda.Matter, err error) {
	return m, w.Scan(&m.ID, &m.Place, &m.Topic, &m.Rank, &m.On, &m.State)
}

func (q asked) some(ctx context.Context, cond, day string) ([]agenda.Matter, error) {
	var args scope.Args
	where := q.where(&args, "a")
	return db.All(ctx, q.r, scanMatter, `SELECT a.id, `+q.place("a.region")+`, a.topic, a.rank, `+day+`, a.state FROM appeals a WHERE `+where+` AND `+cond+` ORDER BY a.rank, `+day+`, a.id LIMIT `+args.Add(single), args...)
}

// overdue gives what is past the day of its next step at the end of the period,
// or today when that is earlier, with the kind of the last step: why it is late.
func (q asked) overdue(ctx context.Context) ([]agenda.Matter, int, error) {
	cond := "a.live = TRUE AND a.state IN ('registered', 'handling', 'extension') AND a.next_on < " + q.day(min(q.who.Today(), q.span.To.Add(1)))
	ms, err := q.some(ctx, cond+" AND a.meeting = FALSE", "a.next_on")
	if err != nil {
		return nil, 0, err
	}
	var args scope.Args
	where := q.where(&args, "a")
	n, err := db.One(ctx, q.r, db.Int, `SELECT COUNT(*) FROM appeals a WHERE `+where+` AND `+cond, args...)
	if err != nil || len(ms) == 0 {
		return nil, n, err
	}
	ids := make([]string, len(ms))
	for i, m := range ms {
		ids[i] = m.ID
	}
	why, err := lastSteps(ctx, q.r, q.who.County(), ids)
	for i := range ms {
		ms[i].Why = why[ms[i].ID].Kind
	}
	return ms, n, err
}

// decisions gives what earlier meetings of the place decided and is not done.
func (q asked) decisions(ctx context.Context) ([]agenda.Decision, error) {
	carried, err := q.carried(ctx)
	if err != nil {
		return nil, err
	}
	var args scope.Args
	where := q.where(&args, "m")
	ds, err := db.All(ctx, q.r, func(w db.Row) (d agenda.Decision, err error) {
		return d, w.Scan(&d.Meeting, &d.Item, &d.Appeal, &d.Place, &d.State, &d.Due)
	}, `SELECT i.meeting, i.id, i.appeal, `+q.place("i.place")+`, COALESCE(a.state, ''), i.due_on FROM meetings m JOIN meeting_items i ON i.county = m.county AND i.meeting = m.id LEFT JOIN appeals a ON a.county = i.county AND a.id = i.appeal AND i.appeal <> ''
		WHERE `+where+` AND m.state IN ('recorded', 'signed') AND m.day <= `+args.Add(string(q.span.To))+` AND i.decision <> '' AND i.settled_on = '' AND COALESCE(a.state, '') NOT IN ('closed', 'merged', 'petition') ORDER BY m.day, i.seq LIMIT 200`, args...)
	return slices.DeleteFunc(ds, func(d agenda.Decision) bool { return carried["meeting:"+d.Meeting+":"+d.Item] }), err
}

// carried gives the decisions that a later meeting took up and decided anew:
// from then on that one counts, done or not.
func (q asked) carried(ctx context.Context) (map[string]bool, error) {
	var args scope.Args
	where := q.where(&args, "m")
	bases, err := db.All(ctx, q.r, db.Text, `SELECT i.basis FROM meetings m JOIN meeting_items i ON i.county = m.county AND i.meeting = m.id
		WHERE `+where+` AND m.state <> 'planned' AND m.day <= `+args.Add(string(q.span.To))+` AND i.kind = `+args.Add(string(agenda.Standing))+` AND i.decision <> '' ORDER BY m.day DESC, i.seq LIMIT 1000`, args...)
	out := map[string]bool{}
	for _, b := range bases {
		var i agenda.Item
		if json.Unmarshal([]byte(b), &i) != nil {
			continue // a basis is written by this package alone
		}
		for _, ref := range i.Refs {
			out[ref] = true
		}
	}
	return out, err
}

// unvisited counts the homes nobody has been seen at for long, place by place.
func (q asked) unvisited(ctx context.Context) ([]agenda.Homes, error) {
	since := min(q.who.Today(), q.span.To).Add(-longAgo)
	var args scope.Args
	where := q.where(&args, "h")
	d := args.Add(string(since))
	return db.All(ctx, q.r, func(w db.Row) (h agenda.Homes, err error) { return h, w.Scan(&h.Place, &h.N) },
		`SELECT `+q.place("h.region")+`, COUNT(*) FROM households h WHERE `+where+` AND h.state = 'active' AND h.since <= `+d+` AND h.last_seen <= `+d+` GROUP BY 1`, args...)
}

// Reason is a step that says why a matter is late, with its words.
type Reason struct {
	Kind  string       `json:"kind"`
	Day   calendar.Day `json:"day,omitempty"`
	Words string       `json:"words,omitempty"`
	id    string
}

// lateness are the steps of a matter that say why it is late.
type lateness struct {
	Reason        // the last one
	asked  Reason // the last request for a later day
}

// lastSteps gives the last step of each of some matters, its words still sealed.
func lastSteps(ctx context.Context, r db.Reader, county string, ids []string) (map[string]lateness, error) {
	m := map[string]lateness{}
	if len(ids) == 0 {
		return m, nil
	}
	type row struct {
		appeal string
		Reason
	}
	args := scope.Args{county}
	rows, err := db.All(ctx, r, func(w db.Row) (x row, err error) { return x, w.Scan(&x.appeal, &x.id, &x.Kind, &x.Day, &x.Words) },
		`SELECT s.appeal, s.id, s.kind, s.day, s.words FROM appeal_steps s WHERE s.county = $1 AND s.appeal IN `+scope.In(&args, ids)+` AND s.kind NOT IN ('escalated', 'recounted', 'sponsor_changed') ORDER BY s.appeal, s.seq`, args...)
	for _, x := range rows {
		l := m[x.appeal]
		if l.Reason = x.Reason; x.Kind == string(lifecycle.Ask) {
			l.asked = x.Reason
		}
		m[x.appeal] = l
	}
	return m, err
}

// Opened is a matter of an agenda with its title and the words of its last step.
type Opened struct {
	appeal.Appeal
	Last  Reason `json:"last"`
	Asked Reason `json:"asked"` // the last request for a later day
}

// Open gives the matters of some items by id, for somebody who may see the
// agenda: the only titles that are opened.
func Open(ctx context.Context, r db.Reader, who access.Actor, items []agenda.Item) (map[string]Opened, error) {
	if !access.May(who, access.MeetingAgenda) {
		return nil, fault.New(fault.Forbidden, "access.not_role")
	}
	var ids []string
	for _, i := range items {
		for _, ref := range i.Refs {
			if id, ok := strings.CutPrefix(ref, "appeal:"); ok {
				ids = append(ids, id)
			}
		}
	}
	ids = unique(ids)
	as, err := appeal.Some(ctx, r, who.County(), ids)
	if err != nil {
		return nil, err
	}
	last, err := lastSteps(ctx, r, who.County(), ids)
	if err != nil {
		return nil, err
	}
	out := map[string]Opened{}
	for id, a := range as {
		if !access.Can(who, access.MeetingAgenda, access.Target{Region: a.Region}).OK() {
			continue
		}
		o := Opened{a, last[id].Reason, last[id].asked}
		for _, x := range []*Reason{&o.Last, &o.Asked} {
			if x.Words == "" {
				continue
			}
			if x.Words, err = r.Vault().Open(vault.Place{Table: "appeal_steps", Column: "words", County: who.County(), Row: x.id}, x.Words); err != nil {
				return nil, err
			}
		}
		out[id] = o
	}
	return out, nil
}

// Behind gives the matters a number of the agenda counts.
func Behind(ctx context.Context, r db.Reader, who access.Actor, at, topic string, period calendar.Span, after string) ([]appeal.Appeal, string, error) {
	if _, err := scope.Reach(who, access.MeetingAgenda, at); err != nil {
		return nil, "", err
	}
	as, next, err := appeal.List(ctx, r, who, appeal.Filter{Place: at, Topic: topic, Any: true, From: period.From, To: period.To, After: after, Limit: 50})
	if err != nil || len(as) == 0 {
		return nil, "", err
	}
	ids := make([]string, len(as))
	for i, a := range as {
		ids[i] = a.ID
	}
	args := scope.Args{who.County()}
	counted, err := db.All(ctx, r, db.Text, `SELECT a.id FROM appeals a WHERE a.county = $1 AND a.id IN `+scope.In(&args, ids)+` AND a.state <> 'merged' AND `+raisedOnly, args...)
	return slices.DeleteFunc(as, func(a appeal.Appeal) bool { return !slices.Contains(counted, a.ID) || a.Topic != topic }), next, err
}
