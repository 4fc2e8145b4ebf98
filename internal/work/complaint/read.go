package complaint

import (
	"context"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/confide"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/scope"
)

// known is what must be known of officials and seats to decide who reads.
type known struct {
	r      db.Reader
	county string
	today  calendar.Day
	loaded bool
	seats  []confide.Seat
	people map[string]confide.Person
}

func newKnown(r db.Reader, county string, today calendar.Day) *known {
	return &known{r: r, county: county, today: today, people: map[string]confide.Person{}}
}

// load fetches the posts of officials that are not known yet, and the seats
// with the first of them.
func (k *known) load(ctx context.Context, ids []string) error {
	var seats []login.Seat
	if !k.loaded {
		var err error
		if seats, err = login.Seats(ctx, k.r, k.county, string(access.Discipline), string(k.today)); err != nil {
			return err
		}
		ids = slices.Clone(ids)
		for _, s := range seats {
			ids = append(ids, s.Cadre)
		}
	}
	var want []string
	for _, id := range ids {
		if _, ok := k.people[id]; !ok && id != "" {
			k.people[id] = confide.Person{ID: id}
			want = append(want, id)
		}
	}
	posts, err := cadre.PostsOf(ctx, k.r, k.county, want)
	if err != nil {
		return err
	}
	for _, p := range posts {
		x := k.people[p.Cadre]
		x.Posts = append(x.Posts, confide.Post{Unit: p.Unit, Leader: p.Rank == cadre.TownshipLeader || p.TeamMember, From: p.From, To: p.To})
		k.people[p.Cadre] = x
	}
	if !k.loaded {
		for _, s := range seats {
			k.seats = append(k.seats, confide.Seat{Person: k.people[s.Cadre], Regions: []string{s.Region}})
		}
		k.loaded = true
	}
	return nil
}

// matter puts a complaint into the words of the rule.
func (k *known) matter(ctx context.Context, c Complaint) (confide.Matter, error) {
	if err := k.load(ctx, c.About); err != nil {
		return confide.Matter{}, err
	}
	m := confide.Matter{Town: c.Town, On: c.On, Mentioned: c.mentioned, Above: c.Above}
	for _, id := range c.About {
		m.About = append(m.About, k.people[id])
	}
	return m, nil
}

// may asks the rule for one reader.
func (k *known) may(ctx context.Context, who access.Actor, c Complaint) (confide.Decision, error) {
	if err := k.load(ctx, []string{who.Cadre()}); err != nil {
		return confide.Decision{}, err
	}
	m, err := k.matter(ctx, c)
	if err != nil {
		return confide.Decision{}, err
	}
	s := confide.Seat{Person: k.people[who.Cadre()]}
	for _, g := range who.Grants() {
		if g.Role == access.Discipline {
			s.Regions = append(s.Regions, g.Region)
		}
	}
	return confide.May(s, m, k.seats, k.today), nil
}

func get(ctx context.Context, r db.Reader, county, id string) (Complaint, error) {
	return db.One(ctx, r, scanner(r, county), `SELECT `+columns+` FROM complaints c WHERE c.county = $1 AND c.id = $2`, county, id)
}

// Show gives one complaint to somebody who may read it. To everybody else it
// does not exist.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Complaint, error) {
	if !access.May(who, access.ComplaintRead) {
		return Complaint{}, fault.New(fault.Forbidden, "access.not_role")
	}
	c, err := get(ctx, r, who.County(), id)
	if err != nil {
		return Complaint{}, err
	}
	if err := scope.Can(who, access.ComplaintRead, c.Town, false); err != nil {
		return Complaint{}, err
	}
	d, err := newKnown(r, who.County(), who.Today()).may(ctx, who, c)
	if err != nil {
		return Complaint{}, err
	}
	if !d.OK {
		return Complaint{}, fault.New(fault.NotFound, "fault.not_found")
	}
	return c, nil
}

// Steps gives what happened with a complaint, the remarks for the file among it.
func Steps(ctx context.Context, r db.Reader, who access.Actor, id string) ([]Step, error) {
	if _, err := Show(ctx, r, who, id); err != nil {
		return nil, err
	}
	return stepsOf(ctx, r, who.County(), id)
}

