// Package vault keeps personal fields unreadable in the database file.
//
// Values are sealed with AES-256-GCM under keys that live outside the database
// (a 0600 file made at first start, or the environment). The place of a value —
// table, column, county, row — is authenticated with it, so a sealed value
// copied to another row does not open. Equal values are found by keyed index
// (HMAC-SHA-256, its own key per county and column), never by decrypting.
// A sealed value names its suite and key, so keys and algorithms can change.
package vault

import (
	"bufio"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// EnvKey names the environment variable that may hold the key instead of a file.
const EnvKey = "LIANXIN_KEY"

const prefix = "lianxin-key-1:"

// suite 1 is AES-256-GCM with a random 96-bit nonce.
const suite = "1"

// Place says where a sealed value lives; it cannot be opened anywhere else.
type Place struct{ Table, Column, County, Row string }

func (p Place) aad(b []byte) []byte {
	for i, s := range [...]string{p.Table, p.Column, p.County, p.Row} {
		if i > 0 {
			b = append(b, 0)
		}
		b = append(b, s...)
	}
	return b
}

type key struct {
	id     string
	master []byte
	gcm    cipher.AEAD
}

// Vault seals, opens and indexes values. It is safe for concurrent use.
type Vault struct {
	keys []key // the first one seals; all of them open
	rand io.Reader
	mu   sync.RWMutex
	sub  map[string][]byte
	macs map[string]*sync.Pool // of *Message
	side map[string]*Vault     // of Apart
	bufs sync.Pool
	box  boxes
}

// New makes a vault from master keys of 32 bytes; the first one seals.
func New(rand io.Reader, masters ...[]byte) (*Vault, error) {
	v := &Vault{rand: rand, sub: map[string][]byte{}, macs: map[string]*sync.Pool{}}
	for _, m := range masters {
		if len(m) != 32 {
			return nil, errors.New("vault: a master key has 32 bytes")
		}
		enc, err := hkdf.Key(sha256.New, m, nil, "lianxin field encryption", 32)
		if err != nil {
			return nil, err
		}
		block, err := aes.NewCipher(enc)
		if err != nil {
			return nil, err
		}
		gcm, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(append([]byte("key id"), m...))
		v.keys = append(v.keys, key{base64.RawURLEncoding.EncodeToString(sum[:3]), m, gcm})
	}
	if len(v.keys) == 0 {
		return nil, errors.New("vault: no key")
	}
	return v, nil
}

// Open takes the key from the environment or from the file, which is made with
// mode 0600 when it does not exist and create is true. It refuses a file that
// others may read.
func Open(file string, getenv func(string) string, create bool, rand io.Reader) (*Vault, error) {
	if s := getenv(EnvKey); s != "" {
		return parse(strings.NewReader(s), rand)
	}
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) && create {
		m := make([]byte, 32)
		if _, err := io.ReadFull(rand, m); err != nil {
			return nil, err
		}
		if err := writeKey(file, prefix+base64.StdEncoding.EncodeToString(m)+"\n"); err != nil {
			return nil, err
		}
	}
	st, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("vault: key file: %w", err)
	}
	if !privateMode(st) {
		return nil, fmt.Errorf("vault: %s may be read by others (mode %o); chmod 600 it", file, st.Mode().Perm())
	}
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parse(f, rand)
}

// writeKey makes the file and syncs file and folder before anything is sealed
// with the key: a lost key is lost data.
func writeKey(file, text string) error {
	f, err := os.OpenFile(filepath.Clean(file), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.WriteString(text); err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if d, err := os.Open(filepath.Dir(file)); err == nil {
		_ = d.Sync() // some systems cannot sync a folder; the file itself is synced
		_ = d.Close()
	}
	return nil
}

func parse(r io.Reader, rand io.Reader) (*Vault, error) {
	var ms [][]byte
	sc := bufio.NewScanner(r)
	for sc.Scan() {
		s := strings.TrimSpace(sc.Text())
		if s == "" || strings.HasPrefix(s, "#") {
			continue
		}
		m, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, prefix))
		if err != nil || !strings.HasPrefix(s, prefix) {
			return nil, errors.New("vault: the key must be written as " + prefix + "<base64 of 32 bytes>")
		}
		ms = append(ms, m)
	}
	if err := sc.Err(); err != nil {
		return nil, err
	}
	return New(rand, ms...)
}

// Seal encrypts a value for its place. The empty value stays empty.
func (v *Vault) Seal(p Place, plain string) string { return seal(v, p, plain) }

// SealBytes is Seal for a text that lies in bytes.
func (v *Vault) SealBytes(p Place, plain []byte) string { return seal(v, p, plain) }

func seal[T string | []byte](v *Vault, p Place, plain T) string {
	if len(plain) == 0 {
		return ""
	}
	k := v.keys[0]
	// One borrowed buffer holds everything in turn: nonce and text (encrypted in
	// place), place, and the spelling that is returned.
	n, head := k.gcm.NonceSize(), len(suite)+len(k.id)+2
	sealed := n + len(plain) + k.gcm.Overhead()
	placed := len(p.Table) + len(p.Column) + len(p.County) + len(p.Row) + 3
	buf := v.borrow(sealed + placed + head + base64.RawStdEncoding.EncodedLen(sealed))
	defer v.giveBack(buf)
	ct, place, text := (*buf)[:sealed], (*buf)[sealed:sealed+placed], (*buf)[sealed+placed:]
	if _, err := io.ReadFull(v.rand, ct[:n]); err != nil {
		panic("vault: no randomness: " + err.Error())
	}
	copy(ct[n:], plain)
	k.gcm.Seal(ct[:n], ct[:n], ct[n:n+len(plain)], p.aad(place[:0]))
	copy(text, suite+"."+k.id+".")
	base64.RawStdEncoding.Encode(text[head:], ct)
	return string(text)
}

