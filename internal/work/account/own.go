package account

import (
	"context"

	"lianxin/internal/base/db"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
)

// Own is what a person sees on his account page.
type Own struct {
	Account  login.Account   `json:"account"`
	Sessions []login.Session `json:"sessions"`
	Devices  []login.Device  `json:"devices"`
}

// Mine gives a person's own account, sessions and devices. session is
// the one he asks from.
func (k *Desk) Mine(ctx context.Context, r db.Reader, who access.Actor, session string) (Own, error) {
	var o Own
	var err error
	if o.Account, err = k.book.Find(ctx, r, who.County(), who.Account()); err != nil {
		return Own{}, err
	}
	if o.Sessions, err = k.book.ListSessions(ctx, r, who.County(), who.Account(), session); err != nil {
		return Own{}, err
	}
	if o.Devices, err = k.book.ListDevices(ctx, r, who.County(), who.Account()); err != nil {
		return Own{}, err
	}
	return o, nil
}

// EndMine ends one of a person's own sessions.
func (k *Desk) EndMine(ctx context.Context, tx *db.Tx, who access.Actor, session string) error {
	return k.book.EndSession(ctx, tx, who, who.County(), who.Account(), session, login.EndedByUser)
}

// EndMyOthers ends all of a person's sessions but the one he asks from.
func (k *Desk) EndMyOthers(ctx context.Context, tx *db.Tx, who access.Actor, session string) error {
	return k.book.EndSessions(ctx, tx, who, who.County(), who.Account(), session, login.EndedByUser)
}

// ForgetMine ends the sessions of one of a person's devices and forgets it.
func (k *Desk) ForgetMine(ctx context.Context, tx *db.Tx, who access.Actor, device string) error {
	return k.book.ForgetDevice(ctx, tx, who, who.County(), who.Account(), device)
}
