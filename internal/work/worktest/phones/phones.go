// Package phones gives the officials of the test world phones and records that
// lie in 待核处. It is apart from worktest because what a phone is told is made of
// figures, whose own tests use worktest.
package phones

import (
	"context"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/phone"
	"lianxin/internal/work/worktest"
)

// Give adds to worktest.Fill a phone for an official of each township.
func Give(tb testing.TB, d *db.DB) {
	tb.Helper()
	today := calendar.FromTime(d.Now())
	give(tb, d, "-q", worktest.Qingshi, worktest.Who(access.Cadre, worktest.Qingshi, worktest.LiMing, today), worktest.WangHome)
	give(tb, d, "-b", worktest.Baihe, worktest.Who(access.Cadre, worktest.Baihe, worktest.SunYue, today), worktest.BaiHome)
}

// give gives an official a phone, and one record of it that a rule refuses.
func give(tb testing.TB, d *db.DB, x, town string, who access.Actor, home string) {
	tb.Helper()
	ctx := context.Background()
	dev, err := db.Write(ctx, d, func(tx *db.Tx) (phone.Device, error) {
		return phone.Register(ctx, tx, who, phone.RegisterInput{Device: "device-of-official" + x, Label: "Android"})
	})
	if err != nil {
		tb.Fatal(err)
	}
	desk := &phone.Desk{Say: func(_, key string, _ ...any) string { return key }, Days: func(context.Context, db.Reader, string) (calendar.Calendar, error) { return calendar.Shipped() }}
	rs, err := desk.Receive(ctx, d, who, dev, []phone.Operation{{ID: "op-of-phone" + x, Kind: "visit.record", Version: 1, Seq: 1, Clock: d.Now().Format("2006-01-02T15:04:05Z07:00"),
		Body: phone.Body(`{"household":"` + home + `","how":"nohow","words":"下雨路滑没写完"}`)},
		{ID: "op-of-drop" + x, Kind: "visit.record", Version: 1, Seq: 2, Body: phone.Body(`{"household":"` + home + `","how":"drone","words":"下雨路滑没写完"}`)}}, phone.ByPush, "", nil)
	if err != nil {
		tb.Fatal(err)
	}
	if len(rs) != 2 || rs[0].Status != phone.Held || rs[1].Status != phone.Held {
		tb.Fatalf("%+v", rs)
	}
	if err := db.Do(ctx, d, func(tx *db.Tx) error {
		_, err := desk.Decide(ctx, tx, worktest.Who(access.Office, town, "", who.Today()), phone.DecideInput{ID: "decide-one" + x, Held: rs[1].Held, Choice: phone.Drop, Words: "问过本人已经补记"})
		return err
	}); err != nil {
		tb.Fatal(err)
	}
}
