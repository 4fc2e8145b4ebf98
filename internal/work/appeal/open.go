package appeal

import (
	"context"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/deadline"
	"lianxin/internal/rule/identity"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/household"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// OpenInput is a matter as it is raised.
type OpenInput struct {
	ID        string       `json:"id"` // made by the sender; may be empty inside a visit
	Origin    string       `json:"-"`
	Source    string       `json:"source,omitempty"`
	Household string       `json:"household,omitempty"`
	Region    string       `json:"region,omitempty"` // path of the place, where no household is named
	Sponsor   string       `json:"-"`
	Owner     string       `json:"owner,omitempty"` // official who is to answer for it
	By        string       `json:"by,omitempty"`    // of a promise: self, station, township
	Topic     string       `json:"topic,omitempty"`
	Hint      string       `json:"-"` // the topic where none is given, if the county uses it; it sets no day
	Emphasis  string       `json:"emphasis,omitempty"`
	Urgency   string       `json:"urgency,omitempty"`
	Title     string       `json:"title"`
	Wish      string       `json:"wish,omitempty"`  // in the person's own words
	Name      string       `json:"name,omitempty"`  // of who raised it, when no household is named
	Phone     string       `json:"phone,omitempty"` // to be called back on
	On        calendar.Day `json:"-"`
	Due       calendar.Day `json:"due,omitempty"`
	Days      int          `json:"days,omitempty"` // working days, when no day is given
	Code      bool         `json:"-"`              // gets a look-up code
}

// Limits of texts, in characters.
const (
	MaxTitle = 200
	MaxWords = 2000
)

// Check looks for what is wrong with a matter before anything is written.
func Check(f *fault.Fields, name string, in OpenInput) {
	at := func(field string) string {
		if name == "" {
			return field
		}
		return name + "." + field
	}
	f.Check(strings.TrimSpace(in.Title) != "", at("title"), "appeal.title_needed")
	f.Check(len([]rune(in.Title)) <= MaxTitle, at("title"), "fault.too_long", "n", MaxTitle)
	f.Check(len([]rune(in.Wish)) <= MaxWords, at("wish"), "fault.too_long", "n", MaxWords)
	f.Check(len([]rune(in.Name)) <= 40, at("name"), "fault.too_long", "n", 40)
	f.Check(in.ID == "" || id.Valid(in.ID), at("id"), "fault.id_needed")
	if in.Due != "" {
		from, to := in.On, in.On.Add(maxDue)
		if in.On == "" { // the use case above settles the day; this one is but a day
			from, to = in.Due, in.Due
		}
		between(f, at("due"), in.Due, from, to)
	}
	f.Check(in.Days >= 0 && in.Days <= 250, at("days"), "appeal.days_bad")
	f.Check(in.By == "" || slices.Contains(Bys, in.By), at("by"), "appeal.by_bad")
	f.Check(in.Source == "" || slices.Contains(Sources, in.Source), at("source"), "appeal.source_bad")
	f.Check(in.Urgency == "" || slices.Contains(Urgencies, in.Urgency), at("urgency"), "appeal.urgency_bad")
	f.Check(in.Emphasis == "" || slices.Contains(Emphases, in.Emphasis), at("emphasis"), "appeal.emphasis_bad")
	if in.Phone != "" {
		_, ok := phone(in.Phone)
		f.Check(ok, at("phone"), "appeal.phone_bad")
	}
}

func phone(s string) (string, bool) {
	p, bad := identity.ParsePhone(s)
	return p.Number, bad == ""
}

// Opened is a new matter with the look-up code of its first voice.
type Opened struct {
	Appeal
	Code string `json:"code,omitempty"`
}

// OpenFor writes a promise that a use case above has checked and decided upon:
// region, owner and day are settled. cal gives the working days.
func OpenFor(ctx context.Context, tx *db.Tx, who access.Actor, in OpenInput, cal calendar.Calendar) (Appeal, error) {
	o, err := open(ctx, tx, who, in, cal)
	return o.Appeal, err
}

// OpenCoded is OpenFor for doors that hand out the look-up code: the reception
// desk's slip and the public page. who may be anybody the record can name.
func OpenCoded(ctx context.Context, tx *db.Tx, who audit.Actor, in OpenInput, cal calendar.Calendar) (Opened, error) {
	in.Code = true
	return open(ctx, tx, who, in, cal)
}

func open(ctx context.Context, tx *db.Tx, who audit.Actor, in OpenInput, cal calendar.Calendar) (Opened, error) {
	county, account, _, _, _ := who.Trace()
	a := Appeal{ID: in.ID, Origin: in.Origin, Source: in.Source, Household: in.Household, Region: in.Region, Sponsor: in.Sponsor, Owner: in.Owner, Topic: in.Topic, Emphasis: in.Emphasis, Urgency: in.Urgency,
		Title: strings.TrimSpace(in.Title), OpenedOn: in.On, DueOn: in.Due, State: lifecycle.Handling, Voices: 1, Version: 1}
	if a.ID == "" {
		a.ID = tx.NewID()
	}
	if a.Source == "" {
		a.Source = "visit"
	}
	if a.Urgency == "" {
		a.Urgency = "normal"
	}
	if in.By == Station || in.By == Township {
		a.Sponsor, a.Owner = a.Owner, Office
	}
	if a.Owner == "" || a.Owner == Office {
		a.Owner, a.State = Office, lifecycle.Registered
	}
	if a.Sponsor == "" && a.Owner != Office {
		a.Sponsor = a.Owner
	}
	if a.Topic != "" || in.Hint != "" {
		ts, err := Topics(ctx, tx, county)
		if err != nil {
			return Opened{}, err
		}
		t, ok := find(ts, orElse(a.Topic, in.Hint))
		ok = ok && t.Active
		switch {
		case a.Topic == "" && ok:
			a.Topic = t.ID
			if in.Days == 0 {
				in.Days = DefaultDays
			}
		case a.Topic != "" && !ok:
			return Opened{}, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "topic", Key: "appeal.topic_bad"}}}
		}
	}
	if err := schedule(ctx, tx, county, &a, in, cal); err != nil {
		return Opened{}, err
	}
	if err := insert(ctx, tx, county, account, &a); err != nil {
		return Opened{}, err
	}
	v := Voice{Appeal: a.ID, Household: a.Household, Region: a.Region, Origin: a.Origin, Source: a.Source, Day: a.OpenedOn, Wish: strings.TrimSpace(in.Wish), Name: strings.TrimSpace(in.Name), Phone: in.Phone}
	code, err := insertVoice(ctx, tx, county, &v, in.Code)
	if err != nil {
		return Opened{}, err
	}
	return Opened{a, code}, step(ctx, tx, who, a.ID, note{kind: "open", after: string(a.DueOn), cadre: a.Owner})
}

