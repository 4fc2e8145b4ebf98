package cadre

import (
	"context"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/identity"
	"lianxin/internal/rule/mask"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

const columns = `c.id, c.region, c.name, c.phone, c.party, c.state, c.since`

func scanner(r db.Reader, county string) func(db.Row) (Cadre, error) {
	return func(w db.Row) (c Cadre, err error) {
		if err = w.Scan(&c.ID, &c.Region, &c.Name, &c.Phone, &c.Party, &c.State, &c.Since); err != nil {
			return c, err
		}
		c.Phone, err = r.Vault().Open(vault.Place{Table: "cadres", Column: "phone", County: county, Row: c.ID}, c.Phone)
		return c, err
	}
}

// Get gives an official with everything, for rules and papers; what leaves a
// door goes through Show.
func Get(ctx context.Context, r db.Reader, county, id string) (Cadre, error) {
	c, err := db.One(ctx, r, scanner(r, county), `SELECT `+columns+` FROM cadres c WHERE c.county = $1 AND c.id = $2`, county, id)
	if err != nil {
		return c, err
	}
	if c.Posts, err = PostsOf(ctx, r, county, []string{id}); err != nil {
		return c, err
	}
	c.Leaves, err = LeavesOf(ctx, r, county, []string{id})
	return c, err
}

// Hold gives an official's place, name and state and keeps others from deciding
// about him until the write ends (on PostgreSQL; SQLite has one writer). What
// must be unique per official — his days, his homes — is checked behind it.
func Hold(ctx context.Context, tx *db.Tx, county, id string) (Cadre, error) {
	return db.One(ctx, tx, func(w db.Row) (c Cadre, err error) { return c, w.Scan(&c.ID, &c.Region, &c.Name, &c.State) },
		`SELECT id, region, name, state FROM cadres WHERE county = $1 AND id = $2`+tx.ForUpdate(), county, id)
}

// Show gives an official to somebody: his colleague in reach, with the phone masked.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Cadre, error) {
	c, err := Get(ctx, r, who.County(), id)
	if err != nil {
		return c, err
	}
	if err := Allow(who, access.CadreRead, c); err != nil {
		return Cadre{}, err
	}
	c.Phone = mask.Phone(c.Phone)
	return c, nil
}

// Allow asks whether somebody may do something about an official. An official
// belongs to his township and to the village he is posted to: a village
// committee's grant covers only the latter. One's own record needs no region.
func Allow(who access.Actor, do access.Action, c Cadre) error {
	own := c.ID == who.Cadre()
	d := access.Can(who, do, access.Target{Region: c.Region, Own: own, Official: c.ID})
	for _, p := range c.Posts {
		if d.Outcome == access.Outside && p.Village != "" && p.At(who.Today()) {
			d = access.Can(who, do, access.Target{Region: p.Village, Own: own, Official: c.ID})
		}
	}
	if d.Outcome == access.Outside && own && access.May(who, do) {
		return nil
	}
	return scope.Check(d)
}

// Reveal gives the whole phone number and records for what.
func Reveal(ctx context.Context, tx *db.Tx, who access.Actor, id, purpose string) (string, error) {
	c, err := Get(ctx, tx, who.County(), id)
	if err != nil {
		return "", err
	}
	if err := Allow(who, access.CadreReveal, c); err != nil {
		return "", err
	}
	audit.Note(tx, who, "cadre.reveal", "cadre:"+c.ID, c.Region, "field", "phone", "purpose", purpose)
	return c.Phone, nil
}

// PostsOf gives the posts of some officials, oldest first.
func PostsOf(ctx context.Context, r db.Reader, county string, cadres []string) ([]Post, error) {
	if len(cadres) == 0 {
		return nil, nil
	}
	args := scope.Args{county}
	return db.All(ctx, r, scanPost, `SELECT p.id, p.cadre, p.unit, COALESCE(u.name, ''), p.title, p.rank, p.team_member, p.section_level, p.bound, p.village, p.valid_from, p.valid_to, p.reason
		FROM posts p LEFT JOIN units u ON u.county = p.county AND u.id = p.unit
		WHERE p.county = $1 AND p.cadre IN `+scope.In(&args, cadres)+` ORDER BY p.cadre, p.valid_from, p.id`, args...)
}

