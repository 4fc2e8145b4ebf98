package pairing

import (
	"context"
	"encoding/base32"
	"fmt"
	"io"
	"strconv"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Card (连心卡) of a pairing. What stood on it is kept as a keyed hash only;
// whether it is stale is found by comparing that with what would be printed
// now, so nothing has to remember to mark it (A10).
type Card struct {
	ID       string       `json:"id"`
	Pairing  string       `json:"pairing"`
	Region   string       `json:"region"`
	Number   string       `json:"number"` // 2026-0001, counted per township and year
	IssuedOn calendar.Day `json:"issued_on"`
	ReviewOn calendar.Day `json:"review_on"` // due day of the yearly review
	Reviewed calendar.Day `json:"reviewed,omitempty"`
	State    string       `json:"state"` // valid, void
	Stale    bool         `json:"stale,omitempty"`
	printed  string
}

// Face is what a card prints: exactly the fields of A9, and in small print the
// numbers of the leading group's office when the township has set them.
type Face struct {
	Cadre     string `json:"cadre"`
	Post      string `json:"post"`
	Phone     string `json:"phone"`
	Head      string `json:"head"`
	Address   string `json:"address"`
	Office    string `json:"office,omitempty"`    // the office's number: whom to call when the official cannot be reached
	Complaint string `json:"complaint,omitempty"` // 监督电话
}

// hash of exactly the printed fields, under the county's key: without it nobody
// can try out phone numbers.
func (f Face) hash(r db.Reader, county string) string {
	fields := []string{f.Cadre, f.Post, f.Phone, f.Head, f.Address}
	// A township without numbers prints what it always printed: its cards stay good.
	if f.Office != "" || f.Complaint != "" {
		fields = append(fields, f.Office, f.Complaint)
	}
	return r.Vault().Index(county, "card_printed", strings.Join(fields, "\x00"))
}

// faces gives what the cards of some pairings print today.
func faces(ctx context.Context, r db.Reader, county string, ps []Pairing, today calendar.Day) (map[string]Face, error) {
	var homes, officials []string
	for _, p := range ps {
		homes, officials = append(homes, p.Household), append(officials, p.Cadre)
	}
	hs, err := household.Doors(ctx, r, county, homes)
	if err != nil {
		return nil, err
	}
	cs, err := cadre.Some(ctx, r, county, officials)
	if err != nil {
		return nil, err
	}
	towns, offices := map[string]map[string]string{}, map[string]leading.Contact{}
	m := make(map[string]Face, len(ps))
	for _, p := range ps {
		h, c := hs[p.Household], cs[p.Cadre]
		town := region.Upto(h.Region, region.Township)
		if towns[town] == nil {
			if towns[town], err = region.Names(ctx, r, town); err != nil {
				return nil, err
			}
			if offices[town], err = leading.ContactOf(ctx, r, county, town); err != nil {
				return nil, err
			}
		}
		f := Face{Cadre: c.Name, Phone: c.Phone, Head: h.Head, Address: address(towns[town], h), Office: offices[town].Phone, Complaint: offices[town].Complaint}
		if post, ok := c.Post(today); ok {
			if f.Post = post.Title; f.Post == "" {
				f.Post = post.UnitName
			}
		}
		m[p.ID] = f
	}
	return m, nil
}

// address: village, group, and the words that lead to the door, unless these
// begin with the village themselves.
func address(names map[string]string, h household.Household) string {
	village := names[region.Upto(h.Region, region.Village)]
	if village != "" && strings.Contains(h.Address, village) {
		return h.Address
	}
	return region.Place(names, h.Region, region.Village) + h.Address
}

// IssueInput names the pairings that get a new card.
type IssueInput struct {
	ID       string   `json:"id"` // operation id
	Pairings []string `json:"pairings"`
}

// Printed is a card as it goes to the printer. The token is part of the address
// behind the code; it is shown this once, the database keeps its keyed hash.
type Printed struct {
	Card
	Face
	Token string `json:"-"`
}

// issued is what is stored of a batch: never the tokens.
type issued struct {
	Cards []Card `json:"cards"`
}

const (
	maxCards  = 1000
	tokenSize = 16 // bytes: 128 bits
)

// IssueCards makes new cards for pairings that hold today and voids the ones
// they replace. The whole batch is made or none. A request sent twice fails
// with Gone the second time, as the tokens are not stored: issue anew.
func IssueCards(ctx context.Context, tx *db.Tx, who access.Actor, in IssueInput) ([]Printed, error) {
	var out []Printed
	_, again, err := once.Do(ctx, tx, who, "card.issue", in.ID, in, func() (issued, error) {
		var err error
		out, err = issue(ctx, tx, who, in.Pairings)
		cards := make([]Card, len(out))
		for i, p := range out {
			cards[i] = p.Card
		}
		return issued{cards}, err
	})
	if err == nil && again {
		err = fault.New(fault.Gone, "pairing.cards_once")
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func issue(ctx context.Context, tx *db.Tx, who access.Actor, ids []string) ([]Printed, error) {
	if len(ids) == 0 || len(ids) > maxCards {
		return nil, fault.New(fault.Invalid, "pairing.cards_count", "n", maxCards)
	}
	county, today := who.County(), calendar.FromTime(tx.Now)
	ps := make([]Pairing, 0, len(ids))
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		p, err := db.One(ctx, tx, scan, `SELECT `+columns+` FROM pairings p WHERE p.county = $1 AND p.id = $2`, county, id)
		if err != nil {
			return nil, err
		}
		if err := scope.Can(who, access.CardPrint, p.Region, who.Cadre() != "" && p.Cadre == who.Cadre()); err != nil {
			return nil, err
		}
		if !p.At(today) {
			return nil, fault.New(fault.Conflict, "pairing.card_ended")
		}
		ps = append(ps, p)
	}
	fs, err := faces(ctx, tx, county, ps, today)
	if err != nil {
		return nil, err
	}
	last := map[string]int{}
	out := make([]Printed, 0, len(ps))
	for _, p := range ps {
		if f := fs[p.ID]; f.Cadre == "" || f.Phone == "" || f.Head == "" || f.Address == "" {
			return nil, fault.New(fault.Invalid, "pairing.card_incomplete", "cadre", f.Cadre, "head", f.Head)
		}
		town := region.Upto(p.Region, region.Township)
		if _, ok := last[town]; !ok {
			if last[town], err = lastNumber(ctx, tx, county, town, today.Year()); err != nil {
				return nil, err
			}
		}
		last[town]++
		token, err := newToken(tx.Rand())
		if err != nil {
			return nil, err
		}
		c := Card{ID: tx.NewID(), Pairing: p.ID, Region: p.Region, Number: fmt.Sprintf("%d-%04d", today.Year(), last[town]), IssuedOn: today, ReviewOn: inAYear(today), State: "valid"}
		if _, err := tx.Exec(ctx, `UPDATE cards SET state = 'void' WHERE county = $1 AND pairing = $2 AND state = 'valid'`, county, p.ID); err != nil {
			return nil, err
		}
		_, err = tx.Exec(ctx, `INSERT INTO cards (county, id, pairing, region, number, token, printed, issued_on, review_on, reviewed, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 'valid')`,
			county, c.ID, c.Pairing, c.Region, c.Number, tokenHash(tx, token), fs[p.ID].hash(tx, county), string(c.IssuedOn), string(c.ReviewOn))
		if err != nil {
			return nil, err
		}
		// The card shows a whole phone number and address: each is on record.
		audit.Note(tx, who, "card.issue", "card:"+c.ID, c.Region, "pairing", p.ID, "number", c.Number)
		out = append(out, Printed{c, fs[p.ID], token})
	}
	return out, nil
}

// lastNumber gives the last number of a township's year and holds the township,
// so that two batches at once do not count alike.
func lastNumber(ctx context.Context, tx *db.Tx, county, town string, year int) (int, error) {
	if _, err := region.Hold(ctx, tx, county, town); err != nil {
		return 0, err
	}
	lo, hi := db.Under(town)
	y := strconv.Itoa(year) + "-"
	nlo, nhi := db.Prefix(y)
	s, err := db.One(ctx, tx, db.Text, `SELECT COALESCE((SELECT number FROM cards WHERE county = $1 AND region >= $2 AND region < $3 AND number >= $4 AND number < $5 ORDER BY LENGTH(number) DESC, number DESC LIMIT 1), '')`, county, lo, hi, nlo, nhi)
	if err != nil || s == "" {
		return 0, err
	}
	return strconv.Atoi(strings.TrimPrefix(s, y))
}

func newToken(rand io.Reader) (string, error) {
	var b [tokenSize]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		return "", err
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])), nil
}

