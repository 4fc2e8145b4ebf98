package account

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/scope"
)

// GrantInput is a role to be given.
type GrantInput struct {
	ID      string `json:"id"`
	Account string `json:"account"`
	Role    string `json:"role"`
	Region  string `json:"region"` // path
	From    string `json:"from"`   // "" means today
	To      string `json:"to"`     // "" means until ended
}

// Grant gives an account a role in a region from–to. Only the security
// administrator of the region may, and not to himself. A role of another class
// is refused by the database as well.
func (k *Desk) Grant(ctx context.Context, tx *db.Tx, who access.Actor, in GrantInput) (login.Grant, bool, error) {
	a, err := k.book.Find(ctx, tx, who.County(), in.Account)
	if err != nil {
		return login.Grant{}, false, err
	}
	if err := mayGrant(who, a, in.Region); err != nil {
		return login.Grant{}, false, err
	}
	if !access.Role(in.Role).Fits(in.Region) {
		return login.Grant{}, false, field("region", "account.village_needed")
	}
	return once.Do(ctx, tx, who, "grant.add", in.ID, in, func() (login.Grant, error) {
		return k.book.AddGrant(ctx, tx, who, login.NewGrant{County: a.County, Account: a.ID, Role: in.Role, Region: in.Region, From: in.From, To: in.To})
	})
}

// EndGrantInput names a grant to be taken back.
type EndGrantInput struct {
	ID    string `json:"id"`
	Grant string `json:"grant"`
}

// EndGrant takes a role back at once. The last live holder of an
// administrator's role keeps it.
func (k *Desk) EndGrant(ctx context.Context, tx *db.Tx, who access.Actor, in EndGrantInput) (login.Grant, bool, error) {
	g, err := login.FindGrant(ctx, tx, who.County(), in.Grant)
	if err != nil {
		return login.Grant{}, false, err
	}
	a, err := k.book.Find(ctx, tx, who.County(), g.Account)
	if err != nil {
		return login.Grant{}, false, err
	}
	if err := mayGrant(who, a, g.Region); err != nil {
		return login.Grant{}, false, err
	}
	return once.Do(ctx, tx, who, "grant.end", in.ID, in, func() (login.Grant, error) {
		if err := k.notLast(ctx, tx, a, g); err != nil {
			return g, err
		}
		return k.book.EndGrant(ctx, tx, who, a.County, g.ID)
	})
}

func mayGrant(who access.Actor, a login.Account, region string) error {
	for _, at := range []string{a.Region, region} {
		if err := scope.Check(access.Can(who, access.GrantManage, access.Target{Region: at})); err != nil {
			return err
		}
	}
	if a.ID == who.Account() {
		return fault.New(fault.Forbidden, "account.not_oneself")
	}
	return nil
}

// History gives all grants an account ever had, for those who may read it.
func (k *Desk) History(ctx context.Context, r db.Reader, who access.Actor, account string) ([]login.Grant, error) {
	a, err := k.Find(ctx, r, who, account)
	if err != nil {
		return nil, err
	}
	return login.GrantHistory(ctx, r, a.County, a.ID)
}
