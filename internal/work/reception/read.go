package reception

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/identity"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/rule/mask"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

const columns = `r.id, r.number, r.region, r.household, r.visitor, r.sex, r.age, r.phone, r.address, r.people, r.speakers, r.day, r.clock, r.spot, r.words, r.topic, r.receiver, r.account, r.way, r.route, r.opinion, r.appeal, r.told, r.told_on, r.earlier, r.urgent, r.remarks, r.closed_on, r.face, r.heard, r.version`

func scanner(r db.Reader, county string) func(db.Row) (Reception, error) {
	v := r.Vault()
	return func(w db.Row) (x Reception, err error) {
		var speakers string
		if err = w.Scan(&x.ID, &x.Number, &x.Region, &x.Household, &x.Name, &x.Sex, &x.Age, &x.Phone, &x.Address, &x.People, &speakers, &x.Day, &x.Clock, &x.Place, &x.Words, &x.Topic, &x.Receiver, &x.account, &x.Way, &x.Route, &x.Opinion, &x.Appeal, &x.Told, &x.ToldOn, &x.Earlier, &x.Urgent, &x.Remarks, &x.ClosedOn, &x.Face, &x.Heard, &x.Version); err != nil {
			return x, err
		}
		for _, c := range []struct {
			name string
			text *string
		}{{"visitor", &x.Name}, {"phone", &x.Phone}, {"address", &x.Address}, {"speakers", &speakers}, {"spot", &x.Place}, {"words", &x.Words}, {"opinion", &x.Opinion}, {"remarks", &x.Remarks}, {"heard", &x.Heard}} {
			if *c.text == "" {
				continue
			}
			if *c.text, err = v.Open(place(county, x.ID, c.name), *c.text); err != nil {
				return x, err
			}
		}
		if speakers != "" {
			x.Speakers = strings.Split(speakers, "\n")
		}
		return x, nil
	}
}

func get(ctx context.Context, r db.Reader, county, id string) (Reception, error) {
	return db.One(ctx, r, scanner(r, county), `SELECT `+columns+` FROM receptions r WHERE r.county = $1 AND r.id = $2`, county, id)
}

// follow adds what became of the matters, in two questions for all lines: where
// a matter was put together with another, the other one tells.
func follow(ctx context.Context, r db.Reader, who access.Actor, xs []*Reception) error {
	county := who.County()
	var ids []string
	for _, x := range xs {
		if x.State = Told; x.Way == "" {
			x.State = Registered
		} else if x.ClosedOn != "" {
			x.State = Closed
		}
		if x.Appeal != "" {
			ids = append(ids, x.Appeal)
		}
	}
	as := map[string]appeal.Appeal{}
	for range 5 { // put together again and again is rare; a circle cannot be
		more, err := appeal.Some(ctx, r, county, ids)
		if err != nil {
			return err
		}
		ids = nil
		for id, a := range more {
			if as[id] = a; a.State == lifecycle.Merged && as[a.Into].ID == "" {
				ids = append(ids, a.Into)
			}
		}
		if len(ids) == 0 {
			break
		}
	}
	var whole []string
	for _, x := range xs {
		if x.Appeal == "" {
			continue
		}
		a := as[x.Appeal]
		for n := 0; a.State == lifecycle.Merged && as[a.Into].ID != "" && n < 5; n++ {
			a = as[a.Into]
		}
		x.Appeal, x.Stands, x.Outcome, x.Due, x.Doubt, x.Owner = a.ID, a.State, a.Outcome, a.DueOn, a.Provisional && a.State.Running(), a.Owner
		if a.Topic != "" {
			x.Topic = a.Topic // the guess of the desk may have been put right since
		}
		if access.Can(who, access.AppealRead, access.Target{Region: a.Region}).OK() {
			x.Result = a.Result
		}
		switch {
		case a.State == lifecycle.Answered:
			x.State = Answered
		case a.Live() || a.State == lifecycle.Shelved:
			x.State = Handed
		default:
			x.State, x.ClosedOn = Closed, a.ClosedOn
		}
		whole = append(whole, a.ID)
	}
	vs, err := appeal.Said(ctx, r, county, whole)
	if err != nil {
		return err
	}
	for _, x := range xs {
		for _, v := range vs[x.Appeal] {
			if x.Appeal != "" && (v.Origin == Origin(x.ID) || x.Household != "" && v.Household == x.Household) {
				x.Face = max(x.Face, v.Face)
			}
		}
	}
	return nil
}

