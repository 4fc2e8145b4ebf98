package notice

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/jobs"
	"lianxin/internal/base/outbound"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// JobDeliver sends what waits for one channel.
const JobDeliver = "notice.deliver"

// Due names the channel a job works for.
type Due struct {
	County  string `json:"county"`
	Channel string `json:"channel"`
}

const (
	// gather is how long notices are gathered before they go: a night's job
	// that tells two hundred things makes a few messages and not two hundred.
	gather = time.Minute
	// claim is how long a delivery that was begun counts as being under way;
	// after it a crash is assumed.
	claim = 10 * time.Minute
	// inOneGo bounds the deliveries of one turn.
	inOneGo = 200
)

// pauses before the next try; after the last the delivery has failed.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 20 * time.Minute, time.Hour, 3 * time.Hour, 8 * time.Hour, 24 * time.Hour}

// Tries is how often a delivery is tried.
var Tries = len(pauses) + 1

type openKey struct{ county string }

// open lists the channels of a county that are on; asked once in a transaction.
func open(ctx context.Context, tx *db.Tx, county string) ([]Channel, error) {
	if cs, ok := tx.Value(openKey{county}).([]Channel); ok {
		return cs, nil
	}
	cs, err := db.All(ctx, tx, func(w db.Row) (c Channel, err error) {
		var kinds string
		err = w.Scan(&c.ID, &c.Kind, &c.Region, &kinds)
		c.Kinds = strings.Split(kinds, " ")
		return c, err
	}, `SELECT id, kind, region, kinds FROM notice_channels WHERE county = $1 AND state = 'on' AND until >= $2 ORDER BY id`, county, string(calendar.FromTime(tx.Now)))
	if err == nil {
		tx.SetValue(openKey{county}, cs)
	}
	return cs, err
}

// ask puts a notice before the channels that are on, and asks for the job that
// sends it.
func ask(ctx context.Context, tx *db.Tx, county, notice string, in In) error {
	cs, err := open(ctx, tx, county)
	if err != nil {
		return err
	}
	for _, c := range cs {
		if !slices.Contains(c.Kinds, in.Kind) || !strings.HasPrefix(in.Region, c.Region) {
			continue
		}
		to := []string{""} // a robot speaks to its group
		if c.Kind == Mail {
			if to, err = wanting(ctx, tx, county, in.To); err != nil {
				return err
			}
		}
		for _, account := range to {
			_, err := tx.Exec(ctx, `INSERT INTO notice_deliveries (county, id, channel, account, notice, kind, ref, state, at, tries, next_at, why, ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8, 0, $8, '', 0)`,
				county, tx.NewID(), c.ID, account, notice, in.Kind, in.Ref, tx.Now.UnixMilli())
			if err != nil {
				return err
			}
		}
		if len(to) > 0 {
			if err := jobs.Insert(ctx, tx, JobDeliver, Due{county, c.ID}, jobs.OnceAfter(tx.Now, gather)); err != nil {
				return err
			}
		}
	}
	return nil
}

// wanting gives the accounts behind a receiver that want mail.
func wanting(ctx context.Context, tx *db.Tx, county string, to To) ([]string, error) {
	const from = `SELECT DISTINCT m.account FROM notice_mails m JOIN accounts a ON a.county = m.county AND a.id = m.account AND a.state = 'active' `
	if to.role == "" {
		return db.All(ctx, tx, db.Text, from+`WHERE m.county = $1 AND (a.id = $2 OR a.cadre <> '' AND a.cadre = $3)`, county, to.account, to.cadre)
	}
	day := string(calendar.FromTime(tx.Now))
	return db.All(ctx, tx, db.Text, from+`JOIN account_grants g ON g.county = m.county AND g.account = m.account
		WHERE m.county = $1 AND g.role = $2 AND g.ended_at = 0 AND g.valid_from <= $3 AND (g.valid_to = '' OR g.valid_to >= $3) AND substr($4, 1, length(g.region)) = g.region AND (g.role <> 'leader' OR g.region = $4 OR g.region <> $6) ORDER BY m.account LIMIT $5`,
		county, string(to.role), day, to.region, mailsOf, region.Upto(to.region, region.County))
}

// drop ends what still waits for a channel.
func drop(ctx context.Context, tx *db.Tx, county, channel, why string) error {
	_, err := tx.Exec(ctx, `UPDATE notice_deliveries SET state = 'dropped', why = $3, ended_at = $4 WHERE county = $1 AND channel = $2 AND ended_at = 0`, county, channel, why, tx.Now.UnixMilli())
	return err
}

