package phone_test

import (
	"context"
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
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/phone"
	. "lianxin/internal/work/worktest"
)

const deskDay = calendar.Day("2026-11-23")

func someone(account string, role access.Role, place, cadre string) access.Actor {
	return access.New(access.Identity{Account: account, Cadre: cadre, County: County, Grants: []access.Grant{{Role: role, Region: place}}, Door: access.Page, Request: "test", Today: deskDay})
}

// TestDeskReach: what lies at the desk, the phones and their files are seen and
// handled by their owner and by the office of the township, and by nobody else.
func TestDeskReach(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		ctx := t.Context()
		li, zhao := someone("acc-li", access.Cadre, Qingshi, LiMing), someone("acc-zhao", access.Cadre, Qingshi, ZhaoWei)
		office, other, leader := someone("acc-office", access.Office, Qingshi, ""), someone("acc-other", access.Office, Baihe, ""), someone("acc-leader", access.Leader, Qingshi, "")
		cal, err := calendar.Shipped()
		if err != nil {
			t.Fatal(err)
		}
		book := login.New(d, login.Options{Params: login.Params{Memory: 8, Passes: 1, Lanes: 1}})
		t.Cleanup(func() { _ = book.Close(context.Background()) })
		k := &phone.Desk{Book: book, Say: func(_, key string, _ ...any) string { return key },
			Days: func(context.Context, db.Reader, string) (calendar.Calendar, error) { return cal, nil },
			As:   func(context.Context, db.Reader, string, string, string) (access.Actor, error) { return li, nil }}
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		point, err := key.PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		b64 := base64.RawURLEncoding.EncodeToString
		var dev phone.Device
		do := func(fn func(tx *db.Tx) error) error { clock.Add(time.Minute); return db.Do(ctx, d, fn) }
		if err := do(func(tx *db.Tx) (err error) {
			dev, err = phone.Register(ctx, tx, li, phone.RegisterInput{Device: "device-of-li", Key: b64(point), Label: "Linux; Android 10; K"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		seq := int64(0)
		op := func(id, home, at, words string) phone.Operation {
			seq++
			body, _ := json.Marshal(map[string]any{"household": home, "at": at, "how": "home", "words": words})
			o := phone.Operation{ID: id, Kind: "visit.record", Version: 1, Device: dev.ID, Seq: seq, Clock: clock.Now().Format(time.RFC3339), Body: body}
			sum := sha256.Sum256(o.Signed(dev.ID))
			r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
			if err != nil {
				t.Fatal(err)
			}
			var sig [64]byte
			r.FillBytes(sig[:32])
			s.FillBytes(sig[32:])
			o.Sig = b64(sig[:])
			return o
		}
		rs, err := k.Receive(ctx, d, li, dev, []phone.Operation{op("op-too-old", WangHome, "2019-03-01", "旧话"), op("op-elsewhere", BaiHome, "2019-03-01", "别镇的话")}, phone.ByPush, "", func(err error) { t.Error(err) })
		if err != nil || len(rs) != 2 || rs[0].Held == "" || rs[1].Held == "" {
			t.Fatal(rs, err)
		}
		for _, x := range []struct {
			name          string
			who           access.Actor
			waits, own    int
			sees          bool
			reads, reads2 bool
			phones, of    int
		}{{"li", li, 2, 2, true, true, true, 1, 2}, {"office", office, 2, 0, true, true, false, 0, 2}, {"zhao", zhao, 0, 0, false, false, false, 0, 0}, {"other", other, 0, 0, false, false, false, 0, 0}, {"leader", leader, 0, 0, false, false, false, 0, 0}} {
			n, err := phone.Waiting(ctx, d, x.who)
			m, err2 := phone.OwnWaiting(ctx, d, x.who)
			of, err3 := phone.WaitingOf(ctx, d, x.who)
			ds, err4 := phone.OwnDevices(ctx, d, x.who)
			if err != nil || err2 != nil || err3 != nil || err4 != nil || n != x.waits || m != x.own || of[dev.ID] != x.of || len(ds) != x.phones {
				t.Error(x.name, n, m, of, len(ds), err, err2, err3, err4)
			}
			if _, err := phone.Look(ctx, d, x.who, dev.ID); (err == nil) != x.sees || err != nil && !fault.Is(err, fault.NotFound) {
				t.Error(x.name, "looks:", err)
			}
			for i, want := range []bool{x.reads, x.reads2} {
				h, err := k.HeldShow(ctx, d, x.who, rs[i].Held, "")
				if (err == nil) != x.sees || err != nil && !fault.Is(err, fault.NotFound) {
					t.Error(x.name, "is shown:", err)
				}
				if err == nil {
					if may, err := phone.MayRead(ctx, d, x.who, h); err != nil || may != want {
						t.Error(x.name, i, "reads:", may, err)
					}
				}
			}
			if err := do(func(tx *db.Tx) error {
				_, err := k.Decide(ctx, tx, x.who, phone.DecideInput{ID: "decide-" + x.name, Held: rs[0].Held, Choice: phone.Let})
				return err
			}); x.sees != fault.Is(err, fault.Invalid) || !x.sees && !fault.Is(err, fault.NotFound) {
				t.Error(x.name, "decides:", err)
			}
			if !x.sees {
				if err := do(func(tx *db.Tx) error { return phone.Replace(ctx, tx, x.who, rs[0].Held, "visit:x") }); !fault.Is(err, fault.NotFound) {
					t.Error(x.name, "replaces:", err)
				}
				if err := do(func(tx *db.Tx) error {
					return k.Report(ctx, tx, x.who, phone.LoseInput{ID: "lose-" + x.name, Device: dev.ID, Why: "gone"})
				}); !fault.Is(err, fault.NotFound) {
					t.Error(x.name, "loses:", err)
				}
			}
		}

		// A file: once, whoever of the two brings it, and from nobody else.
		lines := []string{fmt.Sprintf(`{"format":"lianxin-outbox-1","device":%q,"account":"","key":%q,"made":%q}`, dev.ID, b64(point), clock.Now().Format(time.RFC3339))}
		for i := range 60 {
			b, _ := json.Marshal(op(fmt.Sprintf("op-of-file-%03d", i), WangHome, string(deskDay.Add(-1-i%9)), fmt.Sprint("文件", i)))
			lines = append(lines, string(b))
		}
		f, err := phone.ReadFile([]byte(strings.Join(lines, "\r\n")))
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			name        string
			who         access.Actor
			done, again int
			ok          bool
		}{{"zhao", zhao, 0, 0, false}, {"other", other, 0, 0, false}, {"leader", leader, 0, 0, false}, {"office", office, 60, 0, true}, {"li", li, 0, 60, true}} {
			rep, err := k.TakeFile(ctx, d, x.who, f, "", func(err error) { t.Error(err) })
			if (err == nil) != x.ok || rep.Done != x.done || rep.Again != x.again || rep.Held+rep.Bad != 0 {
				t.Error(x.name, rep.Done, rep.Again, rep.Held, rep.Bad, err)
			}
		}
		if n, err := db.One(ctx, d, db.Int, `SELECT COUNT(*) FROM visits WHERE county = $1 AND cadre = $2 AND writer = 'acc-li'`, County, LiMing); err != nil || n != 60 {
			t.Error(n, err)
		}

		// Lost: taken back while it has not heard of it, and not after. What it
		// saved as a file lies at the desk then.
		report := func(id, why string) error {
			return do(func(tx *db.Tx) error {
				return k.Report(ctx, tx, office, phone.LoseInput{ID: id, Device: dev.ID, Why: why})
			})
		}
		found := func(id string) error {
			return do(func(tx *db.Tx) error { return k.Found(ctx, tx, li, phone.FoundInput{ID: id, Device: dev.ID}) })
		}
		if err := found("found-00"); !fault.Is(err, fault.Conflict) {
			t.Error("not lost:", err)
		}
		if err := report("report-0", "whatever"); !fault.Is(err, fault.Invalid) {
			t.Error("a reason of no list:", err)
		}
		if err := report("report-1", "gone"); err != nil {
			t.Error(err)
		}
		if err := found("found-01"); err != nil {
			t.Error(err)
		}
		if err := report("report-2", "stolen"); err != nil {
			t.Error(err)
		}
		if dev, err = phone.Find(ctx, d, County, dev.ID); err != nil || dev.State != phone.Lost || dev.Told() {
			t.Error(dev, err)
		}
		if err := do(func(tx *db.Tx) error { return phone.Tell(ctx, tx, dev) }); err != nil {
			t.Error(err)
		}
		if err := found("found-02"); !fault.Is(err, fault.Conflict) {
			t.Error("wiped, and taken back:", err)
		}
		b, _ := json.Marshal(op("op-after-loss", WangHome, string(deskDay), "谁写的"))
		if f, err = phone.ReadFile([]byte(lines[0] + "\n" + string(b))); err != nil {
			t.Fatal(err)
		}
		if rep, err := k.TakeFile(ctx, d, office, f, "", func(err error) { t.Error(err) }); err != nil || rep.Held != 1 {
			t.Error("of a lost phone:", rep, err)
		}
	})
}

// TestReadFile: what is no file of ours is told plainly.
func TestReadFile(t *testing.T) {
	head := `{"format":"lianxin-outbox-1","device":"device-of-li","account":"a","key":"k","made":"2026-11-23T08:00:00Z"}`
	for _, x := range []struct{ in, want string }{
		{"", "offline.file_empty"}, {" \n ", "offline.file_empty"}, {"PK\x03\x04", "offline.file_not_ours"}, {"{}", "offline.file_not_ours"}, {strings.Replace(head, "outbox-1", "outbox-9", 1), "offline.file_not_ours"},
		{head, "offline.file_nothing"}, {head + "\n\n\n", "offline.file_nothing"}, {strings.Repeat("a", phone.MaxFile+1), "offline.file_huge"}, {head + strings.Repeat("\n1", phone.MaxRecords+1), "offline.file_many"},
	} {
		_, err := phone.ReadFile([]byte(x.in))
		e, ok := err.(*fault.Error)
		if !ok || len(e.Fields) != 1 || e.Fields[0].Key != x.want {
			t.Errorf("%.40q: %v, want %s", x.in, err, x.want)
		}
	}
	f, err := phone.ReadFile([]byte("\xEF\xBB\xBF" + head + "\r\nnot json\r\n{\"id\":\"operation-1\",\"ki"))
	if err != nil || len(f.Lines) != 2 || f.Lines[0].Bad != "offline.line_broken" || f.Lines[1].Bad != "offline.line_cut" || f.Lines[1].N != 3 {
		t.Error(f, err)
	}
}

func FuzzReadFile(f *testing.F) {
	f.Add([]byte(`{"format":"lianxin-outbox-1","device":"device-of-li","account":"a","key":"k","made":""}` + "\n" + `{"id":"operation-1","kind":"visit.record","version":1,"seq":1,"elapsed":0,"clock":"","body":{}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := phone.ReadFile(b)
		if err == nil && (len(x.Lines) == 0 || len(x.Lines) > phone.MaxRecords) {
			t.Error(len(x.Lines))
		}
	})
}
