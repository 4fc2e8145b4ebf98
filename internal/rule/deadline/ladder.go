package deadline

import (
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
)

// Level is the highest step of a ladder that a matter past its day has reached,
// "" while it is in time. A year without a holiday notice is counted by Monday
// to Friday: a reminder may come a day early, it never fails to come.
func Level(ladder []plan.Rung, due, today calendar.Day, cal calendar.Calendar) string {
	if due == "" || today <= due {
		return ""
	}
	past, err := cal.WeekdaysOnly().WorkingDaysBetween(due, today)
	if err != nil {
		return ""
	}
	level := ""
	for _, g := range ladder {
		if past >= g.After {
			level = g.ID
		}
	}
	return level
}

// Higher reports whether a is a higher step of the ladder than b.
func Higher(a, b string) bool { return height(a) > height(b) }

func height(level string) int {
	for i, l := range plan.Levels {
		if l == level {
			return i + 1
		}
	}
	return 0
}
