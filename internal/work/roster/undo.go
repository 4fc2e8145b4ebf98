package roster

import (
	"context"
	"encoding/json"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
)

// Obstacle is something that stands on an import: Kind is the end of the
// message key import.obstacle.<kind>, N how many there are.
type Obstacle struct {
	Kind string `json:"kind"`
	N    int    `json:"n"`
}

// standing are records that refer to what an import made; $1 is the county, $2
// its source, $3 the moment of the confirmation. A home or official that was
// there before counts only with what came after.
var standing = []struct{ kind, q string }{
	{"visit", `SELECT COUNT(*) FROM visits v WHERE v.county = $1 AND v.written_at >= CAST($3 AS BIGINT) AND (
		v.household IN (SELECT h.id FROM households h WHERE h.county = $1 AND h.source = $2) OR v.cadre IN (SELECT c.id FROM cadres c WHERE c.county = $1 AND c.source = $2)
		OR EXISTS (SELECT 1 FROM pairings p WHERE p.county = $1 AND p.source = $2 AND p.household = v.household AND p.cadre = v.cadre)
		OR EXISTS (SELECT 1 FROM visit_people w JOIN cadres c ON c.county = w.county AND c.id = w.cadre WHERE w.county = $1 AND w.visit = v.id AND c.source = $2))`},
	{"thought", `SELECT COUNT(*) FROM thoughts t JOIN cadres c ON c.county = t.county AND c.id = t.cadre WHERE c.county = $1 AND c.source = $2 AND t.at >= CAST($3 AS BIGINT)`},
	{"appeal", `SELECT COUNT(*) FROM appeals a WHERE a.county = $1 AND CAST($3 AS BIGINT) > 0 AND (a.household IN (SELECT h.id FROM households h WHERE h.county = $1 AND h.source = $2) OR a.owner IN (SELECT c.id FROM cadres c WHERE c.county = $1 AND c.source = $2))`},
	{"practical", `SELECT COUNT(*) FROM practicals a WHERE a.county = $1 AND CAST($3 AS BIGINT) > 0 AND (a.household IN (SELECT h.id FROM households h WHERE h.county = $1 AND h.source = $2) OR a.cadre IN (SELECT c.id FROM cadres c WHERE c.county = $1 AND c.source = $2))`},
	{"stay", `SELECT COUNT(*) FROM stays s JOIN cadres c ON c.county = s.county AND c.id = s.cadre WHERE c.county = $1 AND c.source = $2 AND CAST($3 AS BIGINT) > 0`},
	{"card", `SELECT COUNT(*) FROM cards k JOIN pairings p ON p.county = k.county AND p.id = k.pairing WHERE p.county = $1 AND p.source = $2 AND CAST($3 AS BIGINT) > 0`},
	{"pairing", `SELECT COUNT(*) FROM pairings p WHERE p.county = $1 AND CAST($3 AS BIGINT) > 0 AND (p.source = $2 AND p.valid_to <> '' OR p.source <> $2 AND (
		p.household IN (SELECT h.id FROM households h WHERE h.county = $1 AND h.source = $2) OR p.cadre IN (SELECT c.id FROM cadres c WHERE c.county = $1 AND c.source = $2)))`},
	{"handover", `SELECT COUNT(*) FROM handovers x WHERE x.county = $1 AND CAST($3 AS BIGINT) > 0 AND (x.household IN (SELECT h.id FROM households h WHERE h.county = $1 AND h.source = $2)
		OR x.from_cadre IN (SELECT c.id FROM cadres c WHERE c.county = $1 AND c.source = $2) OR x.to_cadre IN (SELECT c.id FROM cadres c WHERE c.county = $1 AND c.source = $2))`},
	{"account", `SELECT COUNT(*) FROM accounts a JOIN cadres c ON c.county = a.county AND c.id = a.cadre WHERE c.county = $1 AND c.source = $2 AND CAST($3 AS BIGINT) > 0`},
	{"post", `SELECT COUNT(*) FROM cadres c WHERE c.county = $1 AND c.source = $2 AND CAST($3 AS BIGINT) > 0 AND (c.state <> 'active' OR (SELECT COUNT(*) FROM posts p WHERE p.county = c.county AND p.cadre = c.id) > 1
		OR EXISTS (SELECT 1 FROM posts p WHERE p.county = c.county AND p.cadre = c.id AND p.valid_to <> '') OR EXISTS (SELECT 1 FROM leaves l WHERE l.county = c.county AND l.cadre = c.id))`},
}

