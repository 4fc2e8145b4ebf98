package visit

import (
	"context"
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// paired: the official was paired with the home on the day, by the pairings as
// they stand now, as the rules that count visits see it. What lies in the visit's
// own column was true when it was written down; a handover can be entered later
// with an earlier day.
const paired = `EXISTS (SELECT 1 FROM pairings p WHERE p.county = v.county AND p.household = v.household AND p.cadre = v.cadre AND p.valid_from <= v.day AND (p.valid_to = '' OR p.valid_to >= v.day))`

const (
	before  = `v.id, v.household, v.region, v.cadre, v.writer, v.proxy, v.day, v.clock, v.how, v.topics, v.policies, v.activities, v.weather, v.need, v.usual, v.words, `
	behind  = `, v.late, v.version, v.written_at, v.voided_on, v.void_why`
	columns = before + paired + behind
	// Where rows are sorted before they are cut off, the page is judged afterwards.
	unjudged = before + `FALSE` + behind
)

// row is a visit as it lies there: what is sealed is closed.
type row struct {
	v                            Visit
	topics, policies, activities string
	dest                         []any
}

// newRow makes a row that reads into itself again and again; more are places
// for columns behind those of the visit.
func newRow(more ...any) *row {
	x := new(row)
	v := &x.v
	x.dest = append([]any{&v.ID, &v.Household, &v.Region, &v.Cadre, &v.Writer, &v.Proxy, &v.Day, &v.Clock, &v.How, &x.topics, &x.policies, &x.activities, &v.Weather, &v.Need, &v.Usual, &v.Words, &v.Paired, &v.Late, &v.Version, &v.Written, &v.Voided, &v.VoidWhy}, more...)
	return x
}

func (x *row) read(w db.Row) error {
	if err := w.Scan(x.dest...); err != nil {
		return err
	}
	x.v.Topics, x.v.Policies, x.v.Activities = split(x.topics), split(x.policies), split(x.activities)
	return nil
}

// open opens what is sealed.
func (x *row) open(vt *vault.Vault, county string) (err error) {
	v := &x.v
	if v.Words, err = vt.Open(words(county, v.ID), v.Words); err != nil {
		return err
	}
	v.VoidWhy, err = vt.Open(vault.Place{Table: "visits", Column: "void_why", County: county, Row: v.ID}, v.VoidWhy)
	return err
}

// closed reads rows and leaves what is sealed as it lies there.
func closed() func(db.Row) (Visit, error) {
	x := newRow()
	return func(w db.Row) (Visit, error) {
		err := x.read(w)
		return x.v, err
	}
}

// Get gives a visit with companions and promises, for rules and papers; what
// leaves a door goes through Show.
func Get(ctx context.Context, r db.Reader, county, id string) (Visit, error) {
	x := newRow()
	v, err := db.One(ctx, r, func(w db.Row) (Visit, error) {
		err := x.read(w)
		if err == nil {
			err = x.open(r.Vault(), county)
		}
		return x.v, err
	}, `SELECT `+columns+` FROM visits v WHERE v.county = $1 AND v.id = $2`, county, id)
	if err != nil {
		return v, err
	}
	vs := []Visit{v}
	if err := company(ctx, r, county, vs, []string{v.ID}); err != nil {
		return v, err
	}
	return vs[0], promised(ctx, r, county, vs)
}

// Show gives a visit to somebody: its words only to those who may read them.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Visit, error) {
	v, err := Get(ctx, r, who.County(), id)
	if err != nil {
		return v, err
	}
	t := target(who, v)
	if err := scope.Check(access.Can(who, access.VisitList, t)); err != nil {
		return Visit{}, err
	}
	if !access.Can(who, access.VisitRead, t).OK() {
		v.Words, v.VoidWhy, v.Weather, v.Promises = "", "", "", nil
	}
	return v, nil
}

func target(who access.Actor, v Visit) access.Target {
	return access.Target{Region: v.Region, Own: mine(who, v), Home: v.Household}
}

// mine: his visit, one he wrote down, or one he went along on.
func mine(who access.Actor, v Visit) bool {
	if v.Writer == who.Account() {
		return true
	}
	if who.Cadre() == "" {
		return false
	}
	for _, c := range v.With {
		if c == who.Cadre() {
			return true
		}
	}
	return v.Cadre == who.Cadre()
}

// judge says of the visits of a page whether they were paired.
func judge(ctx context.Context, r db.Reader, county string, vs []Visit) error {
	if len(vs) == 0 {
		return nil
	}
	ids := make([]string, len(vs))
	for i := range vs {
		ids[i] = vs[i].ID
	}
	args := scope.Args{county}
	held, err := db.All(ctx, r, db.Text, `SELECT v.id FROM visits v WHERE v.county = $1 AND v.id IN `+scope.In(&args, ids)+` AND `+paired, args...)
	for i := range vs {
		vs[i].Paired = slices.Contains(held, vs[i].ID)
	}
	return err
}

