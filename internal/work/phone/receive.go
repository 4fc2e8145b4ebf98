package phone

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/strict"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/arrival"
	"lianxin/internal/rule/photo"
	"lianxin/internal/work/pairing"
)

// Bounds of what is taken at once.
const (
	MaxOperations = 50
	MaxBody       = 64 << 10 // of one operation that is kept
	// A photograph is kept whole: cut it could not be opened again.
	MaxPhotoBody = photo.MaxBytes*4/3 + 4<<10
)

// mostOf is how much of a record of a kind is kept in 待核处.
func mostOf(kind string) int {
	if kind == KindPhoto {
		return MaxPhotoBody
	}
	return MaxBody
}

// KindPhoto is the kind of a photograph of a visit.
const KindPhoto = "visit.photo"

// Statuses of an operation.
const (
	Done  = "done"
	Again = "again"
	Held  = "held"
)

// Ways a record came in.
const (
	ByPush  = "push"
	ByLeave = "leave" // the outbox of a lost or signed-out phone
	ByFile  = "file"  // brought to the desk by hand
)

var (
	errUnknown = fault.New(fault.Invalid, "offline.unknown_kind")
	errClosed  = fault.New(fault.Invalid, "offline.does_not_open")
)

// Result answers one operation. Operations without a result are to be sent again.
type Result struct {
	ID      string   `json:"id"`
	Status  string   `json:"status"`
	Reasons []Reason `json:"reasons"`
	Person  *Person  `json:"person"`
	Held    string   `json:"held,omitempty"`
	Ref     string   `json:"ref,omitempty"`
}

func itoa(n int) string { return strconv.Itoa(n) }

// aad is what a body is sealed together with.
func (o Operation) aad(device string) string {
	return o.ID + "\n" + o.Kind + "\n" + itoa(o.Version) + "\n" + device
}

// text is the body as it was sent: the string without quotes, or the object.
func (o Operation) text() string {
	if len(o.Body) > 0 && o.Body[0] == '"' {
		var s string
		if json.Unmarshal(o.Body, &s) == nil {
			return s
		}
	}
	return string(o.Body)
}

// open gives the body as an object.
func (o Operation) open(r db.Reader, device string) ([]byte, error) {
	if len(o.Body) == 0 || o.Body[0] != '"' {
		return o.Body, nil
	}
	plain, err := r.Vault().Unseal(o.text(), o.aad(device))
	if err != nil {
		return nil, errClosed
	}
	return plain, nil
}

var b64 = base64.RawURLEncoding

// Signed gives the bytes a device signs.
func (o Operation) Signed(device string) []byte {
	sum := sha256.Sum256([]byte(o.text()))
	return []byte(strings.Join([]string{"lianxin op 1", o.ID, o.Kind, itoa(o.Version), device, strconv.FormatInt(o.Seq, 10), o.Clock, b64.EncodeToString(sum[:]), o.Prev}, "\n"))
}

// link is what the next operation names as the one before it.
func (o Operation) link() string {
	if o.Sig == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(o.Sig))
	return b64.EncodeToString(sum[:])
}

func publicKey(s string) (*ecdsa.PublicKey, bool) {
	b, err := b64.DecodeString(s)
	if err != nil {
		return nil, false
	}
	k, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), b)
	return k, err == nil
}

func keyOK(s string) bool { _, ok := publicKey(s); return ok }

// SignedBy reports whether the device's key signed the operation.
func (o Operation) SignedBy(d Device) bool {
	k, ok := publicKey(d.Key)
	sig, err := b64.DecodeString(o.Sig)
	if !ok || err != nil || len(sig) != 64 {
		return false
	}
	sum := sha256.Sum256(o.Signed(d.ID))
	return ecdsa.Verify(k, sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]))
}

// arrived is a row of phone_arrivals.
type arrived struct {
	saved, shift int64
	outcome, ref string
}

// content tells two contents of one id apart, without keeping either.
func content(r db.Reader, county, account string, o Operation, plain []byte) string {
	var b bytes.Buffer
	if json.Compact(&b, plain) == nil { // blanks between words of JSON say nothing
		plain = b.Bytes()
	}
	return r.Vault().Index(county, "phone_content", account+"\x00"+o.Kind+"\x00"+itoa(o.Version)+"\x00"+string(plain))
}

