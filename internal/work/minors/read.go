package minors

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	rule "lianxin/internal/rule/minors"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Approval lets one person read, from–to, for a purpose.
type Approval struct {
	ID      string       `json:"id"`
	Subject string       `json:"subject"`
	Purpose string       `json:"purpose"`
	From    calendar.Day `json:"from"`
	To      calendar.Day `json:"to"`
	By      string       `json:"by,omitempty"` // name of who gave it
}

// Person is somebody whose work needs what is kept of people under 18: a helper
// of homes where some live, or somebody of the office.
type Person struct {
	Subject  string    `json:"subject"`
	Cadre    string    `json:"cadre,omitempty"`
	Account  string    `json:"account,omitempty"`
	Name     string    `json:"name"`
	Office   bool      `json:"office"`
	Homes    int       `json:"homes"`  // of his, where somebody under 18 lives
	Minors   int       `json:"minors"` // there, or in the whole township for the office
	Approval *Approval `json:"approval,omitempty"`
	Own      bool      `json:"own"` // it is the reader himself
}

// State is how a township stands.
type State struct {
	Town     string
	Keeper   Keeper
	Named    bool
	Heads    []Head // who names
	Names    bool   // the reader does
	Decides  bool   // the reader approves and withdraws
	Oneself  bool   // himself too
	Leaders  []Person
	Waiting  []Person // without an approval in force
	Approved []Person
}

// Look gives a township's state to its office and leaders.
func Look(ctx context.Context, r db.Reader, who access.Actor, place string) (State, error) {
	s := State{Town: region.Upto(place, region.Township)}
	if err := scope.Can(who, access.MinorsList, s.Town, false); err != nil {
		return s, err
	}
	county, today := who.County(), who.Today()
	var err error
	if s.Keeper, s.Named, err = KeeperOf(ctx, r, county, s.Town, today); err != nil {
		return s, err
	}
	if s.Heads, err = heads(ctx, r, county, s.Town, today); err != nil {
		return s, err
	}
	at := seat(who, s.Town, s.Heads, s.Keeper)
	s.Names, s.Decides, s.Oneself = at.Names(), at.Decides(false), at.Decides(true)
	if s.Names {
		if s.Leaders, err = Leaders(ctx, r, county, s.Town, today); err != nil {
			return s, err
		}
	}
	ps, err := people(ctx, r, county, s.Town, today)
	official, account := subjects(who)
	for _, p := range ps {
		p.Own = p.Subject == official || p.Subject == account
		if p.Approval == nil {
			s.Waiting = append(s.Waiting, p)
		} else {
			s.Approved = append(s.Approved, p)
		}
	}
	return s, err
}

// Waits says what a township's desk is told: that nobody is named, or how many
// wait for an approval.
func Waits(ctx context.Context, r db.Reader, county, town string, on calendar.Day) (named bool, n int, err error) {
	if _, named, err = KeeperOf(ctx, r, county, town, on); err != nil {
		return named, 0, err
	}
	ps, err := people(ctx, r, county, town, on)
	for _, p := range ps {
		if p.Approval == nil {
			n++
		}
	}
	return named, n, err
}

// people gives whose work needs minors' data in a township, by name: helpers of
// homes where somebody under 18 lives, and the office.
func people(ctx context.Context, r db.Reader, county, town string, on calendar.Day) ([]Person, error) {
	lo, hi := db.Under(town)
	born := cut(on)
	out, err := db.All(ctx, r, func(w db.Row) (p Person, err error) {
		err = w.Scan(&p.Cadre, &p.Name, &p.Homes, &p.Minors)
		p.Subject = "cadre:" + p.Cadre
		return p, err
	}, `SELECT p.cadre, c.name, COUNT(DISTINCT p.household), COUNT(DISTINCT m.id) FROM pairings p JOIN cadres c ON c.county = p.county AND c.id = p.cadre
		JOIN members m ON m.county = p.county AND m.household = p.household AND m.state = 'active' AND m.born > $5 AND length(m.born) = 10
		WHERE p.county = $1 AND p.region >= $2 AND p.region < $3 AND p.valid_from <= $4 AND (p.valid_to = '' OR p.valid_to >= $4) GROUP BY p.cadre, c.name`, county, lo, hi, string(on), born)
	if err != nil {
		return nil, err
	}
	all, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM members m JOIN households h ON h.county = m.county AND h.id = m.household
		WHERE h.county = $1 AND h.region >= $2 AND h.region < $3 AND h.state = 'active' AND m.state = 'active' AND m.born > $4 AND length(m.born) = 10`, county, lo, hi, born)
	if err != nil || all == 0 {
		return nil, err
	}
	office, err := holders(ctx, r, county, string(access.Office), on, town, region.Upto(town, region.County))
	if err != nil {
		return nil, err
	}
	for _, o := range office {
		i := slices.IndexFunc(out, func(p Person) bool { return p.Subject == o.Subject })
		if i < 0 {
			i = len(out)
			out = append(out, o)
		}
		out[i].Office, out[i].Account, out[i].Minors = true, o.Account, all
	}
	as, err := inForce(ctx, r, county, town, on)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if a, ok := as[out[i].Subject]; ok {
			out[i].Approval = &a
		}
	}
	slices.SortFunc(out, func(a, b Person) int {
		if a.Office != b.Office {
			return map[bool]int{true: -1, false: 1}[a.Office]
		}
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Subject, b.Subject))
	})
	return out, nil
}

// cut is the day after which those are born who are not yet 18.
func cut(on calendar.Day) string { return strconv.Itoa(on.Year()-18) + string(on)[4:] }

func inForce(ctx context.Context, r db.Reader, county, town string, on calendar.Day) (map[string]Approval, error) {
	as, err := db.All(ctx, r, func(w db.Row) (a Approval, err error) {
		return a, w.Scan(&a.ID, &a.Subject, &a.Purpose, &a.From, &a.To, &a.By)
	}, `SELECT x.id, x.subject, x.purpose, x.valid_from, x.valid_to, COALESCE(a.name, '') FROM minor_approvals x LEFT JOIN accounts a ON a.county = x.county AND a.id = x.approved_by
		WHERE x.county = $1 AND x.region = $2 AND x.ended_on = ''`, county, town)
	m := map[string]Approval{}
	for _, a := range as {
		if rule.Holds(a.From, a.To, "", on) {
			m[a.Subject] = a
		}
	}
	return m, err
}