// Masked hides the number and the address, and numbers written into the words.
func Masked(x Reception) Reception {
	x.Phone, x.Address = mask.Phone(x.Phone), mask.Address(x.Address)
	for _, s := range []*string{&x.Words, &x.Opinion, &x.Remarks, &x.Heard, &x.Result} {
		*s = mask.Redact(*s)
	}
	return x
}

// seen is a line as the reader may see it: who does not work at the desk meets
// neither number nor address, not even in part.
func seen(x Reception, who access.Actor) Reception {
	x = Masked(x)
	if !access.Can(who, access.ReceptionRecord, access.Target{Region: x.Region}).OK() {
		x.Phone, x.Address = "", ""
	}
	return x
}

// Show gives one line to somebody who may read the register there.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Reception, error) {
	x, err := get(ctx, r, who.County(), id)
	if err != nil {
		return x, err
	}
	if err := scope.Can(who, access.ReceptionRead, x.Region, false); err != nil {
		return Reception{}, err
	}
	if err := follow(ctx, r, who, []*Reception{&x}); err != nil {
		return Reception{}, err
	}
	return seen(x, who), nil
}

// Purposes a number is opened for, as message keys household.purpose.<code>.
var Purposes = household.Purposes

// Reveal gives the whole number to those of the desk, and records for what.
func Reveal(ctx context.Context, tx *db.Tx, who access.Actor, id, purpose string) (string, error) {
	x, err := mine(ctx, tx, who, id)
	if err != nil {
		return "", err
	}
	if !slices.Contains(Purposes, purpose) {
		return "", &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "purpose", Key: "household.purpose_needed"}}}
	}
	audit.Note(tx, who, "reception.reveal", "reception:"+x.ID, x.Region, "field", "phone", "purpose", purpose)
	return x.Phone, nil
}

// Whole gives one line with number and address to those of its desk, for a paper
// that is taken out with a purpose; others get it as Show gives it.
func Whole(ctx context.Context, r db.Reader, who access.Actor, id string) (Reception, error) {
	x, err := Show(ctx, r, who, id)
	if err != nil || !access.Can(who, access.ReceptionRecord, access.Target{Region: x.Region}).OK() {
		return x, err
	}
	all, err := get(ctx, r, who.County(), id)
	x.Phone, x.Address = all.Phone, all.Address
	return x, err
}

// Filter narrows the register.
type Filter struct {
	Place     string
	Household string
	Receiver  string
	State     string
	From, To  calendar.Day
	Oldest    bool // the oldest first, for papers
	Whole     bool // numbers and addresses whole, for files taken out with a purpose
	After     string
	Limit     int
}

// inState is the condition of each state; the matter says, or the one it was
// put together with.
var inState = map[string]string{
	Registered: `r.way = ''`,
	Told:       `r.way IN ('answer', 'route') AND r.closed_on = ''`,
	Handed:     `COALESCE(b.state, a.state) IN ('registered', 'handling', 'extension', 'shelved')`,
	Answered:   `COALESCE(b.state, a.state) = 'answered'`,
	Closed:     `(r.closed_on <> '' OR COALESCE(b.state, a.state) IN ('closed', 'petition'))`,
}

