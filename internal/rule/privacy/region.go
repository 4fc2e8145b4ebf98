package privacy

func regions(r *Registry) {
	r.Plain("regions", "official place names and codes", "county", "id", "name", "level", "kind", "parent", "path", "valid_from", "valid_to", "successor")
	r.Plain("region_changes", "history of place names", "county", "id", "region", "kind", "day", "before", "after", "note", "actor")
}
