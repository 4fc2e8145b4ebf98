package privacy

func practicals(r *Registry) {
	keep := "privacy.keep.pairing"
	r.Plain("practicals", "references, dates and codes", "county", "id", "household", "region", "cadre", "kind", "origin", "amount", "state", "proposed_on", "started_on", "done_on", "confirmed_on", "way", "confirmed_by", "cancelled_on", "writer", "version")
	r.Personal(
		Field{Table: "practicals", Column: "title", Class: Words, Purpose: "privacy.purpose.practical", Readers: "practical.read", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "practicals", Column: "notes", Class: Words, Purpose: "privacy.purpose.practical", Readers: "practical.read", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "practicals", Column: "witness", Class: General, Purpose: "privacy.purpose.practical", Readers: "practical.read", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "practicals", Column: "cancel_why", Class: Words, Purpose: "privacy.purpose.practical", Readers: "practical.read", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "practical_steps", Column: "words", Class: Words, Purpose: "privacy.purpose.practical", Readers: "practical.read", Form: FormHidden, Retention: keep, Sealed: true},
	)
	r.Plain("practical_steps", "references and dates", "county", "id", "item", "kind", "day", "actor")
}
