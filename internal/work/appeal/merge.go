package appeal

import (
	"context"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/rule/similar"
	"lianxin/internal/work/household"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// mergeable reports whether a matter may go into another: one of its township
// that is not finished.
func mergeable(ctx context.Context, r db.Reader, county string, a Appeal, into string) error {
	wrong := func(key string) error {
		return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "into", Key: key}}}
	}
	if into == "" || into == a.ID {
		return wrong("appeal.into_needed")
	}
	b, err := Get(ctx, r, county, into)
	if fault.Is(err, fault.NotFound) {
		return wrong("appeal.into_needed")
	}
	if err != nil {
		return err
	}
	if region.Upto(b.Region, region.Township) != region.Upto(a.Region, region.Township) {
		return wrong("appeal.into_needed") // another township's matter does not exist here
	}
	if !b.Live() && b.State != lifecycle.Shelved {
		return wrong("appeal.into_ended")
	}
	return nil
}

// moveVoices links the voices of a matter to the one it was merged into.
func moveVoices(ctx context.Context, tx *db.Tx, who audit.Actor, from, into string, n note) error {
	county, _, _, _, _ := who.Trace()
	moved, err := tx.Exec(ctx, `UPDATE appeal_voices SET appeal = $3, came_from = CASE WHEN came_from = '' THEN $2 ELSE came_from END, heard = 0, tries = 0, tried_on = '' WHERE county = $1 AND appeal = $2`, county, from, into)
	if err != nil {
		return err
	}
	return weigh(ctx, tx, who, into, int(moved), note{kind: "joined", before: from, bundle: n.bundle})
}

// moveBack undoes moveVoices: the voices first raised as that matter return, and
// those of matters that had been merged into it before. They lie where the
// matter they went into lives on now.
func moveBack(ctx context.Context, tx *db.Tx, who audit.Actor, from, to string, n note) error {
	county, _, _, _, _ := who.Trace()
	// chain gives the matters one went into, one after the other, itself first.
	chain := func(id string) (out []string, err error) {
		for id != "" && len(out) < 20 {
			out = append(out, id)
			a, err := Get(ctx, tx, county, id)
			if err != nil {
				return nil, err
			}
			id = a.Into
		}
		return out, nil
	}
	up, err := chain(from)
	if err != nil {
		return err
	}
	from = up[len(up)-1]
	vs, err := voicesOf(ctx, tx, county, from)
	if err != nil {
		return err
	}
	args := scope.Args{county, from, to}
	var came []string
	for _, v := range vs {
		if v.cameFrom == "" || has(came, v.cameFrom) {
			continue
		}
		through, err := chain(v.cameFrom)
		if err != nil {
			return err
		}
		if has(through, to) {
			came = append(came, v.cameFrom)
		}
	}
	moved := int64(0)
	if len(came) > 0 {
		moved, err = tx.Exec(ctx, `UPDATE appeal_voices SET appeal = $3, came_from = CASE WHEN came_from = $3 THEN '' ELSE came_from END, heard = 0, tries = 0, tried_on = '' WHERE county = $1 AND appeal = $2 AND came_from IN `+scope.In(&args, came), args...)
		if err != nil {
			return err
		}
	}
	return weigh(ctx, tx, who, from, -int(moved), note{kind: "parted", before: to, bundle: n.bundle})
}

// weigh keeps the number of voices of a matter.
func weigh(ctx context.Context, tx *db.Tx, who audit.Actor, appeal string, by int, n note) error {
	county, _, _, _, _ := who.Trace()
	b, err := Get(ctx, tx, county, appeal)
	if err != nil {
		return err
	}
	b.Voices += by
	if err := write(ctx, tx, county, &b); err != nil {
		return err
	}
	return step(ctx, tx, who, b.ID, n)
}

// Likeness is a matter that may be the same as one being written down.
type Likeness struct {
	Appeal
	Share float64 `json:"share"` // of the two-character pairs both have
}

// looked is how many of the newest matters of a township are compared with what
// is being typed.
const looked = 400

