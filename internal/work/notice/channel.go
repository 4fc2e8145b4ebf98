package notice

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/base/outbound"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// The kinds of channels.
const (
	Mail     = "smtp"
	WeCom    = "wecom"
	DingTalk = "dingtalk"
	Plain    = "plain"
)

// ChannelKinds in the order they are shown; words are notice.channel.<kind>.
var ChannelKinds = []string{Mail, WeCom, DingTalk, Plain}

// The states of a channel.
const (
	Off     = "off"
	On      = "on"
	Removed = "removed"
)

// LongestOn is how long a channel may be switched on at most, in days: then
// somebody decides again.
const LongestOn = 366

// mostChannels bounds the channels of a county.
const mostChannels = 40

// Channel is a way out, as the county and the system administrator see it:
// without passwords, keys and the part of an address that is one.
type Channel struct {
	ID       string       `json:"id"`
	Kind     string       `json:"kind"`
	Region   string       `json:"region"` // what of goes out: the county, or one township
	Host     string       `json:"host"`
	Port     string       `json:"port,omitempty"`
	Security string       `json:"security,omitempty"`
	Sender   string       `json:"sender,omitempty"`
	Login    string       `json:"login,omitempty"` // user name at the mail server
	Secret   bool         `json:"secret"`          // a password or key is stored
	Kinds    []string     `json:"kinds"`
	State    string       `json:"state"`
	Until    calendar.Day `json:"until,omitempty"`
	Basis    string       `json:"basis,omitempty"`
	OnBy     string       `json:"on_by,omitempty"` // account
	OnAt     int64        `json:"on_at,omitempty"`
	TriedAt  int64        `json:"tried_at,omitempty"`
	TriedWhy string       `json:"tried_why,omitempty"` // "" when it arrived
	Version  int          `json:"version"`

	address, secret string // opened
}

// Lasts reports whether something goes out on a day.
func (c Channel) Lasts(day calendar.Day) bool { return c.State == On && day <= c.Until }

const channelColumns = `id, kind, region, host, port, security, address, login, secret, sender, kinds, state, until, basis, on_by, on_at, tried_at, tried_why, version`

func place(county, table, row, column string) vault.Place {
	return vault.Place{Table: table, Column: column, County: county, Row: row}
}

func channelOf(r db.Reader, county string) func(db.Row) (Channel, error) {
	return func(w db.Row) (c Channel, err error) {
		var kinds string
		if err = w.Scan(&c.ID, &c.Kind, &c.Region, &c.Host, &c.Port, &c.Security, &c.address, &c.Login, &c.secret, &c.Sender, &kinds, &c.State, &c.Until, &c.Basis, &c.OnBy, &c.OnAt, &c.TriedAt, &c.TriedWhy, &c.Version); err != nil {
			return c, err
		}
		if kinds != "" {
			c.Kinds = strings.Split(kinds, " ")
		}
		for column, text := range map[string]*string{"address": &c.address, "login": &c.Login, "secret": &c.secret, "sender": &c.Sender, "basis": &c.Basis} {
			if *text, err = r.Vault().Open(place(county, "notice_channels", c.ID, column), *text); err != nil {
				return c, err
			}
		}
		c.Secret = c.secret != ""
		return c, nil
	}
}

// Channels lists those of the county.
func Channels(ctx context.Context, r db.Reader, who access.Actor) ([]Channel, error) {
	if _, err := scope.Reach(who, access.NoticeWatch, ""); err != nil {
		return nil, err
	}
	return channels(ctx, r, who.County())
}

func channels(ctx context.Context, r db.Reader, county string) ([]Channel, error) {
	return db.All(ctx, r, channelOf(r, county), `SELECT `+channelColumns+` FROM notice_channels WHERE county = $1 AND state <> 'removed' ORDER BY id`, county)
}

// OpenChannels lists the kinds of channels that let something out today and the
// days they end, for the page that tells everybody what is switched on.
func OpenChannels(ctx context.Context, r db.Reader, county string, day calendar.Day) ([]Channel, error) {
	return db.All(ctx, r, func(w db.Row) (c Channel, err error) { return c, w.Scan(&c.Kind, &c.Until) },
		`SELECT kind, MAX(until) FROM notice_channels WHERE county = $1 AND state = 'on' AND until >= $2 GROUP BY kind ORDER BY kind`, county, string(day))
}

