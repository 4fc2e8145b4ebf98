package privacy

func campaigns(r *Registry) {
	r.Plain("plan_versions", "rules that bind everybody, the body that decided them and references", "county", "id", "campaign", "region", "number", "effective", "ends", "state",
		"name", "short", "name_en", "body", "hash", "decided", "decided_on", "note", "author", "issuer", "issued_on", "successor")
}
