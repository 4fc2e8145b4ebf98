package api

import (
	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/region"
)

// leadingPlace is the township asked about, else the actor's own.
func leadingPlace(c *door.Call) string {
	if p := c.Query("place"); p != "" {
		return p
	}
	return region.Upto(c.Who.Home(), region.Township)
}

func (a *API) leading() []door.Route {
	read, edit := door.Need(access.LeadingRead), door.Need(access.LeadingChange)
	masked := func(m leading.Member, made bool, err error) (leading.Member, bool, error) {
		return leading.Masked(m), made, err
	}
	return []door.Route{
		door.API("GET", base+"/leading", read, door.Small, door.Reads, "api.leading", func(c *door.Call, _ door.Nothing) (Page[leading.Member], bool, error) {
			f := leading.Filter{Place: leadingPlace(c), Campaign: c.Query("campaign")}
			var err error
			if f.On, err = day(c, "day"); err != nil {
				return Page[leading.Member]{}, false, err
			}
			if f.On == "" && !flag(c, "ended") {
				f.On = c.Who.Today()
			}
			ms, err := leading.List(c.Context(), a.DB, c.Who, f)
			return page(ms, "", err)
		}).With("place", "campaign", "day", "ended"),
		door.API("POST", base+"/leading", edit, door.Small, door.Writes, "api.leading_add", func(c *door.Call, in leading.AddInput) (leading.Member, bool, error) {
			return masked(write(a, c, func(tx *db.Tx) (leading.Member, error) {
				m, _, err := leading.Add(c.Context(), tx, c.Who, in)
				return m, err
			}))
		}),
		door.API("POST", base+"/leading/takeover", edit, door.Small, door.Writes, "api.leading_takeover", func(c *door.Call, in leading.TakeInput) (leading.Taken, bool, error) {
			return change(a, c, func(tx *db.Tx) (leading.Taken, error) { return leading.TakeOver(c.Context(), tx, c.Who, in) })
		}),
		door.API("GET", base+"/leading/contact", read, door.Small, door.Reads, "api.leading_contact", func(c *door.Call, _ door.Nothing) (Page[leading.Contact], bool, error) {
			cs, err := leading.Contacts(c.Context(), a.DB, c.Who, leadingPlace(c))
			return page(cs, "", err)
		}).With("place"),
		door.API("POST", base+"/leading/contact", edit, door.Small, door.Writes, "api.leading_contact_set", func(c *door.Call, in leading.ContactInput) (leading.Contact, bool, error) {
			return change(a, c, func(tx *db.Tx) (leading.Contact, error) { return leading.SetContact(c.Context(), tx, c.Who, in) })
		}),
		door.API("GET", base+"/leading/{id}", read, door.Small, door.Reads, "api.leading_show", func(c *door.Call, _ door.Nothing) (leading.Member, bool, error) {
			m, err := leading.Show(c.Context(), a.DB, c.Who, c.Path("id"))
			return m, false, err
		}),
		door.API("POST", base+"/leading/{id}", edit, door.Small, door.Writes, "api.leading_amend", func(c *door.Call, in leading.AmendInput) (leading.Member, bool, error) {
			in.Member = c.Path("id")
			return masked(change(a, c, func(tx *db.Tx) (leading.Member, error) { return leading.Amend(c.Context(), tx, c.Who, in) }))
		}),
		door.API("POST", base+"/leading/{id}/end", edit, door.Small, door.Writes, "api.leading_end", func(c *door.Call, in leading.EndInput) (leading.Member, bool, error) {
			in.Member = c.Path("id")
			return masked(change(a, c, func(tx *db.Tx) (leading.Member, error) { return leading.End(c.Context(), tx, c.Who, in) }))
		}),
	}
}
