// Package account says who may make accounts, hand out slips and give roles.
//
// Power over accounts is split among people (三员分立): the system
// administrator makes accounts and hands out activation slips but gives no
// roles; the security administrator gives and takes roles but makes no accounts;
// the auditor only reads. A township office may do one thing by itself, because
// it has to: let the officials of its own roster in as 干部, 村“两委” or 村总支书记. Nobody
// gives himself a role, nobody sets another's password, and the slip for an
// administrator who holds his role is issued at the machine, so that no other
// administrator can become him.
//
// The register itself is base/login; this package only decides and calls it.
//
// Sources: programme/domain.md §6.1–6.3 (R16); security ACC-8, AUTH-5, SES-4;
// GB/T 22239-2019 8.1.5.1–3.
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

// Official is what a roster tells about one of its officials.
type Official struct {
	Region string // path of the township or village he belongs to
	Name   string
	Unit   string // for the slip
	Role   string // cadre, committee or village_head, by his post; "" where he holds none
	Place  string // path in which the role is to be given; "" takes Region
}

// Roster finds an official by his id; NotFound when there is none.
type Roster func(ctx context.Context, r db.Reader, county, cadre string) (Official, error)

// Desk is where accounts are managed.
type Desk struct {
	book   *login.Book
	roster Roster
}

// New makes a Desk over the register of accounts and the roster of officials.
func New(b *login.Book, r Roster) *Desk { return &Desk{b, r} }

// byOffice are the roles a township office may give to its own officials.
func byOffice(role string) bool {
	return role == string(access.Cadre) || access.Role(role).Village()
}

// CreateInput is a new account. Role is empty when the system administrator
// makes it (the security administrator gives the role), and cadre, committee or
// village_head when an office makes it for one of its officials.
type CreateInput struct {
	ID       string `json:"id"` // of this write, made by its sender
	Username string `json:"username"`
	Name     string `json:"name"` // "" takes the official's
	Cadre    string `json:"cadre"`
	Person   string `json:"person"`
	Region   string `json:"region"` // path; "" takes the official's
	Class    string `json:"class"`  // "" means content
	Role     string `json:"role"`
}

// Create makes an account. The system administrator makes any class in his
// regions; an office makes accounts for officials of its own regions and gives
// them their first role.
func (k *Desk) Create(ctx context.Context, tx *db.Tx, who access.Actor, in CreateInput) (login.Account, bool, error) {
	var official Official
	if in.Cadre != "" {
		var err error
		if official, err = k.roster(ctx, tx, who.County(), in.Cadre); err != nil {
			return login.Account{}, false, err
		}
	}
	filled := in
	if filled.Name == "" {
		filled.Name = official.Name
	}
	if filled.Region == "" {
		filled.Region = official.Region
	}
	if filled.Class == "" {
		filled.Class = login.ClassContent
	}
	if err := mayCreate(who, filled, official); err != nil {
		return login.Account{}, false, err
	}
	return once.Do(ctx, tx, who, "account.create", in.ID, in, func() (login.Account, error) {
		a, err := k.book.CreateAccount(ctx, tx, who, login.NewAccount{County: who.County(), Username: filled.Username, Name: filled.Name, Cadre: filled.Cadre, Person: filled.Person, Region: filled.Region, Class: filled.Class})
		if err != nil || filled.Role == "" {
			return a, err
		}
		g, err := k.book.AddGrant(ctx, tx, who, login.NewGrant{County: who.County(), Account: a.ID, Role: filled.Role, Region: filled.Region})
		a.Grants = []login.Grant{g}
		return a, err
	})
}

func mayCreate(who access.Actor, in CreateInput, official Official) error {
	at := access.Target{Region: in.Region}
	if d := access.Can(who, access.AccountManage, at); d.OK() {
		if in.Role != "" {
			return field("role", "account.role_by_security")
		}
		return nil
	}
	d := access.Can(who, access.AccountIssue, at)
	if err := scope.Check(d); err != nil {
		return err
	}
	var f fault.Fields
	f.Check(byOffice(in.Role), "role", "account.office_roles")
	f.Check(access.Role(in.Role).Fits(in.Region), "region", "account.village_needed")
	f.Check(in.Class == login.ClassContent, "class", "account.office_roles")
	f.Check(in.Cadre != "", "cadre", "account.cadre_needed")
	if err := f.Err(); err != nil {
		return err
	}
	// The roster decides where an official belongs, not the form.
	return scope.Check(access.Can(who, access.AccountIssue, access.Target{Region: official.Region}))
}

