// Package cadre keeps the officials (干部): who they are, which posts they held
// from when to when, in which unit, posted to which village, and when they were
// on leave. The rank of a post decides what a plan asks of its holder; nothing
// here counts anything.
//
// A post or leave is ended, never overwritten, so that last year is judged by
// last year's posts (domain.md c13, c14). The phone is sealed and found by
// keyed index only.
//
// Owns: units, cadres, posts, leaves, cadre_keys.
package cadre

import (
	"context"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/once"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/identity"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/tally"
)

// Ranks of posts; a plan gives each its duties.
const (
	TownshipLeader   = "township_leader"   // 乡镇领导
	SectionLeader    = "section_leader"    // 副科以上
	TownshipStaff    = "township_staff"    // 镇干部
	VillageCommittee = "village_committee" // 村“两委”
	Other            = "other"             // not bound by a plan
)

// Ranks in the order they are shown.
var Ranks = []string{TownshipLeader, SectionLeader, TownshipStaff, VillageCommittee, Other}

func validRank(r string) bool {
	for _, x := range Ranks {
		if x == r {
			return true
		}
	}
	return false
}

// Cadre is one official.
type Cadre struct {
	ID     string       `json:"id"`
	Region string       `json:"region"` // path of the township
	Name   string       `json:"name"`
	Phone  string       `json:"phone,omitempty"` // masked unless revealed
	Party  bool         `json:"-"`
	State  string       `json:"state"`
	Since  calendar.Day `json:"since"`
	Posts  []Post       `json:"posts,omitempty"`
	Leaves []Leave      `json:"-"`
}

// Post held from–to.
type Post struct {
	ID           string       `json:"id"`
	Cadre        string       `json:"-"`
	Unit         string       `json:"unit"` // unit id
	UnitName     string       `json:"unit_name"`
	Title        string       `json:"title"`
	Rank         string       `json:"rank"`
	TeamMember   bool         `json:"team_member"`
	SectionLevel bool         `json:"section_level"`
	Bound        bool         `json:"bound"`   // the plans bind its holder
	Village      string       `json:"village"` // path of the village he is posted to, "" for none
	From         calendar.Day `json:"from"`
	To           calendar.Day `json:"to,omitempty"`
	Reason       string       `json:"reason,omitempty"`
}

// Called is the post in words: unit and title, the unit once where the title
// names it already (乡村振兴办主任).
func (p Post) Called(between string) string {
	switch {
	case p.UnitName == "" || strings.HasPrefix(p.Title, p.UnitName):
		return p.Title
	case p.Title == "":
		return p.UnitName
	}
	return p.UnitName + between + p.Title
}

// HeadsVillage reports whether the post is that of a village's first secretary
// (村总支书记, 第一责任人 of the village), by its title: no deputy, nobody of the youth
// league or a single group, and not the 第一书记 whom the township sends.
func (p Post) HeadsVillage() bool {
	if p.Rank != VillageCommittee || p.Village == "" {
		return false
	}
	for t := range strings.FieldsFuncSeq(p.Title, func(r rune) bool { return strings.ContainsRune("、，,；;/兼 　", r) }) {
		if (strings.Contains(t, "书记") || strings.HasSuffix(t, "支书")) && !strings.ContainsAny(t, "副团第原组妇纪") && !strings.Contains(t, "助理") && !strings.Contains(t, "书记员") {
			return true
		}
	}
	return false
}

// At reports whether the post is held on a day.
func (p Post) At(d calendar.Day) bool { return p.From <= d && (p.To == "" || d <= p.To) }

// Leave is a stretch of absence that duties make allowance for.
type Leave struct {
	ID    string       `json:"id"`
	Cadre string       `json:"-"`
	Kind  string       `json:"kind"` // sick, maternity, study, secondment, annual, other
	From  calendar.Day `json:"from"`
	To    calendar.Day `json:"to,omitempty"`
	Note  string       `json:"note,omitempty"`
}

// Post gives the post he holds on a day: the one with the highest rank first.
func (c Cadre) Post(d calendar.Day) (Post, bool) {
	best, ok := Post{}, false
	for _, r := range Ranks {
		for _, p := range c.Posts {
			if p.Rank == r && p.At(d) && !ok {
				best, ok = p, true
			}
		}
	}
	return best, ok
}

// AddInput is a new official with the first post.
type AddInput struct {
	ID     string    `json:"id"` // operation id; becomes the official's id
	Region string    `json:"region"`
	Name   string    `json:"name"`
	Phone  string    `json:"phone"`
	Party  bool      `json:"party"`
	Post   PostInput `json:"post"`
	Source string    `json:"source"` // "" or "import:<id>"
}

// PostInput is a post as it is entered. Unit may be given by id or by name; a
// unit that does not exist yet is made.
type PostInput struct {
	Unit         string       `json:"unit"`
	UnitName     string       `json:"unit_name"`
	Title        string       `json:"title"`
	Rank         string       `json:"rank"`
	TeamMember   bool         `json:"team_member"`
	SectionLevel bool         `json:"section_level"`
	Unbound      bool         `json:"unbound"`
	Village      string       `json:"village"`
	From         calendar.Day `json:"from"`
	Reason       string       `json:"reason"`
}

// Add enters an official.
func Add(ctx context.Context, tx *db.Tx, who access.Actor, in AddInput) (Cadre, error) {
	c, _, err := once.Do(ctx, tx, who, "cadre.add", in.ID, in, func() (Cadre, error) {
		return add(ctx, tx, who, in)
	})
	return c, err
}

