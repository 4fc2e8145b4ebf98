package privacy

func holidays(r *Registry) {
	r.Plain("holiday_years", "a published notice and references", "county", "year", "body", "author", "entered_on")
	r.Plain("holiday_days", "public days off, the document that sets them, and references", "county", "day", "name", "is_off", "reason", "author", "entered_on")
	r.Plain("holiday_marks", "a mark of change", "county", "mark")
}
