package privacy

func complaints(r *Registry) {
	keep, why, read := "privacy.keep.complaint", "privacy.purpose.complaint", "complaint.read"
	r.Plain("complaints", "references, codes and days", "county", "id", "town", "source", "received_on", "state", "told_on", "ended_on", "taken_by")
	r.Plain("complaint_steps", "references, codes and days", "county", "complaint", "n", "kind", "day", "by_whom")
	r.Plain("complaint_openings", "references, codes and times", "county", "id", "complaint", "asker", "cadre", "purpose", "state", "asked_at", "decided_by", "until")
	r.Personal(
		// Keyed indexes: they find a sender's own for him, and that the same request came twice.
		Field{Table: "complaints", Column: "author", Class: Identity, Purpose: why, Readers: "self", Form: FormHidden, Retention: keep},
		Field{Table: "complaints", Column: "code", Class: Secret, Purpose: why, Readers: "self", Form: FormHidden, Retention: keep},
		Field{Table: "complaints", Column: "content", Class: Secret, Purpose: why, Readers: "self", Form: FormHidden, Retention: keep},
		Field{Table: "complaints", Column: "about", Class: Words, Purpose: why, Readers: read, Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "complaints", Column: "about_words", Class: Words, Purpose: why, Readers: read, Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "complaints", Column: "words", Class: Words, Purpose: why, Readers: read, Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "complaints", Column: "identity", Class: Identity, Purpose: why, Readers: read, Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "complaint_steps", Column: "words", Class: Words, Purpose: why, Readers: read, Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "complaint_steps", Column: "reply", Class: Words, Purpose: why, Readers: read, Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "complaint_openings", Column: "reason", Class: Words, Purpose: why, Readers: "complaint.second", Form: FormHidden, Retention: keep, Sealed: true},
	)
}
