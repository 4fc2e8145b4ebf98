package api

import (
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/scope"
)

// HouseholdAmend corrects a home. A field left out stays as it is; version is
// the one that was read, so that a second editor is told.
type HouseholdAmend struct {
	ID      string  `json:"id"`
	Version int     `json:"version"`
	Head    *string `json:"head"`
	Address *string `json:"address"`
	Phone   *string `json:"phone"`
	Housing *string `json:"housing"`
	Income  *string `json:"income"`
	Notes   *string `json:"notes"`
	Why     string  `json:"why"`
}

func (a *API) amendHousehold(c *door.Call, tx *db.Tx, in HouseholdAmend) (household.Household, error) {
	h, err := household.Get(c.Context(), tx, c.Who.County(), c.Path("id"))
	if err != nil {
		return h, err
	}
	full := household.AmendInput{ID: in.ID, Household: h.ID, Version: in.Version, Head: h.Head, Address: h.Address, Phone: h.Phone, Housing: h.Housing, Income: h.Income, Notes: h.Notes, Why: in.Why}
	for _, f := range []struct {
		to   *string
		from *string
	}{{&full.Head, in.Head}, {&full.Address, in.Address}, {&full.Phone, in.Phone}, {&full.Housing, in.Housing}, {&full.Income, in.Income}, {&full.Notes, in.Notes}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if err := scope.Can(c.Who, access.HouseholdChange, h.Region, false); err != nil {
		return household.Household{}, err
	}
	if in.Version < 1 {
		return household.Household{}, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "version", Key: "api.version_needed"}}}
	}
	return household.Amend(c.Context(), tx, c.Who, full)
}

