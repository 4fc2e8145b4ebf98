package leading

// PostKey gives the message key of a post.
func PostKey(code string) string { return "leading.post." + code }
