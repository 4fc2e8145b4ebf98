package practical

// KindKey gives the message key of a kind.
func KindKey(code string) string { return "practical.kind." + code }

// StateKey gives the message key of a state.
func StateKey(code string) string { return "practical.state." + code }

// WayKey gives the message key of a way of confirming.
func WayKey(code string) string { return "practical.way." + code }

// StepKey gives the message key of a line of the history (Step.Kind).
func StepKey(code string) string { return "practical.step." + code }
