package backup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"lianxin/internal/base/fault"
)

// recipients gives those who can open the backup: the public keys of the
// settings, or the key file beside the data, made when it is not there.
func recipients(opt Options) (to []age.Recipient, fresh bool, err error) {
	for _, s := range opt.Recipients {
		r, err := age.ParseX25519Recipient(strings.TrimSpace(s))
		if err != nil {
			return nil, false, fault.Wrap(err, fault.Invalid, "backup.bad_recipient", "recipient", s)
		}
		to = append(to, r)
	}
	if len(to) > 0 {
		return to, false, nil
	}
	if opt.OwnKey == "" {
		return nil, false, fault.New(fault.Invalid, "backup.no_recipient")
	}
	ids, err := Identities(opt.OwnKey)
	if errors.Is(err, os.ErrNotExist) {
		if err := makeKey(opt.OwnKey); err != nil {
			return nil, false, err
		}
		fresh = true
		ids, err = Identities(opt.OwnKey)
	}
	if err != nil {
		return nil, false, err
	}
	for _, i := range ids {
		if x, ok := i.(*age.X25519Identity); ok {
			to = append(to, x.Recipient())
		}
	}
	if len(to) == 0 {
		return nil, false, fmt.Errorf("backup: %s holds no key", opt.OwnKey)
	}
	return to, fresh, nil
}

func makeKey(file string) error {
	i, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Clean(file), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "# 打开连心备份的密钥，请抄到别处保管。Key that opens backups; store a copy elsewhere.\n# %s\n%s\n", i.Recipient(), i)
	return errors.Join(err, f.Sync(), f.Close())
}

// Identities reads the secret keys of a key file in age's own form.
func Identities(file string) ([]age.Identity, error) {
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return age.ParseIdentities(f)
}

// Generate writes a new key file (mode 0600) and gives its public key for the
// settings.
func Generate(file string) (public string, err error) {
	if err := makeKey(file); err != nil {
		return "", err
	}
	ids, err := Identities(file)
	if err != nil {
		return "", err
	}
	x, ok := ids[0].(*age.X25519Identity)
	if !ok {
		return "", fmt.Errorf("backup: %s holds a key of another kind", file)
	}
	return x.Recipient().String(), nil
}
