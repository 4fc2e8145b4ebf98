package privacy

func rosters(r *Registry) {
	keep := "privacy.keep.import"
	r.Plain("roster_imports", "references, counts and times", "county", "id", "region", "state", "format", "hash", "counts", "made_by", "made_at", "expires_at", "done_by", "done_at", "undone_by", "undone_at", "version")
	for _, c := range []string{"file", "cells", "layouts", "fixes"} {
		r.Personal(Field{Table: "roster_imports", Column: c, Class: Sensitive, Purpose: "privacy.purpose.import", Readers: "roster.import", Form: FormHidden, Retention: keep, Sealed: true})
	}
	r.Personal(
		Field{Table: "roster_imports", Column: "name", Class: Words, Purpose: "privacy.purpose.import", Readers: "roster.import", Retention: keep, Sealed: true},
		Field{Table: "roster_traces", Column: "before", Class: Contact, Purpose: "privacy.purpose.history", Readers: "roster.import", Form: FormHidden, Retention: keep, Sealed: true},
	)
	r.Plain("roster_traces", "references", "county", "import", "kind", "ref", "after")
}