// Obstacles lists what stands in the way of an undo: nothing of it may have
// been built on. Empty when the way is free.
func Obstacles(ctx context.Context, r db.Reader, who access.Actor, id string) ([]Obstacle, error) {
	x, err := Get(ctx, r, who, id)
	if err != nil || x.State != Confirmed {
		return nil, err
	}
	county := who.County()
	var out []Obstacle
	for _, s := range standing {
		n, err := db.One(ctx, r, db.Int, s.q, county, Source(id), x.DoneAt)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			out = append(out, Obstacle{s.kind, n})
		}
	}
	_, changed, err := household.FromSource(ctx, r, county, Source(id))
	if err != nil {
		return nil, err
	}
	ts, err := traces(ctx, r, county, id)
	if err != nil {
		return nil, err
	}
	for _, t := range ts {
		if t.kind != "home" {
			continue
		}
		v, err := db.One(ctx, r, db.Int, `SELECT version FROM households WHERE county = $1 AND id = $2`, county, t.ref)
		if err != nil {
			return nil, err
		}
		if v != t.after {
			changed++
		}
	}
	if changed > 0 {
		out = append(out, Obstacle{"changed", changed})
	}
	return out, nil
}

type trace struct {
	kind, ref, before string
	after             int
}

func traces(ctx context.Context, r db.Reader, county, id string) ([]trace, error) {
	return db.All(ctx, r, func(w db.Row) (t trace, err error) {
		if err = w.Scan(&t.kind, &t.ref, &t.before, &t.after); err != nil {
			return t, err
		}
		t.before, err = r.Vault().Open(vault.Place{Table: "roster_traces", Column: "before", County: county, Row: id + "." + t.kind + "." + t.ref}, t.before)
		return t, err
	}, `SELECT kind, ref, before, after FROM roster_traces WHERE county = $1 AND import = $2 ORDER BY kind, ref`, county, id)
}

// UndoInput takes a confirmed import back.
type UndoInput struct {
	ID     string `json:"id"` // operation id
	Import string `json:"import"`
}

// Undo takes back what an import made and puts back what it changed: within 24
// hours, and only while nothing stands on it. A refusal lists what does, one
// field problem for each kind. The audit record keeps both deeds.
func Undo(ctx context.Context, tx *db.Tx, who access.Actor, in UndoInput) (Import, error) {
	x, _, err := once.Do(ctx, tx, who, "roster.undo", in.ID, in, func() (Import, error) {
		if _, err := db.One(ctx, tx, db.Text, `SELECT id FROM roster_imports WHERE county = $1 AND id = $2`+tx.ForUpdate(), who.County(), in.Import); err != nil {
			return Import{}, err
		}
		x, err := Get(ctx, tx, who, in.Import)
		switch {
		case err != nil:
			return x, err
		case x.State == Undone:
			return x, fault.New(fault.Gone, "import.undone_already")
		case x.State != Confirmed:
			return x, fault.New(fault.Conflict, "import.not_confirmed")
		case tx.Now.After(x.UndoUntil()):
			return x, fault.New(fault.Gone, "import.undo_late")
		}
		os, err := Obstacles(ctx, tx, who, x.ID)
		if err != nil {
			return x, err
		}
		if len(os) > 0 {
			e := fault.New(fault.Conflict, "import.undo_stands")
			for _, o := range os {
				e.Fields = append(e.Fields, fault.Field{Name: o.Kind, Key: "import.obstacle." + o.Kind, Args: []any{"n", o.N}})
			}
			return x, e
		}
		if err := takeBack(ctx, tx, who, x); err != nil {
			return x, err
		}
		x.State, x.UndoneAt, x.Version = Undone, tx.Now.UnixMilli(), x.Version+1
		_, err = tx.Exec(ctx, `UPDATE roster_imports SET state = 'undone', undone_by = $3, undone_at = $4, version = $5 WHERE county = $1 AND id = $2`, who.County(), x.ID, who.Account(), x.UndoneAt, x.Version)
		audit.Note(tx, who, "roster.undo", "import:"+x.ID, x.Township, "officials", x.Counts.NewCadres, "households", x.Counts.NewHomes, "pairings", x.Counts.NewPairings)
		return x, err
	})
	return x, err
}