func scanPost(w db.Row) (p Post, err error) {
	return p, w.Scan(&p.ID, &p.Cadre, &p.Unit, &p.UnitName, &p.Title, &p.Rank, &p.TeamMember, &p.SectionLevel, &p.Bound, &p.Village, &p.From, &p.To, &p.Reason)
}

// LeavesOf gives the leaves of some officials.
func LeavesOf(ctx context.Context, r db.Reader, county string, cadres []string) ([]Leave, error) {
	if len(cadres) == 0 {
		return nil, nil
	}
	args := scope.Args{county}
	return db.All(ctx, r, func(w db.Row) (l Leave, err error) {
		return l, w.Scan(&l.ID, &l.Cadre, &l.Kind, &l.From, &l.To, &l.Note)
	}, `SELECT id, cadre, kind, valid_from, valid_to, note FROM leaves WHERE county = $1 AND cadre IN `+scope.In(&args, cadres)+` ORDER BY cadre, valid_from`, args...)
}

// Filter narrows a list of officials.
type Filter struct {
	Place string // path
	Query string // name, pinyin, initials or whole phone number
	Left  bool   // those who left instead of those present
	After string // key of the last row seen
	Limit int
}

// List gives officials in the order of their names' reading, with posts.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Cadre, string, error) {
	s, err := scope.Reach(who, access.CadreRead, f.Place)
	if err != nil {
		return nil, "", err
	}
	after, err := scope.After(f.After, scope.Word, scope.ID)
	if err != nil {
		return nil, "", err
	}
	var args scope.Args
	where := scope.Where(s, &args, "c.region", func(c string) string { return "c.id = " + c }, scope.Nobody)
	// A village committee's region lies below its township's officials: those
	// posted to the village are what it may see.
	if village := lowest(s.Regions); village != "" {
		lo, hi := db.Under(village)
		where = "(" + where + " OR EXISTS (SELECT 1 FROM posts p WHERE p.county = c.county AND p.cadre = c.id AND p.valid_to = '' AND p.village >= " + args.Add(lo) + " AND p.village < " + args.Add(hi) + "))"
	}
	where += " AND c.county = " + args.Add(who.County())
	state := "active"
	if f.Left {
		state = "left"
	}
	where += " AND c.state = " + args.Add(state)
	if q := strings.TrimSpace(f.Query); q != "" {
		if p, why := identity.ParsePhone(q); why == "" {
			where += " AND c.phone_index = " + args.Add(r.Vault().Index(who.County(), "phone", p.Number))
		} else {
			lo, hi := db.Prefix(FindKey(q))
			where += " AND EXISTS (SELECT 1 FROM cadre_keys k WHERE k.county = c.county AND k.cadre = c.id AND k.key >= " + args.Add(lo) + " AND k.key < " + args.Add(hi) + ")"
		}
	}
	if after != nil {
		where += " AND (c.name_key, c.id) > (" + args.Add(after[0]) + ", " + args.Add(after[1]) + ")"
	}
	n := scope.Limit(f.Limit)
	type keyed struct {
		Cadre
		key string
	}
	open := scanner(r, who.County())
	rows, err := db.All(ctx, r, func(w db.Row) (k keyed, err error) {
		k.Cadre, err = open(more{w, &k.key})
		return k, err
	}, `SELECT `+columns+`, c.name_key FROM cadres c WHERE `+where+` ORDER BY c.name_key, c.id LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	rows, next := scope.Cut(rows, n, func(k keyed) string { return k.key + "~" + k.ID })
	out := make([]Cadre, len(rows))
	ids := make([]string, len(rows))
	for i, k := range rows {
		out[i], ids[i] = k.Cadre, k.ID
		out[i].Phone = mask.Phone(k.Phone)
	}
	posts, err := PostsOf(ctx, r, who.County(), ids)
	if err != nil {
		return nil, "", err
	}
	byCadre := map[string][]Post{}
	for _, p := range posts {
		byCadre[p.Cadre] = append(byCadre[p.Cadre], p)
	}
	for i := range out {
		out[i].Posts = byCadre[out[i].ID]
	}
	return out, next, nil
}

// more scans further columns behind those of an official.
type more struct {
	db.Row
	extra any
}

func (m more) Scan(dest ...any) error { return m.Row.Scan(append(dest, m.extra)...) }

func lowest(paths []string) string {
	for _, p := range paths {
		if region.Upto(p, region.Village) != "" {
			return p
		}
	}
	return ""
}

// InTownship gives the present officials of a township with posts and leaves,
// for rules that look at all of them (proposal, progress, import).
func InTownship(ctx context.Context, r db.Reader, county, place string, today calendar.Day) ([]Cadre, error) {
	lo, hi := db.Under(place)
	cs, err := db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM cadres c WHERE c.county = $1 AND c.region >= $2 AND c.region < $3 AND c.state = 'active' ORDER BY c.name_key, c.id`, county, lo, hi)
	if err != nil {
		return nil, err
	}
	posts, err := db.All(ctx, r, scanPost, `SELECT p.id, p.cadre, p.unit, COALESCE(u.name, ''), p.title, p.rank, p.team_member, p.section_level, p.bound, p.village, p.valid_from, p.valid_to, p.reason
		FROM cadres c JOIN posts p ON p.county = c.county AND p.cadre = c.id LEFT JOIN units u ON u.county = p.county AND u.id = p.unit
		WHERE c.county = $1 AND c.region >= $2 AND c.region < $3 ORDER BY p.cadre, p.valid_from`, county, lo, hi)
	if err != nil {
		return nil, err
	}
	leaves, err := db.All(ctx, r, func(w db.Row) (l Leave, err error) {
		return l, w.Scan(&l.ID, &l.Cadre, &l.Kind, &l.From, &l.To, &l.Note)
	}, `SELECT l.id, l.cadre, l.kind, l.valid_from, l.valid_to, l.note FROM cadres c JOIN leaves l ON l.county = c.county AND l.cadre = c.id
		WHERE c.county = $1 AND c.region >= $2 AND c.region < $3 ORDER BY l.cadre, l.valid_from`, county, lo, hi)
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, c := range cs {
		at[c.ID] = i
	}
	for _, p := range posts {
		if i, ok := at[p.Cadre]; ok {
			cs[i].Posts = append(cs[i].Posts, p)
		}
	}
	for _, l := range leaves {
		if i, ok := at[l.Cadre]; ok {
			cs[i].Leaves = append(cs[i].Leaves, l)
		}
	}
	return cs, nil
}

