package api

import (
	"cmp"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/export"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/reception"
)

func (a *API) receptions() []door.Route {
	read, desk := door.Need(access.ReceptionRead), door.Need(access.ReceptionRecord)
	return []door.Route{
		door.API("GET", base+"/receptions", read, door.Small, door.Reads, "api.receptions", func(c *door.Call, _ door.Nothing) (Page[reception.Reception], bool, error) {
			f := reception.Filter{Place: c.Query("place"), Household: c.Query("household"), Receiver: c.Query("receiver"), State: c.Query("state"), Oldest: flag(c, "oldest"), After: c.Query("after"), Limit: limit(c)}
			var err error
			if f.From, err = day(c, "from"); err != nil {
				return Page[reception.Reception]{}, false, err
			}
			if f.To, err = day(c, "to"); err != nil {
				return Page[reception.Reception]{}, false, err
			}
			return page(reception.List(c.Context(), a.DB, c.Who, f))
		}).With("place", "household", "receiver", "state", "from", "to", "oldest", "after", "limit"),
		door.API("POST", base+"/receptions", desk, door.Small, door.Writes, "api.reception_record", func(c *door.Call, in reception.RecordInput) (reception.Reception, bool, error) {
			return write(a, c, withDays(a, c, func(tx *db.Tx, cal calendar.Calendar) (reception.Reception, error) {
				x, _, err := reception.Record(c.Context(), tx, c.Who, in, cal)
				return x, err
			}))
		}),
		door.API("GET", base+"/receptions/{id}", read, door.Small, door.Reads, "api.reception", func(c *door.Call, _ door.Nothing) (reception.Reception, bool, error) {
			x, err := reception.Show(c.Context(), a.DB, c.Who, c.Path("id"))
			return x, false, err
		}),
		door.API("POST", base+"/receptions/{id}", desk, door.Small, door.Writes, "api.reception_amend", func(c *door.Call, in reception.AmendInput) (reception.Reception, bool, error) {
			in.Reception = c.Path("id")
			return change(a, c, func(tx *db.Tx) (reception.Reception, error) { return reception.Amend(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/receptions/{id}/receive", desk, door.Small, door.Writes, "api.reception_receive", func(c *door.Call, in reception.ReceiveInput) (reception.Reception, bool, error) {
			in.Reception = c.Path("id")
			return change(a, c, withDays(a, c, func(tx *db.Tx, cal calendar.Calendar) (reception.Reception, error) {
				return reception.Receive(c.Context(), tx, c.Who, in, cal)
			}))
		}),
		door.API("POST", base+"/receptions/{id}/heard", desk, door.Small, door.Writes, "api.reception_hear", func(c *door.Call, in reception.HearInput) (reception.Reception, bool, error) {
			in.Reception = c.Path("id")
			return change(a, c, func(tx *db.Tx) (reception.Reception, error) { return reception.Hear(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/receptions/{id}/reveal", desk, door.Small, door.Reveals, "api.reveal", func(c *door.Call, in purposeInput) (Value, bool, error) {
			v, err := db.Write(c.Context(), a.DB, func(tx *db.Tx) (string, error) {
				return reception.Reveal(c.Context(), tx, c.Who, c.Path("id"), in.Purpose)
			})
			return Value{v}, false, err
		}),
		door.API("GET", base+"/receptions/{id}/slip", desk, door.Small, door.Reads, "api.reception_slip", func(c *door.Call, _ door.Nothing) (reception.Slip, bool, error) {
			s, err := reception.GetSlip(c.Context(), a.DB, c.Who, c.Path("id"))
			return s, false, err
		}),
		door.API("POST", base+"/exports/receptions", door.Need(access.Export), door.Large, door.Exports, "api.reception_export", a.exportReceptions),
	}
}

// purposeInput says what a value is opened for.
type purposeInput struct {
	Purpose string `json:"purpose"`
}

// exportInput asks for the register of a place, page by page.
type exportInput struct {
	Place    string       `json:"place,omitempty"`
	Purpose  string       `json:"purpose"`
	Receiver string       `json:"receiver,omitempty"`
	From     calendar.Day `json:"from,omitempty"`
	To       calendar.Day `json:"to,omitempty"`
	After    string       `json:"after,omitempty"` // next of the page before
	Limit    int          `json:"limit,omitempty"`
}

// exportReceptions gives the register with whole numbers and addresses. Each page
// leaves a row in the record, as each file does.
func (a *API) exportReceptions(c *door.Call, in exportInput) (Page[reception.Reception], bool, error) {
	var f fault.Fields
	f.Check(export.Purpose(in.Purpose), "purpose", "page_export.purpose_needed")
	f.Check(in.From == "" || in.From.Valid(), "from", "api.day_bad")
	f.Check(in.To == "" || in.To.Valid(), "to", "api.day_bad")
	if err := f.Err(); err != nil {
		return Page[reception.Reception]{}, false, err
	}
	var next string
	xs, err := db.Write(c.Context(), a.DB, func(tx *db.Tx) (xs []reception.Reception, err error) {
		xs, next, err = export.Register(c.Context(), tx, c.Who, reception.Filter{Place: in.Place, Receiver: in.Receiver, From: in.From, To: in.To, After: in.After, Limit: in.Limit})
		if err == nil {
			export.Note(tx, c.Who, "receptions", c.Request, cmp.Or(in.Place, c.Who.Home()), len(xs), in.Purpose, "json", "cadre", in.Receiver, "from", string(in.From), "to", string(in.To))
		}
		return xs, err
	})
	return page(xs, next, err)
}
