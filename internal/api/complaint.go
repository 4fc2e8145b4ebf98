package api

import (
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/confide"
	"lianxin/internal/work/complaint"
)

// ComplaintInput is a complaint as a program sends it: in confidence, or, with a
// source, as the discipline inspection writes down a letter or a call.
type ComplaintInput struct {
	complaint.RegisterInput
}

// ComplaintAnswer is a complaint to whom may see it: the discipline inspection
// reads the complaint, its sender where it stands.
type ComplaintAnswer struct {
	Complaint *complaint.Complaint `json:"complaint,omitempty"`
	Own       *complaint.Sight     `json:"own,omitempty"`
	Steps     []complaint.Step     `json:"steps,omitempty"`
	Openings  []complaint.Opening  `json:"openings,omitempty"`
}

// SenderAnswer is the way a sender gave to reach him, opened.
type SenderAnswer struct {
	Sender string `json:"sender"`
}

// moreInput is what a sender does later with his own: "added" words, or "take_back".
type moreInput struct {
	ID    string       `json:"id"` // operation id
	Do    confide.Move `json:"do"`
	Words string       `json:"words,omitempty"`
}

func (a *API) complaints() []door.Route {
	send := door.Need(access.ComplaintSend)
	return []door.Route{
		door.API("GET", base+"/complaints", send, door.Small, door.Reads, "api.complaints", func(c *door.Call, _ door.Nothing) (Page[ComplaintAnswer], bool, error) {
			f := complaint.Filter{Open: flag(c, "open"), After: c.Query("after"), Limit: limit(c)}
			var out []ComplaintAnswer
			if flag(c, "mine") {
				ss, next, err := complaint.Mine(c.Context(), a.DB, c.Who, f)
				for i := range ss {
					out = append(out, ComplaintAnswer{Own: &ss[i]})
				}
				return page(out, next, err)
			}
			cs, next, err := complaint.List(c.Context(), a.DB, c.Who, f)
			for i := range cs {
				out = append(out, ComplaintAnswer{Complaint: &cs[i]})
			}
			return page(out, next, err)
		}).With("mine", "open", "after", "limit"),
		door.API("POST", base+"/complaints", send, door.Small, door.Writes, "api.complaint_send", func(c *door.Call, in ComplaintInput) (complaint.Receipt, bool, error) {
			return write(a, c, func(tx *db.Tx) (complaint.Receipt, error) {
				if in.Source != "" {
					return complaint.Register(c.Context(), tx, c.Who, in.RegisterInput)
				}
				return complaint.Confide(c.Context(), tx, c.Who, complaint.ConfideInput{ID: in.ID, Said: in.Said})
			})
		}),
		door.API("GET", base+"/complaints/{id}", send, door.Small, door.Reads, "api.complaint", func(c *door.Call, _ door.Nothing) (ComplaintAnswer, bool, error) {
			id := c.Path("id")
			if s, err := complaint.ShowMine(c.Context(), a.DB, c.Who, id); err == nil || !access.May(c.Who, access.ComplaintRead) {
				return ComplaintAnswer{Own: &s}, false, err
			}
			x, err := complaint.Show(c.Context(), a.DB, c.Who, id)
			if err != nil {
				return ComplaintAnswer{}, false, err
			}
			steps, err := complaint.Steps(c.Context(), a.DB, c.Who, id)
			if err != nil {
				return ComplaintAnswer{}, false, err
			}
			os, err := complaint.Openings(c.Context(), a.DB, c.Who, id, a.DB.Now())
			return ComplaintAnswer{Complaint: &x, Steps: steps, Openings: os}, false, err
		}),
		door.API("POST", base+"/complaints/{id}/move", door.Need(access.ComplaintChange), door.Small, door.Writes, "api.complaint_move", func(c *door.Call, in complaint.MoveInput) (complaint.Complaint, bool, error) {
			in.Complaint = c.Path("id")
			return change(a, c, func(tx *db.Tx) (complaint.Complaint, error) { return complaint.Act(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/complaints/{id}/more", send, door.Small, door.Writes, "api.complaint_more", func(c *door.Call, in moreInput) (complaint.Sight, bool, error) {
			do := complaint.AddMine
			switch in.Do {
			case confide.Added:
			case confide.TakeBack:
				do = complaint.TakeMineBack
			default:
				return complaint.Sight{}, false, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "do", Key: "complaint.more_bad"}}}
			}
			return change(a, c, func(tx *db.Tx) (complaint.Sight, error) {
				if err := do(c.Context(), tx, c.Who, c.Path("id"), complaint.SaidMore{ID: in.ID, Words: in.Words}); err != nil {
					return complaint.Sight{}, err
				}
				return complaint.ShowMine(c.Context(), tx, c.Who, c.Path("id"))
			})
		}),
		door.API("POST", base+"/complaints/{id}/openings", door.Need(access.ComplaintChange), door.Small, door.Writes, "api.complaint_ask", func(c *door.Call, in complaint.AskInput) (complaint.Opening, bool, error) {
			in.Complaint = c.Path("id")
			return write(a, c, func(tx *db.Tx) (complaint.Opening, error) { return complaint.Ask(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/complaints/{id}/reveal", door.Need(access.ComplaintRead), door.Small, door.Reveals, "api.complaint_reveal", func(c *door.Call, _ door.Nothing) (SenderAnswer, bool, error) {
			text, err := db.Write(c.Context(), a.DB, func(tx *db.Tx) (string, error) { return complaint.Reveal(c.Context(), tx, c.Who, c.Path("id")) })
			return SenderAnswer{Sender: text}, false, err
		}),
		door.API("GET", base+"/openings", door.Need(access.ComplaintSecond), door.Small, door.Reads, "api.openings", func(c *door.Call, _ door.Nothing) (Page[complaint.Opening], bool, error) {
			os, err := complaint.Asks(c.Context(), a.DB, c.Who, a.DB.Now())
			return page(os, "", err)
		}),
		door.API("POST", base+"/openings/{id}", door.Need(access.ComplaintSecond), door.Small, door.Writes, "api.opening_decide", func(c *door.Call, in complaint.DecideInput) (complaint.Opening, bool, error) {
			in.Opening = c.Path("id")
			return write(a, c, func(tx *db.Tx) (complaint.Opening, error) { return complaint.Decide(c.Context(), tx, c.Who, in) })
		}),
	}
}
