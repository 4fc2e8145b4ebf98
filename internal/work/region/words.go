package region

// LevelKey gives the message key of a level.
func LevelKey(l Level) string { return "region.level." + string(l) }

// ChangeKey gives the message key of a kind of change (Change.Kind).
func ChangeKey(code string) string { return "region.change." + code }