// Receive takes what a phone or script sends in somebody's name. Each operation
// is a write of its own, in the order the device counted them; all are
// committed together. What a rule refuses, and what nobody can read, is kept;
// what failed for other reasons is not in the answer and comes again.
func (k *Desk) Receive(ctx context.Context, d *db.DB, who access.Actor, device Device, ops []Operation, way, lang string, tell func(error)) ([]Result, error) {
	if len(ops) > MaxOperations {
		return nil, fault.New(fault.TooLarge, "offline.too_many", "n", MaxOperations)
	}
	ops = slices.Clone(ops)
	slices.SortStableFunc(ops, func(a, b Operation) int { return cmp.Compare(a.Seq, b.Seq) })
	out := make([]*Result, len(ops))
	steps := make([]db.Step, 0, len(ops))
	at := make([]int, 0, len(ops))
	for i, o := range ops {
		if !id.Valid(o.ID) {
			continue // nothing can be kept under it, and no phone of ours makes such an id
		}
		x := &incoming{k: k, who: who, device: device, op: o, way: way}
		keep := func(tx *db.Tx, run func(*db.Tx) (*Result, error)) error {
			r, err := run(tx)
			if err == nil {
				if i == 0 || len(at) > 0 && at[0] == i {
					err = touch(ctx, tx, device)
				}
				out[i] = r
			}
			return err
		}
		step := db.Step{Or: func(tx *db.Tx, err error) error {
			return keep(tx, func(tx *db.Tx) (*Result, error) { return x.refused(ctx, tx, err) })
		}}
		if way == ByPush || way == ByFile && device.State != Lost {
			step.Do = func(tx *db.Tx) (err error) {
				// A record that breaks a use case must not keep those behind it from
				// arriving, nor be lost with it.
				defer func() {
					if p := recover(); p != nil {
						err = &broke{p}
						if tell != nil {
							tell(err)
						}
					}
				}()
				return keep(tx, func(tx *db.Tx) (*Result, error) { return x.apply(ctx, tx) })
			}
		} else {
			step.Do = func(tx *db.Tx) error {
				return keep(tx, func(tx *db.Tx) (*Result, error) { return x.hold(ctx, tx, []Reason{{Key: cameKey(way)}}) })
			}
		}
		steps, at = append(steps, step), append(at, i)
	}
	errs := db.Together(ctx, d, steps)
	results := make([]Result, 0, len(ops))
	var person *Person
	for n, i := range at {
		if errs[n] != nil {
			if tell != nil {
				tell(errs[n])
			}
			continue
		}
		r := *out[i]
		if r.Status == Held {
			if person == nil {
				var err error
				if person, err = k.personOf(ctx, d, device.County, device.Region); err != nil {
					return nil, err
				}
			}
			r.Person, r.Reasons = person, k.spoken(lang, r.Reasons)
		}
		if r.Reasons == nil {
			r.Reasons = []Reason{}
		}
		results = append(results, r)
	}
	return results, nil
}

// broke is a panic of a use case; its value may quote personal data, so only
// its type is told.
type broke struct{ value any }

func (b *broke) Error() string { return fmt.Sprintf("phone: a use case broke: %T", b.value) }

// incoming is one operation on its way.
type incoming struct {
	k      *Desk
	who    access.Actor
	device Device
	op     Operation
	way    string
}

// read opens the body and tells its content.
func (x *incoming) read(r db.Reader) (plain []byte, sum string, err error) {
	plain, err = x.op.open(r, x.device.ID)
	raw := plain
	if err != nil {
		raw = []byte(x.op.text())
	}
	return plain, content(r, x.device.County, x.device.Account, x.op, raw), err
}

// before asks whether this content of this id was here already.
func (x *incoming) before(ctx context.Context, tx *db.Tx, sum string) (arrived, bool, error) {
	a, err := db.One(ctx, tx, func(w db.Row) (a arrived, err error) { return a, w.Scan(&a.saved, &a.shift, &a.outcome, &a.ref) },
		`SELECT saved, shift, outcome, ref FROM phone_arrivals WHERE county = $1 AND op = $2 AND content = $3`, x.device.County, x.op.ID, sum)
	if fault.Is(err, fault.NotFound) {
		return a, false, nil
	}
	return a, err == nil, err
}

// again answers what was here already.
func (x *incoming) again(ctx context.Context, tx *db.Tx, sum string, a arrived) (*Result, error) {
	if a.outcome == "done" {
		return &Result{ID: x.op.ID, Status: Again, Ref: a.ref}, nil
	}
	h, err := db.One(ctx, tx, scanHeld(tx, x.device.County), `SELECT `+heldColumns+` FROM phone_held h WHERE h.county = $1 AND h.op = $2 AND h.content = $3`, x.device.County, x.op.ID, sum)
	if err != nil {
		return nil, err
	}
	return h.result(), nil
}