// company adds the companions of some of the visits of a page.
func company(ctx context.Context, r db.Reader, county string, vs []Visit, of []string) error {
	if len(of) == 0 {
		return nil
	}
	at := make(map[string]*Visit, len(vs))
	for i := range vs {
		at[vs[i].ID] = &vs[i]
	}
	args := scope.Args{county}
	type pair struct{ visit, cadre string }
	ps, err := db.All(ctx, r, func(w db.Row) (p pair, err error) { return p, w.Scan(&p.visit, &p.cadre) },
		`SELECT visit, cadre FROM visit_people WHERE county = $1 AND visit IN `+scope.In(&args, of)+` ORDER BY visit, cadre`, args...)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if v := at[p.visit]; v != nil {
			v.With = append(v.With, p.cadre)
		}
	}
	return nil
}

// promised adds what was promised in the visits of a page.
func promised(ctx context.Context, r db.Reader, county string, vs []Visit) error {
	var origins []string
	for i := range vs {
		if vs[i].Need {
			origins = append(origins, "visit:"+vs[i].ID)
		}
	}
	if origins == nil {
		return nil
	}
	as, err := appeal.OfOrigins(ctx, r, county, origins)
	if err != nil {
		return err
	}
	for i := range vs {
		if vs[i].Need {
			vs[i].Promises = as["visit:"+vs[i].ID]
		}
	}
	return nil
}

// Filter narrows a list of visits.
type Filter struct {
	Place     string
	Household string
	Cadre     string // his own and those he went along on
	Mine      bool   // the reader's own
	How       string
	Topic     string // talked about, among others
	From, To  calendar.Day
	Voided    bool // voided ones too
	After     string
	Limit     int
	Oldest    bool // oldest first, as a diary is read
}

