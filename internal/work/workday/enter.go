package workday

import (
	"context"
	"strconv"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// The longest local holiday, its name's and its reason's lengths.
const (
	MaxSpan   = 15
	MaxReason = 200
)

// EnterInput is a year's file as it was sent.
type EnterInput struct {
	ID   string `json:"id"` // operation id
	Text string `json:"text"`
}

// Enter takes a year's notice for the county in place of the one held.
func (b *Book) Enter(ctx context.Context, tx *db.Tx, who access.Actor, in EnterInput) (Year, error) {
	out, _, err := once.Do(ctx, tx, who, "workday.enter", in.ID, in, func() (Year, error) {
		if err := may(who); err != nil {
			return Year{}, err
		}
		n, ps := calendar.Read([]byte(in.Text))
		var f fault.Fields
		for _, p := range ps {
			f.Add("file", p.Key, p.Args...)
		}
		today := calendar.FromTime(tx.Now)
		if len(ps) == 0 {
			f.Check(n.Year >= 2007 && n.Year <= today.Year()+2, "file", "workday.year_far", "year", strconv.Itoa(n.Year), "from", "2007", "to", strconv.Itoa(today.Year()+2))
		}
		if err := f.Err(); err != nil {
			return Year{}, err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO holiday_years (county, year, body, author, entered_on) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (county, year) DO UPDATE SET body = excluded.body, author = excluded.author, entered_on = excluded.entered_on`,
			who.County(), n.Year, string(calendar.Write(n)), who.Account(), string(today)); err != nil {
			return Year{}, err
		}
		audit.Note(tx, who, "calendar.enter", "holidays:"+strconv.Itoa(n.Year), region.PathOf(who.County()), "source", n.Source, "days", len(n.Days))
		return Year{Year: n.Year, Source: n.Source, From: County, EnteredOn: today, Days: n.Days}, changed(ctx, tx, who)
	})
	return out, err
}

// Drop takes back a year the county entered; what the program or the data
// folder holds counts again.
func (b *Book) Drop(ctx context.Context, tx *db.Tx, who access.Actor, op string, year int) error {
	_, _, err := once.Do(ctx, tx, who, "workday.drop", op, year, func() (int, error) {
		if err := may(who); err != nil {
			return 0, err
		}
		n, err := tx.Exec(ctx, `DELETE FROM holiday_years WHERE county = $1 AND year = $2`, who.County(), year)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			return 0, fault.New(fault.NotFound, "fault.not_found")
		}
		audit.Note(tx, who, "calendar.drop", "holidays:"+strconv.Itoa(year), region.PathOf(who.County()))
		return year, changed(ctx, tx, who)
	})
	return err
}

// LocalInput is a holiday the county or its prefecture announced, or the days
// worked in exchange for it.
type LocalInput struct {
	ID     string       `json:"id"` // operation id
	Name   string       `json:"name"`
	From   calendar.Day `json:"from"`
	To     calendar.Day `json:"to"`     // "" for one day
	Worked bool         `json:"worked"` // the days are worked instead of off
	Reason string       `json:"reason"` // the document that says so
}

// AddLocal enters local days.
func (b *Book) AddLocal(ctx context.Context, tx *db.Tx, who access.Actor, in LocalInput) ([]Local, error) {
	out, _, err := once.Do(ctx, tx, who, "workday.local", in.ID, in, func() ([]Local, error) {
		if err := may(who); err != nil {
			return nil, err
		}
		if in.To == "" {
			in.To = in.From
		}
		in.Name, in.Reason = strings.TrimSpace(in.Name), strings.TrimSpace(in.Reason)
		today := calendar.FromTime(tx.Now)
		first, last := calendar.FirstOf(today.Year()-1), calendar.LastOf(today.Year()+2)
		var f fault.Fields
		f.Check(in.Name != "", "name", "workday.name_needed")
		f.Check(len([]rune(in.Name)) <= calendar.MaxName, "name", "fault.too_long", "n", calendar.MaxName)
		f.Check(in.Reason != "", "reason", "workday.reason_needed")
		f.Check(len([]rune(in.Reason)) <= MaxReason, "reason", "fault.too_long", "n", MaxReason)
		from := in.From.Valid() && in.From >= first && in.From <= last
		f.Check(from, "from", "workday.from_bad", "from", string(first), "to", string(last))
		if from {
			f.Check(in.To.Valid() && in.To >= in.From && in.To.Sub(in.From) < MaxSpan, "to", "workday.to_bad", "n", MaxSpan)
		}
		if err := f.Err(); err != nil {
			return nil, err
		}
		cal, err := b.Calendar(ctx, tx, who.County())
		if err != nil {
			return nil, err
		}
		cal = cal.WeekdaysOnly()
		held, err := daysOf(ctx, tx, who.County())
		if err != nil {
			return nil, err
		}
		taken := map[calendar.Day]string{}
		for _, l := range held {
			taken[l.Date] = l.Name
		}
		differs := false
		var out []Local
		for d := in.From; d <= in.To; d = d.Add(1) {
			work, err := cal.IsWorkingDay(d)
			if err != nil {
				return nil, err
			}
			if name := taken[d]; name != "" {
				f.Add("from", "workday.day_taken", "day", d, "name", name)
			} else if in.Worked && work {
				f.Add("from", "workday.worked_anyway", "day", d)
			}
			differs = differs || work != in.Worked
			out = append(out, Local{Holiday: calendar.Holiday{Name: in.Name, Date: d, Off: !in.Worked}, Reason: in.Reason, EnteredOn: today})
		}
		if len(f) == 0 && !differs {
			f.Add("from", "workday.off_anyway")
		}
		if err := f.Err(); err != nil {
			return nil, err
		}
		for _, l := range out {
			if _, err := tx.Exec(ctx, `INSERT INTO holiday_days (county, day, name, is_off, reason, author, entered_on) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
				who.County(), string(l.Date), l.Name, l.Off, l.Reason, who.Account(), string(today)); err != nil {
				return nil, err
			}
		}
		audit.Note(tx, who, "calendar.local", "holidays:"+string(in.From), region.PathOf(who.County()), "name", in.Name, "to", string(in.To), "worked", in.Worked, "reason", in.Reason)
		return out, changed(ctx, tx, who)
	})
	return out, err
}

// DropLocal takes back one local day.
func (b *Book) DropLocal(ctx context.Context, tx *db.Tx, who access.Actor, op string, day calendar.Day) error {
	_, _, err := once.Do(ctx, tx, who, "workday.drop_local", op, day, func() (calendar.Day, error) {
		if err := may(who); err != nil {
			return "", err
		}
		n, err := tx.Exec(ctx, `DELETE FROM holiday_days WHERE county = $1 AND day = $2`, who.County(), string(day))
		if err != nil {
			return "", err
		}
		if n == 0 {
			return "", fault.New(fault.NotFound, "fault.not_found")
		}
		audit.Note(tx, who, "calendar.drop_local", "holidays:"+string(day), region.PathOf(who.County()))
		return day, changed(ctx, tx, who)
	})
	return err
}

// may asks for the county: its calendar binds every township of it.
func may(who access.Actor) error {
	return scope.Can(who, access.CalendarChange, region.PathOf(who.County()), false)
}

// changed gives the county's calendar a new mark, so that everybody reads it
// again.
func changed(ctx context.Context, tx *db.Tx, who access.Actor) error {
	_, err := tx.Exec(ctx, `INSERT INTO holiday_marks (county, mark) VALUES ($1, $2) ON CONFLICT (county) DO UPDATE SET mark = excluded.mark`, who.County(), tx.NewID())
	return err
}