// Post is what sending needs from outside.
type Post struct {
	out *outbound.Client
	// url is the address people open; path gives the page of a thing; say words
	// a message key in the installation's language.
	url  func() string
	path func(ref string) string
	say  func(key string) string
}

// NewPost makes the sender.
func NewPost(out *outbound.Client, url func() string, path func(ref string) string, say func(key string) string) *Post {
	return &Post{out, url, path, say}
}

type delivery struct {
	id, account, notice, kind, ref string
	tries                          int
	next                           int64
}

// Deliver sends what is due for one channel. What fails waits longer each time;
// the function itself fails only with the database.
func (p *Post) Deliver(ctx context.Context, d *db.DB, a Due) error {
	c, err := channel(ctx, d, a.County, a.Channel)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil || !c.Lasts(calendar.FromTime(d.Now())) {
		return db.Do(ctx, d, func(tx *db.Tx) error { return drop(ctx, tx, a.County, a.Channel, "switched_off") })
	}
	for {
		ds, err := take(ctx, d, a)
		if err != nil {
			return err
		}
		if err := p.send(ctx, d, a.County, c, ds); err != nil {
			return err
		}
		if len(ds) < inOneGo {
			break
		}
	}
	return db.Do(ctx, d, func(tx *db.Tx) error {
		next, err := db.One(ctx, tx, db.Int64, `SELECT COALESCE(MIN(next_at), 0) FROM notice_deliveries WHERE county = $1 AND channel = $2 AND ended_at = 0`, a.County, a.Channel)
		if err != nil || next == 0 {
			return err
		}
		at := time.UnixMilli(max(next, tx.Now.UnixMilli())).UTC()
		return jobs.Insert(ctx, tx, JobDeliver, a, jobs.OnceAfter(at, gather))
	})
}

// take claims what is due, so that two turns do not send the same.
func take(ctx context.Context, d *db.DB, a Due) ([]delivery, error) {
	return db.Write(ctx, d, func(tx *db.Tx) ([]delivery, error) {
		now := tx.Now.UnixMilli()
		found, err := db.All(ctx, tx, func(w db.Row) (x delivery, err error) {
			return x, w.Scan(&x.id, &x.account, &x.notice, &x.kind, &x.ref, &x.tries, &x.next)
		}, `SELECT id, account, notice, kind, ref, tries, next_at FROM notice_deliveries WHERE county = $1 AND channel = $2 AND ended_at = 0 AND next_at <= $3 ORDER BY next_at, id LIMIT $4`, a.County, a.Channel, now, inOneGo)
		if err != nil {
			return nil, err
		}
		var mine []delivery
		for _, x := range found {
			n, err := tx.Exec(ctx, `UPDATE notice_deliveries SET state = 'sending', tries = tries + 1, next_at = $4 WHERE county = $1 AND id = $2 AND next_at = $3 AND ended_at = 0`, a.County, x.id, x.next, tx.Now.Add(claim).UnixMilli())
			if err != nil {
				return nil, err
			}
			if n == 1 {
				x.tries++
				mine = append(mine, x)
			}
		}
		return mine, nil
	})
}

// send sends claimed deliveries: one message per receiver and kind. When the
// other side cannot be reached at all, the rest waits without being tried.
func (p *Post) send(ctx context.Context, d *db.DB, county string, c Channel, ds []delivery) error {
	type group struct{ account, kind string }
	by := map[group][]delivery{}
	var order []group
	for _, x := range ds {
		g := group{x.account, x.kind}
		if by[g] == nil {
			order = append(order, g)
		}
		by[g] = append(by[g], x)
	}
	down := ""
	for _, g := range order {
		why := down
		if why == "" {
			why = p.one(ctx, d, county, c, g.account, by[g])
		}
		if why != "" && why != outbound.Person && why != noAddress {
			down = why
		}
		if err := settle(ctx, d, county, by[g], why); err != nil {
			return err
		}
	}
	return nil
}

// noAddress: the receiver took his address back in the meantime.
const noAddress = "no_address"

// one sends the deliveries of one message and gives the reason it failed.
func (p *Post) one(ctx context.Context, d *db.DB, county string, c Channel, account string, ds []delivery) string {
	to := ""
	if c.Kind == Mail {
		var err error
		if to, err = mailOf(ctx, d, county, account); err != nil {
			return noAddress
		}
	}
	link := p.url() + "/notices"
	if len(ds) == 1 {
		link = p.url() + p.path(ds[0].ref)
	}
	return p.message(ctx, c, to, ds[0].id, ds[0].kind, link, d.Now())
}

