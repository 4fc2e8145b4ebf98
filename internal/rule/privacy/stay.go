package privacy

func stays(r *Registry) {
	keep := "privacy.keep.official"
	r.Plain("stays", "references, dates and codes", "county", "id", "cadre", "region", "kind", "valid_from", "valid_to", "from_half", "to_half", "night", "writer", "proxy", "state", "judged_on", "judged_by", "ruling", "ruled_on", "ruled_by", "voided_on", "written_at")
	r.Personal(
		Field{Table: "stays", Column: "topic", Class: Words, Purpose: "privacy.purpose.stay", Readers: "stay.read", Retention: keep, Sealed: true},
		Field{Table: "stays", Column: "note", Class: Words, Purpose: "privacy.purpose.stay", Readers: "stay.read", Retention: keep, Sealed: true},
		Field{Table: "stays", Column: "judge_why", Class: Words, Purpose: "privacy.purpose.stay", Readers: "stay.read", Retention: keep, Sealed: true},
		Field{Table: "stays", Column: "ruled_why", Class: Words, Purpose: "privacy.purpose.stay", Readers: "stay.read", Retention: keep, Sealed: true},
		Field{Table: "stays", Column: "void_why", Class: Words, Purpose: "privacy.purpose.history", Readers: "stay.read", Retention: keep, Sealed: true},
	)
}