// schedule sets day of answer and day of the next step. A promise with a day of
// its own, or without a topic, needs no plan.
func schedule(ctx context.Context, tx *db.Tx, county string, a *Appeal, in OpenInput, cal calendar.Calendar) error {
	plain := a.DueOn != "" || a.Topic == "" || in.Days > 0
	if a.DueOn != "" {
		Rules{Cal: cal}.set(a, a.DueOn)
	}
	if a.DueOn == "" && plain {
		n := in.Days
		if n == 0 {
			n = DefaultDays
		}
		var announced bool
		a.DueOn, announced = deadline.Due(a.OpenedOn, n, cal)
		a.Provisional = !announced
	}
	if a.State == lifecycle.Handling {
		a.TakenOn = a.OpenedOn
		if plain {
			a.NextOn = a.DueOn
			return nil
		}
	}
	x, err := RulesFor(ctx, tx, county, a.Region, a.OpenedOn, cal)
	if err != nil {
		return err
	}
	if a.DueOn == "" {
		x.due(a, a.OpenedOn)
	}
	x.next(a, a.OpenedOn)
	return nil
}

// Open registers a matter at the desk, from an official's own finding, from a
// call or a letter. With an owner it is taken up at once; without one it waits
// for the office.
func Open(ctx context.Context, tx *db.Tx, who access.Actor, in OpenInput, cal calendar.Calendar) (Opened, error) {
	o, _, err := once.Do(ctx, tx, who, "appeal.open", in.ID, in, func() (Opened, error) {
		in.On = calendar.FromTime(tx.Now)
		var f fault.Fields
		Check(&f, "", in)
		f.Check(in.Source != "", "source", "appeal.source_bad")
		f.Check(in.Household != "" || in.Region != "", "region", "appeal.place_needed")
		ts, err := Topics(ctx, tx, who.County())
		if err != nil {
			return Opened{}, err
		}
		if in.Topic != "" {
			t, ok := find(ts, in.Topic)
			f.Check(ok && t.Active, "topic", "appeal.topic_bad")
		}
		if err := f.Err(); err != nil {
			return Opened{}, err
		}
		mine := false
		if in.Household != "" {
			h, err := household.Brief(ctx, tx, who.County(), in.Household)
			if err != nil {
				return Opened{}, err
			}
			if mine, err = household.Own(ctx, tx, who.County(), h.ID, who.Cadre(), who.Today()); err != nil {
				return Opened{}, err
			}
			in.Region = h.Region
		} else if in.Region, err = placed(ctx, tx, in.Region); err != nil {
			return Opened{}, err
		}
		if err := scope.Can(who, access.AppealOpen, in.Region, mine || in.Household == "" && who.Cadre() != ""); err != nil {
			return Opened{}, err
		}
		if in.Household != "" {
			if in.Sponsor, err = helper(ctx, tx, who.County(), in.Household, who.Today()); err != nil {
				return Opened{}, err
			}
		}
		in.Sponsor = orElse(in.Sponsor, who.Cadre())
		if in.Owner != "" && in.Owner != who.Cadre() {
			// Only the desk says that it is somebody else's.
			if err := scope.Can(who, access.AppealAssign, in.Region, false); err != nil {
				return Opened{}, err
			}
		}
		if err := suitable(ctx, tx, who.County(), in.Region, in.Owner); err != nil {
			return Opened{}, err
		}
		in.Code = in.Household == "" && in.Source != "own" && in.Source != "inspection"
		o, err := open(ctx, tx, who, in, cal)
		audit.Note(tx, who, "appeal.open", "appeal:"+o.ID, o.Region, "source", o.Source, "household", o.Household, "owner", o.Owner)
		return o, err
	})
	return o, err
}