func add(ctx context.Context, tx *db.Tx, who access.Actor, in AddInput) (Cadre, error) {
	if err := scope.Can(who, access.CadreChange, in.Region, false); err != nil {
		return Cadre{}, err
	}
	var f fault.Fields
	f.Check(id.Valid(in.ID), "id", "fault.id_needed")
	name, _, why := identity.ParseName(in.Name)
	f.Check(why == "", "name", string(why))
	phone := phoneField(&f, in.Phone)
	f.Check(region.Upto(in.Region, region.Township) == in.Region, "region", "cadre.township_needed")
	if err := f.Err(); err != nil {
		return Cadre{}, err
	}
	c := Cadre{ID: in.ID, Region: in.Region, Name: name, Phone: phone, Party: in.Party, State: "active", Since: in.Post.From}
	keys := identity.Keys(name)
	_, err := tx.Exec(ctx, `INSERT INTO cadres (county, id, region, name, name_key, phone, phone_index, party, state, since, source)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, $10)`,
		who.County(), c.ID, c.Region, c.Name, first(keys.Full), seal(tx, who.County(), c.ID, phone), tx.Vault().Index(who.County(), "phone", phone), c.Party, string(c.Since), in.Source)
	if err != nil {
		return c, err
	}
	if err := writeKeys(ctx, tx, who.County(), c.ID, c.Region, name); err != nil {
		return c, err
	}
	p, err := appoint(ctx, tx, who, c, in.Post)
	if err != nil {
		return c, err
	}
	c.Posts = []Post{p}
	audit.Note(tx, who, "cadre.add", "cadre:"+c.ID, c.Region)
	return c, nil
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}

// phoneField normalises a phone; several in one field are a problem here, the
// import splits them before.
func phoneField(f *fault.Fields, s string) string {
	if identity.Nothing(s) {
		return ""
	}
	p, why := identity.ParsePhone(s)
	f.Check(why == "", "phone", string(why))
	return p.Number
}

func seal(r db.Reader, county, cadre, phone string) string {
	return r.Vault().Seal(vault.Place{Table: "cadres", Column: "phone", County: county, Row: cadre}, phone)
}

// writeKeys replaces the search keys of an official's name.
func writeKeys(ctx context.Context, tx *db.Tx, county, cadre, place, name string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM cadre_keys WHERE county = $1 AND cadre = $2`, county, cadre); err != nil {
		return err
	}
	for _, k := range NameKeys(name) {
		if _, err := tx.Exec(ctx, `INSERT INTO cadre_keys (county, key, cadre, region) VALUES ($1, $2, $3, $4) ON CONFLICT (county, key, cadre) DO NOTHING`, county, k, cadre, place); err != nil {
			return err
		}
	}
	return nil
}

// NameKeys are the keys under which a name is found: its tails in characters
// (王桂兰 is found by 王, 桂兰, 兰), its readings in pinyin and its initials.
func NameKeys(name string) []string {
	var out []string
	rs := []rune(strings.ReplaceAll(name, " ", ""))
	for i := range rs {
		if i < 4 {
			out = append(out, "n:"+string(rs[i:]))
		}
	}
	k := identity.Keys(name)
	for _, p := range k.Full {
		out = append(out, "p:"+p)
	}
	for _, p := range k.Initials {
		out = append(out, "p:"+p)
	}
	return out
}

// FindKey gives the key a search for a name begins with: letters search the
// readings, everything else the characters.
func FindKey(q string) string {
	q = strings.ToLower(strings.ReplaceAll(identity.Squeeze(q), " ", ""))
	if q == "" {
		return ""
	}
	if strings.Trim(q, "abcdefghijklmnopqrstuvwxyz") == "" {
		return "p:" + q
	}
	return "n:" + q
}

// AmendInput corrects an official's name or phone.
type AmendInput struct {
	ID    string `json:"id"` // operation id
	Cadre string `json:"cadre"`
	Name  string `json:"name"`
	Phone string `json:"phone"`
	Party bool   `json:"party"`
}

// Amend changes name or phone. Cards printed with the old ones become stale by
// themselves, because a card compares what was printed with what holds now.
func Amend(ctx context.Context, tx *db.Tx, who access.Actor, in AmendInput) (Cadre, error) {
	c, _, err := once.Do(ctx, tx, who, "cadre.amend", in.ID, in, func() (Cadre, error) {
		c, err := changeable(ctx, tx, who, in.Cadre)
		if err != nil {
			return c, err
		}
		var f fault.Fields
		name, _, why := identity.ParseName(in.Name)
		f.Check(why == "", "name", string(why))
		phone := phoneField(&f, in.Phone)
		if err := f.Err(); err != nil {
			return c, err
		}
		_, err = tx.Exec(ctx, `UPDATE cadres SET name = $3, name_key = $4, phone = $5, phone_index = $6, party = $7 WHERE county = $1 AND id = $2`,
			who.County(), c.ID, name, first(identity.Keys(name).Full), seal(tx, who.County(), c.ID, phone), tx.Vault().Index(who.County(), "phone", phone), in.Party)
		if err != nil {
			return c, err
		}
		if name != c.Name {
			if err := writeKeys(ctx, tx, who.County(), c.ID, c.Region, name); err != nil {
				return c, err
			}
		}
		audit.Note(tx, who, "cadre.amend", "cadre:"+c.ID, c.Region, "name", name != c.Name)
		c.Name, c.Phone, c.Party = name, phone, in.Party
		// His place in lists goes by the reading of his name.
		return c, tally.Mark(ctx, tx, who.County(), c.ID, calendar.FromTime(tx.Now).Year())
	})
	return c, err
}
