package privacy

func inspections(r *Registry) {
	keep := "privacy.keep.official"
	const reads, why = "inspection.read", "privacy.purpose.inspection"
	words := func(table string, columns ...string) {
		for _, c := range columns {
			r.Personal(Field{Table: table, Column: c, Class: Words, Purpose: why, Readers: reads, Form: FormHidden, Retention: keep, Sealed: true})
		}
	}
	r.Plain("inspections", "references, days, counts, the seed and the fingerprint of the draw", "county", "id", "region", "valid_from", "valid_to", "frame", "size", "wanted", "seed", "hash", "replaces", "ended_on", "drawn_on", "drawn_by")
	words("inspections", "title", "purpose", "why", "end_why")
	r.Plain("inspection_strata", "references: the homes that were drawn from", "county", "inspection", "place", "size", "homes")
	r.Plain("inspection_homes", "references and days", "county", "inspection", "household", "place", "named", "added_on", "added_by")
	words("inspection_homes", "why")
	r.Plain("inspection_people", "references", "county", "inspection", "account")
}