// List gives the register's lines in reach, the newest first.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Reception, string, error) {
	s, err := scope.Reach(who, access.ReceptionRead, f.Place)
	if err != nil {
		return nil, "", err
	}
	if err := scope.Known("state", f.State, "reception.state.", States...); err != nil {
		return nil, "", err
	}
	after, err := scope.After(f.After, scope.Day, scope.ID)
	if err != nil {
		return nil, "", err
	}
	var args scope.Args
	where := scope.Where(s, &args, "r.region", nil, scope.Nobody) + " AND r.county = " + args.Add(who.County()) + scope.InTown(s, f.Place, &args, "r.region")
	if f.Place != "" {
		lo, hi := db.Under(f.Place)
		where += " AND r.region >= " + args.Add(lo) + " AND r.region < " + args.Add(hi)
	}
	if f.Household != "" {
		where += " AND r.household = " + args.Add(f.Household)
	}
	if f.Receiver != "" {
		where += " AND r.receiver = " + args.Add(f.Receiver)
	}
	if f.From != "" {
		where += " AND r.day >= " + args.Add(string(f.From))
	}
	if f.To != "" {
		where += " AND r.day <= " + args.Add(string(f.To))
	}
	from := ` FROM receptions r`
	if f.State != "" {
		from += ` LEFT JOIN appeals a ON a.county = r.county AND a.id = r.appeal AND r.appeal <> '' LEFT JOIN appeals b ON b.county = a.county AND b.id = a.merged_into AND a.merged_into <> ''`
		where += " AND " + inState[f.State]
	}
	cmp, order := "<", "DESC"
	if f.Oldest {
		cmp, order = ">", "ASC"
	}
	if after != nil {
		where += " AND (r.day, r.id) " + cmp + " (" + args.Add(after[0]) + ", " + args.Add(after[1]) + ")"
	}
	n := scope.Limit(f.Limit)
	xs, err := db.All(ctx, r, scanner(r, who.County()), `SELECT `+columns+from+` WHERE `+where+` ORDER BY r.day `+order+`, r.id `+order+` LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	xs, next := scope.Cut(xs, n, func(x Reception) string { return string(x.Day) + "~" + x.ID })
	ps := make([]*Reception, len(xs))
	for i := range xs {
		ps[i] = &xs[i]
	}
	if err := follow(ctx, r, who, ps); err != nil {
		return nil, "", err
	}
	for i := range xs {
		if !f.Whole || !access.Can(who, access.ReceptionRecord, access.Target{Region: xs[i].Region}).OK() {
			xs[i] = seen(xs[i], who)
		}
	}
	return xs, next, nil
}

// sameAs gives the receptions of one person within a year, the newest first.
func sameAs(ctx context.Context, r db.Reader, county, home, phone string, day calendar.Day, n int) ([]Reception, error) {
	var out []Reception
	for _, x := range []struct{ column, value string }{{"household", home}, {"phone_index", index(r, county, phone)}} {
		if x.value == "" {
			continue
		}
		xs, err := db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM receptions r WHERE r.county = $1 AND r.`+x.column+` = $2 AND r.`+x.column+` <> '' AND r.day >= $3 AND r.day <= $4 ORDER BY r.day DESC, r.id DESC LIMIT $5`, county, x.value, string(day.Add(-maxBack)), string(day), n)
		if err != nil {
			return nil, err
		}
		for _, y := range xs {
			if !slices.ContainsFunc(out, func(z Reception) bool { return z.ID == y.ID }) {
				out = append(out, y)
			}
		}
	}
	slices.SortFunc(out, func(a, b Reception) int {
		if a.Day != b.Day {
			return strings.Compare(string(b.Day), string(a.Day))
		}
		return strings.Compare(b.ID, a.ID)
	})
	return out[:min(n, len(out))], nil
}

// Before gives what the same person came for within a year, as far as the
// reader may read it: by the home, or by the number he says.
func Before(ctx context.Context, r db.Reader, who access.Actor, home, phone string) ([]Reception, error) {
	if p, bad := identity.ParsePhone(phone); bad == "" {
		phone = p.Number
	} else {
		phone = ""
	}
	xs, err := sameAs(ctx, r, who.County(), home, phone, who.Today(), 5)
	if err != nil {
		return nil, err
	}
	xs = slices.DeleteFunc(xs, func(x Reception) bool {
		return !access.Can(who, access.ReceptionRead, access.Target{Region: x.Region}).OK()
	})
	ps := make([]*Reception, len(xs))
	for i := range xs {
		ps[i] = &xs[i]
	}
	if err := follow(ctx, r, who, ps); err != nil {
		return nil, err
	}
	for i := range xs {
		xs[i] = seen(xs[i], who)
	}
	return xs, nil
}

