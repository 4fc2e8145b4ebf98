package appeal

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

const columns = `a.id, a.origin, a.source, a.household, a.region, a.sponsor, a.owner, a.topic, a.emphasis, a.urgency, a.title, a.opened_on, a.due_on, a.next_on, a.provisional, a.round, a.state, a.level, a.outcome, a.result, a.taken_on, a.answered_on, a.answered_by, a.closed_on, a.state_before, a.merged_into, a.asked_due, a.asked_by, a.answers, a.tries, a.redo, a.extensions, a.meeting, a.voices, a.version, a.fixed`

func scanner(r db.Reader, county string) func(db.Row) (Appeal, error) {
	v := r.Vault()
	return func(w db.Row) (a Appeal, err error) {
		if err = w.Scan(&a.ID, &a.Origin, &a.Source, &a.Household, &a.Region, &a.Sponsor, &a.Owner, &a.Topic, &a.Emphasis, &a.Urgency, &a.Title, &a.OpenedOn, &a.DueOn, &a.NextOn, &a.Provisional, &a.Round, &a.State, &a.Level, &a.Outcome, &a.Result,
			&a.TakenOn, &a.Answered, &a.answeredBy, &a.ClosedOn, &a.before, &a.Into, &a.AskedDue, &a.askedBy, &a.Answers, &a.Tries, &a.Redo, &a.Extended, &a.Meeting, &a.Voices, &a.Version, &a.fixed); err != nil {
			return a, err
		}
		for _, x := range []struct {
			column string
			text   *string
		}{{"title", &a.Title}, {"result", &a.Result}} {
			if *x.text == "" {
				continue
			}
			if *x.text, err = v.Open(vault.Place{Table: "appeals", Column: x.column, County: county, Row: a.ID}, *x.text); err != nil {
				return a, err
			}
		}
		return a, nil
	}
}

// Get gives a matter, for rules and papers; what leaves a door goes through Show.
func Get(ctx context.Context, r db.Reader, county, id string) (Appeal, error) {
	return db.One(ctx, r, scanner(r, county), `SELECT `+columns+` FROM appeals a WHERE a.county = $1 AND a.id = $2`, county, id)
}

// Show gives a matter to somebody who may see it: its owner, who brought it, or
// the office.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Appeal, error) {
	a, err := Get(ctx, r, who.County(), id)
	if err != nil {
		return a, err
	}
	if err := can(who, access.AppealRead, a); err != nil {
		return Appeal{}, err
	}
	return a, nil
}

// Some gives several matters by id, for use cases above that have decided who
// may see them.
func Some(ctx context.Context, r db.Reader, county string, ids []string) (map[string]Appeal, error) {
	m := map[string]Appeal{}
	if len(ids) == 0 {
		return m, nil
	}
	args := scope.Args{county}
	as, err := db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM appeals a WHERE a.county = $1 AND a.id IN `+scope.In(&args, ids), args...)
	for _, a := range as {
		m[a.ID] = a
	}
	return m, err
}

// OfOrigins gives the matters of several origins by origin.
func OfOrigins(ctx context.Context, r db.Reader, county string, origins []string) (map[string][]Appeal, error) {
	m := map[string][]Appeal{}
	if len(origins) == 0 {
		return m, nil
	}
	args := scope.Args{county}
	as, err := db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM appeals a WHERE a.county = $1 AND a.origin IN `+scope.In(&args, origins)+` ORDER BY a.id`, args...)
	for _, a := range as {
		m[a.Origin] = append(m[a.Origin], a)
	}
	return m, err
}

// Filter narrows a list of matters.
type Filter struct {
	Place     string
	Household string
	Owner     string // official, or "office"
	Sponsor   string // official who brought it
	Mine      bool   // the reader answers for it
	Topic     string
	Source    string
	Emphasis  string
	State     lifecycle.State
	Any       bool // all states, the newest first; otherwise what is alive, in the order of work
	Ended     bool // what is closed, merged or routed out
	Running   bool // only what its owner still has to answer
	Handled   bool // only what somebody has in hand
	Others    bool // in the hands of somebody else than the reader or the office
	Meeting   bool // for the analysis meeting
	Level     string
	Round     string
	NextFrom  calendar.Day // day of the next step from …
	Before    calendar.Day // … and before
	From, To  calendar.Day // raised
	After     string
	Limit     int
}

// List gives matters: what is alive in the order of work (最怨 first, then
// 最盼, then the rest, by the day of the next step), everything else the newest
// first. Either is one walk along an index.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Appeal, string, error) {
	n := scope.Limit(f.Limit)
	if !f.work() {
		as, err := f.walks(who, n+1, later, func(f Filter) ([]Appeal, error) { return newest(ctx, r, who, f, n+1) })
		if err != nil {
			return nil, "", err
		}
		as, next := scope.Cut(as, n, func(a Appeal) string { return string(a.OpenedOn) + "~" + a.ID })
		return as, next, nil
	}
	as, err := f.walks(who, n+1, before, func(f Filter) ([]Appeal, error) { return atWork(ctx, r, who, f, n+1) })
	if err != nil {
		return nil, "", err
	}
	as, next := scope.Cut(as, n, func(a Appeal) string {
		return strconv.Itoa(lifecycle.Rank(a.Emphasis)) + "~" + string(a.NextOn) + "~" + a.ID
	})
	return as, next, nil
}

