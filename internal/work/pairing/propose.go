package pairing

import (
	"context"
	"errors"
	"strconv"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/match"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Duty is how many homes a plan asks of a rank at least, and what one should
// not be given more than.
type Duty struct{ Min, Target int }

// Proposal is a list of pairings to be looked at, with what is needed to show it.
type Proposal struct {
	match.Proposal
	Homes     map[string]household.Need // by id
	Officials map[string]string         // names by id
}

// hardTags is the number of care tags in force that makes a home a hard case.
const hardTags = 2

// keptFor is how long ago a pairing may have ended to be "last year's".
const keptFor = 366

// Propose looks at a township and proposes a helper for every home without one.
// duties gives the numbers by rank (cadre.Ranks); a rank that is not in it is
// given no homes. Nothing is stored: Accept pairs the rows that are chosen.
func Propose(ctx context.Context, r db.Reader, who access.Actor, township string, duties map[string]Duty, rules match.Rules) (Proposal, error) {
	var p Proposal
	if err := scope.Can(who, access.PairingChange, township, false); err != nil {
		return p, err
	}
	l, err := look(ctx, r, who.County(), township, who.Today())
	if err != nil {
		return p, err
	}
	former, err := l.former(ctx, r, who)
	if err != nil {
		return p, err
	}
	p.Homes, p.Officials = map[string]household.Need{}, map[string]string{}
	hs := make([]match.Home, 0, len(l.homes))
	for _, h := range l.homes {
		p.Homes[h.ID] = h
		f := former[h.ID]
		hs = append(hs, match.Home{ID: h.ID, Village: region.Upto(h.Region, region.Village), Priority: h.Tags > 0, Hard: h.Tags >= hardTags, Present: l.lead[h.ID], Last: f.last, Not: f.not})
	}
	var os []match.Official
	for _, c := range l.cadres {
		p.Officials[c.ID] = c.Name
		post, ok := c.Post(who.Today())
		if !ok || !post.Bound || away(c, who.Today()) {
			continue
		}
		rank := rankOf(post)
		d := duties[rank]
		os = append(os, match.Official{ID: c.ID, Posted: post.Village, Leader: rank == cadre.TownshipLeader, Load: l.leads[c.ID], Min: d.Min, Target: d.Target})
	}
	p.Proposal = match.Propose(hs, os, rules)
	return p, nil
}

// rankOf: the duties of leaders apply to every member of the leading team (c11).
func rankOf(p cadre.Post) string {
	if p.TeamMember {
		return cadre.TownshipLeader
	}
	return p.Rank
}

// away reports a leave that goes on for more than thirty days from today: such
// an official is not given new homes (c14).
func away(c cadre.Cadre, today calendar.Day) bool {
	for _, l := range c.Leaves {
		if l.From <= today && (l.To == "" || l.To > today.Add(30)) {
			return true
		}
	}
	return false
}

// view is a township's homes, officials and present pairings.
type view struct {
	county, place string
	today         calendar.Day
	homes         []household.Need
	cadres        []cadre.Cadre
	lead          map[string]string // home → official
	leads, joints map[string]int    // official → number of homes
}

func look(ctx context.Context, r db.Reader, county, place string, today calendar.Day) (view, error) {
	v := view{county: county, place: place, today: today, lead: map[string]string{}, leads: map[string]int{}, joints: map[string]int{}}
	var err error
	if v.homes, err = household.InTownship(ctx, r, county, place, today); err != nil {
		return v, err
	}
	if v.cadres, err = cadre.InTownship(ctx, r, county, place, today); err != nil {
		return v, err
	}
	ps, err := Present(ctx, r, county, place, today)
	for _, p := range ps {
		if p.Role == Lead {
			v.lead[p.Household] = p.Cadre
			v.leads[p.Cadre]++
		} else {
			v.joints[p.Cadre]++
		}
	}
	return v, err
}

type formerHelper struct{ last, not string }

// former finds each home's last helper of the past year: to be kept, or not to
// be proposed again because the home asked for another.
func (v view) former(ctx context.Context, r db.Reader, who access.Actor) (map[string]formerHelper, error) {
	lo, hi := db.Under(v.place)
	ps, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM pairings p WHERE p.county = $1 AND p.region >= $2 AND p.region < $3 AND p.role = 'lead' AND p.valid_to <> '' AND p.valid_to >= $4 AND p.valid_to < $5 ORDER BY p.valid_to, p.id`,
		who.County(), lo, hi, string(v.today.Add(-keptFor)), string(v.today))
	m := map[string]formerHelper{}
	for _, p := range ps {
		switch p.EndReason {
		case "request":
			m[p.Household] = formerHelper{not: p.Cadre}
		case "rotation":
			m[p.Household] = formerHelper{}
		default:
			m[p.Household] = formerHelper{last: p.Cadre}
		}
	}
	return m, err
}

// AcceptRow is one chosen line of a proposal, as it stood or changed by hand.
type AcceptRow struct {
	Household string `json:"household"`
	Cadre     string `json:"cadre"`
}

const maxAccept = 5000

// Accept pairs the chosen rows, all or none; a row that cannot be paired any
// more (somebody was quicker) is named. op is the operation's id.
func Accept(ctx context.Context, tx *db.Tx, who access.Actor, op string, rows []AcceptRow) ([]Pairing, error) {
	out, _, err := once.Do(ctx, tx, who, "pairing.accept", op, rows, func() ([]Pairing, error) {
		if len(rows) == 0 || len(rows) > maxAccept {
			return nil, fault.New(fault.Invalid, "pairing.rows_count", "n", maxAccept)
		}
		out := make([]Pairing, 0, len(rows))
		for i, row := range rows {
			p, err := pair(ctx, tx, who, PairInput{ID: tx.NewID(), Household: row.Household, Cadre: row.Cadre, Reason: "proposal"})
			if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Conflict {
				return nil, &fault.Error{Kind: fault.Conflict, Key: e.Key, Args: e.Args, Fields: []fault.Field{{Name: "rows." + strconv.Itoa(i), Key: e.Key, Args: e.Args}}}
			}
			if err != nil {
				return nil, err
			}
			out = append(out, p)
		}
		audit.Note(tx, who, "pairing.accept", "operation:"+op, region.Upto(out[0].Region, region.Township), "rows", len(out))
		return out, nil
	})
	return out, err
}

// Load is how many homes an official has beside what the plan asks.
type Load struct {
	Cadre  string `json:"cadre"`
	Name   string `json:"name"`
	Rank   string `json:"rank"`
	Posted string `json:"posted,omitempty"` // path of the village
	Homes  int    `json:"homes"`            // as lead helper
	Joint  int    `json:"joint,omitempty"`
	Min    int    `json:"min"`
	Target int    `json:"target"`
	Under  bool   `json:"under,omitempty"`
	Over   bool   `json:"over,omitempty"`
}

// Balance is what an office must always see (A2): who has too few or too many
// homes, and which homes have nobody.
type Balance struct {
	Officials []Load           `json:"officials"`
	Unpaired  []household.Need `json:"unpaired"`
}

// Loads gives the balance of a township, in the order of names and of places:
// it is no ranking.
func Loads(ctx context.Context, r db.Reader, who access.Actor, township string, duties map[string]Duty) (Balance, error) {
	var b Balance
	if err := scope.Can(who, access.PairingRead, township, false); err != nil {
		return b, err
	}
	cadres, err := cadre.InTownship(ctx, r, who.County(), township, who.Today())
	if err != nil {
		return b, err
	}
	leads, joints, err := numbers(ctx, r, who.County(), township, who.Today())
	if err != nil {
		return b, err
	}
	for _, c := range cadres {
		l := Load{Cadre: c.ID, Name: c.Name, Homes: leads[c.ID], Joint: joints[c.ID]}
		if p, ok := c.Post(who.Today()); ok {
			l.Rank, l.Posted = rankOf(p), p.Village
			if p.Bound {
				d := duties[l.Rank]
				l.Min, l.Target = d.Min, max(d.Min, d.Target)
			}
		}
		l.Under, l.Over = l.Homes < l.Min, l.Target > 0 && l.Homes > l.Target
		b.Officials = append(b.Officials, l)
	}
	b.Unpaired, err = household.Unpaired(ctx, r, who.County(), township, who.Today())
	return b, err
}

// numbers counts the homes of each official who has any in a place, as lead and
// as joint helper. The index holds all that is asked.
func numbers(ctx context.Context, r db.Reader, county, place string, today calendar.Day) (leads, joints map[string]int, err error) {
	type count struct {
		cadre, role string
		n           int
	}
	lo, hi := db.Under(place)
	cs, err := db.All(ctx, r, func(w db.Row) (c count, err error) { return c, w.Scan(&c.cadre, &c.role, &c.n) },
		`SELECT p.cadre, p.role, COUNT(*) FROM pairings p WHERE p.county = $1 AND p.region >= $2 AND p.region < $3 AND p.valid_from <= $4 AND (p.valid_to = '' OR p.valid_to >= $4) GROUP BY p.cadre, p.role`,
		county, lo, hi, string(today))
	leads, joints = map[string]int{}, map[string]int{}
	for _, c := range cs {
		if c.role == Lead {
			leads[c.cadre] = c.n
		} else {
			joints[c.cadre] += c.n
		}
	}
	return leads, joints, err
}
