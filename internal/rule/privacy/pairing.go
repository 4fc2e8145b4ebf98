package privacy

func pairings(r *Registry) {
	r.Plain("recounts", "references", "county", "cadre", "year", "at")
	r.Plain("pairings", "references and dated reasons by code", "county", "id", "household", "cadre", "region", "role", "valid_from", "valid_to", "source", "reason", "end_reason")
	r.Plain("pairing_confirmations", "who looked over a list and when", "county", "id", "region", "day", "actor", "number", "at")
	r.Plain("pairing_confirmed", "references", "county", "pairing", "confirmation")
	r.Plain("cards", "references and keyed hashes", "county", "id", "pairing", "region", "number", "printed", "issued_on", "review_on", "reviewed", "state")
	r.Personal(Field{Table: "cards", Column: "token", Class: Secret, Purpose: "privacy.purpose.card", Readers: "card.print", Form: FormHidden, Retention: "privacy.keep.pairing"})
	r.Plain("handovers", "references", "county", "id", "household", "region", "from_cadre", "to_cadre", "day", "reason")
	r.Personal(Field{Table: "handovers", Column: "notes", Class: Words, Purpose: "privacy.purpose.handover", Readers: "pairing.change", Form: FormHidden, Retention: "privacy.keep.pairing", Sealed: true})
}
