package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strconv"
	"strings"
	"sync"
)

// A box takes what others seal for the server without knowing its key: what a
// phone saved lies unreadable on it. Its key pair comes from the master key, so
// it lies outside the database and there is nothing more to back up; boxes of
// older master keys still open.
type box struct {
	id      string
	point   []byte
	private *ecdh.PrivateKey
}

const (
	boxSuite = "1"
	boxInfo  = "lianxin outbox 1"
)

var b64 = base64.RawURLEncoding

// boxes are made when they are first asked for.
type boxes struct {
	once sync.Once
	all  []box
}

func (v *Vault) opened() []box {
	v.box.once.Do(func() {
		for _, k := range v.keys {
			for n := 0; ; n++ { // a scalar above the order of the curve is drawn again; it never happens
				b, err := hkdf.Key(sha256.New, k.master, nil, "lianxin box "+strconv.Itoa(n), 32)
				if err != nil {
					panic("vault: " + err.Error()) // only for absurd lengths
				}
				private, err := ecdh.P256().NewPrivateKey(b)
				if err != nil {
					continue
				}
				point := private.PublicKey().Bytes()
				sum := sha256.Sum256(point)
				v.box.all = append(v.box.all, box{b64.EncodeToString(sum[:6]), point, private})
				break
			}
		}
	})
	return v.box.all
}

// BoxKey is the public key to seal for at present: its id and its point, 65
// bytes in base64url.
func (v *Vault) BoxKey() (id, point string) {
	b := v.opened()[0]
	return b.id, b64.EncodeToString(b.point)
}

// Unseal opens what was sealed for one of the server's keys with the same
// associated data.
func (v *Vault) Unseal(sealed, data string) ([]byte, error) {
	parts := strings.Split(sealed, ".")
	if len(parts) != 4 || parts[0] != boxSuite {
		return nil, ErrSealed
	}
	for _, b := range v.opened() {
		if b.id != parts[1] {
			continue
		}
		point, err := b64.DecodeString(parts[2])
		if err != nil {
			return nil, ErrSealed
		}
		ct, err := b64.DecodeString(parts[3])
		if err != nil || len(ct) < 12 {
			return nil, ErrSealed
		}
		public, err := ecdh.P256().NewPublicKey(point)
		if err != nil {
			return nil, ErrSealed
		}
		secret, err := b.private.ECDH(public)
		if err != nil {
			return nil, ErrSealed
		}
		gcm, err := boxCipher(secret)
		if err != nil {
			return nil, err
		}
		plain, err := gcm.Open(nil, ct[:12], ct[12:], []byte(data))
		if err != nil {
			return nil, ErrSealed
		}
		return plain, nil
	}
	return nil, ErrSealed
}

// SealFor seals for a server's public key, as a phone does. It is here for
// programs and tests that speak for a phone.
func SealFor(rand io.Reader, id, point string, plain []byte, data string) (string, error) {
	raw, err := b64.DecodeString(point)
	if err != nil {
		return "", err
	}
	public, err := ecdh.P256().NewPublicKey(raw)
	if err != nil {
		return "", err
	}
	once, err := ecdh.P256().GenerateKey(rand)
	if err != nil {
		return "", err
	}
	secret, err := once.ECDH(public)
	if err != nil {
		return "", err
	}
	gcm, err := boxCipher(secret)
	if err != nil {
		return "", err
	}
	ct := make([]byte, 12, 12+len(plain)+gcm.Overhead())
	if _, err := io.ReadFull(rand, ct); err != nil {
		return "", err
	}
	ct = gcm.Seal(ct, ct, plain, []byte(data))
	return boxSuite + "." + id + "." + b64.EncodeToString(once.PublicKey().Bytes()) + "." + b64.EncodeToString(ct), nil
}

func boxCipher(secret []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, boxInfo, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
