package meeting

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/household"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/visit"
)

// MinutesInput is what the minutes say besides the items.
type MinutesInput struct {
	ID       string            `json:"id"` // operation id
	Meeting  string            `json:"meeting"`
	Version  int               `json:"version"`
	Day      calendar.Day      `json:"day"`
	From     string            `json:"from,omitempty"`
	To       string            `json:"to,omitempty"`
	Place    string            `json:"place,omitempty"`
	Chair    string            `json:"chair,omitempty"`
	Recorder string            `json:"recorder,omitempty"`
	Cadres   map[string]string `json:"cadres,omitempty"` // official → part
	Others   []OtherInput      `json:"others,omitempty"`
	Followup string            `json:"followup,omitempty"`
	Summary  string            `json:"summary,omitempty"`
	Done     bool              `json:"done,omitempty"` // hand in for signature; decisions become matters
	Why      string            `json:"why,omitempty"`  // needed once handed in
}

// OtherInput is somebody who is no official: by name, with who he is.
type OtherInput struct {
	Name string `json:"name"`
	Part string `json:"part"`
}

// Minutes writes the minutes, and hands them in.
func Minutes(ctx context.Context, tx *db.Tx, who access.Actor, in MinutesInput, cal calendar.Calendar) (Meeting, error) {
	m, _, err := once.Do(ctx, tx, who, "meeting.minutes", in.ID, in, func() (Meeting, error) {
		county, today := who.County(), calendar.FromTime(tx.Now)
		m, err := writable(ctx, tx, who, in.Meeting, in.Why, false)
		if err != nil {
			return m, err
		}
		if m.Version != in.Version {
			return Meeting{}, fault.New(fault.Conflict, "meeting.changed")
		}
		m.Day, m.From, m.To, m.Place, m.Chair, m.Recorder = in.Day, in.From, in.To, strings.TrimSpace(in.Place), in.Chair, in.Recorder
		m.Followup, m.Summary = strings.TrimSpace(in.Followup), strings.TrimSpace(in.Summary)
		if m.State == Planned {
			m.State = Held
		}
		handed := in.Done && m.State == Held
		if handed {
			m.State, m.Recorded = Recorded, today
		}
		var f fault.Fields
		f.Check(m.Day.Valid() && m.Day <= today && m.Day >= today.Add(-3*366) && m.Day.Year() == m.Year, "day", "meeting.day_held")
		checkTimes(&f, m.From, m.To)
		f.Check(len([]rune(m.Place)) <= maxShort, "place", "fault.too_long", "n", maxShort)
		f.Check(len([]rune(m.Followup)) <= maxWords, "followup", "fault.too_long", "n", maxWords)
		f.Check(len([]rune(m.Summary)) <= maxWords, "summary", "fault.too_long", "n", maxWords)
		f.Check(len(in.Cadres)+len(in.Others) <= maxPeople, "cadres", "meeting.people_many", "n", maxPeople)
		for c, part := range in.Cadres {
			f.Check(slices.Contains(Parts, part) || part == Invited, "cadres", "meeting.part_bad")
			// Who was not there neither led the meeting nor wrote it down.
			away := c != "" && (part == OnLeave || part == Invited)
			f.Check(!away || c != m.Chair, "chair", "meeting.chair_away")
			f.Check(!away || c != m.Recorder, "recorder", "meeting.recorder_away")
		}
		for _, o := range in.Others {
			f.Check(slices.Contains(Parts, o.Part) && strings.TrimSpace(o.Name) != "" && len([]rune(o.Name)) <= maxShort, "others", "meeting.part_bad")
		}
		if !m.Open() {
			f.Check(m.Chair != "", "chair", "meeting.chair_needed")
			f.Check(m.Recorder != "", "recorder", "meeting.recorder_needed")
			f.Check(m.Place != "", "place", "meeting.place_needed")
			f.Check(len(m.Items) > 0, "items", "meeting.items_needed")
			for n, i := range m.Items {
				f.Check(i.Title != "", "item."+strconv.Itoa(n+1)+".title", "meeting.title_needed")
				decided(&f, "item."+strconv.Itoa(n+1)+".", m, i)
			}
		}
		if err := f.Err(); err != nil {
			return Meeting{}, err
		}
		ids := []string{m.Chair, m.Recorder}
		for c := range in.Cadres {
			ids = append(ids, c)
		}
		slices.Sort(ids)
		if err := officials(ctx, tx, county, m.Region, "cadres", unique(ids)); err != nil {
			return Meeting{}, err
		}
		if err := attend(ctx, tx, county, &m, in); err != nil {
			return Meeting{}, err
		}
		if handed { // what is decided later is put to work where it is decided
			for n := range m.Items {
				if err := issue(ctx, tx, who, m, &m.Items[n], "item."+strconv.Itoa(n+1)+".", cal); err != nil {
					return Meeting{}, err
				}
				if err := writeItem(ctx, tx, county, m.Items[n]); err != nil {
					return Meeting{}, err
				}
			}
		}
		audit.Note(tx, who, "meeting.minutes", "meeting:"+m.ID, m.Region, "state", m.State, "items", len(m.Items))
		return m, touch(ctx, tx, county, &m)
	})
	return m, err
}