// ShowChannel gives one channel to whoever may watch it.
func ShowChannel(ctx context.Context, r db.Reader, who access.Actor, id string) (Channel, error) {
	c, err := channel(ctx, r, who.County(), id)
	if err != nil {
		return c, err
	}
	return c, scope.Can(who, access.NoticeWatch, c.Region, false)
}

func channel(ctx context.Context, r db.Reader, county, id string) (Channel, error) {
	return db.One(ctx, r, channelOf(r, county), `SELECT `+channelColumns+` FROM notice_channels WHERE county = $1 AND id = $2 AND state <> 'removed'`, county, id)
}

// SaveInput is a channel as it is entered. What is secret and left empty stays
// as it was.
type SaveInput struct {
	ID       string   `json:"id"`      // operation id; becomes the id of a new channel
	Channel  string   `json:"channel"` // "" for a new one
	Version  int      `json:"version"`
	Kind     string   `json:"kind"`
	Region   string   `json:"region"` // "" means the county
	Host     string   `json:"host"`   // of the mail server
	Port     string   `json:"port"`
	Security string   `json:"security"`
	Login    string   `json:"login"`
	Sender   string   `json:"sender"`
	Address  string   `json:"address"` // of the robot, with its key
	Secret   string   `json:"secret"`  // password, or the key it is signed with
	Kinds    []string `json:"kinds"`
}

// SaveChannel enters a channel or changes it. A new one is off; one that is on
// is switched off when the place it leads to changes, because that is another
// decision.
func SaveChannel(ctx context.Context, tx *db.Tx, who access.Actor, post *Post, in SaveInput) (Channel, error) {
	old := Channel{ID: in.ID, Kind: in.Kind, Region: in.Region, State: Off}
	if in.Channel != "" {
		var err error
		if old, err = channel(ctx, tx, who.County(), in.Channel); err != nil {
			return old, err
		}
	}
	if old.Region == "" {
		old.Region = rootOf(who)
	}
	if err := scope.Can(who, access.NoticeChannel, old.Region, false); err != nil {
		return old, err
	}
	id, _, err := once.Do(ctx, tx, who, "notice.save_channel", in.ID, in, func() (string, error) {
		if in.Channel != "" && in.Version != old.Version {
			return "", fault.New(fault.Conflict, "notice.changed_since")
		}
		c := old
		c.Kinds = in.Kinds
		if c.Kind == Mail {
			c.Host, c.Port, c.Security, c.Sender = strings.ToLower(strings.TrimSpace(in.Host)), strings.TrimSpace(in.Port), in.Security, strings.TrimSpace(in.Sender)
			c.Login = strings.TrimSpace(in.Login)
		} else if a := strings.TrimSpace(in.Address); a != "" {
			c.address = a
		}
		if in.Secret != "" {
			c.secret = in.Secret
		}
		if c.Kind == Mail && c.Login == "" {
			c.secret = ""
		}
		if err := c.check(post); err != nil {
			return "", err
		}
		if c.Kind != Mail {
			if u, err := url.Parse(c.address); err == nil {
				c.Host, c.Port = u.Hostname(), u.Port()
			}
		}
		if in.Channel == "" {
			n, err := db.One(ctx, tx, db.Int, `SELECT COUNT(*) FROM notice_channels WHERE county = $1 AND state <> 'removed'`, who.County())
			if err != nil {
				return "", err
			}
			if n >= mostChannels {
				return "", fault.New(fault.Conflict, "notice.channels_many", "n", mostChannels)
			}
			if err := insert(ctx, tx, who, c); err != nil {
				if fault.Is(err, fault.Conflict) {
					err = fault.New(fault.Conflict, "notice.one_mail")
				}
				return "", err
			}
			audit.Note(tx, who, "notice.channel_made", "channel:"+c.ID, c.Region, "kind", c.Kind)
			return c.ID, nil
		}
		elsewhere := c.Host != old.Host || c.Port != old.Port || c.address != old.address
		if elsewhere {
			c.State, c.Until = Off, ""
		}
		return c.ID, update(ctx, tx, who, c, "notice.channel_changed", "elsewhere", elsewhere, "secret", in.Secret != "")
	})
	if err != nil {
		return old, err
	}
	return channel(ctx, tx, who.County(), id)
}

func rootOf(who access.Actor) string {
	for _, g := range who.Grants() {
		if g.Role == access.CountyAdmin {
			return g.Region
		}
	}
	return who.Home()
}

