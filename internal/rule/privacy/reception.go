package privacy

func receptions(r *Registry) {
	keep := "privacy.keep.diary"
	r.Plain("receptions", "numbers, references, codes, counts, dates", "county", "id", "number", "region", "household", "people", "day", "clock", "topic", "receiver", "account", "way", "route", "appeal", "told", "told_on", "earlier", "urgent", "closed_on", "face", "version")
	r.Plain("reception_changes", "references, codes, dates", "county", "id", "reception", "kind", "day", "actor")
	field := func(column string, class Class, readers string) Field {
		return Field{Table: "receptions", Column: column, Class: class, Purpose: "privacy.purpose.reception", Readers: readers, Form: FormHidden, Retention: keep, Sealed: true}
	}
	r.Plain("receptions", "keyed index", "phone_index")
	phone := field("phone", Contact, "reception.record")
	phone.Form, phone.Index = FormPhone, "phone_index"
	r.Personal(
		Field{Table: "receptions", Column: "sex", Class: General, Purpose: "privacy.purpose.reception", Readers: "reception.read", Retention: keep},
		Field{Table: "receptions", Column: "age", Class: General, Purpose: "privacy.purpose.reception", Readers: "reception.read", Retention: keep},
		field("visitor", General, "reception.read"),
		phone,
		field("address", Contact, "reception.record"),
		field("speakers", General, "reception.read"),
		field("spot", Words, "reception.read"),
		field("words", Words, "reception.read"),
		field("opinion", Words, "reception.read"),
		field("remarks", Words, "reception.read"),
		field("heard", Words, "reception.read"),
		Field{Table: "reception_changes", Column: "before", Class: Words, Purpose: "privacy.purpose.reception", Readers: "reception.record", Form: FormHidden, Retention: keep, Sealed: true},
		Field{Table: "reception_changes", Column: "why", Class: Words, Purpose: "privacy.purpose.reception", Readers: "reception.read", Form: FormHidden, Retention: keep, Sealed: true},
	)
}