// walks reads a list. What somebody sees only because it is his own lies along
// two indexes, what he answers for and what he brought: a question for either
// would walk through all the county's years, so it is asked twice and laid
// together.
func (f Filter) walks(who access.Actor, n int, less func(a, b Appeal) int, read func(Filter) ([]Appeal, error)) ([]Appeal, error) {
	s := access.Reaches(who, access.AppealRead)
	if len(s.Regions) > 0 || len(s.Draws) > 0 || s.Cadre == "" || f.Mine || f.Owner != "" || f.Sponsor != "" || f.Household != "" {
		return read(f)
	}
	f.Owner = s.Cadre
	as, err := read(f)
	if err != nil || s.Given {
		return as[:min(len(as), n)], err
	}
	f.Owner, f.Sponsor = "", s.Cadre
	brought, err := read(f)
	if err != nil {
		return nil, err
	}
	as = append(as, brought...)
	slices.SortFunc(as, less)
	as = slices.CompactFunc(as, func(a, b Appeal) bool { return a.ID == b.ID })
	return as[:min(len(as), n)], nil
}

// before is the order of work, later that of the newest first.
func before(a, b Appeal) int {
	return cmp.Or(cmp.Compare(lifecycle.Rank(a.Emphasis), lifecycle.Rank(b.Emphasis)), cmp.Compare(a.NextOn, b.NextOn), cmp.Compare(a.ID, b.ID))
}

func later(a, b Appeal) int {
	return cmp.Or(cmp.Compare(b.OpenedOn, a.OpenedOn), cmp.Compare(b.ID, a.ID))
}

func atWork(ctx context.Context, r db.Reader, who access.Actor, f Filter, n int) ([]Appeal, error) {
	where, args, err := f.where(who)
	if err != nil {
		return nil, err
	}
	after, err := scope.After(f.After, scope.Number, scope.DayOrNone, scope.ID)
	if err != nil {
		return nil, err
	}
	if after != nil {
		rank, err := strconv.Atoi(after[0])
		if err != nil {
			return nil, err
		}
		where += " AND (a.rank, a.next_on, a.id) > (" + args.Add(rank) + ", " + args.Add(after[1]) + ", " + args.Add(after[2]) + ")"
	}
	return db.All(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM appeals a WHERE `+where+` ORDER BY a.rank, a.next_on, a.id LIMIT `+args.Add(n), args...)
}

func states() []string {
	out := make([]string, len(lifecycle.States))
	for i, s := range lifecycle.States {
		out[i] = string(s)
	}
	return out
}

// work reports whether the filter asks for what is to be worked on.
func (f Filter) work() bool {
	return !f.Any && !f.Ended && (f.State == "" || f.State.Live() || f.State == lifecycle.Shelved)
}

func newest(ctx context.Context, r db.Reader, who access.Actor, f Filter, n int) ([]Appeal, error) {
	where, args, err := f.where(who)
	if err != nil {
		return nil, err
	}
	after, err := scope.After(f.After, scope.Day, scope.ID)
	if err != nil {
		return nil, err
	}
	if after != nil {
		where += " AND (a.opened_on, a.id) < (" + args.Add(after[0]) + ", " + args.Add(after[1]) + ")"
	}
	return db.All(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM appeals a WHERE `+where+` ORDER BY a.opened_on DESC, a.id DESC LIMIT `+args.Add(n), args...)
}

// Check says what in a filter is none, without asking for a list.
func (f Filter) Check(who access.Actor) error {
	_, _, err := f.where(who)
	return err
}