// Similar finds matters that may be the same as a title being typed: those of
// the township still alive or ended within 90 days, the home's own first.
func Similar(ctx context.Context, r db.Reader, who access.Actor, title, home, place string) ([]Likeness, error) {
	county := who.County()
	if home != "" {
		h, err := household.Brief(ctx, r, county, home)
		if err != nil {
			return nil, err
		}
		place = h.Region
	}
	f := Filter{Place: region.Upto(place, region.Township), From: who.Today().Add(-90), Limit: looked, Any: true}
	as, err := newest(ctx, r, who, f, looked)
	if err != nil {
		return nil, err
	}
	want := similar.Pairs(title)
	var out []Likeness
	for _, a := range as {
		if a.State == lifecycle.Merged {
			continue
		}
		share := similar.Share(want, similar.Pairs(a.Title))
		if home != "" && a.Household == home && share > 0 {
			share += 0.15 // one's own matter again is the likeliest
		}
		if share >= 0.34 {
			out = append(out, Likeness{a, share})
		}
	}
	similar.Sort(out, func(l Likeness) (float64, string) { return l.Share, l.ID })
	return out[:min(len(out), 5)], nil
}

// JoinInput adds another home or person to a matter that exists.
type JoinInput struct {
	ID        string `json:"id"` // operation id
	Appeal    string `json:"appeal"`
	Household string `json:"household,omitempty"`
	Origin    string `json:"-"`
	Source    string `json:"source"`
	Wish      string `json:"wish,omitempty"`
	Name      string `json:"name,omitempty"`
	Phone     string `json:"phone,omitempty"`
}

// Join links somebody else's words to a matter in place of copying it. The code
// under which he sees what becomes of it is given where no household is named.
func Join(ctx context.Context, tx *db.Tx, who access.Actor, in JoinInput) (Opened, error) {
	a, err := Show(ctx, tx, who, in.Appeal)
	if err != nil {
		return Opened{}, err
	}
	if err := can(who, access.AppealOpen, a); err != nil {
		return Opened{}, err
	}
	var f fault.Fields
	Check(&f, "", OpenInput{Title: "-", Wish: in.Wish, Name: in.Name, Phone: in.Phone, Source: in.Source})
	f.Check(in.Source != "", "source", "appeal.source_bad")
	f.Check(in.Household != "" || in.Name != "" || in.Wish != "", "wish", "appeal.voice_needed")
	if err := f.Err(); err != nil {
		return Opened{}, err
	}
	o, _, err := once.Do(ctx, tx, who, "appeal.join", in.ID, in, func() (Opened, error) { return joined(ctx, tx, who, a, in) })
	return o, err
}

// joined is Join without its questions, for use cases that have asked them.
func joined(ctx context.Context, tx *db.Tx, who audit.Actor, a Appeal, in JoinInput) (Opened, error) {
	county, _, _, _, _ := who.Trace()
	if !a.Live() && a.State != lifecycle.Shelved {
		return Opened{}, fault.New(fault.Conflict, "appeal.into_ended")
	}
	v := Voice{Appeal: a.ID, Household: in.Household, Region: a.Region, Origin: in.Origin, Source: in.Source, Day: calendar.FromTime(tx.Now), Wish: in.Wish, Name: in.Name, Phone: in.Phone}
	if in.Household != "" {
		h, err := household.Brief(ctx, tx, county, in.Household)
		if err != nil {
			return Opened{}, err
		}
		if region.Upto(h.Region, region.Township) != region.Upto(a.Region, region.Township) {
			return Opened{}, notFound()
		}
		v.Region = h.Region
		n, err := db.One(ctx, tx, db.Int, `SELECT COUNT(*) FROM appeal_voices WHERE county = $1 AND appeal = $2 AND household = $3`, county, a.ID, in.Household)
		if err != nil {
			return Opened{}, err
		}
		if n > 0 {
			return Opened{}, fault.New(fault.Conflict, "appeal.voice_twice")
		}
	}
	code, err := insertVoice(ctx, tx, county, &v, in.Household == "" || in.Source == "reception")
	if err != nil {
		return Opened{}, err
	}
	audit.Note(tx, who, "appeal.join", "appeal:"+a.ID, a.Region, "household", in.Household, "source", in.Source)
	if err := weigh(ctx, tx, who, a.ID, 1, note{kind: "voice", after: in.Source}); err != nil {
		return Opened{}, err
	}
	a.Voices++
	return Opened{a, code}, nil
}

func notFound() error { return fault.New(fault.NotFound, "fault.not_found") }