func takeBack(ctx context.Context, tx *db.Tx, who access.Actor, x Import) error {
	county, source := who.County(), Source(x.ID)
	ts, err := traces(ctx, tx, county, x.ID)
	if err != nil {
		return err
	}
	refs := map[string][]string{}
	for _, t := range ts {
		refs[t.kind] = append(refs[t.kind], t.ref)
	}
	if err := pairing.Withdraw(ctx, tx, county, source); err != nil {
		return err
	}
	if err := household.Withdraw(ctx, tx, county, source, refs["member"]); err != nil {
		return err
	}
	for _, t := range ts {
		switch t.kind {
		case "home":
			err = restoreHome(ctx, tx, who, t, source)
		case "cadre":
			err = restoreCadre(ctx, tx, who, t)
		}
		if err != nil {
			return err
		}
	}
	if err := cadre.Withdraw(ctx, tx, county, source, refs["unit"]); err != nil {
		return err
	}
	return clearPlaces(ctx, tx, who, refs["place"])
}

func restoreHome(ctx context.Context, tx *db.Tx, who access.Actor, t trace, source string) error {
	var c contact
	if err := json.Unmarshal([]byte(t.before), &c); err != nil {
		return err
	}
	h, err := household.Get(ctx, tx, who.County(), t.ref)
	if err != nil || h.Phone == c.Phone && h.Address == c.Address {
		return err
	}
	_, err = household.Amend(ctx, tx, who, household.AmendInput{ID: tx.NewID(), Household: h.ID, Head: h.Head, Address: c.Address, Phone: c.Phone, Housing: h.Housing, Income: h.Income, Notes: h.Notes, Why: "undo " + source})
	return err
}

func restoreCadre(ctx context.Context, tx *db.Tx, who access.Actor, t trace) error {
	c, err := cadre.Get(ctx, tx, who.County(), t.ref)
	if err != nil {
		return err
	}
	_, err = cadre.Amend(ctx, tx, who, cadre.AmendInput{ID: tx.NewID(), Cadre: c.ID, Name: c.Name, Phone: t.before, Party: c.Party})
	return err
}

// clearPlaces takes back villages and groups in which nothing lies; groups come
// before their villages.
func clearPlaces(ctx context.Context, tx *db.Tx, who access.Actor, codes []string) error {
	for _, level := range []region.Level{region.Group, region.Village} {
		for _, code := range codes {
			if l, _ := region.LevelOf(code); l != level {
				continue
			}
			p, err := region.Get(ctx, tx, who.County(), code)
			if fault.Is(err, fault.NotFound) || err == nil && p.To != "" {
				continue
			}
			if err != nil {
				return err
			}
			if used, err := household.Occupied(ctx, tx, who.County(), p.Path); err != nil {
				return err
			} else if used {
				continue
			}
			lo, hi := db.Under(p.Path)
			n, err := db.One(ctx, tx, db.Int, `SELECT (SELECT COUNT(*) FROM posts WHERE county = $1 AND village >= $2 AND village < $3) + (SELECT COUNT(*) FROM account_grants WHERE county = $1 AND region >= $2 AND region < $3)`, who.County(), lo, hi)
			if err != nil {
				return err
			}
			if n == 0 {
				if err := region.Withdraw(ctx, tx, who, code); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Discard throws a waiting upload away at once.
func Discard(ctx context.Context, tx *db.Tx, who access.Actor, in UndoInput) (Import, error) {
	x, _, err := once.Do(ctx, tx, who, "roster.discard", in.ID, in, func() (Import, error) {
		x, err := Get(ctx, tx, who, in.Import)
		if err != nil {
			return x, err
		}
		if x.State != Waiting {
			return x, fault.New(fault.Conflict, "import.confirmed_already")
		}
		x.State = Expired
		_, err = tx.Exec(ctx, `UPDATE roster_imports SET state = 'expired', file = '', cells = '', layouts = '', fixes = '' WHERE county = $1 AND id = $2`, who.County(), x.ID)
		audit.Note(tx, who, "roster.discard", "import:"+x.ID, x.Township)
		return x, err
	})
	return x, err
}

// Sweep forgets the files of uploads older than seven days and gives their
// number; the nightly job calls it. Who imported what and how many stays.
func Sweep(ctx context.Context, d *db.DB) (int64, error) {
	return db.Write(ctx, d, func(tx *db.Tx) (int64, error) {
		return tx.Exec(ctx, `UPDATE roster_imports SET state = CASE WHEN state = 'staged' THEN 'expired' ELSE state END, file = '', cells = '', layouts = '', fixes = '' WHERE expires_at < $1 AND cells <> ''`, tx.Now.UnixMilli())
	})
}
