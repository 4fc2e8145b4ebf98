package privacy

func minors(r *Registry) {
	const why = "who may read, for what and until when: references, codes, dates"
	r.Plain("minor_keepers", why, "county", "id", "region", "account", "valid_from", "valid_to", "ended_on", "named_by", "named_at")
	r.Plain("minor_approvals", why, "county", "id", "region", "subject", "purpose", "valid_from", "valid_to", "ended_on", "ended_by", "approved_by", "approved_at")
}