func (f Filter) where(who access.Actor) (string, scope.Args, error) {
	s, err := scope.Reach(who, access.AppealRead, f.Place)
	if err != nil {
		return "", nil, err
	}
	for _, x := range []struct {
		field, value string
		of           []string
	}{{"state", string(f.State), states()}, {"source", f.Source, Sources}, {"emphasis", f.Emphasis, Emphases}} {
		if err := scope.Known(x.field, x.value, "appeal."+x.field+".", x.of...); err != nil {
			return "", nil, err
		}
	}
	var args scope.Args
	where := scope.Where(s, &args, "a.region", ownOf(s), scope.Whose{Home: "a.household"}) + " AND a.county = " + args.Add(who.County())
	is := func(column, value string) {
		if value != "" {
			where += " AND a." + column + " = " + args.Add(value)
		}
	}
	if f.Mine {
		f.Owner = orElse(who.Cadre(), Office)
	}
	if f.Household == "" && (f.Owner == "" || f.Owner == Office) && f.Sponsor == "" {
		where += scope.InTown(s, f.Place, &args, "a.region")
	}
	if f.Place != "" {
		lo, hi := db.Under(f.Place)
		where += " AND a.region >= " + args.Add(lo) + " AND a.region < " + args.Add(hi)
	}
	is("household", f.Household)
	is("owner", f.Owner)
	is("sponsor", f.Sponsor)
	is("topic", f.Topic)
	is("source", f.Source)
	is("emphasis", f.Emphasis)
	is("level", f.Level)
	is("round", f.Round)
	is("state", string(f.State))
	switch {
	case f.Ended:
		where += " AND a.live = FALSE AND a.state <> 'shelved'"
	case f.State == lifecycle.Shelved:
		where += " AND a.live = FALSE"
	case f.work():
		where += " AND a.live = TRUE"
	}
	if f.Running {
		where += " AND a.state IN ('registered', 'handling', 'extension')"
	}
	if f.Handled || f.Others {
		where += " AND a.state IN ('handling', 'extension')"
	}
	if f.Others {
		where += " AND a.owner <> 'office' AND a.owner <> " + args.Add(orElse(who.Cadre(), Office))
	}
	if f.Meeting {
		where += " AND a.meeting = TRUE"
	}
	for _, x := range []struct {
		op  string
		day calendar.Day
	}{{"next_on >= ", f.NextFrom}, {"next_on < ", f.Before}, {"opened_on >= ", f.From}, {"opened_on <= ", f.To}} {
		if x.day != "" {
			where += " AND a." + x.op + args.Add(string(x.day))
		}
	}
	return where, args, nil
}

// Step is one line of a matter's history.
type Step struct {
	ID     string       `json:"-"`
	Kind   string       `json:"kind"`
	Day    calendar.Day `json:"day"`
	Before string       `json:"before,omitempty"`
	After  string       `json:"after,omitempty"`
	Words  string       `json:"words,omitempty"`
	Cadre  string       `json:"cadre,omitempty"` // who became its owner
	By     string       `json:"by,omitempty"`    // card or code where a villager did it, clock
	Actor  string       `json:"actor,omitempty"` // name of whoever did it
	Unit   string       `json:"unit,omitempty"`  // his office on that day
}

// Steps gives a matter's history, for those who may see the matter.
func Steps(ctx context.Context, r db.Reader, who access.Actor, id string) ([]Step, error) {
	if _, err := Show(ctx, r, who, id); err != nil {
		return nil, err
	}
	return stepsOf(ctx, r, who.County(), id)
}

func stepsOf(ctx context.Context, r db.Reader, county, id string) ([]Step, error) {
	out, err := db.All(ctx, r, func(w db.Row) (x Step, err error) {
		return x, w.Scan(&x.ID, &x.Kind, &x.Day, &x.Before, &x.After, &x.Words, &x.Cadre, &x.By, &x.Actor, &x.Unit)
	}, `SELECT s.id, s.kind, s.day, s.before, s.after, s.words, s.cadre, s.actor, COALESCE(x.name, ''), COALESCE(x.cadre, '') FROM appeal_steps s LEFT JOIN accounts x ON x.county = s.county AND x.id = s.actor
		WHERE s.county = $1 AND s.appeal = $2 ORDER BY s.seq LIMIT 500`, county, id)
	if err != nil {
		return nil, err
	}
	if err := did(ctx, r, county, out); err != nil {
		return nil, err
	}
	for i, x := range out {
		if x.Words == "" {
			continue
		}
		if out[i].Words, err = r.Vault().Open(vault.Place{Table: "appeal_steps", Column: "words", County: county, Row: x.ID}, x.Words); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// did says who took each step: an official with the office he was of on that
// day, a villager by what he held and never by name, or the clock.
func did(ctx context.Context, r db.Reader, county string, steps []Step) error {
	var ids []string
	for _, x := range steps {
		if x.Unit != "" && !has(ids, x.Unit) {
			ids = append(ids, x.Unit) // his id as an official, so far
		}
	}
	posts, err := cadre.PostsOf(ctx, r, county, ids)
	if err != nil {
		return err
	}
	for i := range steps {
		x := &steps[i]
		by, _, _ := strings.Cut(x.By, ":")
		if x.By = ""; by == "card" || by == "code" || by == "clock" {
			x.By = by
		}
		id := x.Unit
		x.Unit = ""
		for _, p := range posts {
			if id != "" && p.Cadre == id && p.From <= x.Day && (p.To == "" || p.To >= x.Day) {
				x.Unit = p.UnitName
			}
		}
	}
	return nil
}

// Rehome moves matters and voices when a place is merged or split.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	if err := region.MovePrefix(ctx, tx, "appeals", "region", county, from, to); err != nil {
		return err
	}
	if err := region.MovePrefix(ctx, tx, "appeal_bundles", "region", county, from, to); err != nil {
		return err
	}
	return region.MovePrefix(ctx, tx, "appeal_voices", "region", county, from, to)
}

// OfHousehold gives the matters of a home opened in a span of days, for papers.
func OfHousehold(ctx context.Context, r db.Reader, county, home string, from, to calendar.Day) ([]Appeal, error) {
	return db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM appeals a WHERE a.county = $1 AND a.household = $2 AND a.opened_on >= $3 AND a.opened_on <= $4 ORDER BY a.opened_on, a.id`, county, home, string(from), string(to))
}
