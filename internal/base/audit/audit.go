// Package audit keeps the record of who did what, in the same transaction as
// the deed: no change without its row, no row for what was rolled back.
//
// Rows of a county form a chain. Each row's seal is an HMAC, under a key that
// lies outside the database, over its content, its number and the seal before
// it, so an edited, deleted, inserted or reordered row does not fit; the newest
// seal is also told to an anchor file beside the key, so that cutting off the
// end is found as well. Rows carry references and commitments, never the
// personal text itself.
//
// Owns: audit_rows, audit_heads.
package audit

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/vault"
)

// Actor is who acts, as the record needs him.
type Actor interface {
	// Trace gives the county of the record, the account, its roles at this
	// moment, the door (page, api, cli, phone, import) and the request's number.
	Trace() (county, account, roles, door, request string)
}

// Row is one line of the record.
type Row struct {
	County  string `json:"county"`
	Seq     int64  `json:"seq"`
	At      int64  `json:"at"` // milliseconds since 1970, server clock
	Actor   string `json:"actor"`
	Roles   string `json:"roles"`
	Door    string `json:"door"`
	Action  string `json:"action"` // "visit.record", "household.reveal", "login.refused"
	Object  string `json:"object"` // "visit:01J…"
	Region  string `json:"region"`
	Result  string `json:"result"` // "done" or "refused"
	Request string `json:"request"`
	Detail  string `json:"detail"` // JSON object of references, "" when there is nothing to add
	Seal    string `json:"seal"`
}

// Results of an action.
const (
	Done    = "done"
	Refused = "refused"
)

type pendingKey struct{}

// Note adds a row to the transaction. detail is alternating names and values:
// ids, kinds, counts, purposes; never names, phones or texts.
func Note(tx *db.Tx, who Actor, action, object, region string, detail ...any) {
	add(tx, who, action, object, region, Done, detail)
}

// Refuse records that something was denied.
func Refuse(tx *db.Tx, who Actor, action, object, region string, detail ...any) {
	add(tx, who, action, object, region, Refused, detail)
}

func add(tx *db.Tx, who Actor, action, object, region, result string, detail []any) {
	r := Row{At: tx.Now.UnixMilli(), Action: action, Object: object, Region: region, Result: result}
	r.County, r.Actor, r.Roles, r.Door, r.Request = who.Trace()
	r.Detail = details(detail)
	p, ok := tx.Value(pendingKey{}).(*[]Row)
	if !ok {
		p = new([]Row)
		tx.SetValue(pendingKey{}, p)
		// The chain's head is touched last, so that on PostgreSQL its lock is
		// held for the commit only.
		tx.Before(func(ctx context.Context) error { return flush(ctx, tx, *p) })
	}
	*p = append(*p, r)
}

// details writes alternating names and values as a JSON object, in the order
// given. Values are texts, numbers and truth values; others are written by
// encoding/json.
func details(detail []any) string {
	if len(detail) < 2 {
		return ""
	}
	b := make([]byte, 0, 96)
	for i := 0; i+1 < len(detail); i += 2 {
		sep := byte(',')
		if i == 0 {
			sep = '{'
		}
		b = append(b, sep)
		b = quote(b, name(detail[i]))
		b = append(b, ':')
		switch v := detail[i+1].(type) {
		case string:
			b = quote(b, v)
		case int:
			b = strconv.AppendInt(b, int64(v), 10)
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case bool:
			b = strconv.AppendBool(b, v)
		default:
			x, err := json.Marshal(v)
			if err != nil {
				panic("audit: detail cannot be written: " + err.Error())
			}
			b = append(b, x...)
		}
	}
	return string(append(b, '}'))
}

func name(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return fmt.Sprint(v)
}

// quote writes a JSON text; plain ASCII, which nearly all details are, goes by
// the short way.
func quote(b []byte, s string) []byte {
	for _, c := range []byte(s) {
		if c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			x, err := json.Marshal(s)
			if err != nil {
				panic("audit: detail cannot be written: " + err.Error())
			}
			return append(b, x...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

type head struct {
	county string
	seq    int64
	seal   string
}

func flush(ctx context.Context, tx *db.Tx, rows []Row) error {
	var one [1]head // nearly every write notes rows of one county
	heads := one[:0]
	for i := range rows {
		r := &rows[i]
		n := slices.IndexFunc(heads, func(h head) bool { return h.county == r.County })
		if n < 0 {
			h, err := headOf(ctx, tx, r.County)
			if err != nil {
				return err
			}
			n, heads = len(heads), append(heads, h)
		}
		h := &heads[n]
		r.Seq = h.seq + 1
		r.Seal = Seal(tx.Vault(), *r, h.seal)
		_, err := tx.Exec(ctx, `INSERT INTO audit_rows (county, seq, at, actor, roles, door, action, object, region, result, request, detail, seal)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			r.County, r.Seq, r.At, r.Actor, r.Roles, r.Door, r.Action, r.Object, r.Region, r.Result, r.Request, r.Detail, r.Seal)
		if err != nil {
			return err
		}
		h.seq, h.seal = r.Seq, r.Seal
	}
	for _, h := range heads {
		if g := tx.Group(); g != nil {
			// Writes that commit together move the head together.
			tx.Kept(func() {
				k := headKey(h.county)
				if _, moved := g[k]; !moved {
					tx.Last(func(ctx context.Context, tx *db.Tx) error {
						h, _ := g[k].(head)
						return h.store(ctx, tx)
					})
				}
				g[k] = h
			})
		} else if err := h.store(ctx, tx); err != nil {
			return err
		}
		tx.Anchor(h.county, h.seq, h.seal)
	}
	return nil
}

func (h head) store(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE audit_heads SET seq = $2, seal = $3 WHERE county = $1`, h.county, h.seq, h.seal)
	return err
}

type headKey string

func headOf(ctx context.Context, tx *db.Tx, county string) (head, error) {
	if h, ok := tx.Group()[headKey(county)].(head); ok {
		return h, nil
	}
	scan := func(r db.Row) (h head, err error) { h.county = county; return h, r.Scan(&h.seq, &h.seal) }
	q := `SELECT seq, seal FROM audit_heads WHERE county = $1` + tx.ForUpdate()
	h, err := db.One(ctx, tx, scan, q, county)
	if !fault.Is(err, fault.NotFound) {
		return h, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO audit_heads (county, seq, seal) VALUES ($1, 0, '') ON CONFLICT (county) DO NOTHING`, county); err != nil {
		return head{}, err
	}
	return db.One(ctx, tx, scan, q, county)
}

// Seal computes a row's seal from its content and the seal before it.
func Seal(v *vault.Vault, r Row, before string) string {
	m := v.Message("audit " + r.County)
	for _, s := range [...]string{before, r.County, strconv.FormatInt(r.Seq, 10), strconv.FormatInt(r.At, 10), r.Actor, r.Roles, r.Door, r.Action, r.Object, r.Region, r.Result, r.Request, r.Detail} {
		// Lengths keep two fields from trading characters.
		m.B = strconv.AppendInt(m.B, int64(len(s)), 10)
		m.B = append(m.B, ':')
		m.B = append(m.B, s...)
	}
	sum := m.Sum()
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