// borrow gives a buffer of n bytes that was used before.
func (v *Vault) borrow(n int) *[]byte {
	buf, _ := v.bufs.Get().(*[]byte)
	if buf == nil {
		buf = new([]byte)
	}
	*buf = slices.Grow((*buf)[:0], n)[:n]
	return buf
}

func (v *Vault) giveBack(buf *[]byte) {
	clear(*buf) // the words must not linger
	v.bufs.Put(buf)
}

// ErrSealed says that a value was changed, moved, or sealed with a key that is
// not here. It fails closed: no part of the text is given.
var ErrSealed = errors.New("vault: value does not open at this place")

// Open decrypts a value sealed for the same place.
func (v *Vault) Open(p Place, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	by, rest, _ := strings.Cut(sealed, ".")
	id, spelt, ok := strings.Cut(rest, ".")
	if !ok || by != suite {
		return "", ErrSealed
	}
	// One borrowed buffer holds nonce and ciphertext, the text, and the place.
	n := base64.RawStdEncoding.DecodedLen(len(spelt))
	buf := v.borrow(2*n + len(p.Table) + len(p.Column) + len(p.County) + len(p.Row) + 3)
	defer v.giveBack(buf)
	ct, text, place := (*buf)[:n:n], (*buf)[n:n:2*n], (*buf)[2*n:2*n]
	n, err := base64.RawStdEncoding.Decode(ct, []byte(spelt))
	if err != nil {
		return "", ErrSealed
	}
	ct, place = ct[:n], p.aad(place)
	for _, k := range v.keys {
		if k.id != id || len(ct) < k.gcm.NonceSize() {
			continue
		}
		if b, err := k.gcm.Open(text, ct[:k.gcm.NonceSize()], ct[k.gcm.NonceSize():], place); err == nil {
			return string(b), nil
		}
	}
	return "", ErrSealed
}

// Apart gives the vault of a purpose, with keys of its own: what is sealed there
// opens neither here nor under another purpose.
func (v *Vault) Apart(purpose string) *Vault {
	v.mu.Lock()
	defer v.mu.Unlock()
	if a := v.side[purpose]; a != nil {
		return a
	}
	masters := make([][]byte, 0, len(v.keys))
	for _, k := range v.keys {
		m, err := hkdf.Key(sha256.New, k.master, nil, "apart "+purpose, 32)
		if err != nil {
			panic("vault: " + err.Error()) // only for absurd lengths
		}
		masters = append(masters, m)
	}
	a, err := New(v.rand, masters...)
	if err != nil {
		panic("vault: " + err.Error()) // keys of the right length, at least one
	}
	if v.side == nil {
		v.side = map[string]*Vault{}
	}
	v.side[purpose] = a
	return a
}

// Sub derives a key for a purpose from the oldest master key, so that indexes
// and audit chains stay valid when a newer sealing key is put in front.
func (v *Vault) Sub(purpose string) []byte {
	v.mu.RLock()
	k, ok := v.sub[purpose]
	v.mu.RUnlock()
	if ok {
		return k
	}
	k, err := hkdf.Key(sha256.New, v.keys[len(v.keys)-1].master, nil, purpose, 32)
	if err != nil {
		panic("vault: " + err.Error()) // only for absurd lengths
	}
	v.mu.Lock()
	v.sub[purpose] = k
	v.mu.Unlock()
	return k
}

// Index gives the keyed index of a normalised value in a county's column:
// equal values give equal indexes, and without the key nothing can be tried.
func (v *Vault) Index(county, column, value string) string {
	if value == "" {
		return ""
	}
	m := v.Message("index " + county + " " + column)
	m.B = append(m.B, value...)
	sum := m.Sum()
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// Message is something to be authenticated under the key of a purpose: fill B,
// call Sum, let go. State and buffer are used again, because setting a key up
// costs as much as a short message.
type Message struct {
	B    []byte
	h    hash.Hash
	pool *sync.Pool
	sum  [sha256.Size]byte
}

// Message begins an empty message.
func (v *Vault) Message(purpose string) *Message {
	v.mu.RLock()
	pool := v.macs[purpose]
	v.mu.RUnlock()
	if pool == nil {
		key := v.Sub(purpose)
		v.mu.Lock()
		if pool = v.macs[purpose]; pool == nil {
			pool = new(sync.Pool)
			pool.New = func() any { return &Message{h: hmac.New(sha256.New, key), pool: pool} }
			v.macs[purpose] = pool
		}
		v.mu.Unlock()
	}
	m, _ := pool.Get().(*Message)
	return m
}

// Sum gives the HMAC-SHA-256 and ends the message.
func (m *Message) Sum() [sha256.Size]byte {
	m.h.Reset()
	m.h.Write(m.B)
	m.h.Sum(m.sum[:0])
	sum := m.sum
	clear(m.B) // the words must not linger
	m.B = m.B[:0]
	m.pool.Put(m)
	return sum
}
