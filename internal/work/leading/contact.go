package leading

import (
	"context"
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

// Contact is how a township's office is reached: where it sits, its number, and
// the number for complaints (监督电话). Cards and papers print them.
type Contact struct {
	Region    string       `json:"region"`
	Seat      string       `json:"seat,omitempty"` // 设在镇组织办
	Phone     string       `json:"phone,omitempty"`
	Complaint string       `json:"complaint,omitempty"`
	Day       calendar.Day `json:"day,omitempty"` // set on
}

// ContactInput sets how the office is reached. An empty number is no number.
type ContactInput struct {
	ID        string `json:"id"` // operation id
	Region    string `json:"region"`
	Seat      string `json:"seat"`
	Phone     string `json:"phone"`
	Complaint string `json:"complaint"`
}

// SetContact sets the office's numbers; the former ones are kept. Cards printed
// with another number become stale by themselves (A10).
func SetContact(ctx context.Context, tx *db.Tx, who access.Actor, in ContactInput) (Contact, error) {
	c, _, err := once.Do(ctx, tx, who, "leading.contact", in.ID, in, func() (Contact, error) {
		if err := change(who, in.Region); err != nil {
			return Contact{}, err
		}
		county := who.County()
		c := Contact{Region: in.Region, Seat: strings.TrimSpace(in.Seat), Day: calendar.FromTime(tx.Now)}
		var f fault.Fields
		f.Check(len([]rune(c.Seat)) <= maxTitle, "seat", "fault.too_long", "n", maxTitle)
		c.Phone, c.Complaint = number(&f, "phone", in.Phone), number(&f, "complaint", in.Complaint)
		if err := f.Err(); err != nil {
			return Contact{}, err
		}
		row := tx.NewID()
		_, err := tx.Exec(ctx, `INSERT INTO leading_contacts (county, id, region, seat, phone, complaint, day, at, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			county, row, c.Region, c.Seat, seal(tx, county, "leading_contacts", row, "phone", c.Phone), seal(tx, county, "leading_contacts", row, "complaint", c.Complaint), string(c.Day), tx.Now.UnixMilli(), who.Account())
		audit.Note(tx, who, "leading.contact", "region:"+in.Region, in.Region)
		return c, err
	})
	return c, err
}

func contacts(ctx context.Context, r db.Reader, county, town, limit string) ([]Contact, error) {
	return db.All(ctx, r, func(w db.Row) (c Contact, err error) {
		var row string
		if err = w.Scan(&row, &c.Region, &c.Seat, &c.Phone, &c.Complaint, &c.Day); err != nil {
			return c, err
		}
		if c.Phone, err = open(r, county, "leading_contacts", row, "phone", c.Phone); err != nil {
			return c, err
		}
		c.Complaint, err = open(r, county, "leading_contacts", row, "complaint", c.Complaint)
		return c, err
	}, `SELECT id, region, seat, phone, complaint, day FROM leading_contacts WHERE county = $1 AND region = $2 ORDER BY at DESC, id DESC LIMIT `+limit, county, town)
}

// ContactOf gives the numbers in force, for cards and papers; nothing is set in
// a Contact without numbers. It asks nobody: they are made to be told.
func ContactOf(ctx context.Context, r db.Reader, county, town string) (Contact, error) {
	cs, err := contacts(ctx, r, county, town, "1")
	if err != nil || len(cs) == 0 {
		return Contact{Region: town}, err
	}
	return cs[0], nil
}

// Contacts gives the numbers of a township, the present ones first, and then
// what they were before.
func Contacts(ctx context.Context, r db.Reader, who access.Actor, place string) ([]Contact, error) {
	town := region.Upto(place, region.Township)
	if err := reads(who, town); err != nil {
		return nil, err
	}
	return contacts(ctx, r, who.County(), town, "50")
}

// Changeable reports whether somebody may change the lists and numbers of a place.
func Changeable(who access.Actor, place string) bool {
	return scope.Can(who, access.LeadingChange, region.Upto(place, region.Township), false) == nil
}
