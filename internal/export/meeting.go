package export

import (
	"cmp"
	"context"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/paper"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/agenda"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Meetings gathers the signed minutes of a place, oldest first, meeting by
// meeting: 《民情分析会议记录》, the third part of the ledger (B25). What waits for its
// signature is no record yet.
func Meetings(ctx context.Context, r db.Reader, who access.Actor, f meeting.Filter, t Words) (d paper.MeetingsData, count func() int, fail func() error, err error) {
	f.Place = cmp.Or(f.Place, who.Home())
	if err := scope.Can(who, access.Export, f.Place, false); err != nil {
		return d, nil, nil, err
	}
	here, err := region.ByPath(ctx, r, f.Place)
	if err != nil {
		return d, nil, nil, err
	}
	m, err := newMinutes(ctx, r, who, t)
	if err != nil {
		return d, nil, nil, err
	}
	n := 0
	var broke error
	f.Oldest, f.Signed, f.Limit, f.After = true, true, page, ""
	d = paper.MeetingsData{Scope: here.Name, From: stamp(f.From), To: stamp(f.To), Made: stamp(who.Today())}
	d.Rows = func(yield func(paper.MeetingData) bool) {
		for {
			ms, next, err := meeting.List(ctx, r, who, f)
			if err != nil {
				broke = err
				return
			}
			for _, x := range ms {
				whole, err := meeting.Show(ctx, r, who, x.ID)
				if err != nil {
					broke = err
					return
				}
				row, err := m.of(ctx, whole)
				if err != nil {
					broke = err
					return
				}
				if n++; !yield(row) {
					return
				}
			}
			if f.After = next; next == "" {
				return
			}
		}
	}
	return d, func() int { return n }, func() error { return broke }, nil
}

// Minutes words one meeting, which the reader was given, for its paper.
func Minutes(ctx context.Context, r db.Reader, who access.Actor, x meeting.Meeting, t Words) (paper.MeetingData, error) {
	m, err := newMinutes(ctx, r, who, t)
	if err != nil {
		return paper.MeetingData{}, err
	}
	return m.of(ctx, x)
}

// minutes words meetings: topics and places are asked for once.
type minutes struct {
	r      db.Reader
	who    access.Actor
	t      Words
	topics map[string]string
	places map[string]string
}

func newMinutes(ctx context.Context, r db.Reader, who access.Actor, t Words) (*minutes, error) {
	ts, err := appeal.Topics(ctx, r, who.County())
	m := &minutes{r: r, who: who, t: t, topics: map[string]string{}, places: map[string]string{}}
	for _, x := range ts {
		m.topics[x.ID] = x.Name
	}
	return m, err
}

func (m *minutes) place(ctx context.Context, path string) (string, error) {
	if s, ok := m.places[path]; ok || path == "" {
		return s, nil
	}
	x, err := region.ByPath(ctx, m.r, path)
	m.places[path] = x.Name
	return x.Name, err
}

// basis says what an item of the proposal rests on, with its numbers.
func (m *minutes) basis(ctx context.Context, i meeting.Item) (string, error) {
	if i.Basis.Key == "" {
		return m.t("page_meeting.kind." + i.Kind), nil
	}
	s, err := m.place(ctx, i.Basis.Place)
	switch {
	case i.Basis.Source == agenda.Diaries:
		s += m.t("page_meeting.about", "topic", m.t("visit.topic."+i.Basis.Topic))
	case i.Basis.Source != "" && i.Basis.Topic == "":
		s += m.t("page_meeting.about", "topic", m.t("page_meeting.no_topic"))
	case i.Basis.Source != "":
		s += m.t("page_meeting.about", "topic", cmp.Or(m.topics[i.Basis.Topic], i.Basis.Topic))
	}
	key, args := i.Basis.Text()
	return s + m.t("web.colon") + m.t(key, args...), err
}

func (m *minutes) of(ctx context.Context, x meeting.Meeting) (paper.MeetingData, error) {
	county := m.who.County()
	people, homes := []string{x.Chair, x.Recorder, x.SignedBy}, []string{}
	for _, p := range x.People {
		people, homes = append(people, p.Cadre), append(homes, p.Household)
	}
	for _, i := range x.Items {
		people = append(people, i.Reporter, i.Owner)
	}
	cs, err := cadre.Some(ctx, m.r, county, unique(filled(people)))
	if err != nil {
		return paper.MeetingData{}, err
	}
	hs, err := household.Briefs(ctx, m.r, county, unique(filled(homes)))
	if err != nil {
		return paper.MeetingData{}, err
	}
	d := paper.MeetingData{Kind: m.t("meeting.kind." + x.Kind), Year: x.Year, Number: x.Number, On: stamp(x.Day), From: x.From, To: x.To, Place: x.Place, Chair: cs[x.Chair].Name, Recorder: cs[x.Recorder].Name, Followup: x.Followup, Summary: x.Summary}
	if d.Unit, err = m.place(ctx, x.Region); err != nil {
		return d, err
	}
	if x.SignedOn != "" {
		d.Signed, d.SignedOn = cmp.Or(cs[x.SignedBy].Name, m.t("meeting.state.signed")), stamp(x.SignedOn)
	}
	for _, p := range x.People {
		s := p.Name
		switch {
		case p.Cadre != "":
			s = cs[p.Cadre].Name
			if post, ok := cs[p.Cadre].Post(x.Day); ok && post.Title != "" {
				s += "（" + post.Title + "）"
			}
		case p.Household != "":
			if s = hs[p.Household].Head; p.Name != "" {
				s += m.t("page_meeting.of_home", "name", p.Name)
			}
		}
		switch p.Part {
		case meeting.Present:
			d.Present = append(d.Present, s)
		case meeting.OnLeave:
			d.Leave = append(d.Leave, s)
		case meeting.SittingIn:
			d.Sitting = append(d.Sitting, s)
		}
	}
	if d.Followup == "" {
		if d.Followup, err = m.followup(ctx, x); err != nil {
			return d, err
		}
	}
	for _, i := range x.Items {
		row := paper.MeetingItem{Title: i.Title, Reporter: cs[i.Reporter].Name, Analysis: i.Analysis, Opinion: i.Opinion, Who: strings.TrimSpace(i.Unit + " " + cs[i.Owner].Name), Due: stamp(i.Due), Result: i.Result}
		if row.Source, err = m.basis(ctx, i); err != nil {
			return d, err
		}
		var sort []string
		if i.Share != "" {
			sort = append(sort, m.t("meeting.share."+i.Share))
		}
		if i.Heat != "" {
			sort = append(sort, m.t("meeting.heat."+i.Heat))
		}
		row.Sort = strings.Join(sort, "、")
		for _, q := range i.Quotes {
			row.Quotes = append(row.Quotes, q.Words)
		}
		if i.Decision != "" {
			row.Decision = m.t("meeting.decision." + i.Decision)
		}
		if row.Result == "" && i.Outcome != "" && i.Done() {
			row.Result = m.t("page_meeting.ended", "outcome", m.t("appeal.outcome."+string(i.Outcome)))
		}
		d.Items = append(d.Items, row)
	}
	return d, nil
}

// followup says how the decisions of the meeting before stand, as its page does,
// where nobody wrote it down himself.
func (m *minutes) followup(ctx context.Context, x meeting.Meeting) (string, error) {
	former, ok, err := meeting.Former(ctx, m.r, m.who, x)
	if err != nil || !ok {
		return "", err
	}
	var lines []string
	for _, i := range former.Items {
		if i.Decision == "" {
			continue
		}
		how := i.Result
		switch {
		case how != "":
		case i.Outcome != "" && i.Done():
			how = m.t("page_meeting.ended", "outcome", m.t("appeal.outcome."+string(i.Outcome)))
		case i.State != "":
			how = m.t("appeal.state." + string(i.State))
		case i.Settled != "":
			how = m.t("page_meeting.settled")
		default:
			how = m.t("page_meeting.running")
		}
		lines = append(lines, i.Title+m.t("web.colon")+m.t("meeting.decision."+i.Decision)+m.t("web.comma_long")+how)
	}
	return strings.Join(lines, "\n"), nil
}
