package stay

// KindKey gives the message key of a kind.
func KindKey(code string) string { return "stay.kind." + code }

// StateKey gives the message key of a state.
func StateKey(code string) string { return "stay.state." + code }
