package login

// Reads counts the sessions read from the database so far.
func Reads(b *Book) int64 { return b.cache.loads.Load() }

// Settle waits for the writing of "last seen" in the background.
func Settle(b *Book) { b.cache.wait.Wait() }

// Hashes counts the password hashes computed so far.
func Hashes(b *Book) int64 { return b.hash.count.Load() }

// Guessable is the rule behind the password policy.
var Guessable = guessable

// Common are the roots of common passwords.
func Common() []string { return common() }