func (h Holding) result() *Result {
	if h.State == HeldDone {
		return &Result{ID: h.Op, Status: Done, Held: h.ID, Ref: h.Ref}
	}
	return &Result{ID: h.Op, Status: Held, Held: h.ID, Reasons: h.Reasons, Ref: h.Ref}
}

// moment judges when the record was made; a judgement that was stored stands.
func (x *incoming) moment(tx *db.Tx) arrival.Moment {
	return arrival.Judge(tx.Now, arrival.Claim{Elapsed: x.op.Elapsed, Clock: x.op.Clock}, time.UnixMilli(x.device.Since).UTC())
}

// chain marks what is odd about signature and predecessor.
func (x *incoming) chain(ctx context.Context, tx *db.Tx) ([]string, error) {
	var marks []string
	if x.device.Key == "" || x.op.Sig == "" {
		return nil, nil
	}
	if !x.op.SignedBy(x.device) {
		marks = append(marks, arrival.Unsure)
	}
	link, err := db.One(ctx, tx, db.Text, `SELECT link FROM phone_arrivals WHERE county = $1 AND device = $2 AND seq < $3 ORDER BY seq DESC LIMIT 1`, x.device.County, x.device.ID, x.op.Seq)
	switch {
	case fault.Is(err, fault.NotFound):
		if x.op.Prev != "" {
			marks = append(marks, arrival.Gap)
		}
		return marks, nil
	case err != nil:
		return nil, err
	case link != x.op.Prev:
		n, err := db.One(ctx, tx, db.Int, `SELECT COUNT(*) FROM phone_arrivals WHERE county = $1 AND device = $2 AND seq = $3`, x.device.County, x.device.ID, x.op.Seq-1)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			marks = append(marks, arrival.Chain)
		} else {
			marks = append(marks, arrival.Gap)
		}
	}
	return marks, nil
}

// apply does what the operation says.
func (x *incoming) apply(ctx context.Context, tx *db.Tx) (*Result, error) {
	plain, sum, err := x.read(tx)
	if err != nil {
		return nil, err
	}
	if a, ok, err := x.before(ctx, tx, sum); err != nil || ok {
		if err != nil {
			return nil, err
		}
		return x.again(ctx, tx, sum, a)
	}
	decode, ok := decoderOf(x.op.Kind, x.op.Version)
	if !ok {
		return nil, errUnknown
	}
	m := x.moment(tx)
	d, err := decode(x.op.ID, m, plain)
	if err != nil {
		return nil, err
	}
	ref, err := d.do(ctx, tx, x.who, x.k)
	if err != nil {
		return nil, err
	}
	marks, err := x.chain(ctx, tx)
	if err != nil {
		return nil, err
	}
	return &Result{ID: x.op.ID, Status: status(tx), Ref: ref}, x.arrive(ctx, tx, sum, m, marks, "done", ref)
}

func (x *incoming) arrive(ctx context.Context, tx *db.Tx, sum string, m arrival.Moment, marks []string, outcome, ref string) error {
	o := x.op
	n, err := tx.Exec(ctx, `INSERT INTO phone_arrivals (county, op, content, account, device, seq, kind, version, received, elapsed, clock, saved, shift, marks, link, outcome, ref)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT (county, op, content) DO NOTHING`,
		x.device.County, o.ID, sum, x.device.Account, x.device.ID, o.Seq, clip(o.Kind), o.Version, tx.Now.UnixMilli(), o.Elapsed, clip(o.Clock), m.Saved.UnixMilli(), m.Shift.Milliseconds(),
		strings.Join(append(slices.Clone(m.Marks), marks...), " "), o.link(), outcome, ref)
	if err == nil && n == 0 {
		return db.ErrAgain // it came through another connection meanwhile
	}
	return err
}

// clip bounds what is kept of a text that should be a code.
func clip(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
	if r := []rune(s); len(r) > 40 {
		return string(r[:40])
	}
	return s
}

// refused keeps what a rule refused. Everything else is a failure of ours and
// the record comes again.
func (x *incoming) refused(ctx context.Context, tx *db.Tx, err error) (*Result, error) {
	if _, ok := errors.AsType[*broke](err); ok {
		return x.hold(ctx, tx, []Reason{{Key: "offline.unexpected"}})
	}
	e, ok := refusal(err)
	if !ok {
		return nil, err
	}
	if why, err := x.over(ctx, tx, e); err != nil || why != "" {
		if err != nil {
			return nil, err
		}
		return x.hold(ctx, tx, []Reason{{Key: why}})
	}
	return x.hold(ctx, tx, reasonsOf(e))
}