// attend writes who was there. Homes stay, they are entered one by one; an
// official who is named nowhere stays invited.
func attend(ctx context.Context, tx *db.Tx, county string, m *Meeting, in MinutesInput) error {
	was := m.People
	m.People = nil
	if _, err := tx.Exec(ctx, `DELETE FROM meeting_people WHERE county = $1 AND meeting = $2 AND household = ''`, county, m.ID); err != nil {
		return err
	}
	parts := map[string]string{}
	var order []string
	for _, p := range was {
		switch {
		case p.Household != "":
			m.People = append(m.People, p)
		case p.Cadre != "":
			parts[p.Cadre] = Invited
			order = append(order, p.Cadre)
		}
	}
	for _, c := range []string{in.Chair, in.Recorder} {
		if c != "" && in.Cadres[c] == "" {
			parts[c] = Present
			order = append(order, c)
		}
	}
	var named []string
	for c, part := range in.Cadres {
		parts[c] = part
		named = append(named, c)
	}
	slices.Sort(named)
	for _, c := range unique(append(order, named...)) {
		if err := enter(ctx, tx, county, m, Person{Cadre: c, Part: parts[c]}); err != nil {
			return err
		}
	}
	for _, o := range in.Others {
		if err := enter(ctx, tx, county, m, Person{Name: strings.TrimSpace(o.Name), Part: o.Part}); err != nil {
			return err
		}
	}
	return nil
}

// AttendInput enters a home somebody of which came to a talk.
type AttendInput struct {
	ID        string `json:"id"` // operation id
	Meeting   string `json:"meeting"`
	Household string `json:"household"`
	Name      string `json:"name,omitempty"`  // who of the home came
	Visit     bool   `json:"visit,omitempty"` // record it as a visit of the paired official: the plan counts 座谈会
}

