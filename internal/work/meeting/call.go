package meeting

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
	"lianxin/internal/work/notice"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// CallInput calls a meeting.
type CallInput struct {
	ID         string       `json:"id"` // operation id; becomes the meeting's id
	Kind       string       `json:"kind"`
	Region     string       `json:"region"` // path of the township or village
	Day        calendar.Day `json:"day"`
	From       string       `json:"from,omitempty"`
	To         string       `json:"to,omitempty"`
	Place      string       `json:"place,omitempty"`
	Chair      string       `json:"chair,omitempty"`
	Recorder   string       `json:"recorder,omitempty"`
	PeriodFrom calendar.Day `json:"period_from,omitempty"` // what its agenda looks at; "" for the quarter of the day
	PeriodTo   calendar.Day `json:"period_to,omitempty"`
	Invited    []string     `json:"invited,omitempty"` // officials' ids
}

// mayChange asks whether somebody may write a meeting of a place: the office;
// a village committee the talks of its village.
func mayChange(who access.Actor, kind, place string) error {
	if err := scope.Can(who, access.MeetingChange, place, false); err != nil {
		return err
	}
	if kind != Analysis {
		return nil
	}
	return scope.Can(who, access.MeetingAnalyse, place, false)
}

// Changeable reports whether somebody may write the meeting.
func Changeable(who access.Actor, m Meeting) bool {
	return m.State != Closed && mayChange(who, m.Kind, m.Region) == nil
}

// Call plans a meeting and tells those who are invited.
func Call(ctx context.Context, tx *db.Tx, who access.Actor, in CallInput) (m Meeting, again bool, err error) {
	return once.Do(ctx, tx, who, "meeting.call", in.ID, in, func() (Meeting, error) {
		county := who.County()
		if err := mayChange(who, in.Kind, in.Region); err != nil {
			return Meeting{}, err
		}
		// Numbers of a place are given one after the other.
		at, err := region.Hold(ctx, tx, county, in.Region)
		if err != nil {
			return Meeting{}, err
		}
		m := Meeting{ID: in.ID, Kind: in.Kind, Year: in.Day.Year(), Region: in.Region, Day: in.Day, From: in.From, To: in.To, Place: strings.TrimSpace(in.Place), Chair: in.Chair, Recorder: in.Recorder,
			State: Planned, Period: calendar.Span{From: in.PeriodFrom, To: in.PeriodTo}, Version: 1}
		var f fault.Fields
		f.Check(id.Valid(in.ID), "id", "fault.id_needed")
		f.Check(slices.Contains(Kinds, in.Kind), "kind", "meeting.kind_needed")
		f.Check(at.Level == region.Township || at.Level == region.Village, "region", "meeting.region_bad")
		today := calendar.FromTime(tx.Now)
		f.Check(in.Day.Valid() && in.Day >= today.Add(-3*366) && in.Day <= today.Add(366), "day", "meeting.day_bad")
		checkTimes(&f, in.From, in.To)
		f.Check(len([]rune(m.Place)) <= maxShort, "place", "fault.too_long", "n", maxShort)
		if in.Day.Valid() && m.Period.From == "" && m.Period.To == "" {
			m.Period = calendar.PeriodOf(in.Day, calendar.PeriodQuarter)
		}
		checkPeriod(&f, m.Period)
		f.Check(len(in.Invited) <= maxPeople, "invited", "meeting.people_many", "n", maxPeople)
		if err := f.Err(); err != nil {
			return Meeting{}, err
		}
		people := unique(append([]string{in.Chair, in.Recorder}, in.Invited...))
		if err := officials(ctx, tx, county, in.Region, "invited", people); err != nil {
			return Meeting{}, err
		}
		if m.Number, err = db.One(ctx, tx, db.Int, `SELECT COALESCE(MAX(number), 0) + 1 FROM meetings WHERE county = $1 AND region = $2 AND kind = $3 AND year = $4`, county, m.Region, m.Kind, m.Year); err != nil {
			return Meeting{}, err
		}
		_, err = tx.Exec(ctx, `INSERT INTO meetings (county, id, kind, year, number, region, day, from_clock, to_clock, room, chair, recorder, state, period_from, period_to, followup, summary, recorded_on, signed_by, signed_on, closed_on, writer, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, '', '', '', '', '', '', $16, 1)`,
			county, m.ID, m.Kind, m.Year, m.Number, m.Region, string(m.Day), m.From, m.To, seal(tx, "meetings", county, m.ID, "room", m.Place), m.Chair, m.Recorder, m.State, string(m.Period.From), string(m.Period.To), who.Account())
		if err != nil {
			return Meeting{}, err
		}
		for _, c := range people {
			if err := enter(ctx, tx, county, &m, Person{Cadre: c, Part: Invited}); err != nil {
				return Meeting{}, err
			}
			if m.Day < today || c == who.Cadre() {
				continue
			}
			if err := notice.Tell(ctx, tx, notice.In{To: notice.Official(c), Kind: "meeting.called", Ref: "meeting:" + m.ID, Region: m.Region, Args: map[string]any{"on": string(m.Day)}}); err != nil {
				return Meeting{}, err
			}
		}
		audit.Note(tx, who, "meeting.call", "meeting:"+m.ID, m.Region, "kind", m.Kind, "day", string(m.Day), "invited", len(people))
		return m, nil
	})
}

func enter(ctx context.Context, tx *db.Tx, county string, m *Meeting, p Person) error {
	p.ID = tx.NewID()
	_, err := tx.Exec(ctx, `INSERT INTO meeting_people (county, id, meeting, cadre, household, name, part, visit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		county, p.ID, m.ID, p.Cadre, p.Household, seal(tx, "meeting_people", county, p.ID, "name", p.Name), p.Part, p.Visit)
	m.People = append(m.People, p)
	return err
}

func checkTimes(f *fault.Fields, from, to string) {
	f.Check(clock(from), "from", "meeting.clock_bad")
	f.Check(clock(to) && (from == "" || to == "" || from < to), "to", "meeting.clock_bad")
}

func clock(s string) bool {
	return s == "" || len(s) == 5 && s[2] == ':' && s[0] >= '0' && s[0] <= '2' && s[1] >= '0' && s[1] <= '9' && s[:2] <= "23" && s[3] >= '0' && s[3] <= '5' && s[4] >= '0' && s[4] <= '9'
}

func checkPeriod(f *fault.Fields, s calendar.Span) {
	f.Check(s.From.Valid(), "period_from", "meeting.period_bad")
	f.Check(s.To.Valid() && s.From <= s.To && (!s.From.Valid() || s.To.Sub(s.From) <= 366), "period_to", "meeting.period_bad")
}

func unique(ids []string) []string {
	var out []string
	for _, x := range ids {
		if x != "" && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// officials reports whether all of some ids are officials of the place's
// township or of the county above it.
func officials(ctx context.Context, r db.Reader, county, at, field string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	args := scope.Args{county}
	paths, err := db.All(ctx, r, db.Text, `SELECT region FROM cadres WHERE county = $1 AND state = 'active' AND id IN `+scope.In(&args, ids), args...)
	if err != nil {
		return err
	}
	ok := len(paths) == len(ids)
	for _, p := range paths {
		ok = ok && strings.HasPrefix(at, p)
	}
	if !ok {
		return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: field, Key: "meeting.official_unknown"}}}
	}
	return nil
}
