package privacy

func cadres(r *Registry) {
	r.Plain("units", "offices, not people", "county", "id", "region", "name", "kind", "bound")
	r.Plain("cadres", "record keeping", "county", "id", "region", "state", "since", "source")
	r.Personal(
		Field{Table: "cadres", Column: "name", Class: General, Purpose: "privacy.purpose.official", Readers: "cadre.read", Retention: "privacy.keep.official"},
		Field{Table: "cadres", Column: "name_key", Class: General, Purpose: "privacy.purpose.search", Readers: "cadre.read", Retention: "privacy.keep.official"},
		Field{Table: "cadres", Column: "phone", Class: Contact, Purpose: "privacy.purpose.card", Readers: "cadre.reveal", Form: FormPhone, Retention: "privacy.keep.official", Sealed: true, Index: "phone_index"},
		Field{Table: "cadres", Column: "party", Class: Sensitive, Purpose: "privacy.purpose.party", Readers: "cadre.change", Retention: "privacy.keep.official"},
		Field{Table: "leaves", Column: "kind", Class: General, Purpose: "privacy.purpose.prorata", Readers: "cadre.change", Retention: "privacy.keep.official"},
		Field{Table: "leaves", Column: "note", Class: General, Purpose: "privacy.purpose.prorata", Readers: "cadre.change", Retention: "privacy.keep.official"},
		Field{Table: "cadre_keys", Column: "key", Class: General, Purpose: "privacy.purpose.search", Readers: "cadre.read", Retention: "privacy.keep.official"},
	)
	r.Plain("cadres", "keyed index", "phone_index")
	r.Plain("posts", "public office", "county", "id", "cadre", "unit", "title", "rank", "team_member", "section_level", "bound", "village", "valid_from", "valid_to", "reason")
	r.Plain("leaves", "record keeping", "county", "id", "cadre", "valid_from", "valid_to")
	r.Plain("cadre_keys", "references", "county", "cadre", "region")
}
