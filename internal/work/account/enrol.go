package account

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/identity"
	"lianxin/internal/work/scope"
)

// Prospect is what would come of handing an official a slip.
type Prospect struct {
	Cadre string `json:"cadre"`
	Official
	Account login.Account `json:"account"` // zero when he has none yet
	Not     string        `json:"not"`     // message key of why he gets none from this hand, "" when he does
}

// New reports whether an account would be made for him.
func (p Prospect) New() bool { return p.Account.ID == "" }

// Prospects says, for some officials of the roster, who would get a slip, for
// whom an account would be made first, and who must ask somebody else. day is
// today.
func (k *Desk) Prospects(ctx context.Context, r db.Reader, who access.Actor, cadres []string, day string) ([]Prospect, error) {
	if len(cadres) > login.MaxSlips {
		return nil, fault.New(fault.Invalid, "login.slips_count", "max", login.MaxSlips)
	}
	out := make([]Prospect, 0, len(cadres))
	for _, id := range cadres {
		p, err := k.prospect(ctx, r, who, id, day)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (k *Desk) prospect(ctx context.Context, r db.Reader, who access.Actor, cadre, day string) (Prospect, error) {
	p := Prospect{Cadre: cadre}
	var err error
	if p.Official, err = k.roster(ctx, r, who.County(), cadre); err != nil {
		return p, err
	}
	if p.Place == "" {
		p.Place = p.Region
	}
	if err := scope.Check(access.Can(who, access.AccountIssue, access.Target{Region: p.Region})); err != nil {
		return Prospect{}, err
	}
	p.Account, err = k.book.FindCadre(ctx, r, who.County(), cadre)
	switch {
	case fault.Is(err, fault.NotFound):
		p.Account = login.Account{}
		if !byOffice(p.Role) {
			p.Not = "account.no_post"
		} else if access.Can(who, access.AccountManage, access.Target{Region: p.Region}).OK() {
			// Whoever makes accounts gives no roles: one without would be of no use.
			p.Not = "account.made_by_office"
		}
		return p, nil
	case err != nil:
		return p, err
	}
	err = mayIssue(who, p.Account, day)
	e, ok := errors.AsType[*fault.Error](err)
	switch {
	case err == nil:
	case !ok || e.Kind == fault.NotFound:
		return Prospect{}, err
	case e.Key == "account.office_roles":
		p.Not = "account.by_system" // he has more than an office may give
	default:
		p.Not = e.Key
	}
	return p, nil
}

// HandOutInput names officials of the roster who are to get slips.
type HandOutInput struct {
	ID     string   `json:"id"`
	Cadres []string `json:"cadres"`
}

// Handed is one slip with what is printed on it.
type Handed struct {
	login.Slip
	Unit string `json:"unit"`
	New  bool   `json:"new"` // the account was made for it
}

// HandOut makes slips for officials of one's roster, all or none, and an
// account with the role of the post first for those who have none. Whoever
// may not get one from this hand is left out (see Prospects). Codes are shown
// once: sent again, the request fails with Gone.
func (k *Desk) HandOut(ctx context.Context, tx *db.Tx, who access.Actor, in HandOutInput) ([]Handed, error) {
	if len(in.Cadres) == 0 || len(in.Cadres) > login.MaxSlips {
		return nil, fault.New(fault.Invalid, "login.slips_count", "max", login.MaxSlips)
	}
	var out []Handed
	_, again, err := once.Do(ctx, tx, who, "account.hand_out", in.ID, in, func() (issued, error) {
		ps, err := k.Prospects(ctx, tx, who, in.Cadres, login.Today(tx.Now))
		if err != nil {
			return issued{}, err
		}
		ps = slices.DeleteFunc(ps, func(p Prospect) bool { return p.Not != "" })
		if len(ps) == 0 {
			return issued{}, fault.New(fault.Invalid, "login.slips_count", "max", login.MaxSlips)
		}
		ids := make([]string, len(ps))
		at := map[string]Prospect{}
		made := 0
		for i, p := range ps {
			if ids[i] = p.Account.ID; p.New() {
				a, err := k.enrol(ctx, tx, who, p)
				if err != nil {
					return issued{}, err
				}
				ids[i] = a.ID
				made++
			}
			at[ids[i]] = p
		}
		slips, err := k.book.IssueCodes(ctx, tx, who, who.County(), ids)
		if err != nil {
			return issued{}, err
		}
		for _, s := range slips {
			out = append(out, Handed{Slip: s, Unit: at[s.Account].Unit, New: at[s.Account].New()})
		}
		audit.Note(tx, who, "account.hand_out", "slips:"+in.ID, who.Home(), "rows", len(out), "made", made)
		return issued{len(out)}, nil
	})
	if err == nil && again {
		err = fault.New(fault.Gone, "account.slips_once")
	}
	return out, err
}

// enrol makes the account of an official with the role of his post.
func (k *Desk) enrol(ctx context.Context, tx *db.Tx, who access.Actor, p Prospect) (login.Account, error) {
	name, err := k.username(ctx, tx, p.Name)
	if err != nil {
		return login.Account{}, err
	}
	a, err := k.book.CreateAccount(ctx, tx, who, login.NewAccount{County: who.County(), Username: name, Name: p.Name, Cadre: p.Cadre, Region: p.Region, Class: login.ClassContent})
	if err != nil {
		return a, err
	}
	g, err := k.book.AddGrant(ctx, tx, who, login.NewGrant{County: who.County(), Account: a.ID, Role: p.Role, Region: p.Place})
	a.Grants = []login.Grant{g}
	return a, err
}

// username makes one from the reading of a name that nobody has yet: liming,
// liming2, liming3. Usernames are one list for the whole installation.
func (k *Desk) username(ctx context.Context, r db.Reader, name string) (string, error) {
	stem := "ganbu"
	if full := identity.Keys(name).Full; len(full) > 0 {
		if s := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r
			}
			return -1
		}, strings.ToLower(full[0])); len(s) >= 2 {
			stem = s[:min(len(s), 24)]
		}
	}
	for n := 1; n < 1000; n++ {
		s := stem
		if n > 1 {
			s += strconv.Itoa(n)
		}
		if _, err := k.book.FindUsername(ctx, r, s); fault.Is(err, fault.NotFound) {
			return s, nil
		} else if err != nil {
			return "", err
		}
	}
	return "", fault.New(fault.Conflict, "login.username_taken")
}
