package matrix_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/phone"
)

// phones gives an account a phone, one that is lost, a record of it in 待核处
// and a file it saved.
func (w *world) phones(tb testing.TB, t thing, me access.Actor, x, words string) {
	tb.Helper()
	ctx := tb.Context()
	desk := &phone.Desk{Book: w.app.Logins, Say: w.app.Texts.T, Days: w.app.Workdays.Calendar}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(tb, err)
	point, err := key.PublicKey.Bytes()
	must(tb, err)
	b64 := base64.RawURLEncoding.EncodeToString
	t["phone"], t["lostphone"] = "phone-"+x, "phone-lost-"+x
	var d phone.Device
	w.do(tb, func(tx *db.Tx) error {
		for _, id := range []string{t["lostphone"], t["phone"]} {
			if d, err = phone.Register(ctx, tx, me, phone.RegisterInput{Device: id, Key: b64(point), Label: "Linux; Android 10; K"}); err != nil {
				return err
			}
		}
		return desk.Report(ctx, tx, me, phone.LoseInput{ID: "lose-" + x, Device: t["lostphone"], Why: "gone"})
	})
	op := func(id string, seq int64) phone.Operation {
		body, err := json.Marshal(map[string]any{"household": t["home"], "at": "2019-03-01", "how": "home", "words": words})
		must(tb, err)
		o := phone.Operation{ID: id, Kind: "visit.record", Version: 1, Device: d.ID, Seq: seq, Clock: w.clock.Now().Format(time.RFC3339), Body: body}
		sum := sha256.Sum256(o.Signed(d.ID))
		r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
		must(tb, err)
		var sig [64]byte
		r.FillBytes(sig[:32])
		s.FillBytes(sig[32:])
		o.Sig = b64(sig[:])
		return o
	}
	rs, err := desk.Receive(ctx, w.d, me, d, []phone.Operation{op("held-op-"+x, 1)}, phone.ByPush, "", func(err error) { tb.Error(err) })
	if err != nil || len(rs) != 1 || rs[0].Held == "" {
		tb.Fatal(rs, err)
	}
	t["held"] = rs[0].Held
	line, err := json.Marshal(op("file-op-"+x, 2))
	must(tb, err)
	t["lxbox"] = strings.Join([]string{fmt.Sprintf(`{"format":"lianxin-outbox-1","device":%q,"account":"","key":%q,"made":%q}`, d.ID, b64(point), w.clock.Now().Format(time.RFC3339)), string(line)}, "\n")
}