func orElse(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// placed gives the path of a place named by its path or its code.
func placed(ctx context.Context, r db.Reader, place string) (string, error) {
	if !strings.HasPrefix(place, "/") {
		place = region.PathOf(place)
	}
	if _, err := region.ByPath(ctx, r, place); err != nil {
		return "", err
	}
	return place, nil
}

// helper is the official who is paired with a home on a day, "" when there is
// none.
func helper(ctx context.Context, r db.Reader, county, home string, on calendar.Day) (string, error) {
	c, err := db.One(ctx, r, db.Text, `SELECT cadre FROM pairings WHERE county = $1 AND household = $2 AND role = 'lead' AND valid_from <= $3 AND (valid_to = '' OR valid_to >= $3) ORDER BY valid_from DESC LIMIT 1`, county, home, string(on))
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return c, err
}

// suitable reports whether somebody may answer for a matter of a place: an
// official of its township or of the county above it.
func suitable(ctx context.Context, r db.Reader, county, place, owner string) error {
	if owner == "" || owner == Office {
		return nil
	}
	at, err := db.One(ctx, r, db.Text, `SELECT region FROM cadres WHERE county = $1 AND id = $2 AND state = 'active'`, county, owner)
	if fault.Is(err, fault.NotFound) || err == nil && !strings.HasPrefix(place, at) {
		return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "owner", Key: "appeal.owner_unknown"}}}
	}
	return err
}
