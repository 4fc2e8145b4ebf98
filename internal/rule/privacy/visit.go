package privacy

func visits(r *Registry) {
	keep := "privacy.keep.diary"
	r.Plain("visits", "references and codes", "county", "id", "household", "region", "cadre", "writer", "proxy", "day", "clock", "how", "policies", "activities", "weather", "need", "usual", "late", "version", "written_at", "voided_on")
	r.Personal(
		Field{Table: "visits", Column: "topics", Class: General, Purpose: "privacy.purpose.diary", Readers: "visit.list", Retention: keep},
		Field{Table: "visits", Column: "words", Class: Words, Purpose: "privacy.purpose.diary", Readers: "visit.read", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "visits", Column: "void_why", Class: Words, Purpose: "privacy.purpose.history", Readers: "visit.read", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "visit_versions", Column: "content", Class: Words, Purpose: "privacy.purpose.history", Readers: "visit.read", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "visit_versions", Column: "why", Class: Words, Purpose: "privacy.purpose.history", Readers: "visit.read", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "visit_photos", Column: "jpeg", Class: Words, Purpose: "privacy.purpose.diary", Readers: "visit.read", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "thoughts", Column: "words", Class: Words, Purpose: "privacy.purpose.diary", Readers: "visit.read", Form: FormHidden, Retention: keep, Sealed: true},
	)
	r.Plain("home_years", "references and counts", "county", "household", "year", "region", "visits", "last")
	r.Plain("visit_people", "references", "county", "visit", "cadre", "day")
	r.Plain("visit_versions", "references", "county", "visit", "version", "actor", "at")
	r.Plain("visit_photos", "references, a size and a keyed hash", "county", "visit", "id", "day", "writer", "bytes", "sum")
	r.Plain("thoughts", "references", "county", "id", "cadre", "region", "day", "visit", "at")
}