func (a *API) households() []door.Route {
	home := func(c *door.Call, fn func(*db.Tx) (household.Household, error)) (household.Household, bool, error) {
		h, made, err := write(a, c, fn)
		if err == nil {
			h, err = household.Told(c.Context(), a.DB, c.Who, h)
		}
		return h, made, err
	}
	kept := func(c *door.Call, fn func(*db.Tx) (household.Household, error)) (household.Household, bool, error) {
		h, _, err := home(c, fn)
		return h, false, err
	}
	return []door.Route{
		door.API("GET", base+"/households", door.Need(access.HouseholdList), door.Small, door.Reads, "api.households", func(c *door.Call, _ door.Nothing) (Page[household.Household], bool, error) {
			return page(household.List(c.Context(), a.DB, c.Who, household.Filter{Place: c.Query("place"), Query: c.Query("q"), Mine: flag(c, "mine"), Unpaired: flag(c, "unpaired"), Priority: flag(c, "priority"),
				State: c.Query("state"), After: c.Query("after"), Limit: limit(c)}))
		}).With("place", "q", "mine", "unpaired", "priority", "state", "after", "limit"),
		door.API("POST", base+"/households", door.Need(access.HouseholdChange), door.Medium, door.Writes, "api.household_add", func(c *door.Call, in household.AddInput) (household.Household, bool, error) {
			in.Source = ""
			return home(c, func(tx *db.Tx) (household.Household, error) { return household.Add(c.Context(), tx, c.Who, in) })
		}),
		door.API("GET", base+"/households/{id}", door.Need(access.HouseholdRead), door.Small, door.Reads, "api.household", func(c *door.Call, _ door.Nothing) (household.Household, bool, error) {
			h, err := household.Show(c.Context(), a.DB, c.Who, c.Path("id"))
			return h, false, err
		}),
		door.API("POST", base+"/households/{id}", door.Need(access.HouseholdChange), door.Small, door.Writes, "api.household_amend", func(c *door.Call, in HouseholdAmend) (household.Household, bool, error) {
			return kept(c, func(tx *db.Tx) (household.Household, error) { return a.amendHousehold(c, tx, in) })
		}),
		door.API("POST", base+"/households/{id}/members", door.Need(access.HouseholdChange), door.Small, door.Writes, "api.household_member", func(c *door.Call, in household.MemberChange) (household.Household, bool, error) {
			in.Household = c.Path("id")
			return kept(c, func(tx *db.Tx) (household.Household, error) {
				return household.ChangeMember(c.Context(), tx, c.Who, in)
			})
		}),
		door.API("POST", base+"/households/{id}/tags", door.Need(access.HouseholdChange), door.Small, door.Writes, "api.household_tag", func(c *door.Call, in household.TagChange) (household.Household, bool, error) {
			in.Household = c.Path("id")
			return kept(c, func(tx *db.Tx) (household.Household, error) {
				return household.ChangeTag(c.Context(), tx, c.Who, in)
			})
		}),
		door.API("POST", base+"/households/{id}/consents", door.Need(access.HouseholdChange), door.Small, door.Writes, "api.household_consent", func(c *door.Call, in household.ConsentChange) (household.Household, bool, error) {
			in.Household = c.Path("id")
			return kept(c, func(tx *db.Tx) (household.Household, error) {
				return household.RecordConsent(c.Context(), tx, c.Who, in)
			})
		}),
		door.API("POST", base+"/households/{id}/move", door.Need(access.HouseholdChange), door.Small, door.Writes, "api.household_move", func(c *door.Call, in household.MoveInput) (household.Household, bool, error) {
			in.Household = c.Path("id")
			return kept(c, func(tx *db.Tx) (household.Household, error) { return household.Move(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/households/{id}/split", door.Need(access.HouseholdChange), door.Small, door.Writes, "api.household_split", func(c *door.Call, in household.SplitInput) (household.Household, bool, error) {
			in.Household = c.Path("id")
			return home(c, func(tx *db.Tx) (household.Household, error) { return household.Split(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/households/{id}/merge", door.Need(access.HouseholdChange), door.Small, door.Writes, "api.household_merge", func(c *door.Call, in household.MergeInput) (household.Household, bool, error) {
			in.From = c.Path("id")
			return kept(c, func(tx *db.Tx) (household.Household, error) { return household.Merge(c.Context(), tx, c.Who, in) })
		}),
		door.API("GET", base+"/households/{id}/history", door.Need(access.HouseholdRead), door.Small, door.Reads, "api.household_history", func(c *door.Call, _ door.Nothing) (Page[household.Event], bool, error) {
			es, err := household.History(c.Context(), a.DB, c.Who, c.Path("id"))
			return page(es, "", err)
		}),
		door.API("POST", base+"/households/{id}/reveal", door.Need(access.HouseholdReveal), door.Small, door.Reveals, "api.reveal", func(c *door.Call, in RevealInput) (Value, bool, error) {
			v, err := db.Write(c.Context(), a.DB, func(tx *db.Tx) (string, error) {
				return household.Reveal(c.Context(), tx, c.Who, household.RevealInput{Household: c.Path("id"), Member: in.Member, Field: in.Field, Purpose: in.Purpose})
			})
			return Value{v}, false, err
		}),
	}
}

func (a *API) pairings() []door.Route {
	return []door.Route{
		door.API("GET", base+"/pairings", door.Need(access.PairingRead), door.Small, door.Reads, "api.pairings", func(c *door.Call, _ door.Nothing) (Page[pairing.Pairing], bool, error) {
			return page(pairing.List(c.Context(), a.DB, c.Who, pairing.Filter{Place: c.Query("place"), Household: c.Query("household"), Cadre: c.Query("cadre"), Ended: flag(c, "ended"), After: c.Query("after"), Limit: limit(c)}))
		}).With("place", "household", "cadre", "ended", "after", "limit"),
		door.API("POST", base+"/pairings", door.Need(access.PairingChange), door.Small, door.Writes, "api.pairing_add", func(c *door.Call, in pairing.PairInput) (pairing.Pairing, bool, error) {
			in.Source = ""
			return write(a, c, func(tx *db.Tx) (pairing.Pairing, error) { return pairing.Pair(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/pairings/{id}/end", door.Need(access.PairingChange), door.Small, door.Writes, "api.pairing_end", func(c *door.Call, in pairing.EndInput) (pairing.Pairing, bool, error) {
			in.Pairing = c.Path("id")
			return change(a, c, func(tx *db.Tx) (pairing.Pairing, error) { return pairing.End(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/handovers", door.Need(access.PairingChange), door.Small, door.Writes, "api.handover_add", func(c *door.Call, in pairing.ChangeInput) (pairing.Handover, bool, error) {
			return write(a, c, func(tx *db.Tx) (pairing.Handover, error) { return pairing.Change(c.Context(), tx, c.Who, in) })
		}),
		door.API("GET", base+"/handovers", door.Need(access.PairingRead), door.Small, door.Reads, "api.handovers", func(c *door.Call, _ door.Nothing) (Page[pairing.Handover], bool, error) {
			return page(pairing.Handovers(c.Context(), a.DB, c.Who, c.Query("place"), c.Query("after"), limit(c)))
		}).With("place", "after", "limit"),
	}
}