func field(name, key string) error {
	var f fault.Fields
	f.Add(name, key)
	return f.Err()
}

// SwitchInput names an account to disable or enable.
type SwitchInput struct {
	ID      string `json:"id"`
	Account string `json:"account"`
	Enable  bool   `json:"enable"`
}

// Switch disables an account, which ends its sessions at once, or enables it
// again. Nobody disables himself, nor the last live holder of one of the three
// administrators' roles.
func (k *Desk) Switch(ctx context.Context, tx *db.Tx, who access.Actor, in SwitchInput) (login.Account, bool, error) {
	a, err := k.book.Find(ctx, tx, who.County(), in.Account)
	if err != nil {
		return login.Account{}, false, err
	}
	if err := scope.Check(access.Can(who, access.AccountManage, access.Target{Region: a.Region})); err != nil {
		return login.Account{}, false, err
	}
	return once.Do(ctx, tx, who, "account.switch", in.ID, in, func() (login.Account, error) {
		if in.Enable {
			err = k.book.Enable(ctx, tx, who, a.County, a.ID)
		} else {
			if a.ID == who.Account() {
				return a, fault.New(fault.Forbidden, "account.not_oneself")
			}
			for _, g := range a.Grants {
				if err := k.notLast(ctx, tx, a, g); err != nil {
					return a, err
				}
			}
			err = k.book.Disable(ctx, tx, who, a.County, a.ID)
		}
		if err != nil {
			return a, err
		}
		return k.book.Find(ctx, tx, a.County, a.ID)
	})
}

// notLast keeps a county from losing its last administrator of a kind.
func (k *Desk) notLast(ctx context.Context, tx *db.Tx, a login.Account, g login.Grant) error {
	day := login.Today(tx.Now)
	if login.ClassOf(g.Role) == login.ClassContent || a.State != login.Active || !g.Holds(day) {
		return nil
	}
	n, err := login.Holders(ctx, tx, a.County, g.Role, day)
	if err == nil && n < 2 {
		err = fault.New(fault.Conflict, "account.last_administrator")
	}
	return err
}

// reads are the actions that let somebody read the register.
var reads = []access.Action{access.AccountManage, access.AccountIssue, access.GrantManage, access.AuditRead}

// Find gives an account somebody may read: those who manage, and its owner.
func (k *Desk) Find(ctx context.Context, r db.Reader, who access.Actor, account string) (login.Account, error) {
	a, err := k.book.Find(ctx, r, who.County(), account)
	if err != nil {
		return login.Account{}, err
	}
	if a.ID == who.Account() {
		return a, nil
	}
	var last access.Decision
	for i, do := range reads {
		d := access.Can(who, do, access.Target{Region: a.Region})
		if d.OK() {
			return a, nil
		}
		if i == 0 || d.Outcome == access.Refused {
			last = d
		}
	}
	return login.Account{}, scope.Check(last)
}

// ListFilter of List.
type ListFilter struct {
	Begins  string
	Region  string // path, "" for all one may see
	Class   string
	State   string
	Waiting bool
	Limit   int
	After   string
}

// List gives the accounts in somebody's regions in the order of usernames.
func (k *Desk) List(ctx context.Context, r db.Reader, who access.Actor, f ListFilter) ([]login.Account, string, error) {
	var regions []string
	err := fault.New(fault.Forbidden, "access.not_role")
	for _, do := range reads {
		span, no := scope.Reach(who, do, f.Region)
		if fault.Is(no, fault.NotFound) {
			err = fault.New(fault.NotFound, "access.outside")
		}
		if no == nil {
			regions = append(regions, span.Regions...)
		}
	}
	if len(regions) == 0 {
		return nil, "", err
	}
	return k.book.ListAccounts(ctx, r, login.Filter{County: who.County(), Regions: regions, Begins: f.Begins, Class: f.Class, State: f.State, Waiting: f.Waiting, Limit: f.Limit, After: f.After})
}

// EndSessions ends all sessions of somebody else's account, for a lost phone.
func (k *Desk) EndSessions(ctx context.Context, tx *db.Tx, who access.Actor, account string) error {
	a, err := k.book.Find(ctx, tx, who.County(), account)
	if err != nil {
		return err
	}
	if err := scope.Check(access.Can(who, access.AccountManage, access.Target{Region: a.Region})); err != nil {
		return err
	}
	return k.book.EndSessions(ctx, tx, who, a.County, a.ID, "", login.EndedByOffice)
}
