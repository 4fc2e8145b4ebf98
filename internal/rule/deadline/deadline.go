// Package deadline turns "within so many working days" into a date and says how
// such a date stands today. It decides nothing about people: a date that has
// passed is a reason to look at the matter, not a judgement.
package deadline

import (
	"errors"

	"lianxin/internal/rule/calendar"
)

// Due returns the last day of a time limit: the working day that is
// workingDays after from, from itself not counted.
//
// announced is false when a year on the way has no holiday notice yet (it is
// issued in November for the next year). The day is then counted by Monday to
// Friday, and must be shown as provisional with the message
// "calendar.provisional".
func Due(from calendar.Day, workingDays int, cal calendar.Calendar) (day calendar.Day, announced bool) {
	day, err := cal.AddWorkingDays(from, workingDays)
	var missing calendar.ErrNoCalendar
	if errors.As(err, &missing) {
		day, _ = cal.WeekdaysOnly().AddWorkingDays(from, workingDays)
		return day, false
	}
	return day, err == nil
}

// WarnAt returns the day from which a time limit is drawn to the person's
// attention: when percent of its days have passed (the plans' packs use 80).
func WarnAt(from, due calendar.Day, percent int) calendar.Day {
	return from.Add(due.Sub(from) * percent / 100)
}

// Standing is how a date stands today.
type Standing string

// The three standings; the texts are "calendar.due.open" and so on.
const (
	Open    Standing = "open"
	Soon    Standing = "soon"
	Overdue Standing = "overdue"
)

// Status is a standing with the days left: 0 on the day itself, negative after
// it.
type Status struct {
	Standing Standing `json:"standing"`
	Left     int      `json:"left"`
}

// Key is the message for the status; its argument {days} is the days left, or
// the days passed when overdue.
func (s Status) Key() string { return "calendar.due." + string(s.Standing) }

// State says how the due day stands today. From warnAt on it is soon, after the
// due day overdue; the due day itself is still in time. An empty warnAt gives
// no warning.
func State(due, today, warnAt calendar.Day) Status {
	left := due.Sub(today)
	switch {
	case left < 0:
		return Status{Overdue, left}
	case warnAt != "" && today >= warnAt:
		return Status{Soon, left}
	}
	return Status{Open, left}
}