// Attend enters a home that was there, and where the office wishes the visit of
// its official.
func Attend(ctx context.Context, tx *db.Tx, who access.Actor, in AttendInput, cal calendar.Calendar) (Meeting, error) {
	m, _, err := once.Do(ctx, tx, who, "meeting.attend", in.ID, in, func() (Meeting, error) {
		m, err := Get(ctx, tx, who.County(), in.Meeting)
		if err != nil {
			return m, err
		}
		if err := mayChange(who, m.Kind, m.Region); err != nil {
			return Meeting{}, err
		}
		if m.State == Closed || m.Kind == Analysis {
			return Meeting{}, fault.New(fault.Conflict, "meeting.no_homes")
		}
		h, err := household.Brief(ctx, tx, who.County(), in.Household)
		if err != nil {
			return Meeting{}, err
		}
		if err := scope.Can(who, access.HouseholdList, h.Region, false); err != nil {
			return Meeting{}, err
		}
		var f fault.Fields
		f.Check(strings.HasPrefix(h.Region, m.Region), "household", "meeting.home_elsewhere")
		f.Check(!slices.ContainsFunc(m.People, func(p Person) bool { return p.Household == h.ID }), "household", "meeting.home_twice")
		f.Check(len([]rune(in.Name)) <= 40, "name", "fault.too_long", "n", 40)
		f.Check(len(m.People) < maxPeople, "household", "meeting.people_many", "n", maxPeople)
		today := calendar.FromTime(tx.Now)
		f.Check(!in.Visit || m.Day <= today, "visit", "meeting.day_held")
		if err := f.Err(); err != nil {
			return Meeting{}, err
		}
		p := Person{Household: h.ID, Name: strings.TrimSpace(in.Name), Part: Present}
		if in.Visit {
			lead, err := db.One(ctx, tx, db.Text, `SELECT cadre FROM pairings WHERE county = $1 AND household = $2 AND role = 'lead' AND valid_from <= $3 AND (valid_to = '' OR valid_to >= $3) ORDER BY valid_from DESC LIMIT 1`, who.County(), h.ID, string(m.Day))
			switch {
			case fault.Is(err, fault.NotFound):
				f.Add("visit", "meeting.nobody_paired")
				return Meeting{}, f.Err()
			case err != nil:
				return Meeting{}, err
			}
			at := string(m.Day)
			if m.From != "" {
				at += "T" + m.From
			}
			v, _, err := visit.Record(ctx, tx, who, visit.RecordInput{ID: tx.NewID(), Household: h.ID, At: at, How: "meeting", For: lead}, cal)
			if err != nil {
				return Meeting{}, err
			}
			p.Visit = v.ID
		}
		if err := enter(ctx, tx, who.County(), &m, p); err != nil {
			return Meeting{}, err
		}
		audit.Note(tx, who, "meeting.attend", "meeting:"+m.ID, m.Region, "household", h.ID, "visit", p.Visit)
		return m, touch(ctx, tx, who.County(), &m)
	})
	return m, err
}

// RaiseInput is a matter raised on the spot.
type RaiseInput struct {
	ID      string       `json:"id"` // operation id
	Meeting string       `json:"meeting"`
	Person  string       `json:"person,omitempty"` // of those present; "" for nobody in particular
	Title   string       `json:"title"`
	Wish    string       `json:"wish,omitempty"`
	Topic   string       `json:"topic,omitempty"`
	Owner   string       `json:"owner,omitempty"`
	Due     calendar.Day `json:"due,omitempty"`
}

// Raise makes a matter of what somebody says in a meeting, and an item of its
// minutes.
func Raise(ctx context.Context, tx *db.Tx, who access.Actor, in RaiseInput, cal calendar.Calendar) (Meeting, error) {
	m, _, err := once.Do(ctx, tx, who, "meeting.raise", in.ID, in, func() (Meeting, error) {
		m, err := Get(ctx, tx, who.County(), in.Meeting)
		if err != nil {
			return m, err
		}
		if err := mayChange(who, m.Kind, m.Region); err != nil {
			return Meeting{}, err
		}
		var f fault.Fields
		f.Check(strings.TrimSpace(in.Title) != "", "title", "meeting.title_needed")
		at := slices.IndexFunc(m.People, func(p Person) bool { return p.ID == in.Person })
		f.Check(in.Person == "" || at >= 0, "person", "meeting.person_unknown")
		f.Check(len(m.Items) < maxItems, "title", "meeting.items_many", "n", maxItems)
		if err := f.Err(); err != nil {
			return Meeting{}, err
		}
		if m.State == Closed || m.Day > calendar.FromTime(tx.Now) {
			return Meeting{}, fault.New(fault.Conflict, "meeting.not_now")
		}
		i := Item{ID: tx.NewID(), Seq: len(m.Items) + 1, Kind: Raised, Place: m.Region, Title: strings.TrimSpace(in.Title)}
		x := appeal.OpenInput{ID: tx.NewID(), Origin: Origin(m.ID, i.ID), Source: "meeting", Region: m.Region, Title: i.Title, Wish: in.Wish, Topic: in.Topic, Owner: in.Owner, Due: in.Due}
		if at >= 0 {
			p := m.People[at]
			if p.Household != "" {
				x.Household, x.Region = p.Household, ""
			} else {
				x.Name = p.Name
			}
		}
		a, err := appeal.Open(ctx, tx, who, x, cal)
		if err != nil {
			return Meeting{}, err
		}
		i.Appeal, i.Place, i.State = a.ID, a.Region, a.State
		if err := insertItem(ctx, tx, who.County(), m.ID, i); err != nil {
			return Meeting{}, err
		}
		if x.Wish != "" {
			if err := quote(ctx, tx, who, m, &i, ItemInput{Words: x.Wish}); err != nil {
				return Meeting{}, err
			}
		}
		m.Items = append(m.Items, i)
		audit.Note(tx, who, "meeting.raise", "meeting:"+m.ID, m.Region, "appeal", a.ID)
		if err := tellOwner(ctx, tx, a.Appeal); err != nil {
			return Meeting{}, err
		}
		return m, touch(ctx, tx, who.County(), &m)
	})
	return m, err
}

