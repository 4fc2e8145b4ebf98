package privacy

func appeals(r *Registry) {
	keep := "privacy.keep.diary"
	words := func(table, column string) Field {
		return Field{Table: table, Column: column, Class: Words, Purpose: "privacy.purpose.promise", Readers: "appeal.read", Form: FormHidden, Retention: keep, Sealed: true}
	}
	r.Personal(
		words("appeals", "title"),
		words("appeals", "result"),
		words("appeal_steps", "words"),
		words("appeal_voices", "wish"),
		words("appeal_voices", "remark"),
		Field{Table: "appeal_voices", Column: "name", Class: General, Purpose: "privacy.purpose.promise", Readers: "appeal.read", Form: FormName, Retention: keep, Sealed: true},
		Field{Table: "appeal_voices", Column: "phone", Class: Contact, Purpose: "privacy.purpose.promise", Readers: "appeal.read", Form: FormPhone, Retention: keep, Sealed: true},
		Field{Table: "appeal_voices", Column: "code", Class: Secret, Purpose: "privacy.purpose.promise", Readers: "self", Form: FormHidden, Retention: keep},
	)
	r.Plain("appeals", "references, codes and dates", "county", "id", "origin", "source", "household", "region", "sponsor", "owner", "topic", "emphasis", "urgency", "opened_on", "due_on", "next_on", "provisional", "fixed", "round", "rank", "state", "live", "level", "outcome",
		"taken_on", "answered_on", "answered_by", "closed_on", "state_before", "merged_into", "asked_due", "asked_by", "answers", "tries", "redo", "extensions", "meeting", "voices", "version")
	r.Plain("appeal_steps", "references and dates", "county", "id", "appeal", "kind", "day", "before", "after", "actor", "cadre", "bundle", "undo", "seq")
	r.Plain("appeal_voices", "references, codes and dates", "county", "id", "appeal", "household", "region", "origin", "source", "day", "word", "word_on", "way", "face", "came_from", "heard", "tries", "tried_on")
	r.Plain("appeal_bundles", "references and dates", "county", "id", "kind", "region", "actor", "at", "n", "undone_at")
	r.Plain("appeal_views", "filters an account keeps for itself", "county", "account", "id", "name", "query")
	r.Plain("appeal_topics", "the county's catalogue", "county", "id", "name", "name_en", "urgent", "normal", "hard", "sort", "active", "version")
}
