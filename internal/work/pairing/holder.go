package pairing

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/region"
)

// Held is what a card leads to: ids and places only, nobody's name.
type Held struct {
	County    string
	Card      string // id
	Region    string // path of the home
	Town      string // path of its township
	Household string
	Cadre     string
	Gone      bool // the card is void, or the pairing it was made for has ended
	Renewed   bool // and the home has another card in use
}

// maxToken bounds what is looked up; a token is 26 signs.
const maxToken = 64

// ByToken finds the card behind a token, for the villagers' door. It asks
// nobody: whoever holds the card holds the token. An unknown token is NotFound,
// whatever is wrong with it, and every one is looked up alike, so that the time
// tells nothing either.
func ByToken(ctx context.Context, r db.Reader, token string, today calendar.Day) (Held, error) {
	if len(token) > maxToken {
		token = token[:maxToken]
	}
	var state string
	var p Pairing
	h, err := db.One(ctx, r, func(w db.Row) (h Held, err error) {
		return h, w.Scan(&h.County, &h.Card, &state, &h.Region, &h.Household, &h.Cadre, &p.From, &p.To)
	}, `SELECT k.county, k.id, k.state, p.region, p.household, p.cadre, p.valid_from, p.valid_to FROM cards k JOIN pairings p ON p.county = k.county AND p.id = k.pairing WHERE k.token = $1`, tokenHash(r, token))
	if fault.Is(err, fault.NotFound) {
		return Held{}, fault.New(fault.NotFound, "fault.not_found")
	}
	h.Town = region.Upto(h.Region, region.Township)
	h.Gone = state != "valid" || !p.At(today)
	if err != nil || !h.Gone {
		return h, err
	}
	n, err := db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM pairings p JOIN cards k ON k.county = p.county AND k.pairing = p.id AND k.state = 'valid' WHERE p.county = $1 AND p.household = $2 AND p.valid_from <= $3 AND (p.valid_to = '' OR p.valid_to >= $3)`, h.County, h.Household, string(today))
	h.Renewed = n > 0
	return h, err
}
