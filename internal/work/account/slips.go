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

// IssueInput names the accounts that get activation slips.
type IssueInput struct {
	ID       string   `json:"id"`
	Accounts []string `json:"accounts"`
}

// issued is what is stored of an issue: never the codes.
type issued struct {
	Count int `json:"count"`
}

// IssueCodes makes the slips of one or many accounts. Codes are shown once and
// not stored, so the same request sent again fails with Gone: issue anew, which
// voids the slips that went astray.
func (k *Desk) IssueCodes(ctx context.Context, tx *db.Tx, who access.Actor, in IssueInput) ([]login.Slip, error) {
	if len(in.Accounts) == 0 || len(in.Accounts) > login.MaxSlips {
		return nil, fault.New(fault.Invalid, "login.slips_count", "max", login.MaxSlips)
	}
	for _, id := range in.Accounts {
		a, err := k.book.Find(ctx, tx, who.County(), id)
		if err != nil {
			return nil, err
		}
		if err := mayIssue(who, a, login.Today(tx.Now)); err != nil {
			return nil, err
		}
	}
	var slips []login.Slip
	_, again, err := once.Do(ctx, tx, who, "account.issue_codes", in.ID, in, func() (issued, error) {
		var err error
		slips, err = k.book.IssueCodes(ctx, tx, who, who.County(), in.Accounts)
		return issued{len(slips)}, err
	})
	if err == nil && again {
		err = fault.New(fault.Gone, "account.slips_once")
	}
	return slips, err
}

// mayIssue: a slip gives its holder the account, so whoever hands it out must
// not gain by using it himself. An office hands out slips for accounts with no
// more than the roles it may give; the system administrator for all but
// administrators who hold their role.
func mayIssue(who access.Actor, a login.Account, day string) error {
	at := access.Target{Region: a.Region}
	if a.ID == who.Account() {
		return fault.New(fault.Forbidden, "account.not_oneself")
	}
	if access.Can(who, access.AccountManage, at).OK() {
		if a.Class != login.ClassContent && (a.Activated || held(a, day)) {
			return fault.New(fault.Forbidden, "account.at_machine")
		}
		return nil
	}
	if err := scope.Check(access.Can(who, access.AccountIssue, at)); err != nil {
		return err
	}
	// Without a role yet, nobody knows what the account will be.
	if a.Class != login.ClassContent || len(a.Grants) == 0 {
		return fault.New(fault.Forbidden, "account.office_roles")
	}
	for _, g := range a.Grants {
		if !byOffice(g.Role) || !access.Can(who, access.AccountIssue, access.Target{Region: g.Region}).OK() {
			return fault.New(fault.Forbidden, "account.office_roles")
		}
	}
	return nil
}

func held(a login.Account, day string) bool {
	for _, g := range a.Grants {
		if g.To == "" || g.To >= day {
			return true
		}
	}
	return false
}