// over tells a home that was his and is no longer from one that never was: the
// rule refuses both alike, and people must hear which it is.
func (x *incoming) over(ctx context.Context, tx *db.Tx, e *fault.Error) (string, error) {
	if e.Key != "access.not_own" || x.who.Cadre() == "" {
		return "", nil
	}
	plain, _, err := x.read(tx)
	var b struct {
		Household string `json:"household"`
	}
	if err != nil || json.Unmarshal(plain, &b) != nil || b.Household == "" {
		return "", nil
	}
	ps, err := pairing.OfCadre(ctx, tx, x.who.County(), x.who.Cadre())
	if err != nil || !slices.ContainsFunc(ps, func(p pairing.Pairing) bool { return p.Household == b.Household }) {
		return "", err
	}
	now, err := pairing.Leads(ctx, tx, x.who.County(), []string{b.Household}, x.who.Today())
	if err != nil {
		return "", err
	}
	if c := now[b.Household]; c != "" && c != x.who.Cadre() {
		return "offline.home_handed", nil
	}
	return "offline.pairing_over", nil
}

// hold keeps a record in 待核处.
func (x *incoming) hold(ctx context.Context, tx *db.Tx, reasons []Reason) (*Result, error) {
	plain, sum, err := x.read(tx)
	raw := err != nil
	if raw {
		plain = []byte(x.op.text())
	}
	if a, ok, err := x.before(ctx, tx, sum); err != nil || ok {
		if err != nil {
			return nil, err
		}
		return x.again(ctx, tx, sum, a)
	}
	if !raw {
		var any map[string]json.RawMessage
		raw = strict.Decode(plain, &any) != nil
	}
	if most := mostOf(x.op.Kind); len(plain) > most {
		plain, raw = plain[:most], true
		reasons = append(reasons, Reason{Key: "offline.too_large"})
	}
	m := x.moment(tx)
	marks, err := x.chain(ctx, tx)
	if err != nil {
		return nil, err
	}
	o := x.op
	h := Holding{ID: tx.NewID(), Op: o.ID, Account: x.device.Account, Cadre: x.device.Cadre, Region: x.device.Region, Device: x.device.ID, Kind: clip(o.Kind), Version: o.Version, Raw: raw, Reasons: reasons, Way: x.way, State: HeldOpen}
	if d, ok := decoderOf(o.Kind, o.Version); ok && !raw {
		if deed, err := d(o.ID, m, plain); err == nil {
			h.About = deed.about
		}
	}
	line, err := json.Marshal(reasons)
	if err != nil {
		return nil, err
	}
	n, err := tx.Exec(ctx, `INSERT INTO phone_held (county, id, op, content, account, cadre, region, device, kind, version, body, raw, reasons, way, about, at, saved, shift, marks, state, decided_by, decided_at, choice, answer, ref)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 'open', '', 0, '', '', '') ON CONFLICT (county, op, content) DO NOTHING`,
		x.device.County, h.ID, h.Op, sum, h.Account, h.Cadre, h.Region, h.Device, h.Kind, h.Version, tx.Vault().SealBytes(place("body", x.device.County, h.ID), plain), h.Raw,
		tx.Vault().SealBytes(place("reasons", x.device.County, h.ID), line), h.Way, h.About, tx.Now.UnixMilli(), m.Saved.UnixMilli(), m.Shift.Milliseconds(), strings.Join(append(slices.Clone(m.Marks), marks...), " "))
	if err == nil && n == 0 {
		err = db.ErrAgain
	}
	if err != nil {
		return nil, err
	}
	var by audit.Actor = x.who
	if x.who.Anonymous() {
		by = ownerOf{x.device, x.way}
	}
	audit.Note(tx, by, "phone.held", "held:"+h.ID, h.Region, "operation", h.Op, "kind", h.Kind, "because", reasons[0].Key, "way", h.Way)
	return h.result(), x.arrive(ctx, tx, sum, m, marks, "held", "")
}

// ownerOf stands in the record where a device speaks without a session.
type ownerOf struct {
	d   Device
	way string
}

// Trace gives the audit record what it needs.
func (o ownerOf) Trace() (county, account, roles, door, request string) {
	return o.d.County, "phone:" + o.d.ID, "phone", string(access.API), ""
}

// refusal gives the failure of a rule behind err: something about the record
// itself, that sending it again will not mend.
func refusal(err error) (*fault.Error, bool) {
	e, ok := asFault(err)
	if !ok {
		return nil, false
	}
	switch e.Kind {
	case fault.Invalid, fault.Forbidden, fault.NotFound, fault.Conflict, fault.Gone, fault.TooLarge:
		return e, true
	}
	return nil, false
}
