package phone

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/arrival"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/visit"
)

// Waiting counts what lies open in 待核处 for somebody: of the township for its
// office, else his own.
func Waiting(ctx context.Context, r db.Reader, who access.Actor) (int, error) {
	s := access.Reaches(who, access.CadreChange)
	if s.Empty() {
		return OwnWaiting(ctx, r, who)
	}
	args := scope.Args{who.County()}
	where := scope.Where(s, &args, "h.region", nil, scope.Nobody)
	return db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM phone_held h WHERE h.county = $1 AND h.state = 'open' AND `+where, args...)
}

// OwnWaiting counts the open records somebody sent himself.
func OwnWaiting(ctx context.Context, r db.Reader, who access.Actor) (int, error) {
	return db.One(ctx, r, db.Int, `SELECT COUNT(*) FROM phone_held h WHERE h.county = $1 AND h.account = $2 AND h.state = 'open'`, who.County(), who.Account())
}

// WaitingOf counts the open records of each phone of somebody's reach.
func WaitingOf(ctx context.Context, r db.Reader, who access.Actor) (map[string]int, error) {
	args := scope.Args{who.County()}
	where := `h.account = ` + args.Add(who.Account())
	if s := access.Reaches(who, access.CadreChange); !s.Empty() {
		where = `(` + where + ` OR ` + scope.Where(s, &args, "h.region", nil, scope.Nobody) + `)`
	}
	type pair struct {
		device string
		n      int
	}
	ps, err := db.All(ctx, r, func(w db.Row) (p pair, err error) { return p, w.Scan(&p.device, &p.n) },
		`SELECT h.device, COUNT(*) FROM phone_held h WHERE h.county = $1 AND h.state = 'open' AND `+where+` GROUP BY h.device`, args...)
	out := map[string]int{}
	for _, p := range ps {
		out[p.device] = p.n
	}
	return out, err
}

// Moment is when a held record was made, for the times in it.
func (h Holding) Moment() arrival.Moment { return arrival.Again(h.Saved, h.shift) }

// Clash reports whether two edits of one thing met.
func (h Holding) Clash() bool {
	for _, x := range h.Reasons {
		if strings.HasSuffix(x.Key, ".changed_meanwhile") {
			return h.About != ""
		}
	}
	return false
}

// MayRead says whether somebody may read what a held record says: its sender,
// and whoever reads such records of the place it is about. It is asked of a
// record of HeldShow.
func MayRead(ctx context.Context, r db.Reader, who access.Actor, h Holding) (bool, error) {
	if h.Account == who.Account() && who.Account() != "" {
		return true, nil
	}
	var names struct {
		Household string `json:"household"`
		Visit     string `json:"visit"`
		Appeal    string `json:"appeal"`
	}
	if !h.Raw {
		_ = json.Unmarshal(h.Body, &names) // a body of another shape names nothing
	}
	place := h.Region
	take := func(p string, err error) error {
		if err == nil && p != "" {
			place = p
		}
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	}
	var err error
	if names.Household != "" {
		x, e := household.Brief(ctx, r, who.County(), names.Household)
		err = take(x.Region, e)
	}
	if err == nil && names.Visit != "" {
		x, e := visit.Get(ctx, r, who.County(), names.Visit)
		err = take(x.Region, e)
	}
	if err == nil && names.Appeal != "" {
		x, e := appeal.Get(ctx, r, who.County(), names.Appeal)
		err = take(x.Region, e)
	}
	if err != nil {
		return false, err
	}
	do := access.VisitRead
	switch {
	case strings.HasPrefix(h.Kind, "matter."):
		do = access.AppealRead
	case strings.HasPrefix(h.Kind, "stay."):
		do = access.StayRead
	case strings.HasPrefix(h.Kind, "advice."):
		do = access.HouseholdChange
	}
	return access.Can(who, do, access.Target{Region: place}).OK(), nil
}

// Fixed is the choice under which a record stands that was written up anew.
const Fixed = "fixed"

// Replace closes a held record for which a corrected one was written, in the
// same write.
func Replace(ctx context.Context, tx *db.Tx, who access.Actor, id, ref string) error {
	h, err := held(ctx, tx, who, id)
	if err != nil {
		return err
	}
	if h.State != HeldOpen {
		return fault.New(fault.Conflict, "offline.decided")
	}
	n, err := tx.Exec(ctx, `UPDATE phone_held SET state = 'done', decided_by = $3, decided_at = $4, choice = $5, ref = $6 WHERE county = $1 AND id = $2 AND state = 'open'`,
		who.County(), h.ID, who.Account(), tx.Now.UnixMilli(), Fixed, ref)
	if err == nil && n == 0 {
		err = db.ErrAgain
	}
	audit.Note(tx, who, "phone.decide", "held:"+h.ID, h.Region, "choice", Fixed, "operation", h.Op, "ref", ref)
	return err
}

// Look gives a phone to its owner and to the office of his township.
func Look(ctx context.Context, r db.Reader, who access.Actor, device string) (Device, error) {
	d, err := Find(ctx, r, who.County(), device)
	if err == nil {
		err = may(who, d)
	}
	if err != nil {
		return Device{}, err
	}
	names, err := cadre.Names(ctx, r, who.County(), []string{d.Cadre})
	d.Name = names[d.Cadre]
	return d, err
}

// Told reports whether a lost phone has heard that it is, and so was wiped.
func (d Device) Told() bool { return d.State == Lost && d.Seen > d.StateAt }

// Tell notes that a lost phone heard of it: from now on nothing is on it.
func Tell(ctx context.Context, tx *db.Tx, d Device) error {
	n, err := tx.Exec(ctx, `UPDATE phone_devices SET seen_at = $3 WHERE county = $1 AND id = $2 AND state = 'lost' AND seen_at <= state_at`, d.County, d.ID, max(tx.Now.UnixMilli(), d.StateAt+1))
	if err == nil && n > 0 {
		audit.Note(tx, ownerOf{d, ByLeave}, "phone.told", "phone:"+d.ID, d.Region, "account", d.Account)
	}
	return err
}

// Losses are the reasons for which a phone is given up, as message keys
// offline.loss.<code>.
var Losses = []string{"gone", "stolen", "broken", "given_back"}

// LoseInput says that a phone is lost.
type LoseInput struct {
	ID     string `json:"id"` // operation id
	Device string `json:"device"`
	Why    string `json:"why"`
}

type stated struct {
	State string `json:"state"`
}

// Report marks a phone lost and keeps why.
func (k *Desk) Report(ctx context.Context, tx *db.Tx, who access.Actor, in LoseInput) error {
	_, _, err := once.Do(ctx, tx, who, "phone.lose", in.ID, in, func() (stated, error) {
		if _, err := Look(ctx, tx, who, in.Device); err != nil {
			return stated{}, err
		}
		var f fault.Fields
		f.Check(known(Losses, in.Why), "why", "offline.loss_needed")
		if err := f.Err(); err != nil {
			return stated{}, err
		}
		d, err := k.Lose(ctx, tx, who, in.Device)
		audit.Note(tx, who, "phone.lost_because", "phone:"+d.ID, d.Region, "because", in.Why)
		return stated{d.State}, err
	})
	return err
}

func known(codes []string, s string) bool {
	for _, c := range codes {
		if c == s {
			return true
		}
	}
	return false
}

// FoundInput says that a phone was found again.
type FoundInput struct {
	ID     string `json:"id"` // operation id
	Device string `json:"device"`
}

// Found takes back that a phone is lost, while it has not heard of it; its
// owner signs in on it anew.
func (k *Desk) Found(ctx context.Context, tx *db.Tx, who access.Actor, in FoundInput) error {
	_, _, err := once.Do(ctx, tx, who, "phone.found", in.ID, in, func() (stated, error) {
		d, err := Look(ctx, tx, who, in.Device)
		if err != nil {
			return stated{}, err
		}
		n, err := tx.Exec(ctx, `UPDATE phone_devices SET state = 'out', state_at = $3, state_by = $4 WHERE county = $1 AND id = $2 AND state = 'lost' AND seen_at <= state_at`, d.County, d.ID, tx.Now.UnixMilli(), who.Account())
		if err != nil {
			return stated{}, err
		}
		if n == 0 {
			if d.Told() {
				return stated{}, fault.New(fault.Conflict, "offline.wiped")
			}
			return stated{}, fault.New(fault.Conflict, "offline.not_lost")
		}
		audit.Note(tx, who, "phone.found", "phone:"+d.ID, d.Region, "account", d.Account)
		return stated{Out}, nil
	})
	return err
}

// between is the line that says whose each of two texts is, in the language of
// the records.
func (k *Desk) between(ctx context.Context, r db.Reader, county string, h Holding) (string, error) {
	names, err := cadre.Names(ctx, r, county, []string{h.Cadre})
	at := time.UnixMilli(h.Saved).In(calendar.China())
	return k.Say(lang.Chinese, "offline.both_line", "name", names[h.Cadre], "month", int(at.Month()), "day", at.Day(), "clock", at.Format("15:04")), err
}

// OwnDevices gives the phones somebody signed in on himself, the ones heard of last
// first.
func OwnDevices(ctx context.Context, r db.Reader, who access.Actor) ([]Device, error) {
	return db.All(ctx, r, scanDevice, `SELECT `+deviceColumns+` FROM phone_devices d WHERE d.county = $1 AND d.account = $2 AND d.key <> '' ORDER BY d.seen_at DESC, d.id LIMIT 50`, who.County(), who.Account())
}