// List gives visits newest first. It shows the words only where the reader may
// read them: his own, or by region where his role does.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Visit, string, error) {
	s, err := scope.Reach(who, access.VisitList, f.Place)
	if err != nil {
		return nil, "", err
	}
	if err := scope.Known("how", f.How, "visit.how.", append(slices.Clone(Ways), HowSeen)...); err != nil {
		return nil, "", err
	}
	if err := scope.Known("topic", f.Topic, "visit.topic.", Topics...); err != nil {
		return nil, "", err
	}
	after, err := scope.After(f.After, scope.Day, scope.Word, scope.ID)
	if err != nil {
		return nil, "", err
	}
	county := who.County()
	args := make(scope.Args, 0, 8)
	where := ""
	args.Add(county)
	from, alone := "visits v", ""
	cadre := f.Cadre
	if f.Mine || (len(s.Regions) == 0 && len(s.Draws) == 0 && f.Household == "" && f.Cadre == "") {
		cadre = who.Cadre()
		if cadre == "" {
			return nil, "", nil
		}
	}
	if cadre != "" {
		// His own visits and those he went along on, each by its own index.
		c := args.Add(cadre)
		from = `(SELECT county, id FROM visits WHERE county = $1 AND cadre = ` + c + ` UNION SELECT county, visit AS id FROM visit_people WHERE county = $1 AND cadre = ` + c + `) x JOIN visits v ON v.county = x.county AND v.id = x.id`
		if cadre == who.Cadre() {
			// Who never went along on another's visit has his list in one walk along
			// an index; for anybody else this finds nothing and costs nothing.
			alone = " AND v.cadre = CASE WHEN EXISTS (SELECT 1 FROM visit_people WHERE county = $1 AND cadre = " + c + ") THEN NULL ELSE " + c + " END"
		}
	}
	ownRows := cadre != "" && cadre == who.Cadre()
	if !ownRows {
		where += " AND " + scope.Where(s, &args, "v.region", func(c string) string {
			return `(v.cadre = ` + c + ` OR v.writer = ` + args.Add(who.Account()) + ` OR EXISTS (SELECT 1 FROM visit_people p WHERE p.county = v.county AND p.visit = v.id AND p.cadre = ` + c + `))`
		}, scope.Whose{Home: "v.household"})
		if cadre == "" {
			var join string
			from, join = scope.From(s, &args, from, scope.Whose{Home: "v.household"})
			where += join
		}
	}
	if !ownRows && cadre == "" && f.Household == "" {
		where += scope.InTown(s, f.Place, &args, "v.region")
	}
	if f.Place != "" {
		lo, hi := db.Under(f.Place)
		where += " AND v.region >= " + args.Add(lo) + " AND v.region < " + args.Add(hi)
	}
	if f.Household != "" {
		where += " AND v.household = " + args.Add(f.Household)
	}
	if f.How == HowSeen {
		where += " AND v.how IN " + scope.In(&args, Seen)
	} else if f.How != "" {
		where += " AND v.how = " + args.Add(f.How)
	}
	if f.Topic != "" {
		// Topics are one word each in one column; both engines replace alike.
		where += " AND replace(' ' || v.topics || ' ', " + args.Add(" "+f.Topic+" ") + ", '') <> ' ' || v.topics || ' '"
	}
	if f.From != "" {
		where += " AND v.day >= " + args.Add(string(f.From))
	}
	if f.To != "" {
		where += " AND v.day <= " + args.Add(string(f.To))
	}
	if !f.Voided {
		where += " AND v.voided_on = ''"
	}
	order, cmp := "DESC", "<"
	if f.Oldest {
		order, cmp = "ASC", ">"
	}
	if after != nil {
		day, clock, id := after[0], after[1], after[2]
		where += " AND (v.day, v.clock, v.id) " + cmp + " (" + args.Add(day) + ", " + args.Add(clock) + ", " + args.Add(id) + ")"
	}
	n := scope.Limit(f.Limit)
	reads := access.Reaches(who, access.VisitRead)
	open := func(v *Visit) bool {
		return reads.Contains(v.Region) || reads.Drew(v.Household) || (reads.Cadre != "" && (ownRows || v.Cadre == who.Cadre() || v.Writer == who.Account()))
	}
	var together bool
	var accompanied []string
	x := newRow(&together)
	scan := func(w db.Row) (Visit, error) {
		if err := x.read(w); err != nil {
			return x.v, err
		}
		if together {
			accompanied = append(accompanied, x.v.ID)
		}
		if !open(&x.v) {
			x.v.Words, x.v.VoidWhy, x.v.Weather = "", "", ""
			return x.v, nil
		}
		err := x.open(r.Vault(), county)
		return x.v, err
	}
	where += ` ORDER BY v.day ` + order + `, v.clock ` + order + `, v.id ` + order + ` LIMIT ` + args.Add(n+1)
	var vs []Visit
	if alone != "" {
		vs, err = db.UpTo(ctx, r, n+1, scan, `SELECT `+columns+`, EXISTS (SELECT 1 FROM visit_people p WHERE p.county = v.county AND p.visit = v.id) FROM visits v WHERE v.county = $1`+alone+where, args...)
	}
	sorted := false
	if err == nil && vs == nil {
		sorted = true
		// Where rows are sorted, each would be asked for companions before it is
		// cut off; so the page is asked afterwards.
		vs, err = db.UpTo(ctx, r, n+1, scan, `SELECT `+unjudged+`, TRUE FROM `+from+` WHERE v.county = $1`+where, args...)
	}
	if err != nil {
		return nil, "", err
	}
	vs, next := scope.Cut(vs, n, func(v Visit) string { return string(v.Day) + "~" + v.Clock + "~" + v.ID })
	if sorted {
		if err := judge(ctx, r, county, vs); err != nil {
			return nil, "", err
		}
	}
	if err := company(ctx, r, county, vs, accompanied); err != nil {
		return nil, "", err
	}
	if err := promised(ctx, r, county, vs); err != nil {
		return nil, "", err
	}
	for i := range vs {
		if !open(&vs[i]) {
			vs[i].Promises = nil
		}
	}
	return vs, next, nil
}

// OfCadre gives all visits of an official in a span of days, his own and those
// he went along on, voided ones too, for rules (quota) to count.
func OfCadre(ctx context.Context, r db.Reader, county, cadre string, from, to calendar.Day) ([]Visit, error) {
	vs, err := db.All(ctx, r, func(w db.Row) (v Visit, err error) {
		return v, w.Scan(&v.ID, &v.Household, &v.Region, &v.Cadre, &v.Day, &v.How, &v.Late, &v.Voided, &v.Written)
	}, `SELECT id, household, region, cadre, day, how, late, voided_on, written_at FROM visits WHERE county = $1 AND cadre = $2 AND day >= $3 AND day <= $4
		UNION SELECT v.id, v.household, v.region, v.cadre, v.day, v.how, v.late, v.voided_on, v.written_at FROM visit_people p JOIN visits v ON v.county = p.county AND v.id = p.visit
		WHERE p.county = $1 AND p.cadre = $2 AND p.day >= $3 AND p.day <= $4 ORDER BY 5, 1`, county, cadre, string(from), string(to))
	return vs, err
}

// Rehome moves visits and thoughts when a place is merged or split.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	if err := region.MovePrefix(ctx, tx, "visits", "region", county, from, to); err != nil {
		return err
	}
	if err := region.MovePrefix(ctx, tx, "home_years", "region", county, from, to); err != nil {
		return err
	}
	return region.MovePrefix(ctx, tx, "thoughts", "region", county, from, to)
}
