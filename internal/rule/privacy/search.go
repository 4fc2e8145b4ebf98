package privacy

func searches(r *Registry) {
	r.Plain("search_docs", "references and a number made of the day and a keyed hash", "county", "kind", "ref", "seq")
	r.Plain("search_marks", "references", "county", "kind", "ref", "at")
	r.Plain("search_index", "keyed hashes of pairs of characters: without the key they are no words, and they are in no order", "seq", "tokens")
}
