package phone

// MarkKey gives the message key of a mark of a record (rule/arrival).
func MarkKey(code string) string { return "offline.mark." + code }

// StateKey gives the message key of what became of a held record.
func StateKey(code string) string { return "offline.state." + code }

// DeviceKey gives the message key of the state of a phone.
func DeviceKey(code string) string { return "offline.device." + code }

// cameKey says how a record came in that nobody's session speaks for.
func cameKey(way string) string {
	if way == ByFile {
		return "offline.came_file"
	}
	return "offline.came_leave"
}
