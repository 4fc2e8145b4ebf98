package privacy

func progress(r *Registry) {
	r.Plain("progress_rows", "references, counted numbers and the post held", "county", "campaign", "year", "cadre", "region", "village", "unit", "title", "rank", "version", "figures", "asof")
	r.Personal(Field{Table: "progress_rows", Column: "ord", Class: General, Purpose: "privacy.purpose.search", Readers: "cadre.read", Retention: "privacy.keep.official"})
	r.Plain("progress_days", "the day up to which figures were refreshed", "county", "day")
}
