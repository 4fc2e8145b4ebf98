package login

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"lianxin/internal/base/fault"
)

// Length of a password in characters (security AUTH-1). Eight would do with a
// second factor; there is none yet.
const (
	MinPassword = 12
	MaxPassword = 128
	maxBytes    = 4096 // before composing; 128 characters never need it
)

// Password is a password that passed the policy, already hashed. Only Choose
// makes one, so that nothing unchecked or readable reaches a transaction.
type Password struct{ record string }

// About is what a password is compared with, beside the common ones.
type About struct {
	County   string
	Username string
	Name     string
}

// Choose checks a new password and hashes it. Failures are Invalid with the
// field "password". It takes some 30 ms and must run outside a transaction.
func (b *Book) Choose(ctx context.Context, password string, about About) (Password, error) {
	password, err := b.checkPassword(password, about)
	if err != nil {
		return Password{}, err
	}
	done, err := b.hash.slot(ctx)
	if err != nil {
		return Password{}, err
	}
	defer done()
	return Password{b.hash.record(password)}, nil
}

func (b *Book) checkPassword(password string, about About) (string, error) {
	words := []string{about.Username, about.Name}
	if b.opt.Words != nil {
		words = append(words, b.opt.Words(about.County)...)
	}
	var f fault.Fields
	p, key := normal(password), ""
	switch n := utf8.RuneCountInString(p); {
	case !utf8.ValidString(password) || len(password) > maxBytes || strings.IndexFunc(p, unicode.IsControl) >= 0:
		key = "login.password_form"
	case n < MinPassword:
		key = "login.password_short"
	case n > MaxPassword:
		key = "login.password_long"
	default:
		key = guessable(p, words)
	}
	f.Check(key == "", "password", key, "min", MinPassword, "max", MaxPassword)
	return p, f.Err()
}

// normal composes a password (NFC), because keyboards spell é in two ways;
// nothing is cut off and nothing is folded.
func normal(password string) string {
	if len(password) > maxBytes {
		return password
	}
	return norm.NFC.String(password)
}