// Some gives some officials with whole phone and posts by id, for the cards that
// print them. It asks nobody; the caller has.
func Some(ctx context.Context, r db.Reader, county string, ids []string) (map[string]Cadre, error) {
	m := make(map[string]Cadre, len(ids))
	if len(ids) == 0 {
		return m, nil
	}
	args := scope.Args{county}
	cs, err := db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM cadres c WHERE c.county = $1 AND c.id IN `+scope.In(&args, ids), args...)
	if err != nil {
		return nil, err
	}
	posts, err := PostsOf(ctx, r, county, ids)
	if err != nil {
		return nil, err
	}
	by := map[string][]Post{}
	for _, p := range posts {
		by[p.Cadre] = append(by[p.Cadre], p)
	}
	for _, c := range cs {
		c.Posts = by[c.ID]
		m[c.ID] = c
	}
	return m, nil
}

// Names maps officials of a county to their names, for lists of other things.
func Names(ctx context.Context, r db.Reader, county string, ids []string) (map[string]string, error) {
	m := map[string]string{}
	if len(ids) == 0 {
		return m, nil
	}
	args := scope.Args{county}
	type pair struct{ id, name string }
	ps, err := db.All(ctx, r, func(w db.Row) (p pair, err error) { return p, w.Scan(&p.id, &p.name) },
		`SELECT id, name FROM cadres WHERE county = $1 AND id IN `+scope.In(&args, ids), args...)
	for _, p := range ps {
		m[p.id] = p.name
	}
	return m, err
}

// Rehome moves officials and their posts when a place is merged or split.
func Rehome(ctx context.Context, tx *db.Tx, county, from, to string) error {
	if err := region.MovePrefix(ctx, tx, "cadres", "region", county, from, to); err != nil {
		return err
	}
	if err := region.MovePrefix(ctx, tx, "cadre_keys", "region", county, from, to); err != nil {
		return err
	}
	if err := region.MovePrefix(ctx, tx, "units", "region", county, from, to); err != nil {
		return err
	}
	return region.MovePrefix(ctx, tx, "posts", "village", county, from, to)
}

// Masked hides the phone of an official that a use case gave whole.
func Masked(c Cadre) Cadre { c.Phone = mask.Phone(c.Phone); return c }