// check looks at the whole channel.
func (c Channel) check(post *Post) error {
	var f fault.Fields
	f.Check(slices.Contains(ChannelKinds, c.Kind), "kind", "notice.channel_kind_needed")
	f.Check(c.Region != "" && (region.Upto(c.Region, region.County) == c.Region || region.Upto(c.Region, region.Township) == c.Region), "region", "notice.channel_place")
	for _, k := range c.Kinds {
		_, ok := Known(k)
		f.Check(ok, "kinds", "notice.kinds_needed")
	}
	f.Check(len(c.Kinds) > 0, "kinds", "notice.kinds_needed")
	f.Check(len(c.secret) <= 200, "secret", "fault.too_long", "n", 200)
	if c.Kind == Mail {
		port, err := strconv.Atoi(c.Port)
		f.Check(err == nil && port > 0 && port < 65536, "port", "notice.port_form")
		f.Check(hostForm(c.Host), "host", "notice.host_form")
		f.Check(c.Security == outbound.TLS || c.Security == outbound.StartTLS, "security", "notice.security_needed")
		f.Check(outbound.Sound(c.Sender), "sender", "notice.mail_form")
		f.Check(len(c.Login) <= 200, "login", "fault.too_long", "n", 200)
		f.Check(c.Login == "" || c.secret != "", "secret", "notice.password_needed")
		return f.Err()
	}
	f.Check(len(c.address) <= 1000, "address", "fault.too_long", "n", 1000)
	f.Check(c.address != "" && post.out.Check(c.address) == nil, "address", "notice.address_form")
	// A WeCom robot knows no signature; its address is its key.
	f.Check(c.Kind == WeCom || len(c.secret) >= 8, "secret", "notice.key_needed")
	return f.Err()
}

func hostForm(h string) bool {
	if h == "" || len(h) > 253 {
		return false
	}
	if net.ParseIP(h) != nil {
		return true
	}
	return strings.Trim(h, "abcdefghijklmnopqrstuvwxyz0123456789.-") == "" && strings.Contains(h, ".")
}

// sealed gives the columns that are sealed, in the order of the statements.
func (c Channel) sealed(tx *db.Tx, county string) []any {
	seal := func(column, text string) any {
		return tx.Vault().Seal(place(county, "notice_channels", c.ID, column), text)
	}
	return []any{seal("address", c.address), seal("login", c.Login), seal("secret", c.secret), seal("sender", c.Sender), seal("basis", c.Basis)}
}

func insert(ctx context.Context, tx *db.Tx, who access.Actor, c Channel) error {
	args := append([]any{who.County(), c.ID, c.Kind, c.Region, c.Host, c.Port, c.Security}, c.sealed(tx, who.County())...)
	args = append(args, strings.Join(c.Kinds, " "), who.Account(), tx.Now.UnixMilli())
	_, err := tx.Exec(ctx, `INSERT INTO notice_channels (county, id, kind, region, host, port, security, address, login, secret, sender, basis, kinds, state, until, on_by, on_at, changed_by, changed_at, tried_at, tried_why, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'off', '', '', 0, $14, $15, 0, '', 1)`, args...)
	return err
}

func update(ctx context.Context, tx *db.Tx, who access.Actor, c Channel, action string, detail ...any) error {
	args := append([]any{who.County(), c.ID, c.Version, c.Host, c.Port, c.Security}, c.sealed(tx, who.County())...)
	args = append(args, strings.Join(c.Kinds, " "), c.State, string(c.Until), c.OnBy, c.OnAt, who.Account(), tx.Now.UnixMilli())
	n, err := tx.Exec(ctx, `UPDATE notice_channels SET host = $4, port = $5, security = $6, address = $7, login = $8, secret = $9, sender = $10, basis = $11, kinds = $12, state = $13, until = $14, on_by = $15, on_at = $16,
		changed_by = $17, changed_at = $18, version = version + 1 WHERE county = $1 AND id = $2 AND version = $3`, args...)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "notice.changed_since")
	}
	if err == nil {
		audit.Note(tx, who, action, "channel:"+c.ID, c.Region, append([]any{"kind", c.Kind, "state", c.State}, detail...)...)
	}
	return err
}

// SwitchInput turns a channel on until a day, or off.
type SwitchInput struct {
	ID      string       `json:"id"`
	Channel string       `json:"channel"`
	On      bool         `json:"on"`
	Until   calendar.Day `json:"until"`
	Basis   string       `json:"basis"` // the document it rests on
}

