package privacy

func households(r *Registry) {
	keep := "privacy.keep.pairing"
	r.Plain("households", "record keeping", "county", "id", "region", "size", "state", "since", "successor", "version", "source", "last_seen", "led_from", "led_to")
	r.Plain("households", "keyed index", "phone_index")
	r.Personal(
		Field{Table: "households", Column: "head", Class: General, Purpose: "privacy.purpose.contact", Readers: "household.list", Form: FormName, Retention: keep},
		Field{Table: "households", Column: "name_key", Class: General, Purpose: "privacy.purpose.search", Readers: "household.list", Retention: keep},
		Field{Table: "households", Column: "address", Class: Contact, Purpose: "privacy.purpose.contact", Readers: "household.reveal", Form: FormAddress, Retention: keep, Sealed: true},
		Field{Table: "households", Column: "phone", Class: Contact, Purpose: "privacy.purpose.contact", Readers: "household.reveal", Form: FormPhone, Retention: keep, Sealed: true, Index: "phone_index"},
		Field{Table: "households", Column: "housing", Class: General, Purpose: "privacy.purpose.help", Readers: "household.read", Retention: keep},
		Field{Table: "households", Column: "income", Class: General, Purpose: "privacy.purpose.help", Readers: "household.read", Retention: keep},
		Field{Table: "households", Column: "notes", Class: Words, Purpose: "privacy.purpose.help", Readers: "household.notes", Form: FormOpened, Retention: keep, Sealed: true},
		Field{Table: "households", Column: "priority", Class: Sensitive, Purpose: "privacy.purpose.priority", Readers: "household.tags", Retention: keep},
	)
	r.Plain("members", "record keeping", "county", "id", "household", "state", "since", "place", "relation")
	r.Plain("members", "keyed index", "id_index", "phone_index")
	r.Personal(
		Field{Table: "members", Column: "name", Class: General, Purpose: "privacy.purpose.contact", Readers: "household.read", Form: FormName, Retention: keep},
		Field{Table: "members", Column: "sex", Class: General, Purpose: "privacy.purpose.help", Readers: "household.read", Retention: keep},
		Field{Table: "members", Column: "born", Class: General, Purpose: "privacy.purpose.help", Readers: "household.read", Form: FormMonth, Retention: keep},
		Field{Table: "members", Column: "id_number", Class: Identity, Purpose: "privacy.purpose.identify", Readers: "household.reveal_id", Form: FormID, Retention: keep, Sealed: true, Index: "id_index"},
		Field{Table: "members", Column: "phone", Class: Contact, Purpose: "privacy.purpose.contact", Readers: "household.reveal", Form: FormPhone, Retention: keep, Sealed: true, Index: "phone_index"},
		Field{Table: "members", Column: "education", Class: General, Purpose: "privacy.purpose.help", Readers: "household.read", Retention: keep},
		Field{Table: "members", Column: "labour", Class: General, Purpose: "privacy.purpose.help", Readers: "household.read", Retention: keep},
		Field{Table: "members", Column: "health", Class: Sensitive, Purpose: "privacy.purpose.help", Readers: "household.health", Form: FormOpened, Retention: keep, Sealed: true},
	)
	r.Plain("care_tags", "record keeping", "county", "id", "household", "member", "source", "valid_from", "valid_to")
	r.Plain("care_tags", "keyed index", "tag_index")
	// Which kind of need there is (低收入家庭, 孤儿) is what the work goes by: whole to
	// the home's own official and the office, to nobody else (domain.md §6.2). What
	// proves it, and why it ended, is opened when somebody has to look.
	r.Personal(
		Field{Table: "care_tags", Column: "tag", Class: Sensitive, Purpose: "privacy.purpose.priority", Readers: "household.tags", Form: FormHidden, Retention: keep, Sealed: true, Index: "tag_index"},
		Field{Table: "care_tags", Column: "evidence", Class: Sensitive, Purpose: "privacy.purpose.priority", Readers: "household.health", Form: FormOpened, Retention: keep, Sealed: true},
		Field{Table: "care_tags", Column: "end_reason", Class: Sensitive, Purpose: "privacy.purpose.priority", Readers: "household.health", Form: FormOpened, Retention: keep, Sealed: true},
	)
	r.Plain("consents", "record of notice and consent", "county", "id", "household", "purpose", "way", "given_on", "ended_on")
	r.Personal(Field{Table: "consents", Column: "guardian", Class: General, Purpose: "privacy.purpose.consent", Readers: "household.read", Form: FormName, Retention: "privacy.keep.consent", Sealed: true})
	r.Plain("household_events", "history", "county", "id", "household", "kind", "day", "other", "actor")
	r.Personal(
		Field{Table: "household_events", Column: "before", Class: Words, Purpose: "privacy.purpose.history", Readers: "household.change", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "household_events", Column: "note", Class: Words, Purpose: "privacy.purpose.history", Readers: "household.read", Form: FormHidden, Retention: keep, Sealed: true},
	)
	r.Plain("household_keys", "references", "county", "household")
	r.Personal(Field{Table: "household_keys", Column: "key", Class: General, Purpose: "privacy.purpose.search", Readers: "household.list", Retention: keep})
}