// tellOwner tells the official who is to answer for a matter.
func tellOwner(ctx context.Context, tx *db.Tx, a appeal.Appeal) error {
	if a.Handler() == "" {
		return nil
	}
	return notice.Tell(ctx, tx, notice.In{To: notice.Official(a.Owner), Kind: "appeal.given", Ref: "appeal:" + a.ID, Region: a.Region, Args: map[string]any{"due": string(a.DueOn)}})
}

// signs asks whether somebody may do what is the chair's, or the chair's and the
// recorder's, about a meeting. He may chair one that is not of his own village, so
// one's own is judged where one's grant lies, as for reading.
func signs(who access.Actor, do access.Action, m Meeting) error {
	own := who.Cadre() != "" && (m.Chair == who.Cadre() || do == access.MeetingClose && m.Recorder == who.Cadre())
	err := scope.Can(who, do, m.Region, own)
	if err != nil && own {
		for _, g := range who.Grants() {
			if access.Can(who, do, access.Target{Region: g.Region, Own: true}).OK() {
				return nil
			}
		}
	}
	return err
}

// Signable reports whether the minutes wait for somebody's signature.
func Signable(who access.Actor, m Meeting) bool {
	return m.State == Recorded && signs(who, access.MeetingSign, m) == nil
}

// Closable reports whether somebody may close the meeting now.
func Closable(who access.Actor, m Meeting) bool {
	return m.State == Signed && signs(who, access.MeetingClose, m) == nil && !slices.ContainsFunc(m.Items, func(i Item) bool { return !i.Done() })
}

// Sign is the chair's signature under the minutes (审签). Where the chair is also
// who decides about extensions, it grants those that this meeting asked for.
func Sign(ctx context.Context, tx *db.Tx, who access.Actor, op, id string, version int, cal calendar.Calendar) (Meeting, error) {
	m, _, err := once.Do(ctx, tx, who, "meeting.sign", op, []any{id, version}, func() (Meeting, error) {
		m, err := Get(ctx, tx, who.County(), id)
		if err != nil {
			return m, err
		}
		if err := signs(who, access.MeetingSign, m); err != nil {
			return Meeting{}, err
		}
		if m.State != Recorded {
			return Meeting{}, fault.New(fault.Conflict, "meeting.not_to_sign")
		}
		if m.Version != version {
			return Meeting{}, fault.New(fault.Conflict, "meeting.changed") // he signs what he has read
		}
		m.State, m.SignedBy, m.SignedOn = Signed, who.Cadre(), calendar.FromTime(tx.Now)
		for n := range m.Items {
			if err := later(ctx, tx, who, &m.Items[n], cal); err != nil {
				return Meeting{}, err
			}
		}
		audit.Note(tx, who, "meeting.sign", "meeting:"+m.ID, m.Region, "version", m.Version)
		return m, touch(ctx, tx, who.County(), &m)
	})
	return m, err
}

