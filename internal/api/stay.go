package api

import (
	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/practical"
	"lianxin/internal/work/stay"
)

func (a *API) stays() []door.Route {
	act := func(path, says string, need access.Action, verb func(*door.Call, *db.Tx, stay.ActInput) (stay.Stay, error)) door.Route {
		return door.API("POST", base+"/stays/{id}/"+path, door.Need(need), door.Small, door.Writes, says, func(c *door.Call, in stay.ActInput) (stay.Stay, bool, error) {
			in.Stay = c.Path("id")
			return change(a, c, func(tx *db.Tx) (stay.Stay, error) { return verb(c, tx, in) })
		})
	}
	return []door.Route{
		door.API("GET", base+"/stays", door.Need(access.StayRead), door.Small, door.Reads, "api.stays", func(c *door.Call, _ door.Nothing) (Page[stay.Stay], bool, error) {
			f := stay.Filter{Place: c.Query("place"), Cadre: c.Query("cadre"), Kind: c.Query("kind"), State: c.Query("state"), Voided: flag(c, "voided"), After: c.Query("after"), Limit: limit(c)}
			var err error
			if f.From, err = day(c, "from"); err != nil {
				return Page[stay.Stay]{}, false, err
			}
			if f.To, err = day(c, "to"); err != nil {
				return Page[stay.Stay]{}, false, err
			}
			return page(stay.List(c.Context(), a.DB, c.Who, f))
		}).With("place", "cadre", "kind", "state", "from", "to", "voided", "after", "limit"),
		door.API("POST", base+"/stays", door.Need(access.StayDeclare), door.Small, door.Writes, "api.stay_declare", func(c *door.Call, in stay.DeclareInput) (stay.Stay, bool, error) {
			return write(a, c, func(tx *db.Tx) (stay.Stay, error) {
				s, _, err := stay.Declare(c.Context(), tx, c.Who, in)
				return s, err
			})
		}),
		door.API("POST", base+"/stays/confirm", door.Need(access.StayConfirm), door.Small, door.Writes, "api.stay_confirm_many", func(c *door.Call, in stay.ManyInput) (stay.Many, bool, error) {
			return change(a, c, func(tx *db.Tx) (stay.Many, error) { return stay.ConfirmMany(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/stays/{id}/rule", door.Need(access.StayRule), door.Small, door.Writes, "api.stay_rule", func(c *door.Call, in stay.RuleInput) (stay.Stay, bool, error) {
			in.Stay = c.Path("id")
			return change(a, c, func(tx *db.Tx) (stay.Stay, error) { return stay.Rule(c.Context(), tx, c.Who, in) })
		}),
		door.API("GET", base+"/stays/{id}", door.Need(access.StayRead), door.Small, door.Reads, "api.stay", func(c *door.Call, _ door.Nothing) (stay.Stay, bool, error) {
			s, err := stay.Show(c.Context(), a.DB, c.Who, c.Path("id"))
			return s, false, err
		}),
		act("void", "api.stay_void", access.StayDeclare, func(c *door.Call, tx *db.Tx, in stay.ActInput) (stay.Stay, error) {
			return stay.Void(c.Context(), tx, c.Who, in)
		}),
		act("confirm", "api.stay_confirm", access.StayConfirm, func(c *door.Call, tx *db.Tx, in stay.ActInput) (stay.Stay, error) {
			return stay.Confirm(c.Context(), tx, c.Who, in)
		}),
		act("dispute", "api.stay_dispute", access.StayConfirm, func(c *door.Call, tx *db.Tx, in stay.ActInput) (stay.Stay, error) {
			return stay.Dispute(c.Context(), tx, c.Who, in)
		}),
	}
}

func (a *API) practicals() []door.Route {
	step := func(path, says string, verb func(*door.Call, *db.Tx, practical.StepInput) (practical.Item, error)) door.Route {
		return door.API("POST", base+"/practicals/{id}/"+path, door.Need(access.PracticalChange), door.Small, door.Writes, says, func(c *door.Call, in practical.StepInput) (practical.Item, bool, error) {
			in.Item = c.Path("id")
			return change(a, c, func(tx *db.Tx) (practical.Item, error) { return verb(c, tx, in) })
		})
	}
	return []door.Route{
		door.API("GET", base+"/practicals", door.Need(access.PracticalRead), door.Small, door.Reads, "api.practicals", func(c *door.Call, _ door.Nothing) (Page[practical.Item], bool, error) {
			return page(practical.List(c.Context(), a.DB, c.Who, practical.Filter{Place: c.Query("place"), Household: c.Query("household"), Cadre: c.Query("cadre"), State: c.Query("state"), After: c.Query("after"), Limit: limit(c)}))
		}).With("place", "household", "cadre", "state", "after", "limit"),
		door.API("POST", base+"/practicals", door.Need(access.PracticalChange), door.Small, door.Writes, "api.practical_propose", func(c *door.Call, in practical.ProposeInput) (practical.Item, bool, error) {
			return write(a, c, func(tx *db.Tx) (practical.Item, error) {
				i, _, err := practical.Propose(c.Context(), tx, c.Who, in)
				return i, err
			})
		}),
		door.API("GET", base+"/practicals/{id}", door.Need(access.PracticalRead), door.Small, door.Reads, "api.practical", func(c *door.Call, _ door.Nothing) (practical.Item, bool, error) {
			i, err := practical.Show(c.Context(), a.DB, c.Who, c.Path("id"))
			return i, false, err
		}),
		step("start", "api.practical_start", func(c *door.Call, tx *db.Tx, in practical.StepInput) (practical.Item, error) {
			return practical.Start(c.Context(), tx, c.Who, in)
		}),
		step("finish", "api.practical_finish", func(c *door.Call, tx *db.Tx, in practical.StepInput) (practical.Item, error) {
			return practical.Finish(c.Context(), tx, c.Who, in)
		}),
		step("cancel", "api.practical_cancel", func(c *door.Call, tx *db.Tx, in practical.StepInput) (practical.Item, error) {
			return practical.Cancel(c.Context(), tx, c.Who, in)
		}),
		door.API("POST", base+"/practicals/{id}/confirm", door.Need(access.PracticalConfirm), door.Small, door.Writes, "api.practical_confirm", func(c *door.Call, in practical.ConfirmInput) (practical.Item, bool, error) {
			in.Item = c.Path("id")
			return change(a, c, func(tx *db.Tx) (practical.Item, error) { return practical.Confirm(c.Context(), tx, c.Who, in) })
		}),
	}
}
