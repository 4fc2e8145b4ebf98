package workday_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/deadline"
	"lianxin/internal/work/workday"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

// next is an invented arrangement for 2027: no notice for that year is shipped.
const next = `{"year": 2027, "source": "演示用，不是国务院办公厅的通知", "days": [
 {"name": "元旦", "date": "2027-01-01", "off": true},
 {"name": "元旦", "date": "2027-01-04", "off": true},
 {"name": "元旦", "date": "2027-01-09", "off": false},
 {"name": "劳动节", "date": "2027-05-01", "off": true},
 {"name": "国庆节", "date": "2027-10-01", "off": true},
 {"name": "国庆节", "date": "2027-10-02", "off": true},
 {"name": "国庆节", "date": "2027-10-03", "off": true}]}`

func admin() access.Actor { return Who(access.CountyAdmin, Root, "", today) }

func do[T any](t *testing.T, d *db.DB, fn func(tx *db.Tx) (T, error)) (T, error) {
	t.Helper()
	return db.Write(context.Background(), d, fn)
}

func keys(err error) (out []string) {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		for _, f := range e.Fields {
			out = append(out, f.Name+"="+f.Key)
		}
	}
	return out
}

func book(t *testing.T, files ...workday.File) *workday.Book {
	t.Helper()
	b, err := workday.New(files...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A county enters next year's notice: a limit that leads into it is no longer
// provisional, another county's stays so, and taking it back brings that back.
func TestEnterYear(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		Seed(t, d)
		b := book(t)
		due := func(county string) (calendar.Day, bool) {
			cal, err := b.Calendar(ctx, d, county)
			if err != nil {
				t.Fatal(err)
			}
			return deadline.Due("2026-12-30", 5, cal)
		}
		if day, announced := due(County); day != "2027-01-06" || announced {
			t.Fatalf("before: %s %v", day, announced)
		}
		was, changed, err := b.Since(ctx, d, County, "")
		if err != nil || !changed {
			t.Fatal(changed, err)
		}
		y, err := do(t, d, func(tx *db.Tx) (workday.Year, error) {
			return b.Enter(ctx, tx, admin(), workday.EnterInput{ID: "op-enter-2027", Text: next})
		})
		if err != nil || y.Year != 2027 {
			t.Fatal(y, err)
		}
		if day, announced := due(County); day != "2027-01-08" || !announced {
			t.Fatalf("after: %s %v", day, announced)
		}
		if day, announced := due("990102"); day != "2027-01-06" || announced {
			t.Fatalf("another county: %s %v", day, announced)
		}
		now, changed, err := b.Since(ctx, d, County, was)
		if err != nil || !changed {
			t.Fatal("nobody hears of the new year", err)
		}
		if _, changed, _ := b.Since(ctx, d, County, now); changed {
			t.Fatal("it is told twice")
		}
		h, err := b.Show(ctx, d, admin())
		if err != nil || len(h.Missing) != 0 || h.Years[0].Year != 2027 || h.Years[0].From != workday.County || h.Years[0].Off != 6 || h.Years[0].Worked != 1 || h.Years[1].From != workday.Shipped || h.Years[1].Working != 248 {
			t.Fatalf("%+v %v", h.Years[:2], err)
		}
		if err := db.Do(ctx, d, func(tx *db.Tx) error { return b.Drop(ctx, tx, admin(), "op-drop-2027", 2027) }); err != nil {
			t.Fatal(err)
		}
		if day, announced := due(County); day != "2027-01-06" || announced {
			t.Fatalf("taken back: %s %v", day, announced)
		}
		if h, err = b.Show(ctx, d, admin()); err != nil || len(h.Missing) == 0 || h.Missing[len(h.Missing)-1] != h.Years[0].Year+1 {
			t.Fatalf("missing %v, %v", h.Missing, err)
		}
		if err := db.Do(ctx, d, func(tx *db.Tx) error { return b.Drop(ctx, tx, admin(), "op-drop-again", 2027) }); !fault.Is(err, fault.NotFound) {
			t.Fatalf("dropped twice: %v", err)
		}
	})
}

// What is read in a transaction that comes to nothing must not be kept.
func TestUndoneIsForgotten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		Seed(t, d)
		b := book(t)
		stop := errors.New("stop")
		err := db.Do(ctx, d, func(tx *db.Tx) error {
			if _, err := b.Enter(ctx, tx, admin(), workday.EnterInput{ID: "op-enter-undone", Text: next}); err != nil {
				return err
			}
			cal, err := b.Calendar(ctx, tx, County)
			if err != nil || !cal.Holds(2027) {
				t.Errorf("inside: %v", err)
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		if cal, err := b.Calendar(ctx, d, County); err != nil || cal.Holds(2027) {
			t.Errorf("outside 2027 is held: %v", err)
		}
	})
}

func TestRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		Seed(t, d)
		b := book(t)
		enter := func(who access.Actor, text string) error {
			_, err := do(t, d, func(tx *db.Tx) (workday.Year, error) {
				return b.Enter(ctx, tx, who, workday.EnterInput{ID: d.NewID(), Text: text})
			})
			return err
		}
		for _, x := range []struct{ text, want string }{
			{"", "file=calendar.file.form"},
			{strings.Replace(next, "2027-05-01", "2027-05-32", 1), "file=calendar.file.date"},
			{strings.ReplaceAll(next, "2027", "2006"), "file=calendar.file.weekday"},
			{strings.ReplaceAll(next, "2027", "2040"), "file="},
		} {
			if got := keys(enter(admin(), x.text)); len(got) == 0 || !strings.HasPrefix(got[0], x.want) {
				t.Errorf("%.40q: %v, want %s", x.text, got, x.want)
			}
		}
		for _, who := range []access.Actor{Office(today), Who(access.Cadre, Qingshi, LiMing, today), Who(access.SysAdmin, Root, "", today), Who(access.Leader, Qingshi, "", today)} {
			if err := enter(who, next); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
				t.Errorf("%v enters a year: %v", who.Account(), err)
			}
		}
		if _, err := b.Show(ctx, d, Who(access.Auditor, Root, "", today)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the auditor reads the calendar: %v", err)
		}
		if _, err := b.Show(ctx, d, Who(access.Cadre, Qingshi, LiMing, today)); err != nil {
			t.Errorf("an official may know what he is counted by: %v", err)
		}
		now := calendar.FromTime(d.Now())
		local := func(in workday.LocalInput) []string {
			in.ID = d.NewID()
			_, err := do(t, d, func(tx *db.Tx) ([]workday.Local, error) { return b.AddLocal(ctx, tx, admin(), in) })
			return keys(err)
		}
		monday := now.Add(7)
		for monday.Weekday() != time.Monday {
			monday = monday.Add(1)
		}
		for want, in := range map[string]workday.LocalInput{
			"name=workday.name_needed":     {From: monday, Reason: "x"},
			"reason=workday.reason_needed": {From: monday, Name: "x", Reason: " "},
			"from=workday.from_bad":        {From: "1999-01-01", Name: "x", Reason: "x"},
			"to=workday.to_bad":            {From: monday, To: monday.Add(-1), Name: "x", Reason: "x"},
			"from=workday.worked_anyway":   {From: "2026-11-23", Name: "x", Reason: "x", Worked: true},
			"from=workday.off_anyway":      {From: "2026-10-01", To: "2026-10-03", Name: "x", Reason: "x"},
		} {
			if got := local(in); len(got) != 1 || got[0] != want {
				t.Errorf("%+v: %v, want %s", in, got, want)
			}
		}
	})
}

// 凉山州 closes for 火把节 and works a Sunday for it (凉府办发〔2010〕31号 did so in
// 2011): the county enters both, each day once.
func TestLocalDays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		Seed(t, d)
		b := book(t)
		add := func(in workday.LocalInput) error {
			in.ID, in.Reason = d.NewID(), "州政府办公室通知"
			_, err := do(t, d, func(tx *db.Tx) ([]workday.Local, error) { return b.AddLocal(ctx, tx, admin(), in) })
			return err
		}
		if err := add(workday.LocalInput{Name: "火把节", From: "2026-08-06", To: "2026-08-12"}); err != nil {
			t.Fatal(err)
		}
		if err := add(workday.LocalInput{Name: "火把节", From: "2026-08-16", Worked: true}); err != nil {
			t.Fatal(err)
		}
		if got := keys(add(workday.LocalInput{Name: "彝族年", From: "2026-08-12", To: "2026-08-13"})); len(got) != 1 || got[0] != "from=workday.day_taken" {
			t.Errorf("a day twice: %v", got)
		}
		cal, err := b.Calendar(ctx, d, County)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := cal.WorkingDaysIn(2026); err != nil || n != 248-5+1 {
			t.Errorf("%d working days, %v", n, err)
		}
		if due, announced := deadline.Due("2026-08-05", 3, cal); due != "2026-08-16" && due != "2026-08-17" || !announced {
			t.Errorf("three days on: %s %v", due, announced)
		}
		h, err := b.Show(ctx, d, Office(today))
		if err != nil || len(h.Local) != 8 || h.Local[0].Date != "2026-08-06" || h.Local[0].Reason != "州政府办公室通知" {
			t.Fatalf("%+v %v", h.Local, err)
		}
		if err := db.Do(ctx, d, func(tx *db.Tx) error { return b.DropLocal(ctx, tx, admin(), d.NewID(), "2026-08-06") }); err != nil {
			t.Fatal(err)
		}
		if cal, err = b.Calendar(ctx, d, County); err != nil {
			t.Fatal(err)
		}
		if work, _ := cal.IsWorkingDay("2026-08-06"); !work {
			t.Error("a day that was taken back is still off")
		}
		if work, _ := cal.IsWorkingDay("2026-08-07"); work {
			t.Error("its neighbour is gone too")
		}
	})
}

// A file in the data folder lies over the program's year; a bad one is left out
// and told of; nothing of it needs a database.
func TestFolder(t *testing.T) {
	b := book(t, workday.File{Name: "2027.json", Data: []byte(next)}, workday.File{Name: "bad.json", Data: []byte(strings.Replace(next, "2027-01-04", "2027-13-04", 1))})
	if r := b.Refused(); len(r) != 1 || r[0].File != "bad.json" || r[0].Problems[0].Line != 3 {
		t.Errorf("%+v", r)
	}
	cal, err := b.Base()
	if err != nil || !cal.Holds(2027) {
		t.Fatal(err)
	}
	if work, err := cal.IsWorkingDay("2027-01-04"); work || err != nil {
		t.Error(work, err)
	}
	var none *workday.Book
	if cal, err := none.Base(); err != nil || !cal.Holds(2026) || cal.Holds(2027) || none.Refused() != nil {
		t.Error("a nil book knows the shipped years")
	}
}
