package phone

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/arrival"
)

// Pull is what a phone is told.
type Pull struct {
	Now    int64    `json:"now"`
	Cursor string   `json:"cursor"`
	Full   bool     `json:"full"` // everything is in put; what else the phone has is gone
	Put    []Put    `json:"put"`
	Gone   []string `json:"gone"`
}

// Put is one record to be put in place.
type Put struct {
	K string          `json:"k"`
	V json.RawMessage `json:"v"`
}

// Give makes the picture of this moment and tells a phone what differs from the
// one it has.
func (k *Desk) Give(ctx context.Context, d *db.DB, who access.Actor, device Device, cursor, lang string) (Pull, error) {
	out := Pull{Now: d.Now().UnixMilli(), Put: []Put{}, Gone: []string{}}
	records := map[string][]byte{}
	var old map[string]string
	var homes int
	err := db.Read(ctx, d, func(r db.Reader) error {
		rs, err := k.Picture(ctx, r, who, lang)
		if err != nil {
			return err
		}
		for _, x := range rs {
			b, err := json.Marshal(x.V)
			if err != nil {
				return err
			}
			records[x.K] = b
		}
		if old, err = viewOf(ctx, r, device, cursor); err != nil {
			return err
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	now := make(map[string]string, len(records))
	for key, b := range records {
		now[key] = hashOf(d, device, key, b)
	}
	put, gone := arrival.Diff(old, now)
	if out.Full = old == nil; out.Full {
		gone = nil
	}
	for _, key := range put {
		out.Put = append(out.Put, Put{key, records[key]})
		if strings.HasPrefix(key, "home:") {
			homes++
		}
	}
	out.Gone = append(out.Gone, gone...)
	out.Cursor = cursor
	if !out.Full && len(put)+len(gone) == 0 {
		if out.Now-device.Seen >= touchEvery {
			err = db.Do(ctx, d, func(tx *db.Tx) error { return touch(ctx, tx, device) })
		}
		return out, err
	}
	out.Cursor, err = db.Write(ctx, d, func(tx *db.Tx) (string, error) {
		id := tx.NewID()
		// Two pictures are kept: the one that was told last may not have arrived.
		if _, err := tx.Exec(ctx, `DELETE FROM phone_views WHERE county = $1 AND device = $2 AND id <> $3 AND id < COALESCE((SELECT MAX(id) FROM phone_views WHERE county = $1 AND device = $2), '')`, device.County, device.ID, cursor); err != nil {
			return "", err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO phone_views (county, device, id, at, entries) VALUES ($1, $2, $3, $4, $5)`, device.County, device.ID, id, tx.Now.UnixMilli(), entries(now)); err != nil {
			return "", err
		}
		if homes > 0 {
			audit.Note(tx, who, "phone.told", "phone:"+device.ID, device.Region, "homes", homes, "full", out.Full)
		}
		return id, touch(ctx, tx, device)
	})
	return out, err
}

// hashOf tells two states of a record apart under the county's key.
func hashOf(d *db.DB, device Device, key string, b []byte) string {
	m := d.Vault().Message("phone view " + device.County)
	m.B = append(append(append(m.B, key...), 0), b...)
	sum := m.Sum()
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// entries writes a picture's keys and hashes, in order.
func entries(m map[string]string) string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var b strings.Builder
	for _, k := range keys {
		b.WriteString(k)
		b.WriteByte(' ')
		b.WriteString(m[k])
		b.WriteByte('\n')
	}
	return b.String()
}

// viewOf gives the picture a cursor stands for, nil when it is not known.
func viewOf(ctx context.Context, r db.Reader, device Device, cursor string) (map[string]string, error) {
	if cursor == "" {
		return nil, nil
	}
	text, err := db.One(ctx, r, db.Text, `SELECT entries FROM phone_views WHERE county = $1 AND device = $2 AND id = $3`, device.County, device.ID, cursor)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := map[string]string{}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if key, hash, ok := strings.Cut(line, " "); ok {
			m[key] = hash
		}
	}
	return m, nil
}
