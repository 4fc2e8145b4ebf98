// Package login knows who may come in: accounts and the roles granted to them,
// passwords, one-time activation codes, sessions and the slowing of guesses.
//
// Nobody is ever given a password: the office hands out a printed slip with a
// code that works once, and the person chooses the password himself. Stored are
// only hashes of passwords, codes and tokens. Each account belongs to exactly one
// class — content, or one of the three separate administrators — and the
// database itself refuses a grant of another class. Guessing is slowed for each
// account, not for an address, because a village shares one; a device from
// which the person has logged in before keeps a counter of its own, so that
// nobody can lock him out of his own desk by guessing wrongly elsewhere.
//
// Every change leaves its audit row in the same transaction.
//
// Sources: requirements A12, B5–B7; security AUTH-1..7, SES-1..5, ACC-8;
// GB/T 22239-2019 8.1.4.1, 8.1.4.2, 8.1.5.
//
// Owns: accounts, account_grants, login_passwords, login_codes, login_devices,
// login_sessions, login_throttles, login_notices, login_setups.
package login

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"log/slog"
	"time"

	"lianxin/internal/base/db"
)

// NoCounty is the county of audit rows about usernames that do not exist and
// of the set-up before there is any account.
const NoCounty = "000000"

// Limits of codes and sessions (security SES-1, SES-2, SES-5, AUTH-6).
const (
	MaxSessions  = 10               // live sessions of one account; the oldest ends
	IdleContent  = 30 * time.Minute // a session without a request ends
	IdleAdmin    = 15 * time.Minute // … of an administrator
	SessionLife  = 12 * time.Hour   // and every session ends after this
	IdlePhone    = 72 * time.Hour   // a phone in the mountains may be silent for so long
	PhoneLife    = 30 * 24 * time.Hour
	FreshFor     = 5 * time.Minute // the password counts as "just given"
	CodeLife     = 30 * 24 * time.Hour
	SetupLife    = 30 * time.Minute
	maxDevices   = 20
	revalidate   = time.Second // a session is read again from the database after this
	touchEvery   = time.Minute // "last seen" is written at most this often
	maxWaiting   = 256         // logins waiting for one of the two hashing places
	hashesAtOnce = 2
)

// Options are what a Book needs beside its database.
type Options struct {
	// Params of new password records; the zero value means DefaultParams.
	Params Params
	// Words gives the names a password of this county must not lean on: county,
	// townships, units, in characters or letters. nil means none.
	Words func(county string) []string
	// Log hears of "last seen" writes that failed; nil is silent.
	Log *slog.Logger
}

// Book is the register of accounts and sessions over one database. One process
// keeps one Book, because the Book remembers live sessions.
type Book struct {
	d     *db.DB
	opt   Options
	hash  *hasher
	cache *cache
}

// New makes the register. It computes one hash, so that the first refused login
// takes as long as every other.
func New(d *db.DB, opt Options) *Book {
	if opt.Params == (Params{}) {
		opt.Params = DefaultParams
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	b := &Book{d: d, opt: opt, hash: newHasher(opt.Params, d.Vault().Sub("password"), d.Rand())}
	b.cache = newCache(d, opt.Log)
	return b
}

// Close writes what is still to be written about live sessions. The database
// must still be open.
func (b *Book) Close(ctx context.Context) error { return b.cache.close(ctx) }

// beijing is the only zone of the country; days of grants are its days.
var beijing = time.FixedZone("UTC+8", 8*3600)

// Today is the day of an instant, "2026-11-23".
func Today(at time.Time) string { return at.In(beijing).Format(time.DateOnly) }

// secret makes 256 random bits for a token.
func secret(r io.Reader) string {
	var b [32]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		panic("login: no randomness: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// digest is what is stored of a token. 256 random bits need no slow hash.
func digest(token string) string {
	s := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(s[:])
}

// trace is the actor of what a person does about his own login.
type trace struct{ county, account, roles, door, request string }

// Trace gives the audit record what it needs.
func (t trace) Trace() (county, account, roles, door, request string) {
	return t.county, t.account, t.roles, t.door, t.request
}

// pick draws an index below n for the choice of a delay; it is not a secret.
func pick(n int) int {
	var b [2]byte
	_, _ = rand.Read(b[:])
	return (int(b[0])<<8 | int(b[1])) % n
}
