package phone

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/identity"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/stay"
	"lianxin/internal/work/visit"
)

// Bounds of a picture: what an official needs on his way, not an archive.
const (
	yearsBack  = 2
	maxVisits  = 1500
	maxMatters = 400
	maxHomes   = 200
	staysBack  = 60
	endedBack  = 90
	heldBack   = 30
	maxHeld    = 200
)

// Official says whether somebody may have the app: an official with a role in
// force.
func Official(who access.Actor) error {
	if who.Cadre() == "" {
		return fault.New(fault.Forbidden, "offline.no_cadre")
	}
	if !access.May(who, access.VisitRecord) && !access.May(who, access.AppealChange) {
		return fault.New(fault.Forbidden, "offline.no_role")
	}
	return nil
}

// Picture gives everything an official's phone may know at this moment.
func (k *Desk) Picture(ctx context.Context, r db.Reader, who access.Actor, language string) ([]Record, error) {
	if err := Official(who); err != nil {
		return nil, err
	}
	p := &picture{k: k, ctx: ctx, r: r, who: who, lang: language, today: who.Today(), people: map[string]string{}}
	for _, part := range []func() error{p.load, p.homes, p.visits, p.matters, p.thoughts, p.stays, p.figures, p.held, p.lists, p.me} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	return p.out, nil
}

type picture struct {
	k      *Desk
	ctx    context.Context
	r      db.Reader
	who    access.Actor
	lang   string
	today  calendar.Day
	out    []Record
	self   cadre.Cadre
	town   string
	names  map[string]string // places of the township
	people map[string]string
	rows   []progress.Row
	next   []progress.Next
	week   []bool
	usual  string
}

func (p *picture) put(k string, v any) { p.out = append(p.out, Record{k, v}) }

