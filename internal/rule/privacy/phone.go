package privacy

func phones(r *Registry) {
	keep := "privacy.keep.diary"
	r.Plain("phone_devices", "references, codes and instants", "county", "id", "account", "cadre", "region", "key", "state", "since", "seen_at", "state_at", "state_by")
	r.Plain("phone_arrivals", "references, codes, instants, a keyed index and a hash of a signature", "county", "op", "content", "account", "device", "seq", "kind", "version", "received", "elapsed", "clock", "saved", "shift", "marks", "link", "outcome", "ref")
	r.Plain("phone_held", "references, codes, instants and a keyed index", "county", "id", "op", "content", "account", "cadre", "region", "device", "kind", "version", "raw", "way", "about", "at", "saved", "shift", "marks", "state", "decided_by", "decided_at", "choice", "ref")
	r.Plain("phone_views", "references and keyed hashes", "county", "device", "id", "at", "entries")
	r.Personal(
		Field{Table: "phone_devices", Column: "label", Class: General, Purpose: "privacy.purpose.login_notice", Readers: "self", Form: FormNone, Retention: "privacy.keep.login"},
		Field{Table: "phone_held", Column: "body", Class: Words, Purpose: "privacy.purpose.phone", Readers: "cadre.change", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "phone_held", Column: "reasons", Class: Words, Purpose: "privacy.purpose.phone", Readers: "cadre.change", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "phone_held", Column: "answer", Class: Words, Purpose: "privacy.purpose.phone", Readers: "cadre.change", Form: FormHidden, Retention: keep, Sealed: true},
	)
}