// Found is a home somebody at the desk may mean.
type Found struct {
	household.Household
	Last  calendar.Day // of its latest reception within a year
	Times int          // how often within a year, five at most
}

// Find looks for the person at the desk: by name, pinyin, initials or telephone,
// or by what a scanner read from the code on the home's card.
func Find(ctx context.Context, r db.Reader, who access.Actor, q string, n int) (out []Found, more bool, err error) {
	q = strings.TrimSpace(q)
	if q == "" {
		return nil, false, nil
	}
	if err := scope.Can(who, access.ReceptionRecord, Desk(who), false); err != nil {
		return nil, false, err
	}
	var hs []household.Household
	if token, ok := Token(q); ok {
		county, p, err := pairing.Scanned(ctx, r, token)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) || err == nil && county != who.County() {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		h, err := household.Show(ctx, r, who, p.Household)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			return nil, false, nil // another township's card opens nothing here
		}
		if err != nil {
			return nil, false, err
		}
		hs = []household.Household{h}
	} else {
		var next string
		if hs, next, err = household.List(ctx, r, who, household.Filter{Query: q, Limit: n}); err != nil {
			return nil, false, err
		}
		more = next != ""
	}
	for _, h := range hs {
		f := Found{Household: h}
		xs, err := sameAs(ctx, r, who.County(), h.ID, "", who.Today(), 5)
		if err != nil {
			return nil, false, err
		}
		if f.Times = len(xs); f.Times > 0 {
			f.Last = xs[0].Day
		}
		out = append(out, f)
	}
	return out, more, nil
}

// Token takes the token out of a card's address, as a scanner types it.
func Token(q string) (string, bool) {
	_, t, ok := strings.Cut(q, "/k/")
	if !ok {
		t = q
	}
	t = strings.ToLower(strings.TrimRight(strings.TrimSpace(t), "/"))
	if i := strings.IndexAny(t, "?#"); i >= 0 {
		t = t[:i]
	}
	if len(t) != 26 {
		return "", false
	}
	for _, r := range t {
		if (r < 'a' || r > 'z') && (r < '2' || r > '7') {
			return "", false
		}
	}
	return t, true
}

// Slip is what the visitor takes home: no name, no telephone, what he raised in
// a few words and how he learns what became of it.
type Slip struct {
	Number string       `json:"number"`
	Town   string       `json:"town"` // path
	Day    calendar.Day `json:"day"`
	Clock  string       `json:"clock,omitempty"`
	Title  string       `json:"title"`
	Due    calendar.Day `json:"due,omitempty"`
	Doubt  bool         `json:"provisional,omitempty"`
	Way    string       `json:"way"`
	Route  string       `json:"route,omitempty"`
	Code   string       `json:"code,omitempty"`
}

// GetSlip gives the slip of a reception again to those of its desk.
func GetSlip(ctx context.Context, r db.Reader, who access.Actor, id string) (Slip, error) {
	x, err := Show(ctx, r, who, id)
	if err != nil {
		return Slip{}, err
	}
	if err := scope.Can(who, access.ReceptionRecord, x.Region, false); err != nil {
		return Slip{}, err
	}
	if x.Way == "" {
		return Slip{}, fault.New(fault.Conflict, "reception.no_slip")
	}
	s := Slip{Number: x.Number, Town: region.Upto(x.Region, region.Township), Day: x.Day, Clock: x.Clock, Title: x.Title(), Due: x.Due, Doubt: x.Doubt, Way: x.Way, Route: x.Route}
	if x.Appeal == "" {
		return s, nil
	}
	vs, err := appeal.Said(ctx, r, who.County(), []string{x.Appeal})
	if err != nil {
		return Slip{}, err
	}
	for _, v := range vs[x.Appeal] {
		if v.Coded && (v.Origin == Origin(x.ID) || x.Household != "" && v.Household == x.Household) {
			s.Code, err = appeal.Slip(ctx, r, who, x.Appeal, v.ID)
			return s, err
		}
	}
	return s, nil
}

