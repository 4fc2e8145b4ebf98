package appeal

import (
	"context"
	"fmt"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/deadline"
	"lianxin/internal/rule/lifecycle"
)

// Reminder is something a clock says of a matter: it comes near its day, has
// passed it, has climbed a step of the ladder, or lies on the shelf at the end
// of a quarter.
type Reminder struct {
	Appeal
	Kind string // due_soon, overdue, escalated, shelf_review
}

// machine is the night's own actor: it moves no matter, it only notes how far a
// clock has run.
type machine struct{ county string }

// Trace says that nobody but the clock did this.
func (m machine) Trace() (county, account, roles, door, request string) {
	return m.county, "clock", "", "job", ""
}

// Tick looks at the clocks of one page of matters after a key: it notes the
// step of the ladder each has reached and gives what people are to be reminded
// of. The caller walks on with the key until it is "" and tells people. A day
// that has been ticked twice reminds twice of the same, which notices fold.
func Tick(ctx context.Context, tx *db.Tx, county, after string, today calendar.Day, cal calendar.Calendar) (out []Reminder, next string, err error) {
	const page = 200
	as, err := db.All(ctx, tx, scanner(tx, county), `SELECT `+columns+` FROM appeals a WHERE a.county = $1 AND a.live = TRUE AND a.next_on <= $2 AND a.id > $3 ORDER BY a.id LIMIT $4`,
		county, string(today.Add(maxWarn)), after, page)
	if err != nil {
		return nil, "", err
	}
	rules := map[string]Rules{}
	for _, a := range as {
		next = a.ID
		x, ok := rules[a.Region]
		if !ok {
			if x, err = RulesFor(ctx, tx, county, a.Region, today, cal); err != nil {
				return nil, "", err
			}
			rules[a.Region] = x
		}
		r, err := tick(ctx, tx, county, a, today, x)
		if err != nil {
			return nil, "", err
		}
		if r.Kind != "" {
			out = append(out, r)
		}
	}
	if len(as) < page {
		next = ""
	}
	return out, next, nil
}

// maxWarn is how many days before its day a matter is looked at at all.
const maxWarn = 60

func tick(ctx context.Context, tx *db.Tx, county string, a Appeal, today calendar.Day, x Rules) (Reminder, error) {
	r := Reminder{Appeal: a}
	if !a.State.Running() {
		if today > a.NextOn {
			r.Kind = "overdue" // the call-back
		}
		return r, nil
	}
	day := a.NextOn
	if level := deadline.Level(x.Ladder, day, today, x.Cal); deadline.Higher(level, a.Level) {
		was := a.Level
		a.Level = level
		r.Appeal, r.Kind = a, "escalated"
		if was == "" {
			r.Kind = "overdue"
		}
		if err := write(ctx, tx, county, &a); err != nil {
			return r, err
		}
		audit.Note(tx, machine{county}, "appeal.escalated", "appeal:"+a.ID, a.Region, "level", level)
		return r, step(ctx, tx, machine{county}, a.ID, note{kind: "escalated", before: was, after: level})
	}
	from := a.OpenedOn
	if a.TakenOn != "" {
		from = a.TakenOn
	}
	if a.State != lifecycle.Registered && today <= day && today >= deadline.WarnAt(from, day, x.WarnPercent.Is) {
		r.Kind = "due_soon"
	}
	return r, nil
}

// Shelf gives the shelved matters whose look is due, a page after a key.
func Shelf(ctx context.Context, r db.Reader, county, after string, today calendar.Day) ([]Appeal, string, error) {
	const page = 200
	as, err := db.All(ctx, r, scanner(r, county), `SELECT `+columns+` FROM appeals a WHERE a.county = $1 AND a.state = 'shelved' AND a.next_on <= $2 AND a.id > $3 ORDER BY a.id LIMIT $4`, county, string(today), after, page)
	if err != nil || len(as) < page {
		return as, "", err
	}
	return as, as[len(as)-1].ID, nil
}

// Recount brings the days that lie in a year without a holiday notice up to what
// is known now: they carry the mark while the notice is missing; when it comes,
// counted days are counted again, and those somebody set stay and lose the mark.
func Recount(ctx context.Context, tx *db.Tx, county string, cal calendar.Calendar) (int, error) {
	today := calendar.FromTime(tx.Now)
	// The first year without its notice: what is marked before it waits no longer,
	// what is not marked from it on was set before such days were marked, or its
	// notice was taken back.
	last := today.Year()
	for cal.Holds(last) {
		last++
	}
	as, err := db.All(ctx, tx, scanner(tx, county), `SELECT `+columns+` FROM appeals a WHERE a.county = $1 AND a.live = TRUE AND (a.provisional = TRUE AND a.due_on < $2 OR a.provisional = FALSE AND a.due_on >= $2) ORDER BY a.id LIMIT 5000`, county, fmt.Sprintf("%04d-01-01", last))
	if err != nil {
		return 0, err
	}
	n := 0
	for _, a := range as {
		if !a.State.Running() {
			continue
		}
		x, err := RulesFor(ctx, tx, county, a.Region, today, cal)
		if err != nil {
			return n, err
		}
		was := a
		switch {
		case !a.Provisional:
			a.Provisional, a.fixed = !cal.Holds(a.DueOn.Year()), true
		case a.fixed:
			a.Provisional = !cal.Holds(a.DueOn.Year())
		case !x.recount(&a) || a.DueOn < was.DueOn && a.DueOn < today:
			continue
		}
		if a.Provisional == was.Provisional && a.DueOn == was.DueOn {
			continue
		}
		if a.State != lifecycle.Registered {
			a.NextOn = a.DueOn
		}
		if err := write(ctx, tx, county, &a); err != nil {
			return n, err
		}
		if a.DueOn == was.DueOn {
			continue // only the mark came or went
		}
		if err := step(ctx, tx, machine{county}, a.ID, note{kind: "recounted", before: string(was.DueOn), after: string(a.DueOn)}); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// recount counts a provisional day again: as many working days from the opening
// as it lay away when its year had no notice. ok is false while that is so.
func (x Rules) recount(a *Appeal) bool {
	var before calendar.Calendar
	known := false
	for _, n := range x.Cal.Notices() {
		if n.Year == a.DueOn.Year() {
			known = true
			continue
		}
		before = before.With(n)
	}
	n, err := before.WeekdaysOnly().WorkingDaysBetween(a.OpenedOn, a.DueOn)
	if !known || err != nil {
		return false
	}
	day, announced := deadline.Due(a.OpenedOn, n, x.Cal)
	a.DueOn, a.Provisional = day, !announced
	return announced
}
