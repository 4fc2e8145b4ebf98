package pairing

import (
	"context"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/tally"
)

// PairMany begins the pairings of one list in one write. It keeps every rule of
// Pair; what they look at is read once for all, and the list as a whole has the
// operation id. The first pairing that breaks a rule ends it.
func PairMany(ctx context.Context, tx *db.Tx, who access.Actor, ins []PairInput) error {
	county, today := who.County(), calendar.FromTime(tx.Now)
	homes, others, err := homesOf(ctx, tx, county, ins)
	if err != nil {
		return err
	}
	people := map[string]cadre.Cadre{}
	since := map[string]calendar.Day{}
	var rows [][]any
	var made []Pairing
	for _, in := range ins {
		c, ok := people[in.Cadre]
		if !ok {
			if _, err := cadre.Hold(ctx, tx, county, in.Cadre); err != nil {
				return err
			}
			if c, err = cadre.Get(ctx, tx, county, in.Cadre); err != nil {
				return err
			}
			if err := scope.Can(who, access.PairingChange, c.Region, false); err != nil {
				return err
			}
			people[in.Cadre] = c
		}
		h, ok := homes[in.Household]
		if !ok {
			_, err := household.Brief(ctx, tx, county, in.Household)
			return err
		}
		if err := scope.Can(who, access.PairingChange, h.Region, false); err != nil {
			return err
		}
		p, err := judge(today, &in, h, c, others[h.ID])
		if err != nil {
			return err
		}
		others[h.ID] = append(others[h.ID], p)
		rows, made = append(rows, pairingRow(county, p, in.Source)), append(made, p)
		if s, ok := since[c.ID]; !ok || p.From < s {
			since[c.ID] = p.From
		}
		audit.Note(tx, who, "pairing.pair", "pairing:"+p.ID, p.Region, "household", h.ID, "cadre", c.ID, "role", p.Role)
	}
	if err := db.Insert(ctx, tx, pairingInsert, "", rows); err != nil {
		return err
	}
	for _, p := range made {
		if err := led(ctx, tx, county, p); err != nil {
			return err
		}
	}
	for c, from := range since {
		if err := tally.MarkSince(ctx, tx, county, c, from); err != nil {
			return err
		}
	}
	return nil
}

// homesOf reads the homes of a list and their pairings, 500 at a time.
func homesOf(ctx context.Context, tx *db.Tx, county string, ins []PairInput) (map[string]household.Household, map[string][]Pairing, error) {
	homes, others := map[string]household.Household{}, map[string][]Pairing{}
	var ids []string
	for _, in := range ins {
		if _, ok := homes[in.Household]; !ok {
			homes[in.Household] = household.Household{}
			ids = append(ids, in.Household)
		}
	}
	clear(homes)
	for len(ids) > 0 {
		n := min(500, len(ids))
		hs, err := household.Briefs(ctx, tx, county, ids[:n])
		if err != nil {
			return nil, nil, err
		}
		for k, h := range hs {
			homes[k] = h
		}
		args := scope.Args{county}
		ps, err := db.All(ctx, tx, scan, `SELECT `+columns+` FROM pairings p WHERE p.county = $1 AND p.household IN `+scope.In(&args, ids[:n])+` ORDER BY p.valid_from, p.id`, args...)
		if err != nil {
			return nil, nil, err
		}
		for _, p := range ps {
			others[p.Household] = append(others[p.Household], p)
		}
		ids = ids[n:]
	}
	return homes, others, nil
}

// Withdraw takes back the pairings of an import that is undone; the caller has
// made sure that nothing was built on them.
func Withdraw(ctx context.Context, tx *db.Tx, county, source string) error {
	ps, err := db.All(ctx, tx, scan, `SELECT `+columns+` FROM pairings p WHERE p.county = $1 AND p.source = $2`, county, source)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if err := tally.MarkSince(ctx, tx, county, p.Cadre, p.From); err != nil {
			return err
		}
		p.From, p.To = "", "" // nothing proves a helper any more
		if err := led(ctx, tx, county, p); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `DELETE FROM pairings WHERE county = $1 AND source = $2`, county, source)
	return err
}