// SwitchChannel turns a channel on or off. On needs a day of end and what it
// rests on; what waits is dropped when it is turned off.
func SwitchChannel(ctx context.Context, tx *db.Tx, who access.Actor, in SwitchInput) (Channel, error) {
	c, err := mayChange(ctx, tx, who, in.Channel)
	if err != nil {
		return c, err
	}
	_, _, err = once.Do(ctx, tx, who, "notice.switch_channel", in.ID, in, func() (string, error) {
		if !in.On {
			c.State, c.Until = Off, ""
			if err := drop(ctx, tx, who.County(), c.ID, "switched_off"); err != nil {
				return "", err
			}
			return c.ID, update(ctx, tx, who, c, "notice.channel_off")
		}
		basis, today := strings.TrimSpace(in.Basis), who.Today()
		var f fault.Fields
		f.Check(in.Until.Valid(), "until", "notice.until_needed")
		f.Check(!in.Until.Valid() || in.Until > today && in.Until.Sub(today) <= LongestOn, "until", "notice.until_range", "n", LongestOn)
		f.Check(basis != "", "basis", "notice.basis_needed")
		f.Check(len([]rune(basis)) <= 200, "basis", "fault.too_long", "n", 200)
		if err := f.Err(); err != nil {
			return "", err
		}
		c.State, c.Until, c.Basis, c.OnBy, c.OnAt = On, in.Until, basis, who.Account(), tx.Now.UnixMilli()
		return c.ID, update(ctx, tx, who, c, "notice.channel_on", "until", string(in.Until))
	})
	if err != nil {
		return c, err
	}
	return channel(ctx, tx, who.County(), c.ID)
}

func mayChange(ctx context.Context, r db.Reader, who access.Actor, id string) (Channel, error) {
	c, err := channel(ctx, r, who.County(), id)
	if err != nil {
		return c, err
	}
	return c, scope.Can(who, access.NoticeChannel, c.Region, false)
}

// RemoveChannel forgets a channel with everything secret about it.
func RemoveChannel(ctx context.Context, tx *db.Tx, who access.Actor, id string) error {
	c, err := mayChange(ctx, tx, who, id)
	if err != nil {
		return err
	}
	if err := drop(ctx, tx, who.County(), c.ID, "switched_off"); err != nil {
		return err
	}
	c.State, c.Until, c.address, c.Login, c.secret = Removed, "", "", "", ""
	return update(ctx, tx, who, c, "notice.channel_removed")
}

// MailInput is an address somebody wants his notices at; "" wants none.
type MailInput struct {
	Address string `json:"address"`
}

// WantMail sets the actor's own address, or takes it back.
func WantMail(ctx context.Context, tx *db.Tx, who access.Actor, in MailInput) error {
	if !access.May(who, access.Self) {
		return fault.New(fault.Forbidden, "access.not_role")
	}
	county, account, address := who.County(), who.Account(), strings.TrimSpace(in.Address)
	if address == "" {
		n, err := tx.Exec(ctx, `DELETE FROM notice_mails WHERE county = $1 AND account = $2`, county, account)
		if err == nil && n > 0 {
			audit.Note(tx, who, "notice.mail_off", "account:"+account, "")
		}
		return err
	}
	var f fault.Fields
	f.Check(outbound.Sound(address), "address", "notice.mail_form")
	if err := f.Err(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO notice_mails (county, account, address, at) VALUES ($1, $2, $3, $4) ON CONFLICT (county, account) DO UPDATE SET address = $3, at = $4`,
		county, account, tx.Vault().Seal(place(county, "notice_mails", account, "address"), address), tx.Now.UnixMilli())
	if err == nil {
		audit.Note(tx, who, "notice.mail_on", "account:"+account, "")
	}
	return err
}

// MyMail gives the actor's own address, "" when he wants no mail.
func MyMail(ctx context.Context, r db.Reader, who access.Actor) (string, error) {
	a, err := mailOf(ctx, r, who.County(), who.Account())
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return a, err
}

func mailOf(ctx context.Context, r db.Reader, county, account string) (string, error) {
	s, err := db.One(ctx, r, db.Text, `SELECT address FROM notice_mails WHERE county = $1 AND account = $2`, county, account)
	if err != nil {
		return "", err
	}
	return r.Vault().Open(place(county, "notice_mails", account, "address"), s)
}