// tokenHash is the same for all counties: whoever scans a card does not say
// which county it is from.
func tokenHash(r db.Reader, token string) string { return r.Vault().Index("", "card_token", token) }

func inAYear(d calendar.Day) calendar.Day {
	n := calendar.Date(d.Year()+1, d.Month(), d.DayOfMonth())
	if !n.Valid() { // 29 February
		n = calendar.Date(d.Year()+1, 3, 1)
	}
	return n
}

// ReviewInput says that cards were looked at in the yearly review and are right.
type ReviewInput struct {
	ID    string   `json:"id"` // operation id
	Cards []string `json:"cards"`
}

// ReviewCards marks cards as reviewed today; the next review is due in a year
// (A10). A stale card cannot be reviewed, it needs a new print.
func ReviewCards(ctx context.Context, tx *db.Tx, who access.Actor, in ReviewInput) ([]Card, error) {
	out, _, err := once.Do(ctx, tx, who, "card.review", in.ID, in, func() ([]Card, error) {
		if len(in.Cards) == 0 || len(in.Cards) > maxCards {
			return nil, fault.New(fault.Invalid, "pairing.cards_count", "n", maxCards)
		}
		today := calendar.FromTime(tx.Now)
		out := make([]Card, 0, len(in.Cards))
		for _, id := range in.Cards {
			c, err := validCard(ctx, tx, who, id, access.PairingChange)
			if err != nil {
				return nil, err
			}
			if c.Stale {
				return nil, fault.New(fault.Conflict, "pairing.card_stale", "number", c.Number)
			}
			c.Reviewed, c.ReviewOn = today, inAYear(today)
			if _, err := tx.Exec(ctx, `UPDATE cards SET reviewed = $3, review_on = $4 WHERE county = $1 AND id = $2`, who.County(), c.ID, string(c.Reviewed), string(c.ReviewOn)); err != nil {
				return nil, err
			}
			audit.Note(tx, who, "card.review", "card:"+c.ID, c.Region)
			out = append(out, c)
		}
		return out, nil
	})
	return out, err
}