// later grants the later day a decision asked for, if whoever signs may do that
// by the plan; otherwise it goes on waiting for its approver.
func later(ctx context.Context, tx *db.Tx, who access.Actor, i *Item, cal calendar.Calendar) error {
	if i.Appeal == "" || !i.Matters() || i.State != lifecycle.Extension {
		return nil
	}
	a, err := appeal.Get(ctx, tx, who.County(), i.Appeal)
	if err != nil || a.AskedDue < i.Due {
		return err
	}
	can, err := appeal.Possible(ctx, tx, who, a)
	if err != nil || !slices.Contains(can, lifecycle.Grant) {
		return err
	}
	a, err = appeal.Move(ctx, tx, who, appeal.MoveInput{ID: tx.NewID(), Appeal: a.ID, Move: lifecycle.Grant}, cal)
	i.State = a.State
	return err
}

// Close ends a signed meeting of which nothing is open: the chair's or the
// recorder's.
func Close(ctx context.Context, tx *db.Tx, who access.Actor, op, id string) (Meeting, error) {
	m, _, err := once.Do(ctx, tx, who, "meeting.close", op, id, func() (Meeting, error) {
		m, err := Get(ctx, tx, who.County(), id)
		if err != nil {
			return m, err
		}
		if err := signs(who, access.MeetingClose, m); err != nil {
			return Meeting{}, err
		}
		if m.State != Signed {
			return Meeting{}, fault.New(fault.Conflict, "meeting.not_to_close")
		}
		n := 0
		for _, i := range m.Items {
			if !i.Done() {
				n++
			}
		}
		if n > 0 {
			return Meeting{}, fault.New(fault.Conflict, "meeting.decisions_open", "n", n)
		}
		m.State, m.ClosedOn = Closed, calendar.FromTime(tx.Now)
		audit.Note(tx, who, "meeting.close", "meeting:"+m.ID, m.Region)
		return m, touch(ctx, tx, who.County(), &m)
	})
	return m, err
}

// Rhythm is a kind of meeting the plan asks for, and whether this period had it.
type Rhythm struct {
	Kind   string        `json:"kind"`
	Name   string        `json:"name"`
	Period calendar.Span `json:"period"`
	Held   bool          `json:"held"`
	Next   calendar.Day  `json:"next,omitempty"` // a planned one
}

// ofPlan maps the ids of a plan's meetings to kinds.
var ofPlan = map[string]string{"analysis": Analysis, "open_talk": Talk, "talk": Talk, "forum": Forum}

// Rhythms tells which meetings the plan in force asks for at a township, and
// whether this period has had them.
func Rhythms(ctx context.Context, r db.Reader, who access.Actor, town string) ([]Rhythm, error) {
	if err := scope.Can(who, access.MeetingAgenda, town, false); err != nil {
		return nil, err
	}
	today := who.Today()
	plans, err := campaign.InForce(ctx, r, who.County(), town, today)
	if err != nil {
		return nil, err
	}
	var out []Rhythm
	for _, p := range plans {
		for _, x := range p.Meetings {
			kind, ok := ofPlan[x.ID]
			if !ok || slices.ContainsFunc(out, func(y Rhythm) bool { return y.Kind == kind }) {
				continue
			}
			y := Rhythm{Kind: kind, Name: x.Name, Period: calendar.PeriodOf(today, x.Period)}
			if err := held(ctx, r, who.County(), town, &y, today); err != nil {
				return nil, err
			}
			out = append(out, y)
		}
	}
	return out, nil
}

func held(ctx context.Context, r db.Reader, county, town string, y *Rhythm, today calendar.Day) error {
	lo, hi := db.Under(town)
	n, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM meetings WHERE county = $1 AND region >= $2 AND region < $3 AND kind = $4 AND day >= $5 AND day <= $6 AND state <> 'planned'`, county, lo, hi, y.Kind, string(y.Period.From), string(y.Period.To))
	if err != nil {
		return err
	}
	y.Held = n > 0
	next, err := db.One(ctx, r, db.Text, `SELECT COALESCE(MIN(day), '') FROM meetings WHERE county = $1 AND region >= $2 AND region < $3 AND kind = $4 AND day >= $5 AND day <= $6 AND state = 'planned'`, county, lo, hi, y.Kind, string(today), string(y.Period.To))
	y.Next = calendar.Day(next)
	return err
}
