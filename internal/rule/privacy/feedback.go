package privacy

func feedbacks(r *Registry) {
	keep := "privacy.keep.feedback"
	r.Plain("feedback", "references, codes and instants", "county", "id", "region", "kind", "at", "answered_by", "answered_at")
	r.Personal(
		// A keyed index: it lets the sender find his own words again and tells nobody who he is.
		Field{Table: "feedback", Column: "sender", Class: Identity, Purpose: "privacy.purpose.feedback", Readers: "self", Form: FormHidden, Retention: keep},
		Field{Table: "feedback", Column: "signed", Class: General, Purpose: "privacy.purpose.feedback", Readers: "feedback.answer", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "feedback", Column: "words", Class: Words, Purpose: "privacy.purpose.feedback", Readers: "feedback.answer", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "feedback", Column: "answer", Class: Words, Purpose: "privacy.purpose.feedback", Readers: "feedback.answer", Form: FormHidden, Retention: keep, Sealed: true},
	)
}
