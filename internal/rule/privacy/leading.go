package privacy

func leaders(r *Registry) {
	keep := "privacy.keep.official"
	r.Plain("leading_members", "references, codes and the title of an office", "county", "id", "region", "post", "cadre", "title", "overall", "answers", "place", "writer", "version")
	r.Personal(
		Field{Table: "leading_members", Column: "name", Class: General, Purpose: "privacy.purpose.leading", Readers: "leading.read", Retention: keep},
		Field{Table: "leading_members", Column: "duties", Class: Words, Purpose: "privacy.purpose.leading", Readers: "leading.read", Retention: keep, Sealed: true},
		Field{Table: "leading_members", Column: "phone", Class: Contact, Purpose: "privacy.purpose.leading", Readers: "cadre.reveal", Form: FormPhone, Retention: keep, Sealed: true},
		Field{Table: "leading_seats", Column: "basis", Class: Words, Purpose: "privacy.purpose.leading", Readers: "leading.read", Retention: keep, Sealed: true},
		Field{Table: "leading_seats", Column: "end_reason", Class: Words, Purpose: "privacy.purpose.history", Readers: "leading.read", Retention: keep, Sealed: true},
		Field{Table: "leading_events", Column: "before", Class: Words, Purpose: "privacy.purpose.history", Readers: "leading.change", Form: FormHidden, Retention: keep, Sealed: true},
		// Numbers of an office: told to everybody, sealed because one of them may be somebody's own.
		Field{Table: "leading_contacts", Column: "phone", Class: Contact, Purpose: "privacy.purpose.card", Readers: "leading.read", Retention: keep, Sealed: true},
		Field{Table: "leading_contacts", Column: "complaint", Class: Contact, Purpose: "privacy.purpose.card", Readers: "leading.read", Retention: keep, Sealed: true},
	)
	r.Plain("leading_seats", "references and dates", "county", "id", "member", "region", "campaign", "valid_from", "valid_to")
	r.Plain("leading_events", "references and dates", "county", "id", "member", "day", "actor")
	r.Plain("leading_contacts", "references, where the office sits, dates", "county", "id", "region", "seat", "day", "at", "actor")
}