// VoidReasons of a card, as message keys pairing.void.<code>.
var VoidReasons = []string{"lost", "damaged", "misprint", "other"}

// VoidInput takes a card out of use.
type VoidInput struct {
	ID   string `json:"id"` // operation id
	Card string `json:"card"`
	Why  string `json:"why"` // one of VoidReasons
}

// VoidCard takes a card out of use; its code leads nowhere from now on.
func VoidCard(ctx context.Context, tx *db.Tx, who access.Actor, in VoidInput) (Card, error) {
	c, _, err := once.Do(ctx, tx, who, "card.void", in.ID, in, func() (Card, error) {
		c, err := validCard(ctx, tx, who, in.Card, access.CardPrint)
		if err != nil {
			return c, err
		}
		if !oneOf(in.Why, VoidReasons) {
			return c, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "why", Key: "pairing.void_bad"}}}
		}
		c.State = "void"
		_, err = tx.Exec(ctx, `UPDATE cards SET state = 'void' WHERE county = $1 AND id = $2`, who.County(), c.ID)
		audit.Note(tx, who, "card.void", "card:"+c.ID, c.Region, "why", in.Why)
		return c, err
	})
	return c, err
}

// validCard gives a card in use to somebody who may do something with it.
func validCard(ctx context.Context, tx *db.Tx, who access.Actor, id string, do access.Action) (Card, error) {
	county := who.County()
	c, err := db.One(ctx, tx, scanCard, `SELECT `+cardColumns+` FROM cards k WHERE k.county = $1 AND k.id = $2`, county, id)
	if err != nil {
		return c, err
	}
	p, err := db.One(ctx, tx, scan, `SELECT `+columns+` FROM pairings p WHERE p.county = $1 AND p.id = $2`, county, c.Pairing)
	if err != nil {
		return c, err
	}
	if err := scope.Can(who, do, c.Region, who.Cadre() != "" && p.Cadre == who.Cadre()); err != nil {
		return Card{}, err
	}
	if c.State != "valid" {
		return c, fault.New(fault.Gone, "pairing.card_void")
	}
	fs, err := faces(ctx, tx, county, []Pairing{p}, calendar.FromTime(tx.Now))
	c.Stale = fs[p.ID].hash(tx, county) != c.printed
	return c, err
}
