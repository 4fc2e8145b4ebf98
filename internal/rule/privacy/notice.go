package privacy

func notices(r *Registry) {
	// A notice is codes, days and counts; package notice refuses anything else.
	r.Plain("notices", "references, codes and instants", "county", "id", "account", "cadre", "role", "region", "kind", "ref", "args", "day", "at")
	r.Plain("notice_marks", "references", "county", "account", "upto")
	r.Plain("notice_reads", "references and instants", "county", "account", "notice", "at")
	r.Plain("notice_channels", "settings, references and instants", "county", "id", "kind", "region", "host", "port", "security", "kinds", "state", "until", "on_by", "on_at", "changed_by", "changed_at", "tried_at", "tried_why", "version")
	r.Plain("notice_mails", "references and instants", "county", "account", "at")
	r.Plain("notice_deliveries", "references, codes and instants", "county", "id", "channel", "account", "notice", "kind", "ref", "state", "at", "tries", "next_at", "why", "ended_at")
	for _, c := range []string{"address", "secret"} {
		r.Personal(Field{Table: "notice_channels", Column: c, Class: Secret, Purpose: "privacy.purpose.channel", Readers: "notice.channel", Form: FormHidden, Retention: "privacy.keep.channel", Sealed: true})
	}
	r.Personal(
		Field{Table: "notice_channels", Column: "login", Class: Secret, Purpose: "privacy.purpose.channel", Readers: "notice.channel", Form: FormNone, Retention: "privacy.keep.channel", Sealed: true},
		Field{Table: "notice_channels", Column: "sender", Class: Contact, Purpose: "privacy.purpose.channel", Readers: "notice.channel", Form: FormNone, Retention: "privacy.keep.channel", Sealed: true},
		Field{Table: "notice_channels", Column: "basis", Class: Words, Purpose: "privacy.purpose.channel", Readers: "notice.watch", Form: FormNone, Retention: "privacy.keep.channel", Sealed: true},
		Field{Table: "notice_mails", Column: "address", Class: Contact, Purpose: "privacy.purpose.notice_mail", Readers: "self", Form: FormHidden, Retention: "privacy.keep.notice_mail", Sealed: true},
	)
}
