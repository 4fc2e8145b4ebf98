package worktest

import (
	"context"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/outbound"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/notice"
)

// Sender is a sender that reaches nobody.
func Sender() *notice.Post {
	return notice.NewPost(outbound.New(outbound.Options{}), func() string { return "https://lianxin.example" }, func(string) string { return "/notices" }, func(key string) string { return key })
}

// tell gives a township a notice of each sort of receiver.
func tell(tb testing.TB, d *db.DB, x, town, village, helper string) {
	tb.Helper()
	ctx := context.Background()
	due := calendar.FromTime(d.Now()).Add(5)
	for _, in := range []notice.In{
		{To: notice.Official(helper), Kind: "appeal.given", Ref: "appeal:appeal-one" + x, Region: village, Args: map[string]any{"due": due}},
		{To: notice.Account(Who(access.Committee, village, "", due).Account()), Kind: "appeal.disputed", Ref: "appeal:appeal-one" + x, Region: village},
		{To: notice.Role(access.Office, village), Kind: "appeal.extension_asked", Ref: "appeal:appeal-two" + x, Args: map[string]any{"due": due}},
		{To: notice.Role(access.Leader, town), Kind: "opinion.to_approve", Ref: "opinion:opinion-one" + x},
	} {
		must(tb, db.Do(ctx, d, func(tx *db.Tx) error { return notice.Tell(ctx, tx, in) }))
	}
	must(tb, db.Do(ctx, d, func(tx *db.Tx) error {
		return notice.WantMail(ctx, tx, Who(access.Cadre, town, helper, due), notice.MailInput{Address: "helper" + x + "@geheim.example"})
	}))
}

// channels enters the county's ways out and switches one on.
func channels(tb testing.TB, d *db.DB) {
	tb.Helper()
	ctx := context.Background()
	today := calendar.FromTime(d.Now())
	county := Who(access.CountyAdmin, Root, "", today)
	for _, in := range []notice.SaveInput{
		{ID: "channel-mail", Kind: notice.Mail, Host: "smtp.example.org", Port: "465", Security: outbound.TLS, Sender: "sender@geheim.example", Login: "geheim-login", Secret: "geheim-password", Kinds: []string{"appeal.given"}},
		{ID: "channel-plain", Kind: notice.Plain, Address: "https://hook.example.org/geheim-hook", Secret: "geheim-key", Kinds: []string{"appeal.given"}},
	} {
		must(tb, db.Do(ctx, d, func(tx *db.Tx) error {
			_, err := notice.SaveChannel(ctx, tx, county, Sender(), in)
			return err
		}))
	}
	must(tb, db.Do(ctx, d, func(tx *db.Tx) error {
		_, err := notice.SwitchChannel(ctx, tx, county, notice.SwitchInput{ID: "switch-channel", Channel: "channel-mail", On: true, Until: today.Add(90), Basis: "geheim-basis"})
		return err
	}))
	must(tb, db.Do(ctx, d, func(tx *db.Tx) error {
		return notice.Tell(ctx, tx, notice.In{To: notice.Role(access.CountyAdmin, Root), Kind: "calendar.year_missing", Ref: "calendar:2027", Args: map[string]any{"year": 2027}})
	}))
}
