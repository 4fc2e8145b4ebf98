package phone

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/arrival"
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

// Record is one record of a picture.
type Record struct {
	K string `json:"k"`
	V any    `json:"v"`
}

// The records, as ui/phone/types.js says them.
type (
	recordMe struct {
		Cadre      string        `json:"cadre"`
		Name       string        `json:"name"`
		Post       string        `json:"post"`
		Unit       string        `json:"unit"`
		Township   string        `json:"township"`
		Lang       string        `json:"lang"`
		Today      calendar.Day  `json:"today"`
		Office     recordOffice  `json:"office"`
		Complaints string        `json:"complaints"`
		Villages   []recordNamed `json:"villages"`
		Village    string        `json:"village"`
		Colleagues []recordNamed `json:"colleagues"`
		Nights     []bool        `json:"nights"`
	}
	recordOffice struct {
		Name  string `json:"name"`
		Phone string `json:"phone"`
	}
	recordNamed struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	recordHome struct {
		ID       string         `json:"id"`
		Head     string         `json:"head"`
		Initials string         `json:"initials"`
		Pinyin   string         `json:"pinyin"`
		Village  string         `json:"village"`
		Group    string         `json:"group"`
		Address  string         `json:"address"`
		Phone    string         `json:"phone"`
		Priority bool           `json:"priority"`
		Tags     []string       `json:"tags"`
		Members  []recordMember `json:"members"`
		Role     string         `json:"role"`
		Since    calendar.Day   `json:"since"`
		Due      *recordDue     `json:"due"`
		Year     recordYear     `json:"year"`
		Last     calendar.Day   `json:"last"`
		Card     *recordCard    `json:"card"`
	}
	recordMember struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Relation string `json:"relation"`
		Age      int    `json:"age"`
		Phone    string `json:"phone"`
		Initials string `json:"initials"`
	}
	recordDue struct {
		By   calendar.Day   `json:"by"`
		Key  string         `json:"key"`
		Args map[string]any `json:"args"`
	}
	recordYear struct {
		Done int `json:"done"`
		Want int `json:"want"` // 0 when no plan asks for visits to each home
		Seen int `json:"seen"`
	}
	recordCard struct {
		Number  string       `json:"number"`
		Printed calendar.Day `json:"printed"`
		State   string       `json:"state"`
	}
	recordVisit struct {
		ID         string       `json:"id"`
		Home       string       `json:"home"`
		Day        calendar.Day `json:"day"`
		Clock      string       `json:"clock"`
		How        string       `json:"how"`
		Topics     []string     `json:"topics"`
		Policies   []string     `json:"policies,omitempty"` // so that a correction of the words keeps them
		Activities []string     `json:"activities,omitempty"`
		Weather    string       `json:"weather"`
		Need       bool         `json:"need"`
		Usual      bool         `json:"usual"`
		Words      string       `json:"words"`
		By         string       `json:"by"`
		Mine       bool         `json:"mine"`
		Late       bool         `json:"late"`
		Proxy      bool         `json:"proxy"`
		Version    int          `json:"version"`
		Voided     bool         `json:"voided"`
	}
	recordMatter struct {
		ID          string       `json:"id"`
		Home        string       `json:"home"`
		Title       string       `json:"title"`
		Wish        string       `json:"wish"`
		State       string       `json:"state"`
		Outcome     string       `json:"outcome"`
		Due         calendar.Day `json:"due"`
		Provisional bool         `json:"provisional"`
		Mine        bool         `json:"mine"`
		Raised      bool         `json:"raised"`
		Owner       string       `json:"owner"`
		Emphasis    string       `json:"emphasis"`
		Opened      calendar.Day `json:"opened"`
		Said        string       `json:"said"`
		Moves       []string     `json:"moves"`
		Version     int          `json:"version"`
	}
	recordThought struct {
		ID    string       `json:"id"`
		Day   calendar.Day `json:"day"`
		Visit string       `json:"visit"`
		Words string       `json:"words"`
	}
	recordStay struct {
		ID      string       `json:"id"`
		From    calendar.Day `json:"from"`
		To      calendar.Day `json:"to"`
		Kind    string       `json:"kind"`
		Village string       `json:"village"`
		State   string       `json:"state"`
		Days    float64      `json:"days"`
	}
	recordFigure struct {
		Campaign string `json:"campaign"`
		Duty     string `json:"duty"`
		Done     string `json:"done"`
		Due      string `json:"due"`
		Unit     string `json:"unit"`
	}
	recordHeld struct {
		ID      string          `json:"id"`
		Op      string          `json:"operation"`
		Kind    string          `json:"kind"`
		At      int64           `json:"at"`
		State   string          `json:"state"`
		Reasons []Reason        `json:"reasons"`
		Person  *Person         `json:"person"`
		Body    json.RawMessage `json:"body"`
		Theirs  any             `json:"theirs"`
		Answer  string          `json:"answer"`
	}
	recordLists struct {
		Topics       []recordCode `json:"topics"`
		AppealTopics []recordCode `json:"appealTopics"`
	}
	recordCode struct {
		Code string `json:"code"`
		Name string `json:"name"`
	}
)

