package privacy

func opinions(r *Registry) {
	keep, why, read := "privacy.keep.diary", "privacy.purpose.opinion", "opinion.read"
	r.Plain("opinions", "references, codes, days and counts", "county", "id", "region", "cadre", "writer", "state", "outcome", "homes", "day", "sent_on", "answered_on", "told_on", "version")
	r.Plain("opinion_texts", "references, numbers and days", "county", "opinion", "n", "nameless", "day", "cadre", "writer")
	r.Plain("opinion_sources", "references and codes", "county", "opinion", "n", "kind", "ref")
	r.Plain("opinion_steps", "references, codes, numbers and days", "county", "opinion", "n", "move", "day", "cadre", "writer")
	r.Personal(Field{Table: "opinions", Column: "answer", Class: Words, Purpose: why, Readers: read, Form: FormHidden, Retention: keep, Sealed: true})
	for _, c := range []string{"title", "addressee", "said", "suggestion", "quotes"} {
		r.Personal(Field{Table: "opinion_texts", Column: c, Class: Words, Purpose: why, Readers: read, Form: FormHidden, Retention: keep, Sealed: true})
	}
	r.Personal(Field{Table: "opinion_steps", Column: "words", Class: Words, Purpose: why, Readers: read, Form: FormHidden, Retention: keep, Sealed: true})
}