// Filter narrows a list.
type Filter struct {
	Open  bool // only what is received or looked into
	After string
	Limit int
}

// batch is how many rows are read at once before the rule has its say.
const batch = 100

// List gives what the actor may read, the newest days first and within a day in
// no order.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Complaint, string, error) {
	n := scope.Limit(f.Limit)
	cs, err := readable(ctx, r, who, f, n+1, nil)
	if err != nil {
		return nil, "", err
	}
	page, next := scope.Cut(cs, n, key)
	return page, next, nil
}

func key(c Complaint) string { return string(c.On) + "~" + c.ID }

// readable walks the rows of the actor's regions and keeps those he may read,
// until it has enough of them.
func readable(ctx context.Context, r db.Reader, who access.Actor, f Filter, want int, only func(Complaint) bool) (out []Complaint, err error) {
	s, err := scope.Reach(who, access.ComplaintRead, "")
	if err != nil {
		return nil, err
	}
	after, err := scope.After(f.After, scope.Day, scope.ID)
	if err != nil {
		return nil, err
	}
	k := newKnown(r, who.County(), who.Today())
	for {
		args := scope.Args{who.County()}
		where := `c.county = $1 AND ` + scope.Where(s, &args, "c.town", nil, scope.Nobody)
		if f.Open {
			where += ` AND c.state IN ('received', 'looking')`
		}
		if after != nil {
			where += " AND (c.received_on, c.id) < (" + args.Add(after[0]) + ", " + args.Add(after[1]) + ")"
		}
		cs, err := db.All(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM complaints c WHERE `+where+` ORDER BY c.received_on DESC, c.id DESC LIMIT `+args.Add(batch), args...)
		if err != nil {
			return nil, err
		}
		var people []string
		for _, c := range cs {
			people = append(people, c.About...)
		}
		if err := k.load(ctx, people); err != nil {
			return nil, err
		}
		for _, c := range cs {
			if only != nil && !only(c) {
				continue
			}
			d, err := k.may(ctx, who, c)
			if err != nil {
				return nil, err
			}
			if !d.OK {
				continue
			}
			if out = append(out, c); len(out) == want {
				return out, nil
			}
		}
		if len(cs) < batch {
			return out, nil
		}
		last := cs[len(cs)-1]
		after = []string{string(last.On), last.ID}
	}
}

// enough bounds a figure beside a menu entry.
const enough = 999

// Waiting counts what the actor may read and nobody has taken up.
func Waiting(ctx context.Context, r db.Reader, who access.Actor) (int, error) {
	cs, err := readable(ctx, r, who, Filter{Open: true}, enough, func(c Complaint) bool { return c.State == confide.Received })
	return len(cs), err
}

// Sealed counts the open complaints of the county nobody can read: its
// administrator learns the number, so that an account is made for somebody who
// can, and nothing else.
func Sealed(ctx context.Context, r db.Reader, who access.Actor) (int, error) {
	s, err := scope.Reach(who, access.ComplaintSeats, "")
	if err != nil {
		return 0, err
	}
	k := newKnown(r, who.County(), who.Today())
	n := 0
	for after := ""; ; {
		args := scope.Args{who.County()}
		where := `c.county = $1 AND c.state IN ('received', 'looking') AND ` + scope.Where(s, &args, "c.town", nil, scope.Nobody)
		if on, id, ok := strings.Cut(after, "~"); ok {
			where += " AND (c.received_on, c.id) < (" + args.Add(on) + ", " + args.Add(id) + ")"
		}
		cs, err := db.All(ctx, r, scanner(r, who.County()), `SELECT `+columns+` FROM complaints c WHERE `+where+` ORDER BY c.received_on DESC, c.id DESC LIMIT `+args.Add(batch), args...)
		if err != nil {
			return 0, err
		}
		for _, c := range cs {
			m, err := k.matter(ctx, c)
			if err != nil {
				return 0, err
			}
			if confide.Nobody(m, k.seats, k.today) {
				n++
			}
		}
		if len(cs) < batch || n >= enough {
			return n, nil
		}
		after = key(cs[len(cs)-1])
	}
}
