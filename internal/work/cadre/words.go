package cadre

// LeaveKey gives the message key of a kind of leave.
func LeaveKey(code string) string { return "cadre.leave_kind." + code }
