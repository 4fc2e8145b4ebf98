// Package workday gives the working days of a county: the holiday notices that
// come with the program, over them the files in the data folder, over them the
// years the county entered itself, and over all the local days off (火把节) it
// announced. A year's notice comes in November before; a new one needs no new
// program.
//
// Nothing is guessed: a year that nobody entered stays missing, and a date that
// leads through it is provisional (rule/deadline). Whoever recounts such dates
// asks [Book.Since] whether anything came in since he last did.
//
// Owns: holiday_years, holiday_days, holiday_marks. Sources: 全国年节及纪念日放假办法
// articles 2, 4 (days of the minorities are set by their areas), 6.
package workday

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"sync"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
)

// Where a year comes from, as message keys workday.from.<code>.
const (
	Shipped = "shipped" // with the program
	Folder  = "folder"  // a file in the data folder
	County  = "county"  // entered by the county
)

// File is a file of the data folder.
type File struct {
	Name string
	Data []byte
}

// Refused is a file that was not taken, with what is wrong with it.
type Refused struct {
	File     string
	Problems []calendar.Problem
}

// Book answers for all counties of an installation. It may be used by many at
// once; a nil Book knows the shipped years only.
type Book struct {
	base    calendar.Calendar
	files   map[int]string // year → the file it comes from
	refused []Refused
	print   string // of everything in base

	mu   sync.Mutex
	kept map[string]kept
}

type kept struct {
	mark string
	cal  calendar.Calendar
}

// New makes a book of the shipped years with files laid over them, in the order
// given. A bad file is left out and told of by [Book.Refused]: the program must
// start all the same, with the year missing instead of wrong.
func New(files ...File) (*Book, error) {
	base, err := calendar.Shipped()
	if err != nil {
		return nil, err
	}
	b := &Book{files: map[int]string{}, kept: map[string]kept{}}
	var ns []calendar.Notice
	for _, f := range files {
		n, ps := calendar.Read(f.Data)
		if len(ps) > 0 {
			b.refused = append(b.refused, Refused{f.Name, ps})
			continue
		}
		ns, b.files[n.Year] = append(ns, n), f.Name
	}
	b.base = base.With(ns...)
	h := sha256.New()
	for _, n := range b.base.Notices() {
		h.Write(calendar.Write(n))
	}
	b.print = hex.EncodeToString(h.Sum(nil)[:8])
	return b, nil
}

// Refused lists the files that were not taken.
func (b *Book) Refused() []Refused {
	if b == nil {
		return nil
	}
	return b.refused
}

// File is the data folder's file a year comes from, "" when there is none.
func (b *Book) File(year int) string {
	if b == nil {
		return ""
	}
	return b.files[year]
}

// Base is the calendar without any county's own entries.
func (b *Book) Base() (calendar.Calendar, error) {
	if b == nil {
		return calendar.Shipped()
	}
	return b.base, nil
}

// Calendar gives the calendar of a county. It is read again only after it has
// changed, which one short question tells.
func (b *Book) Calendar(ctx context.Context, r db.Reader, county string) (calendar.Calendar, error) {
	base, err := b.Base()
	if err != nil {
		return base, err
	}
	mark, err := markOf(ctx, r, county)
	if mark == "" || err != nil {
		return base, err
	}
	if b != nil {
		b.mu.Lock()
		k := b.kept[county]
		b.mu.Unlock()
		if k.mark == mark {
			return k.cal, nil
		}
	}
	ys, err := yearsOf(ctx, r, county)
	if err != nil {
		return base, err
	}
	ds, err := daysOf(ctx, r, county)
	if err != nil {
		return base, err
	}
	var ns []calendar.Notice
	for _, y := range ys {
		ns = append(ns, y.notice)
	}
	var local []calendar.Holiday
	for _, d := range ds {
		local = append(local, d.Holiday)
	}
	cal := base.With(ns...).WithLocal(local)
	if b != nil {
		// Marks are never used twice, so what was read in a transaction that comes
		// to nothing is kept under a mark that nobody will ask for.
		b.mu.Lock()
		b.kept[county] = kept{mark, cal}
		b.mu.Unlock()
	}
	return cal, nil
}