// Pull is what a phone is told.
type Pull struct {
	Now    int64    `json:"now"`
	Cursor string   `json:"cursor"`
	Full   bool     `json:"full"` // everything is in put; what else the phone has is gone
	Put    []Put    `json:"put"`
	Gone   []string `json:"gone"`
}

// Put is one record to be put in place.
type Put struct {
	K string          `json:"k"`
	V json.RawMessage `json:"v"`
}

// Give makes the picture of this moment and tells a phone what differs from the
// one it has.
func (k *Desk) Give(ctx context.Context, d *db.DB, who access.Actor, device Device, cursor, lang string) (Pull, error) {
	out := Pull{Now: d.Now().UnixMilli(), Put: []Put{}, Gone: []string{}}
	records := map[string][]byte{}
	var old map[string]string
	var homes int
	err := db.Read(ctx, d, func(r db.Reader) error {
		rs, err := k.Picture(ctx, r, who, lang)
		if err != nil {
			return err
		}
		for _, x := range rs {
			b, err := json.Marshal(x.V)
			if err != nil {
				return err
			}
			records[x.K] = b
		}
		if old, err = viewOf(ctx, r, device, cursor); err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	now := make(map[string]string, len(records))
	for key, b := range records {
		now[key] = hashOf(d, device, key, b)
	}
	put, gone := arrival.Diff(old, now)
	if out.Full = old == nil; out.Full {
		gone = nil
	}
	for _, key := range put {
		out.Put = append(out.Put, Put{key, records[key]})
		if strings.HasPrefix(key, "home:") {
			homes++
		}
	}
	out.Gone = append(out.Gone, gone...)
	out.Cursor = cursor
	if !out.Full && len(put)+len(gone) == 0 {
		if out.Now-device.Seen >= touchEvery {
			err = db.Do(ctx, d, func(tx *db.Tx) error { return touch(ctx, tx, device) })
		}
		return out, err
	}
	out.Cursor, err = db.Write(ctx, d, func(tx *db.Tx) (string, error) {
		id := tx.NewID()
		// Two pictures are kept: the one that was told last may not have arrived.
		if _, err := tx.Exec(ctx, `DELETE FROM phone_views WHERE county = $1 AND device = $2 AND id <> $3 AND id < COALESCE((SELECT MAX(id) FROM phone_views WHERE county = $1 AND device = $2), '')`, device.County, device.ID, cursor); err != nil {
			return "", err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO phone_views (county, device, id, at, entries) VALUES ($1, $2, $3, $4, $5)`, device.County, device.ID, id, tx.Now.UnixMilli(), entries(now)); err != nil {
			return "", err
		}
		if homes > 0 {
			audit.Note(tx, who, "phone.told", "phone:"+device.ID, device.Region, "homes", homes, "full", out.Full)
		}
		return id, touch(ctx, tx, device)
	})
	return out, err
}

// hashOf tells two states of a record apart under the county's key.
func hashOf(d *db.DB, device Device, key string, b []byte) string {
	m := d.Vault().Message("phone view " + device.County)
	m.B = append(append(append(m.B, key...), 0), b...)
	sum := m.Sum()
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// entries writes a picture's keys and hashes, in order.
func entries(m map[string]string) string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var b strings.Builder
	for _, k := range keys {
		b.WriteString(k)
		b.WriteByte(' ')
		b.WriteString(m[k])
		b.WriteByte('\n')
	}
	return b.String()
}

// viewOf gives the picture a cursor stands for, nil when it is not known.
func viewOf(ctx context.Context, r db.Reader, device Device, cursor string) (map[string]string, error) {
	if cursor == "" {
		return nil, nil
	}
	text, err := db.One(ctx, r, db.Text, `SELECT entries FROM phone_views WHERE county = $1 AND device = $2 AND id = $3`, device.County, device.ID, cursor)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := map[string]string{}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if key, hash, ok := strings.Cut(line, " "); ok {
			m[key] = hash
		}
	}
	return m, nil
}

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
			v.Tags = append(v.Tags, "household.tag."+t.Tag)
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
			p.put("figure:"+x.Campaign+":"+l.Duty, recordFigure{x.Short, "quota.duty." + strings.TrimPrefix(l.Duty, "quota.duty."), l.Done.String(), l.Due.String(), "quota.unit." + l.Unit})
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
