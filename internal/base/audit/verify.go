package audit

import (
	"context"
	"crypto/hmac"
	"fmt"

	"lianxin/internal/base/db"
)

// Finding is one place where the record does not fit.
type Finding struct {
	County string `json:"county"`
	Seq    int64  `json:"seq"`
	Key    string `json:"key"`            // message key: audit.edited, audit.missing, audit.cut, audit.head, audit.anchor, audit.page, audit.damaged
	Page   int    `json:"page,omitempty"` // of the file, where that cannot be read
}

// Anchor is a seal that was kept outside the database.
type Anchor struct {
	County string
	Seq    int64
	Seal   string
}

const page = 2000

// Verify recomputes every chain from its first row and compares the end with
// the head row and with the anchors. It reads page by page, calls tick after
// each row count, and stops a county at its first misfit, because everything
// after it hangs on the lost seal. rows is the number of rows that fit. It may
// run beside writers: what they add meanwhile is verified too.
func Verify(ctx context.Context, r db.Reader, anchors []Anchor, tick func(rows int64)) (rows int64, found []Finding, err error) {
	scan := func(w db.Row) (x Row, err error) {
		return x, w.Scan(&x.County, &x.Seq, &x.At, &x.Actor, &x.Roles, &x.Door, &x.Action, &x.Object, &x.Region, &x.Result, &x.Request, &x.Detail, &x.Seal)
	}
	heads, err := db.All(ctx, r, func(w db.Row) (a Anchor, err error) { return a, w.Scan(&a.County, &a.Seq, &a.Seal) },
		`SELECT county, seq, seal FROM audit_heads ORDER BY county`)
	if err != nil {
		return 0, nil, err
	}
	counties := map[string]head{}
	for _, h := range heads {
		counties[h.County] = head{h.County, h.Seq, h.Seal}
	}
	byCounty := map[string][]Anchor{}
	for _, a := range anchors {
		byCounty[a.County] = append(byCounty[a.County], a)
		if _, ok := counties[a.County]; !ok && a.Seq > 0 {
			found = append(found, Finding{a.County, a.Seq, "audit.anchor", 0})
		}
	}
	// A county whose head row was removed still has rows; they must not hide.
	orphans, err := db.All(ctx, r, db.Text, `SELECT DISTINCT county FROM audit_rows WHERE county NOT IN (SELECT county FROM audit_heads) ORDER BY county`)
	if err != nil {
		return 0, nil, err
	}
	for _, c := range orphans {
		found = append(found, Finding{c, 0, "audit.head", 0})
	}
	for _, h := range heads {
		last := head{}
		seals := map[int64]string{}
		for _, a := range byCounty[h.County] {
			seals[a.Seq] = a.Seal
		}
		ok := true
	chain:
		for {
			begun := last.seq
			for {
				part, err := db.All(ctx, r, scan, `SELECT county, seq, at, actor, roles, door, action, object, region, result, request, detail, seal
					FROM audit_rows WHERE county = $1 AND seq > $2 ORDER BY seq LIMIT $3`, h.County, last.seq, page)
				if err != nil {
					return rows, found, err
				}
				for _, x := range part {
					switch {
					case x.Seq != last.seq+1:
						found = append(found, Finding{h.County, last.seq + 1, "audit.missing", 0})
					case !hmac.Equal([]byte(x.Seal), []byte(Seal(r.Vault(), x, last.seal))):
						found = append(found, Finding{h.County, x.Seq, "audit.edited", 0})
					case seals[x.Seq] != "" && seals[x.Seq] != x.Seal:
						found = append(found, Finding{h.County, x.Seq, "audit.anchor", 0})
					default:
						last = head{x.County, x.Seq, x.Seal}
						rows++
						continue
					}
					ok = false
					break chain
				}
				if tick != nil {
					tick(rows)
				}
				if len(part) < page {
					break
				}
			}
			// People may be working: the head is read again after its rows. It
			// is never behind rows that were read before it, and rows that it
			// is ahead of are there to be read.
			now, err := db.One(ctx, r, func(w db.Row) (h head, err error) { return h, w.Scan(&h.seq, &h.seal) },
				`SELECT seq, seal FROM audit_heads WHERE county = $1`, h.County)
			if err != nil {
				return rows, found, err
			}
			h.Seq, h.Seal = now.seq, now.seal
			if now.seq <= last.seq || last.seq == begun {
				break
			}
		}
		if !ok {
			continue
		}
		if last.seq != h.Seq || last.seal != h.Seal {
			found = append(found, Finding{h.County, last.seq + 1, "audit.cut", 0})
			continue
		}
		for _, a := range byCounty[h.County] {
			if a.Seq > last.seq {
				found = append(found, Finding{h.County, last.seq + 1, "audit.cut", 0})
				break
			}
		}
	}
	// Rows numbered below one are never read by the walk above.
	strays, err := db.All(ctx, r, func(w db.Row) (f Finding, err error) { f.Key = "audit.inserted"; return f, w.Scan(&f.County, &f.Seq) },
		`SELECT county, seq FROM audit_rows WHERE seq < 1 ORDER BY county, seq LIMIT 100`)
	if err != nil {
		return rows, found, err
	}
	return rows, append(found, strays...), nil
}

func (f Finding) String() string { return fmt.Sprintf("%s %s %d", f.Key, f.County, f.Seq) }