// Change is one line of a reception's history.
type Change struct {
	Kind   string       `json:"kind"`
	Day    calendar.Day `json:"day"`
	Fields []string     `json:"fields,omitempty"` // what a correction changed, by name
	Before string       `json:"before,omitempty"` // the words before, where they changed
	Why    string       `json:"why,omitempty"`
}

// History gives what was done with a line, the oldest first.
func History(ctx context.Context, r db.Reader, who access.Actor, id string) ([]Change, error) {
	x, err := Show(ctx, r, who, id)
	if err != nil {
		return nil, err
	}
	now, err := get(ctx, r, who.County(), x.ID)
	if err != nil {
		return nil, err
	}
	type row struct{ id, kind, day, before, why string }
	rows, err := db.All(ctx, r, func(w db.Row) (c row, err error) { return c, w.Scan(&c.id, &c.kind, &c.day, &c.before, &c.why) },
		`SELECT id, kind, day, before, why FROM reception_changes WHERE county = $1 AND reception = $2 ORDER BY id LIMIT 200`, who.County(), id)
	if err != nil {
		return nil, err
	}
	out := make([]Change, len(rows))
	then := now.said()
	for i := len(rows) - 1; i >= 0; i-- {
		c := rows[i]
		out[i] = Change{Kind: c.kind, Day: calendar.Day(c.day)}
		for _, s := range []struct {
			column string
			text   *string
		}{{"before", &c.before}, {"why", &c.why}} {
			if *s.text == "" {
				continue
			}
			if *s.text, err = r.Vault().Open(vault.Place{Table: "reception_changes", Column: s.column, County: who.County(), Row: c.id}, *s.text); err != nil {
				return nil, err
			}
		}
		out[i].Why = mask.Redact(c.why)
		if c.before == "" {
			continue
		}
		var was said
		if err := json.Unmarshal([]byte(c.before), &was); err != nil {
			return nil, err
		}
		out[i].Fields = differ(was, then)
		if was.Words != then.Words {
			out[i].Before = mask.Redact(was.Words)
		}
		then = was
	}
	return out, nil
}

// differ names the fields a correction changed, as message keys
// reception.field.<name>.
func differ(a, b said) (out []string) {
	for _, x := range []struct {
		name string
		is   bool
	}{{"name", a.Name != b.Name}, {"sex", a.Sex != b.Sex}, {"age", a.Age != b.Age}, {"phone", a.Phone != b.Phone}, {"address", a.Address != b.Address}, {"people", a.People != b.People}, {"speakers", !slices.Equal(a.Speakers, b.Speakers)},
		{"place", a.Place != b.Place}, {"words", a.Words != b.Words}, {"topic", a.Topic != "" && a.Topic != b.Topic}, {"receiver", a.Receiver != b.Receiver}, {"opinion", a.Opinion != b.Opinion}, {"urgent", a.Urgent != b.Urgent}, {"remarks", a.Remarks != b.Remarks}} {
		if x.is {
			out = append(out, x.name)
		}
	}
	return out
}

// Rehome moves the register's lines when a place is merged or split.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	return region.MovePrefix(ctx, tx, "receptions", "region", county, from, to)
}

// Numbers names receptions by their numbers, for papers whose lines point to
// earlier ones.
func Numbers(ctx context.Context, r db.Reader, county string, ids []string) (map[string]string, error) {
	m := map[string]string{}
	if len(ids) == 0 {
		return m, nil
	}
	args := scope.Args{county}
	type row struct{ id, number string }
	rows, err := db.All(ctx, r, func(w db.Row) (x row, err error) { return x, w.Scan(&x.id, &x.number) }, `SELECT id, number FROM receptions WHERE county = $1 AND id IN `+scope.In(&args, ids), args...)
	for _, x := range rows {
		m[x.id] = x.number
	}
	return m, err
}
