package household

// PurposeKey gives the message key of a purpose of Reveal.
func PurposeKey(code string) string { return "household.purpose." + code }

// StateKey gives the message key of a state.
func StateKey(code string) string { return "household.state." + code }

// EventKey gives the message key of a line of the history (Event.Kind).
func EventKey(code string) string { return "household.event." + code }
