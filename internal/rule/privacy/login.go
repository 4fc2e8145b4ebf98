package privacy

func login(r *Registry) {
	r.Plain("accounts", "references, states and instants", "county", "id", "cadre", "region", "class", "state", "made_at", "made_by", "state_at")
	r.Personal(
		Field{Table: "accounts", Column: "username", Class: General, Purpose: "privacy.purpose.login", Readers: "account.manage", Form: FormNone, Retention: "privacy.keep.account"},
		Field{Table: "accounts", Column: "folded", Class: General, Purpose: "privacy.purpose.login", Readers: "account.manage", Form: FormHidden, Retention: "privacy.keep.account"},
		Field{Table: "accounts", Column: "name", Class: General, Purpose: "privacy.purpose.login", Readers: "account.manage", Form: FormNone, Retention: "privacy.keep.account"},
		// A keyed index only: it tells two accounts of one person, not who he is.
		Field{Table: "accounts", Column: "person", Class: Identity, Purpose: "privacy.purpose.one_account", Readers: "account.manage", Form: FormHidden, Retention: "privacy.keep.account"},
	)
	r.Plain("account_grants", "roles of accounts", "county", "id", "account", "class", "role", "region", "valid_from", "valid_to", "granted_by", "granted_at", "ended_by", "ended_at")
	r.Plain("login_passwords", "references and instants", "county", "account", "set_at")
	r.Plain("login_codes", "references and instants", "county", "id", "account", "made_at", "made_by", "expires_at", "used_at", "void_at")
	r.Plain("login_devices", "references and instants", "county", "id", "account", "first_at", "seen_at")
	r.Plain("login_sessions", "references and instants", "county", "id", "account", "kind", "device", "started_at", "seen_at", "proved_at", "expires_at", "ended_at", "ended_why")
	r.Plain("login_throttles", "keyed hashes and counters", "county", "key", "fails", "held", "last_at", "held_until")
	r.Plain("login_notices", "references and instants", "county", "id", "account", "at", "kind", "read_at")
	r.Plain("login_setups", "instants", "county", "made_at", "expires_at", "used_at")
	for _, c := range [][2]string{{"login_passwords", "record"}, {"login_codes", "hash"}, {"login_devices", "hash"}, {"login_sessions", "hash"}, {"login_setups", "hash"}} {
		r.Personal(Field{Table: c[0], Column: c[1], Class: Secret, Purpose: "privacy.purpose.login", Readers: "self", Form: FormHidden, Retention: "privacy.keep.login"})
	}
	// The kind of browser ("Chrome, Windows"), so that a person knows his own sessions.
	for _, t := range []string{"login_devices", "login_sessions", "login_notices"} {
		r.Personal(Field{Table: t, Column: "label", Class: General, Purpose: "privacy.purpose.login_notice", Readers: "self", Form: FormNone, Retention: "privacy.keep.login"})
	}
}
