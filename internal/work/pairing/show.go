package pairing

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/scope"
)

// Show gives one pairing to somebody who may see it: by region, or his own.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Pairing, error) {
	p, err := db.One(ctx, r, scan, `SELECT `+columns+` FROM pairings p WHERE p.county = $1 AND p.id = $2`, who.County(), id)
	if err != nil {
		return p, err
	}
	if err := scope.At(who, access.PairingRead, access.Target{Region: p.Region, Own: who.Cadre() != "" && p.Cadre == who.Cadre(), Home: p.Household}); err != nil {
		return Pairing{}, err
	}
	return p, nil
}

// ShowCard gives one card to somebody who may print it.
func ShowCard(ctx context.Context, r db.Reader, who access.Actor, id string) (CardRow, error) {
	var x CardRow
	var p Pairing
	_, err := db.One(ctx, r, func(w db.Row) (Card, error) {
		return x.Card, w.Scan(append(x.Card.fields(), &p.ID, &p.Household, &p.Cadre)...)
	}, `SELECT `+cardColumns+`, p.id, p.household, p.cadre FROM cards k JOIN pairings p ON p.county = k.county AND p.id = k.pairing WHERE k.county = $1 AND k.id = $2`, who.County(), id)
	if err != nil {
		return x, err
	}
	if err := scope.Can(who, access.CardPrint, x.Region, who.Cadre() != "" && p.Cadre == who.Cadre()); err != nil {
		return CardRow{}, err
	}
	fs, err := faces(ctx, r, who.County(), []Pairing{p}, who.Today())
	if err != nil {
		return CardRow{}, err
	}
	x.Household, x.Cadre = p.Household, p.Cadre
	x.Stale = x.State == "valid" && fs[p.ID].hash(r, who.County()) != x.printed
	return x, nil
}