// load reads what several parts need.
func (p *picture) load() (err error) {
	if p.self, err = cadre.Get(p.ctx, p.r, p.who.County(), p.who.Cadre()); err != nil {
		return err
	}
	p.town = region.Upto(p.self.Region, region.Township)
	if p.names, err = region.Names(p.ctx, p.r, cmpOr(p.town, p.self.Region)); err != nil {
		return err
	}
	if access.May(p.who, access.ProgressRead) {
		own, err := progress.Mine(p.ctx, p.r, p.who)
		if err != nil {
			return ignoreRefusal(err)
		}
		p.rows, p.next = own.Rows, own.Next
	}
	return nil
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// ignoreRefusal: what the rule does not show somebody is not in his picture.
func ignoreRefusal(err error) error {
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

func (p *picture) homes() error {
	ps, err := pairing.OfCadre(p.ctx, p.r, p.who.County(), p.who.Cadre())
	if err != nil {
		return err
	}
	mine, ids := map[string]pairing.Pairing{}, []string{}
	for _, x := range ps {
		if x.At(p.today) && len(ids) < maxHomes {
			if _, twice := mine[x.Household]; !twice {
				ids = append(ids, x.Household)
			}
			mine[x.Household] = x
		}
	}
	hs, err := household.Carried(p.ctx, p.r, p.who, ids)
	if err != nil || len(hs) == 0 {
		return err
	}
	next := map[string]progress.Next{}
	for _, n := range p.next {
		next[n.Household] = n
	}
	last, err := visit.LastOf(p.ctx, p.r, p.who.County(), ids)
	if err != nil {
		return err
	}
	helpers := map[string]string{}
	for _, id := range ids {
		helpers[id] = p.who.Cadre()
	}
	years, err := progress.HomeYears(p.ctx, p.r, p.who, helpers, p.today.Year())
	if err != nil {
		return err
	}
	cards := map[string]*recordCard{}
	if access.May(p.who, access.CardPrint) {
		cs, _, err := pairing.Cards(p.ctx, p.r, p.who, pairing.CardFilter{Cadre: p.who.Cadre(), Limit: maxHomes})
		if err != nil && ignoreRefusal(err) != nil {
			return err
		}
		for _, c := range cs {
			if mine[c.Household].ID != c.Pairing {
				continue
			}
			state := c.State
			if c.Stale {
				state = "stale"
			}
			cards[c.Household] = &recordCard{c.Number, c.IssuedOn, state}
		}
	}
	for _, h := range hs {
		x := mine[h.ID]
		keys := identity.Keys(h.Head)
		v := recordHome{ID: h.ID, Head: h.Head, Initials: first(keys.Initials), Pinyin: first(keys.Full), Village: p.names[region.Upto(h.Region, region.Village)], Address: h.Address, Phone: h.Phone, Priority: h.Priority,
			Tags: []string{}, Members: []recordMember{}, Role: string(x.Role), Since: x.From, Last: last[h.ID], Card: cards[h.ID], Year: recordYear{years[h.ID].Done, years[h.ID].Of, years[h.ID].Seen}}
		if g := region.Upto(h.Region, region.Group); g != "" {
			v.Group = p.names[g]
		}
		for _, t := range h.Tags {
			// Two members may have the same.
			if k := "household.tag." + t.Tag; !slices.Contains(v.Tags, k) {
				v.Tags = append(v.Tags, k)
			}
		}
		for _, m := range h.Members {
			v.Members = append(v.Members, recordMember{m.ID, m.Name, m.Relation, m.Born.Age(p.today), m.Phone, first(identity.Keys(m.Name).Initials)})
		}
		if n, ok := next[h.ID]; ok {
			v.Due = &recordDue{n.DueBy, n.Reason.Key, plain(named(n.Reason.Args))}
			if v.Due.Args == nil {
				v.Due.Args = map[string]any{}
			}
		}
		p.put("home:"+h.ID, v)
	}
	return nil
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

func (p *picture) visits() error {
	vs, err := visit.Carried(p.ctx, p.r, p.who, p.today.Add(-yearsBack*366), maxVisits)
	if err != nil {
		return err
	}
	var ids []string
	for _, v := range vs {
		if v.Cadre != p.who.Cadre() {
			ids = append(ids, v.Cadre)
		}
	}
	if err := p.know(ids); err != nil {
		return err
	}
	for _, v := range vs {
		p.put("visit:"+v.ID, p.visit(v))
	}
	return nil
}

func (p *picture) visit(v visit.Visit) recordVisit {
	return recordVisit{v.ID, v.Household, v.Day, v.Clock, v.How, list(v.Topics), v.Policies, v.Activities, v.Weather, v.Need, v.Usual, v.Words, p.name(v.Cadre), v.Cadre == p.who.Cadre(), v.Backdated(), v.Proxy, v.Version, v.Voided != ""}
}

func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func (p *picture) know(ids []string) error {
	slices.Sort(ids)
	names, err := cadre.Names(p.ctx, p.r, p.who.County(), slices.Compact(ids))
	for id, n := range names {
		p.people[id] = n
	}
	return err
}

func (p *picture) name(id string) string {
	if id == p.who.Cadre() {
		return p.self.Name
	}
	return p.people[id]
}

func (p *picture) matters() error {
	as, err := appeal.Carried(p.ctx, p.r, p.who, p.today.Add(-endedBack), maxMatters)
	if err != nil {
		return err
	}
	var ids []string
	for _, a := range as {
		if h := a.Handler(); h != "" && h != p.who.Cadre() {
			ids = append(ids, h)
		}
	}
	if err := p.know(ids); err != nil {
		return err
	}
	for _, a := range as {
		p.put("matter:"+a.ID, p.matter(a))
	}
	return nil
}

func (p *picture) matter(a appeal.Along) recordMatter {
	moves := make([]string, len(a.Moves))
	for i, m := range a.Moves {
		moves[i] = string(m)
	}
	return recordMatter{a.ID, a.Household, a.Title, a.Wish, string(a.State), string(a.Outcome), a.DueOn, a.Provisional, a.Owner == p.who.Cadre(), a.Sponsor == p.who.Cadre(), p.name(a.Handler()), a.Emphasis, a.OpenedOn, a.Result, moves, a.Version}
}

func (p *picture) thoughts() error {
	ts, err := visit.Thoughts(p.ctx, p.r, p.who, p.who.Cadre(), p.today.Add(-yearsBack*366), p.today)
	if err != nil {
		return ignoreRefusal(err)
	}
	for _, t := range ts {
		p.put("thought:"+t.ID, recordThought{t.ID, t.Day, t.Visit, t.Words})
	}
	return nil
}

func (p *picture) stays() error {
	if !access.May(p.who, access.StayDeclare) {
		return nil
	}
	ss, err := stay.OfCadre(p.ctx, p.r, p.who.County(), p.who.Cadre(), p.today.Add(-staysBack), p.today.Add(staysBack))
	if err != nil {
		return err
	}
	week := calendar.Day("")
	nights := [7]bool{}
	for _, s := range ss {
		if s.Voided != "" {
			continue
		}
		days := float64(s.To.Sub(s.From) + 1)
		for _, half := range []bool{s.FromHalf, s.ToHalf} {
			if half {
				days -= 0.5
			}
		}
		p.put("stay:"+s.ID, recordStay{s.ID, s.From, s.To, s.Kind, p.names[s.Region], s.State, days})
		if s.Kind != stay.Village || s.From > p.today {
			continue
		}
		p.usual = s.Region
		for d := s.From; s.Night && d <= s.To && d <= p.today; d = d.Add(1) {
			if d == s.To && s.ToHalf {
				break
			}
			if m := stay.Monday(d); m != week {
				week, nights = m, [7]bool{}
			}
			nights[d.Sub(week)] = true
		}
	}
	if week != "" {
		p.week = nights[:]
		return nil
	}
	// Nothing was declared for two months: what the plan asks of a week.
	for _, x := range p.rows {
		if l, ok := x.Now(quota.StayDays); ok && l.Due > 0 {
			n := min(max((int(l.Due)/2*7+l.Period.Days()-1)/l.Period.Days(), 1), 5)
			p.week = make([]bool, 7)
			for i := range n {
				p.week[i] = true
			}
			break
		}
	}
	return nil
}

func (p *picture) figures() error {
	for _, x := range p.rows {
		for _, l := range x.Lines {
			if l.Household != "" {
				continue
			}
			waits := ""
			if n := l.Waits(); n > 0 {
				waits = n.String()
			}
			p.put("figure:"+x.Campaign+":"+l.Duty, recordFigure{x.Short, "quota.duty." + strings.TrimPrefix(l.Duty, "quota.duty."), l.Done.String(), l.Due.String(), "quota.unit." + l.Unit, waits})
		}
	}
	return nil
}

func (p *picture) held() error {
	since := p.today.Add(-heldBack).Time().UnixMilli()
	hs, err := db.All(p.ctx, p.r, scanHeld(p.r, p.who.County()), `SELECT `+heldColumns+` FROM phone_held h WHERE h.county = $1 AND h.account = $2 AND (h.state = 'open' OR h.decided_at >= $3) ORDER BY h.id DESC LIMIT $4`, p.who.County(), p.who.Account(), since, maxHeld)
	if err != nil || len(hs) == 0 {
		return err
	}
	person, err := p.k.personOf(p.ctx, p.r, p.who.County(), p.town)
	if err != nil {
		return err
	}
	for _, h := range hs {
		if err := h.open(p.r, p.who.County()); err != nil {
			return err
		}
		if h.Kind == KindPhoto && !h.Raw {
			h.Body = withoutPicture(h.Body) // photographs do not travel back
		}
		v := recordHeld{h.ID, h.Op, h.Kind, h.At, h.State, p.k.spoken(p.lang, h.Reasons), person, h.Body, nil, h.Answer}
		if h.State == HeldOpen && h.About != "" {
			now, err := h.stands(p.ctx, p.r, p.who)
			if err != nil && ignoreRefusal(err) != nil {
				return err
			}
			switch x := now.(type) {
			case visit.Visit:
				v.Theirs = p.visit(x)
			case appeal.Appeal:
				v.Theirs = p.matter(appeal.Along{Appeal: x})
			}
		}
		p.put("held:"+h.ID, v)
	}
	return nil
}

// withoutPicture leaves of a photograph's record which visit it belongs to.
func withoutPicture(body []byte) []byte {
	var in visit.PhotoInput
	if json.Unmarshal(body, &in) != nil {
		return []byte("null")
	}
	b, _ := json.Marshal(map[string]string{"visit": in.Visit}) // texts only: it cannot fail
	return b
}

func (p *picture) lists() error {
	l := recordLists{Topics: []recordCode{}, AppealTopics: []recordCode{}}
	for _, t := range visit.Topics {
		l.Topics = append(l.Topics, recordCode{t, p.k.Say(p.lang, "visit.topic."+t)})
	}
	ts, err := appeal.Topics(p.ctx, p.r, p.who.County())
	if err != nil {
		return err
	}
	for _, t := range ts {
		if t.Active {
			name := t.Name
			if p.lang == lang.English && t.EN != "" {
				name = t.EN
			}
			l.AppealTopics = append(l.AppealTopics, recordCode{t.ID, name})
		}
	}
	p.put("lists", l)
	return nil
}

// apart tells officials of one name apart by their posts.
func (p *picture) apart(cs []recordNamed) error {
	n, ids := map[string]int{}, []string(nil)
	for _, x := range cs {
		n[x.Name]++
	}
	for _, x := range cs {
		if n[x.Name] > 1 {
			ids = append(ids, x.ID)
		}
	}
	of, err := cadre.Some(p.ctx, p.r, p.who.County(), ids)
	if err != nil {
		return err
	}
	for i, x := range cs {
		if post, ok := of[x.ID].Post(p.today); ok {
			cs[i].Name += " " + post.UnitName + strings.TrimPrefix(post.Title, post.UnitName)
		}
	}
	return nil
}

func (p *picture) me() error {
	m := recordMe{Cadre: p.self.ID, Name: p.self.Name, Township: p.names[p.town], Lang: p.lang, Today: p.today, Villages: []recordNamed{}, Colleagues: []recordNamed{}, Nights: p.week}
	if m.Nights == nil {
		m.Nights = []bool{}
	}
	if post, ok := p.self.Post(p.today); ok {
		m.Post, m.Unit, m.Village = post.Title, post.UnitName, post.Village
	}
	if p.usual != "" {
		m.Village = p.usual
	}
	c, err := leading.ContactOf(p.ctx, p.r, p.who.County(), p.town)
	if err != nil {
		return err
	}
	m.Office, m.Complaints = recordOffice{c.Seat, c.Phone}, c.Complaint
	paths := make([]string, 0, len(p.names))
	for path := range p.names {
		if region.Upto(path, region.Village) == path {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	for _, path := range paths {
		m.Villages = append(m.Villages, recordNamed{path, p.names[path]})
	}
	if access.May(p.who, access.VisitRecord) && p.town != "" {
		args := scope.Args{p.who.County()}
		lo, hi := db.Under(p.town)
		cs, err := db.All(p.ctx, p.r, func(w db.Row) (x recordNamed, err error) { return x, w.Scan(&x.ID, &x.Name) },
			`SELECT id, name FROM cadres WHERE county = $1 AND region >= `+args.Add(lo)+` AND region < `+args.Add(hi)+` AND state = 'active' AND id <> `+args.Add(p.who.Cadre())+` ORDER BY name, id LIMIT 300`, args...)
		if err != nil {
			return err
		}
		if err := p.apart(cs); err != nil {
			return err
		}
		m.Colleagues = append(m.Colleagues, cs...)
	}
	p.put("me", m)
	return nil
}
