package pairing

// ReasonKey gives the message key of a reason of begin or end.
func ReasonKey(code string) string { return "pairing.reason." + code }

// RoleKey gives the message key of a role.
func RoleKey(code string) string { return "pairing.role." + code }

// VoidKey gives the message key of a reason why a card is void.
func VoidKey(code string) string { return "pairing.void." + code }

// QueueKey gives the message key of a reason why a card is to be printed (Waiting.Why).
func QueueKey(code string) string { return "pairing.queue." + code }
