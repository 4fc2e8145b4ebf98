// Package arrival judges what a phone says about records it kept while it was
// without signal: when a record was made, which times in it must be moved
// because the phone's clock was wrong, and what differs between two pictures of
// the same scope.
//
// Order is never taken from a device (security SYNC-3): its clock is a claim,
// the server's own clock minus the time that passed is what is reckoned with.
//
// Sources: issue 4 items 4 and 6; security SYNC-3, SYNC-5.
package arrival

import (
	"cmp"
	"slices"
	"time"

	"lianxin/internal/rule/calendar"
)

// Drift is how far a phone's clock may be off before times typed against it are
// moved.
const Drift = 10 * time.Minute

// Marks a record can carry, as message keys offline.mark.<code>.
const (
	Cut     = "cut"     // the time that passed cannot be; it was cut to what is possible
	Moved   = "moved"   // the clock was wrong; times in the record were moved
	NoClock = "noclock" // the clock's claim cannot be read
	Chain   = "chain"   // the signature before it is another one than the record says
	Gap     = "gap"     // a record before it never came
	Unsure  = "unsure"  // its signature does not fit the device's key
)

// Marks lists all marks.
var Marks = []string{Cut, Moved, NoClock, Chain, Gap, Unsure}

// Claim is what a device says about one record.
type Claim struct {
	Elapsed int64  // milliseconds since it was saved
	Clock   string // RFC 3339, when it was saved by the device's clock
}

// Moment is when a record was made, and by how much its times are moved.
type Moment struct {
	Saved time.Time
	Clock time.Time // the device's claim; Saved where it cannot be read
	Shift time.Duration
	Marks []string
}

// Judge reckons the moment of saving. known is since when the device is known:
// it cannot have saved anything before.
func Judge(received time.Time, c Claim, known time.Time) Moment {
	m := Moment{Saved: received}
	longest := max(received.Sub(known), 0)
	switch d := time.Duration(c.Elapsed) * time.Millisecond; {
	case c.Elapsed < 0:
		m.Marks = append(m.Marks, Cut)
	case c.Elapsed > longest.Milliseconds(): // before the multiplication can run over
		m.Saved, m.Marks = received.Add(-longest), append(m.Marks, Cut)
	default:
		m.Saved = received.Add(-d)
	}
	t, err := time.Parse(time.RFC3339, c.Clock)
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		m.Clock, m.Marks = m.Saved, append(m.Marks, NoClock)
		return m
	}
	m.Clock = t
	if d := m.Saved.Sub(t); d > Drift || d < -Drift {
		m.Shift, m.Marks = d, append(m.Marks, Moved)
	}
	return m
}

// Again is the moment of a record that was judged before.
func Again(saved, shift int64) Moment {
	m := Moment{Saved: time.UnixMilli(saved).UTC(), Shift: time.Duration(shift) * time.Millisecond}
	m.Clock = m.Saved.Add(-m.Shift)
	return m
}

// Time moves a time of the record: "" is the moment of saving, a day stays as
// many days before it as it was, an hour keeps its distance. What is no time is
// left for the use case to refuse.
func (m Moment) Time(s string) string {
	if s == "" {
		return local(m.Saved)
	}
	if m.Shift == 0 {
		return s
	}
	if d := calendar.Day(s); d.Valid() {
		return string(m.Day(d))
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return local(t.Add(m.Shift))
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, calendar.China()); err == nil {
			return local(t.Add(m.Shift))
		}
	}
	return s
}

func local(t time.Time) string { return t.In(calendar.China()).Format("2006-01-02T15:04") }

// Day moves a day by as many days as lie between what the device took for today
// and the day it was.
func (m Moment) Day(d calendar.Day) calendar.Day {
	if m.Shift == 0 || d == "" || !d.Valid() {
		return d
	}
	return d.Add(calendar.FromTime(m.Saved).Sub(calendar.FromTime(m.Clock)))
}

// Monday moves a Monday by whole weeks.
func (m Moment) Monday(d calendar.Day) calendar.Day {
	if m.Shift == 0 || d == "" || !d.Valid() {
		return d
	}
	return d.Add(monday(calendar.FromTime(m.Saved)).Sub(monday(calendar.FromTime(m.Clock))))
}

func monday(d calendar.Day) calendar.Day { return d.Add(-(int(d.Weekday()) + 6) % 7) }

// Diff tells what must be put and what is gone to make the picture old into the
// picture now; both map keys to hashes. The keys come in order.
func Diff(old, now map[string]string) (put, gone []string) {
	for k, h := range now {
		if had, ok := old[k]; !ok || had != h {
			put = append(put, k)
		}
	}
	for k := range old {
		if _, ok := now[k]; !ok {
			gone = append(gone, k)
		}
	}
	slices.SortFunc(put, cmp.Compare[string])
	slices.SortFunc(gone, cmp.Compare[string])
	return put, gone
}

// Today is the day of saving.
func (m Moment) Today() calendar.Day {
	if m.Saved.IsZero() {
		return ""
	}
	return calendar.FromTime(m.Saved)
}
