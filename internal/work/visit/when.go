package visit

import (
	"time"

	"lianxin/internal/rule/arrival"
	"lianxin/internal/rule/calendar"
)

// readAt reads the day and, when it was said, the time of a visit. A time with
// a zone is carried over to Beijing time; one without is meant there.
func readAt(s string, now time.Time) (day calendar.Day, clock string, ok bool) {
	if s == "" {
		t := now.In(calendar.China())
		return calendar.FromTime(t), t.Format("15:04"), true
	}
	if d := calendar.Day(s); d.Valid() {
		return d, "", true
	}
	// What the forms and the phone send, read without a failure made for each
	// other spelling first.
	if len(s) == 16 && (s[10] == 'T' || s[10] == ' ') && s[13] == ':' {
		d, h, m := calendar.Day(s[:10]), s[11:13], s[14:]
		if d.Valid() && digits(h) && digits(m) && h < "24" && m < "60" {
			return d, s[11:], true
		}
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		t = t.In(calendar.China())
		return calendar.FromTime(t), t.Format("15:04"), true
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, calendar.China()); err == nil {
			return calendar.FromTime(t), t.Format("15:04"), true
		}
	}
	return "", "", false
}

// grace is how far a clock may be ahead of ours before its time is refused; the
// phone's way moves times by the same measure (rule/arrival).
const grace = arrival.Drift

// ahead reports whether a day and time lie later than now, with the grace.
func ahead(day calendar.Day, clock string, now time.Time) bool {
	late := now.In(calendar.China()).Add(grace)
	last := calendar.FromTime(late)
	return day > last || clock != "" && day == last && clock > late.Format("15:04")
}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
