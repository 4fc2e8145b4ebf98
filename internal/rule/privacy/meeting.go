package privacy

func meetings(r *Registry) {
	keep := "privacy.keep.official"
	const reads, why = "meeting.read", "privacy.purpose.meeting"
	words := func(table string, columns ...string) {
		for _, c := range columns {
			r.Personal(Field{Table: table, Column: c, Class: Words, Purpose: why, Readers: reads, Form: FormHidden, Retention: keep, Sealed: true})
		}
	}
	r.Plain("meetings", "references, codes, dates and clock times", "county", "id", "kind", "year", "number", "region", "day", "from_clock", "to_clock", "chair", "recorder", "state", "period_from", "period_to", "recorded_on", "signed_by", "signed_on", "closed_on", "writer", "version")
	words("meetings", "room", "followup", "summary")
	r.Plain("meeting_people", "references and the part in the meeting", "county", "id", "meeting", "cadre", "household", "part", "visit")
	r.Personal(Field{Table: "meeting_people", Column: "name", Class: General, Purpose: why, Readers: reads, Form: FormHidden, Retention: keep, Sealed: true})
	r.Plain("meeting_items", "references, codes, counts, dates and a unit's name", "county", "id", "meeting", "seq", "kind", "basis", "place", "reporter", "share", "heat", "decision", "unit", "owner", "due_on", "appeal", "settled_on")
	words("meeting_items", "title", "analysis", "opinion", "result")
	r.Plain("meeting_quotes", "references", "county", "id", "meeting", "item", "seq", "ref")
	words("meeting_quotes", "words")
	r.Plain("meeting_versions", "references and instants", "county", "meeting", "version", "actor", "at")
	words("meeting_versions", "content", "why")
}
