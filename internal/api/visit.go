package api

import (
	"encoding/base64"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/visit"
)

// Picture is a photograph as it is kept: a JPEG with nothing beside the picture.
type Picture struct {
	JPEG string `json:"jpeg"` // base64
}

func (a *API) visits() []door.Route {
	return []door.Route{
		door.API("GET", base+"/visits", door.Need(access.VisitList), door.Small, door.Reads, "api.visits", func(c *door.Call, _ door.Nothing) (Page[visit.Visit], bool, error) {
			f := visit.Filter{Place: c.Query("place"), Household: c.Query("household"), Cadre: c.Query("cadre"), Mine: flag(c, "mine"), How: c.Query("how"), Voided: flag(c, "voided"), Oldest: flag(c, "oldest"), After: c.Query("after"), Limit: limit(c)}
			var err error
			if f.From, err = day(c, "from"); err != nil {
				return Page[visit.Visit]{}, false, err
			}
			if f.To, err = day(c, "to"); err != nil {
				return Page[visit.Visit]{}, false, err
			}
			return page(visit.List(c.Context(), a.DB, c.Who, f))
		}).With("place", "household", "cadre", "mine", "how", "from", "to", "voided", "oldest", "after", "limit"),
		door.API("POST", base+"/visits", door.Need(access.VisitRecord), door.Small, door.Writes, "api.visit_record", func(c *door.Call, in visit.RecordInput) (visit.Visit, bool, error) {
			return record(a, c, func(tx *db.Tx) (visit.Visit, error) {
				var cal calendar.Calendar
				if len(in.Promises) > 0 { // nothing else in a visit counts working days
					var err error
					if cal, err = a.Workdays.Calendar(c.Context(), tx, c.Who.County()); err != nil {
						return visit.Visit{}, err
					}
				}
				v, _, err := visit.Record(c.Context(), tx, c.Who, in, cal)
				return v, err
			})
		}),
		door.API("GET", base+"/visits/{id}", door.Need(access.VisitList), door.Small, door.Reads, "api.visit", func(c *door.Call, _ door.Nothing) (visit.Visit, bool, error) {
			v, err := visit.Show(c.Context(), a.DB, c.Who, c.Path("id"))
			return v, false, err
		}),
		door.API("POST", base+"/visits/{id}", door.Need(access.VisitAmend), door.Small, door.Writes, "api.visit_amend", func(c *door.Call, in visit.AmendInput) (visit.Visit, bool, error) {
			in.Visit = c.Path("id")
			return change(a, c, func(tx *db.Tx) (visit.Visit, error) { return visit.Amend(c.Context(), tx, c.Who, in) })
		}),
		door.API("POST", base+"/visits/{id}/void", door.Need(access.VisitAmend), door.Small, door.Writes, "api.visit_void", func(c *door.Call, in visit.VoidInput) (visit.Visit, bool, error) {
			in.Visit = c.Path("id")
			return change(a, c, func(tx *db.Tx) (visit.Visit, error) { return visit.Void(c.Context(), tx, c.Who, in) })
		}),
		door.API("GET", base+"/visits/{id}/versions", door.Need(access.VisitRead), door.Small, door.Reads, "api.visit_versions", func(c *door.Call, _ door.Nothing) (Page[visit.Version], bool, error) {
			vs, err := visit.Versions(c.Context(), a.DB, c.Who, c.Path("id"))
			return page(vs, "", err)
		}),
		door.API("POST", base+"/visits/{id}/photos", door.Need(access.VisitAmend), door.Medium, door.Writes, "api.visit_photo_add", func(c *door.Call, in visit.PhotoInput) (visit.Photo, bool, error) {
			in.Visit = c.Path("id")
			return write(a, c, func(tx *db.Tx) (visit.Photo, error) { return visit.AddPhoto(c.Context(), tx, c.Who, in) })
		}),
		door.API("GET", base+"/visits/{id}/photos", door.Need(access.VisitRead), door.Small, door.Reads, "api.visit_photos", func(c *door.Call, _ door.Nothing) (Page[visit.Photo], bool, error) {
			ps, err := visit.Photos(c.Context(), a.DB, c.Who, c.Path("id"))
			return page(ps, "", err)
		}),
		door.API("GET", base+"/visits/{id}/photos/{photo}", door.Need(access.VisitRead), door.Small, door.Reveals, "api.visit_photo", func(c *door.Call, _ door.Nothing) (Picture, bool, error) {
			b, err := db.Write(c.Context(), a.DB, func(tx *db.Tx) ([]byte, error) {
				return visit.OpenPhoto(c.Context(), tx, c.Who, c.Path("id"), c.Path("photo"))
			})
			return Picture{JPEG: base64.StdEncoding.EncodeToString(b)}, false, err
		}),
		door.API("POST", base+"/visits/{id}/photos/{photo}/remove", door.Need(access.VisitAmend), door.Small, door.Writes, "api.visit_photo_drop", func(c *door.Call, in visit.DropPhotoInput) (door.Nothing, bool, error) {
			in.Visit, in.Photo = c.Path("id"), c.Path("photo")
			return change(a, c, func(tx *db.Tx) (door.Nothing, error) {
				return door.Nothing{}, visit.DropPhoto(c.Context(), tx, c.Who, in)
			})
		}),
		door.API("POST", base+"/thoughts", door.Need(access.VisitAmend), door.Small, door.Writes, "api.thought_add", func(c *door.Call, in visit.ThinkInput) (visit.Thought, bool, error) {
			return write(a, c, func(tx *db.Tx) (visit.Thought, error) { return visit.Think(c.Context(), tx, c.Who, in) })
		}),
	}
}