// settle writes down how a message fared.
func settle(ctx context.Context, d *db.DB, county string, ds []delivery, why string) error {
	return db.Do(ctx, d, func(tx *db.Tx) error {
		for _, x := range ds {
			state, next, ended := "sent", int64(0), tx.Now.UnixMilli()
			switch {
			case why == noAddress:
				state = "dropped"
			case why != "" && x.tries < Tries:
				state, next, ended = "waiting", tx.Now.Add(pauses[x.tries-1]).UnixMilli(), 0
			case why != "":
				state = "failed"
			}
			if _, err := tx.Exec(ctx, `UPDATE notice_deliveries SET state = $3, next_at = $4, why = $5, ended_at = $6 WHERE county = $1 AND id = $2 AND state = 'sending'`, county, x.id, state, next, why, ended); err != nil {
				return err
			}
		}
		return nil
	})
}

// TryChannel sends a test message through a channel, on or off, and keeps the
// result with it: a mail goes to the sender's own address. At most one try in
// ten seconds.
func TryChannel(ctx context.Context, d *db.DB, who access.Actor, p *Post, id string) (why string, err error) {
	c, err := mayChange(ctx, d, who, id)
	if err != nil {
		return "", err
	}
	err = db.Do(ctx, d, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE notice_channels SET tried_at = $3, tried_why = 'under_way' WHERE county = $1 AND id = $2 AND tried_at <= $4`, who.County(), c.ID, tx.Now.UnixMilli(), tx.Now.Add(-10*time.Second).UnixMilli())
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "notice.try_wait")
		}
		return err
	})
	if err != nil {
		return "", err
	}
	why = p.message(ctx, c, c.Sender, d.NewID(), "test", p.url()+"/notices", d.Now())
	return why, db.Do(context.WithoutCancel(ctx), d, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE notice_channels SET tried_why = $3 WHERE county = $1 AND id = $2`, who.County(), c.ID, why)
		if err == nil {
			audit.Note(tx, who, "notice.channel_tried", "channel:"+c.ID, c.Region, "kind", c.Kind, "why", why)
		}
		return err
	})
}

// Trouble is a delivery that did not arrive, without what it was about.
type Trouble struct {
	ID      string `json:"id"`
	Channel string `json:"channel"`
	Kind    string `json:"kind"`
	State   string `json:"state"`
	At      int64  `json:"at"`
	Tries   int    `json:"tries"`
	Next    int64  `json:"next,omitempty"`
	Why     string `json:"why"`
}

// Troubles lists the newest deliveries that failed or have to be repeated.
func Troubles(ctx context.Context, r db.Reader, who access.Actor, after string, limit int) ([]Trouble, string, error) {
	if _, err := scope.Reach(who, access.NoticeWatch, ""); err != nil {
		return nil, "", err
	}
	args := scope.Args{who.County()}
	q := `SELECT id, channel, kind, state, at, tries, next_at, why FROM notice_deliveries WHERE county = $1 AND why <> ''`
	if after != "" {
		q += ` AND id < ` + args.Add(after)
	}
	n := scope.Limit(limit)
	ts, err := db.All(ctx, r, func(w db.Row) (t Trouble, err error) {
		return t, w.Scan(&t.ID, &t.Channel, &t.Kind, &t.State, &t.At, &t.Tries, &t.Next, &t.Why)
	}, q+` ORDER BY id DESC LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	page, next := scope.Cut(ts, n, func(t Trouble) string { return t.ID })
	return page, next, nil
}

// Health counts what is on and what waits or failed, for the operator's check.
type Health struct{ On, Expired, Waiting, Failed int }

// State gives the health of all channels of the installation.
func State(ctx context.Context, d *db.DB) (Health, error) {
	day := string(calendar.FromTime(d.Now()))
	return db.One(ctx, d, func(w db.Row) (h Health, err error) { return h, w.Scan(&h.On, &h.Expired, &h.Waiting, &h.Failed) },
		`SELECT (SELECT COUNT(*) FROM notice_channels WHERE state = 'on' AND until >= $1), (SELECT COUNT(*) FROM notice_channels WHERE state = 'on' AND until < $1),
		(SELECT COUNT(*) FROM notice_deliveries WHERE ended_at = 0), (SELECT COUNT(*) FROM notice_deliveries WHERE why <> '' AND state = 'failed')`, day)
}

// reason gives the code of a failed call.
func reason(err error) string {
	if err == nil {
		return ""
	}
	var e *robotError
	if errors.As(err, &e) {
		return e.why
	}
	return outbound.Why(err)
}
