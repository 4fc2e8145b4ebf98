// Package paper makes the programme's papers: contact cards and wall stickers, the visit
// diary, the ledger's registers, handover sheets, registration cards, activation slips.
//
// Each paper is a pure function from a plain struct to a document, a page or rows; the
// caller has decided beforehand what this reader may see and whether phones are masked.
// Papers that reach a household (card, sticker) have no field for care tags, health,
// income or ID numbers, so none can be printed by mistake, and their code holds nothing but
// an address with a token.
//
// Times are shown in the zone they carry; callers pass them in the county's zone.
package paper

import (
	"fmt"
	"strconv"
	"time"
)

// Person is an official as papers name him or her.
type Person struct {
	Name  string
	Unit  string
	Post  string
	Phone string
}

// FieldError says that a paper cannot be made from a record. Index counts records from 0;
// Ref is the record's own number, for the clerk; Field is the struct's field name.
type FieldError struct {
	Index int
	Ref   string
	Field string
	Why   string // message key: paper.missing or paper.badcode
}

// Error tells which record and field; the field's content stays out of it.
func (e *FieldError) Error() string {
	return fmt.Sprintf("paper: record %d (%s): %s: %s", e.Index+1, e.Ref, e.Field, e.Why)
}

// The reasons a FieldError can have, and the one for a *pdf.MissingError; texts are in
// ui/lang with {record}, {ref} and {field}, or {signs}. The field's name is under
// "paper.field." and Field.
const (
	WhyMissing    = "paper.missing"
	WhyBadCode    = "paper.badcode"
	WhyCannotDraw = "paper.cannot_draw"
)

// date writes a day as official papers do, 2026年3月5日, without zero padding
// (GB/T 9704-2012, 7.3.5.4). The zero time is an empty field.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), int(t.Month()), t.Day())
}

// shortDate is the ledger's form, 2026-03-05 (GB/T 7408): narrow, and sortable in a sheet.
func shortDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02")
}

var weekdays = [...]string{"日", "一", "二", "三", "四", "五", "六"}

// moment writes day, weekday and time of day: 2026年3月5日（星期四）15:20. A time of exactly
// midnight means that only the day is known.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	s := date(t) + "（星期" + weekdays[t.Weekday()] + "）"
	if t.Hour() != 0 || t.Minute() != 0 {
		s += t.Format("15:04")
	}
	return s
}

// period writes a span of days; an open end is 至今.
func period(from, to time.Time) string {
	switch {
	case from.IsZero() && to.IsZero():
		return ""
	case to.IsZero():
		return date(from) + "至今"
	}
	return date(from) + "—" + date(to)
}

// blankDate is the place to write a date by hand.
const blankDate = "　　　年　月　日"

func dateOrBlank(t time.Time) string {
	if t.IsZero() {
		return blankDate
	}
	return date(t)
}

// count writes a number, nothing for zero: an empty field is easier to fill by hand.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// grouped writes a mobile number as people read it aloud, 138 0000 1234; other numbers
// stay as they were given.
func grouped(phone string) string {
	if len(phone) != 11 || phone[0] != '1' {
		return phone
	}
	for _, r := range phone {
		if r < '0' || r > '9' {
			return phone
		}
	}
	return phone[:3] + " " + phone[3:7] + " " + phone[7:]
}
