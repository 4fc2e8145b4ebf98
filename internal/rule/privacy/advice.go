package privacy

func advices(r *Registry) {
	keep := "privacy.keep.pairing"
	r.Plain("household_advice", "references, codes, dates and instants", "county", "id", "household", "kind", "member", "sender", "cadre", "day", "at", "state", "applied", "answered_by", "answered_on")
	r.Personal(
		Field{Table: "household_advice", Column: "value", Class: Contact, Purpose: "privacy.purpose.advice", Readers: "household.reveal", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "household_advice", Column: "words", Class: Words, Purpose: "privacy.purpose.advice", Readers: "household.advise", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "household_advice", Column: "answer", Class: Words, Purpose: "privacy.purpose.advice", Readers: "household.advise", Form: FormHidden, Retention: keep, Sealed: true},
	)
}