// Since tells whether a county's calendar differs from what it was when the
// answer before was given, and gives the answer to ask with the next time; ""
// asks for the first time. Dates that were counted provisionally, or across a
// day that has become a holiday, are worth counting again when it has changed.
func (b *Book) Since(ctx context.Context, r db.Reader, county, before string) (now string, changed bool, err error) {
	if b != nil {
		now = b.print
	}
	mark, err := markOf(ctx, r, county)
	if err != nil {
		return before, false, err
	}
	now += "." + mark
	return now, now != before, nil
}

// Year is one year that is held.
type Year struct {
	Year      int                `json:"year"`
	Source    string             `json:"source"`
	From      string             `json:"from"`
	File      string             `json:"file,omitempty"`       // of the data folder
	EnteredOn calendar.Day       `json:"entered_on,omitempty"` // by the county
	Off       int                `json:"off"`                  // days off the notices name
	Worked    int                `json:"worked"`               // exchanged working days
	Working   int                `json:"working"`              // working days of the year, local days included
	Days      []calendar.Holiday `json:"days"`
}

// Local is one day a county announced itself.
type Local struct {
	calendar.Holiday
	Reason    string       `json:"reason"`
	EnteredOn calendar.Day `json:"entered_on"`
}

// Held is what a county's calendar is made of.
type Held struct {
	Years   []Year  `json:"years"`             // the newest first
	Missing []int   `json:"missing,omitempty"` // of this year and the next
	Local   []Local `json:"local,omitempty"`
}

// Show lists the years held, those missing, and the local days.
func (b *Book) Show(ctx context.Context, r db.Reader, who access.Actor) (Held, error) {
	var h Held
	if !access.May(who, access.PlanRead) {
		return h, fault.New(fault.Forbidden, "access.not_role")
	}
	cal, err := b.Calendar(ctx, r, who.County())
	if err != nil {
		return h, err
	}
	ys, err := yearsOf(ctx, r, who.County())
	if err != nil {
		return h, err
	}
	own := map[int]year{}
	for _, y := range ys {
		own[y.notice.Year] = y
	}
	if h.Local, err = daysOf(ctx, r, who.County()); err != nil {
		return h, err
	}
	for _, n := range slices.Backward(cal.Notices()) {
		l := Year{Year: n.Year, Source: n.Source, From: Shipped, Days: n.Days}
		if f := b.File(n.Year); f != "" {
			l.From, l.File = Folder, f
		}
		if y, ok := own[n.Year]; ok {
			l.From, l.File, l.EnteredOn = County, "", y.on
		}
		for _, d := range n.Days {
			if d.Off {
				l.Off++
			} else {
				l.Worked++
			}
		}
		if l.Working, err = cal.WorkingDaysIn(n.Year); err != nil {
			return h, err
		}
		h.Years = append(h.Years, l)
	}
	h.Missing = Missing(cal, who.Today())
	return h, nil
}

// Missing gives this year and the next, as far as they are not held.
func Missing(cal calendar.Calendar, today calendar.Day) (out []int) {
	for y := today.Year(); y <= today.Year()+1; y++ {
		if !cal.Holds(y) {
			out = append(out, y)
		}
	}
	return out
}

func markOf(ctx context.Context, r db.Reader, county string) (string, error) {
	mark, err := db.One(ctx, r, db.Text, `SELECT mark FROM holiday_marks WHERE county = $1`, county)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return mark, err
}

type year struct {
	notice calendar.Notice
	on     calendar.Day
}

func yearsOf(ctx context.Context, r db.Reader, county string) ([]year, error) {
	return db.All(ctx, r, func(w db.Row) (y year, err error) {
		var body string
		var n int
		if err := w.Scan(&n, &body, &y.on); err != nil {
			return y, err
		}
		var ps []calendar.Problem
		if y.notice, ps = calendar.Read([]byte(body)); len(ps) > 0 {
			return y, fault.Wrap(ps[0], fault.Conflict, "workday.damaged", "year", strconv.Itoa(n))
		}
		return y, nil
	}, `SELECT year, body, entered_on FROM holiday_years WHERE county = $1 ORDER BY year`, county)
}

func daysOf(ctx context.Context, r db.Reader, county string) ([]Local, error) {
	return db.All(ctx, r, func(w db.Row) (l Local, err error) {
		return l, w.Scan(&l.Date, &l.Name, &l.Off, &l.Reason, &l.EnteredOn)
	}, `SELECT day, name, is_off, reason, entered_on FROM holiday_days WHERE county = $1 ORDER BY day`, county)
}
