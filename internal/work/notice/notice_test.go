package notice_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/notice"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

var (
	li     = Who(access.Cadre, Qingshi, LiMing, today)
	office = Who(access.Office, Qingshi, "", today)
	county = Who(access.CountyAdmin, Root, "", today)
)

func do(t *testing.T, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := db.Do(t.Context(), d, fn); err != nil {
		t.Fatal(err)
	}
}

func tell(t *testing.T, d *db.DB, ins ...notice.In) {
	t.Helper()
	for _, in := range ins {
		do(t, d, func(tx *db.Tx) error { return notice.Tell(t.Context(), tx, in) })
	}
}

func given(n int) notice.In {
	return notice.In{To: notice.Official(LiMing), Kind: "appeal.given", Ref: fmt.Sprintf("appeal:appeal-%03d", n), Region: Lijiawan, Args: map[string]any{"due": today.Add(5)}}
}

// refs reads the whole list, page by page.
func refs(t *testing.T, d *db.DB, who access.Actor, f notice.Filter) []string {
	t.Helper()
	var out []string
	for f.Limit = 3; ; {
		is, next, err := notice.List(t.Context(), d, who, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range is {
			if i.Ref == "" {
				i.Ref = i.Kind
			}
			out = append(out, i.Ref)
		}
		if f.After = next; next == "" {
			return out
		}
	}
}

func unread(t *testing.T, d *db.DB, who access.Actor) int {
	t.Helper()
	n, err := notice.Unread(t.Context(), d, who)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestNothingPersonal: what could be somebody's name or number is refused.
func TestNothingPersonal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		good := given(1)
		with := func(change func(*notice.In)) notice.In {
			in := good
			in.Args = map[string]any{"due": today.Add(5)}
			change(&in)
			return in
		}
		for name, in := range map[string]notice.In{
			"no kind":            with(func(i *notice.In) { i.Kind = "appeal.nothing" }),
			"nobody":             with(func(i *notice.In) { i.To = notice.To{} }),
			"an unknown role":    with(func(i *notice.In) { i.To = notice.Role("king", Qingshi) }),
			"no place":           with(func(i *notice.In) { i.Region = "" }),
			"no county":          with(func(i *notice.In) { i.Region = "/99/" }),
			"no argument":        with(func(i *notice.In) { i.Args = nil }),
			"one too many":       with(func(i *notice.In) { i.Args["name"] = "x" }),
			"another":            with(func(i *notice.In) { i.Args = map[string]any{"title": "x"} }),
			"a name":             with(func(i *notice.In) { i.Args["due"] = "王桂兰" }),
			"a name in letters":  with(func(i *notice.In) { i.Args["due"] = "Wang Guilan" }),
			"a phone":            with(func(i *notice.In) { i.Args["due"] = "13800001001" }),
			"a phone as number":  with(func(i *notice.In) { i.Args["due"] = 13800001001 }),
			"a title":            with(func(i *notice.In) { i.Args["due"] = "修水渠" }),
			"something else":     with(func(i *notice.In) { i.Args["due"] = []string{"x"} }),
			"a name as thing":    with(func(i *notice.In) { i.Ref = "appeal:王桂兰" }),
			"no thing":           with(func(i *notice.In) { i.Ref = "appeal" }),
			"a day that is none": with(func(i *notice.In) { i.Args["due"] = calendar.Day("2026-02-30") }),
		} {
			if err := db.Do(t.Context(), d, func(tx *db.Tx) error { return notice.Tell(t.Context(), tx, in) }); err == nil {
				t.Errorf("%s: told", name)
			}
		}
		tell(t, d, good)
	})
}

// TestReach: a role's notice reaches whoever holds the role there or above, an
// official's whoever is the official, and nobody else.
func TestReach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tell(t, d,
			given(1),
			notice.In{To: notice.Role(access.Office, Lijiawan), Kind: "appeal.answered", Ref: "appeal:of-the-village"},
			notice.In{To: notice.Role(access.Office, Qingshi), Kind: "appeal.answered", Ref: "appeal:of-the-town"},
			notice.In{To: notice.Role(access.Office, Baihe), Kind: "appeal.answered", Ref: "appeal:of-the-town"}, // the same thing, two offices
			notice.In{To: notice.Role(access.CountyAdmin, Root), Kind: "complaint.arrived", Ref: "complaint:one-of-them"},
			notice.In{To: notice.Role(access.Leader, Qingshi), Kind: "opinion.to_approve", Ref: "opinion:of-the-town"},
			notice.In{To: notice.Role(access.Leader, Root), Kind: "opinion.to_approve", Ref: "opinion:of-the-county"},
			notice.In{To: notice.Account("an-account"), Kind: "appeal.disputed", Ref: "appeal:to-an-account", Region: Qingshi},
		)
		own := func(account, cadre string, gs ...access.Grant) access.Actor {
			return access.New(access.Identity{Account: account, Cadre: cadre, County: County, Grants: gs, Today: today})
		}
		for _, x := range []struct {
			name string
			who  access.Actor
			want string
		}{
			{"the official", li, "appeal:appeal-001"},
			{"another official", Who(access.Cadre, Qingshi, ZhaoWei, today), ""},
			{"the official, with another grant", own("x", LiMing, access.Grant{Role: access.Committee, Region: Lijiawan}), "appeal:appeal-001"},
			{"the office of the town", office, "appeal:of-the-town appeal:of-the-village"},
			{"the office next door", Who(access.Office, Baihe, "", today), "appeal:of-the-town"},
			{"an office of the county", Who(access.Office, Root, "", today), "appeal:of-the-town appeal:of-the-town appeal:of-the-village"},
			{"two grants, one within the other", own("x", "", access.Grant{Role: access.Office, Region: Lijiawan}, access.Grant{Role: access.Office, Region: Qingshi}), "appeal:of-the-town appeal:of-the-village"},
			{"two towns", own("x", "", access.Grant{Role: access.Office, Region: Qingshi}, access.Grant{Role: access.Office, Region: Baihe}), "appeal:of-the-town appeal:of-the-town appeal:of-the-village"},
			{"an office of a village", Who(access.Office, Dahe, "", today), ""},
			{"the leader of the town", Who(access.Leader, Qingshi, "", today), "opinion:of-the-town"},
			{"the leader of another town", Who(access.Leader, Baihe, "", today), ""},
			{"a leader of the county", Who(access.Leader, Root, "", today), "opinion:of-the-county"},
			{"a leader of both", own("x", "", access.Grant{Role: access.Leader, Region: Root}, access.Grant{Role: access.Leader, Region: Qingshi}), "opinion:of-the-county opinion:of-the-town"},
			{"the county", county, "complaint:one-of-them"},
			{"an account", own("an-account", "", access.Grant{Role: access.Cadre, Region: Baihe}), "appeal:to-an-account"},
			{"the same in another county", access.New(access.Identity{Account: "an-account", Cadre: LiMing, County: "990202", Grants: []access.Grant{{Role: access.Office, Region: "/99/9902/990202/"}}, Today: today}), ""},
		} {
			got := refs(t, d, x.who, notice.Filter{})
			slices.Sort(got)
			if strings.Join(got, " ") != x.want {
				t.Errorf("%s: %v, want %s", x.name, got, x.want)
			}
			if n := unread(t, d, x.who); n != len(got) {
				t.Errorf("%s: %d unread of %d", x.name, n, len(got))
			}
		}
		if _, _, err := notice.List(t.Context(), d, access.Actor{}, notice.Filter{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("nobody: %v", err)
		}
	})
}

// TestOncePerDay: a job that runs again tells nothing new until tomorrow.
func TestOncePerDay(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		for range 3 {
			tell(t, d, given(1), given(2))
		}
		if n := unread(t, d, li); n != 2 {
			t.Errorf("%d", n)
		}
		clock.Add(24 * time.Hour)
		tell(t, d, given(1))
		if n := unread(t, d, li); n != 3 {
			t.Errorf("%d on the next day", n)
		}
	})
}

// TestList: one list with what concerns the login, in the order of time; marks.
func TestList(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		book := login.New(d, login.Options{Params: login.Params{Memory: 64, Passes: 1, Lanes: 1}})
		const password = "雨后 山路 三只 白鹭 飞"
		var a login.Account
		var slips []login.Slip
		do(t, d, func(tx *db.Tx) (err error) {
			if a, err = book.CreateAccount(t.Context(), tx, county, login.NewAccount{County: County, Username: "liming", Name: "李明", Cadre: LiMing, Region: Qingshi, Class: login.ClassContent}); err != nil {
				return err
			}
			slips, err = book.IssueCodes(t.Context(), tx, county, County, []string{a.ID})
			return err
		})
		if _, err := book.Activate(t.Context(), login.Activation{Code: slips[0].Code, Password: password}); err != nil {
			t.Fatal(err)
		}
		me := access.New(access.Identity{Account: a.ID, Cadre: LiMing, County: County, Grants: []access.Grant{{Role: access.Cadre, Region: Qingshi}}, Today: today})
		clock.Add(time.Second)
		tell(t, d, given(1), given(2))
		clock.Add(time.Second)
		// From a browser that was not there before.
		if _, err := book.Login(t.Context(), login.Attempt{Username: "liming", Password: password, From: login.From{Label: "Chrome, Windows"}}); err != nil {
			t.Fatal(err)
		}
		clock.Add(time.Second)
		tell(t, d, given(3))
		all := refs(t, d, me, notice.Filter{})
		if got := strings.Join(all, " "); !strings.HasPrefix(got, "appeal:appeal-003 login.new_device appeal:appeal-00") || len(all) != 4 {
			t.Fatal(got)
		}
		n := len(all)
		if unread(t, d, me) != n || len(refs(t, d, me, notice.Filter{Unread: true})) != n {
			t.Fatal("all are unread")
		}
		items, _, err := notice.List(t.Context(), d, me, notice.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		read := func(in notice.ReadInput) (left int, err error) {
			err = db.Do(t.Context(), d, func(tx *db.Tx) error { left, err = notice.Read(t.Context(), tx, me, in); return err })
			return left, err
		}
		// Single ones, of both sorts, twice.
		for range 2 {
			if left, err := read(notice.ReadInput{Notices: []string{items[0].ID, items[1].ID}}); err != nil || left != n-2 {
				t.Fatal(left, err)
			}
		}
		if items, _, _ = notice.List(t.Context(), d, me, notice.Filter{}); !items[0].Read || !items[1].Read || items[2].Read {
			t.Fatalf("%+v", items)
		}
		if got := refs(t, d, me, notice.Filter{Unread: true}); len(got) != n-2 {
			t.Fatal(got)
		}
		// Somebody else's do not exist.
		tell(t, d, notice.In{To: notice.Official(ZhaoWei), Kind: "appeal.disputed", Ref: "appeal:not-mine", Region: Dahe})
		theirs, _, err := notice.List(t.Context(), d, Who(access.Cadre, Qingshi, ZhaoWei, today), notice.Filter{})
		if err != nil || len(theirs) != 1 {
			t.Fatal(theirs, err)
		}
		if _, err := read(notice.ReadInput{Notices: []string{theirs[0].ID}}); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := notice.Show(t.Context(), d, me, theirs[0].ID); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		for _, in := range []notice.ReadInput{{}, {Upto: "x"}, {Notices: []string{"'"}}, {Notices: make([]string, 300)}} {
			if _, err := read(in); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", in, err)
			}
		}
		// All of them; what comes later is new again, and a mark does not go back.
		if left, err := read(notice.ReadInput{Upto: items[0].ID}); err != nil || left != 0 {
			t.Fatal(left, err)
		}
		clock.Add(time.Second)
		tell(t, d, given(4))
		if left, err := read(notice.ReadInput{Upto: items[2].ID}); err != nil || left != 1 {
			t.Fatal(left, err)
		}
		clock.Add(time.Second)
		// A mark in the future does not swallow what is not there yet.
		if left, err := read(notice.ReadInput{Upto: "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"}); err != nil || left != 0 {
			t.Fatal(left, err)
		}
		clock.Add(time.Second)
		tell(t, d, given(5))
		if unread(t, d, me) != 1 {
			t.Error("the mark lies in the future")
		}
	})
}

// TestNewcomer: whoever takes over an office finds the older notices in the list
// and not in the bell; the bell ends at 99.
func TestNewcomer(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		ask := func(n int) notice.In {
			return notice.In{To: notice.Role(access.Office, Qingshi), Kind: "appeal.answered", Ref: fmt.Sprintf("appeal:answered-%03d", n)}
		}
		tell(t, d, ask(1))
		clock.Add(20 * 24 * time.Hour)
		now := calendar.FromTime(d.Now())
		for n := range 105 {
			tell(t, d, ask(n+2))
		}
		late := Who(access.Office, Qingshi, "", now)
		if got := refs(t, d, late, notice.Filter{}); len(got) != 106 {
			t.Errorf("%d in the list", len(got))
		}
		if got := refs(t, d, late, notice.Filter{Unread: true}); len(got) != 105 || slices.Contains(got, "appeal:answered-001") {
			t.Errorf("%d unread", len(got))
		}
		if n := unread(t, d, late); n != notice.Most+1 {
			t.Errorf("the bell says %d", n)
		}
	})
}

func TestSweep(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		tell(t, d, given(1))
		items, _, _ := notice.List(t.Context(), d, li, notice.Filter{})
		do(t, d, func(tx *db.Tx) error {
			_, err := notice.Read(t.Context(), tx, li, notice.ReadInput{Notices: []string{items[0].ID}})
			return err
		})
		clock.Add(notice.Keep - time.Hour)
		tell(t, d, given(2))
		if n, err := notice.Sweep(t.Context(), d); n != 0 || err != nil {
			t.Error(n, err)
		}
		clock.Add(2 * time.Hour)
		if n, err := notice.Sweep(t.Context(), d); n != 2 || err != nil {
			t.Error(n, err)
		}
		if got := refs(t, d, li, notice.Filter{}); len(got) != 1 {
			t.Error(got)
		}
	})
}

// TestRehome: what two villages were told becomes one where they are merged.
func TestRehome(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, v := range []string{Lijiawan, Dahe} {
			tell(t, d, notice.In{To: notice.Role(access.Committee, v), Kind: "appeal.disputed", Ref: "appeal:of-both"},
				notice.In{To: notice.Role(access.Committee, v), Kind: "appeal.disputed", Ref: "appeal:of" + v[len(v)-4:len(v)-1]})
		}
		do(t, d, func(tx *db.Tx) error { return notice.Rehome(t.Context(), tx, County, Dahe, Lijiawan) })
		if got := refs(t, d, Who(access.Committee, Lijiawan, "", today), notice.Filter{}); len(got) != 3 {
			t.Error(got)
		}
	})
}

// TestTexts: each kind has its words in both languages is shown by the test of
// keys; here, that the arguments of a kind are those its text takes.
func TestTexts(t *testing.T) {
	for _, k := range notice.Kinds {
		i := notice.Item{Kind: k.Key, Args: map[string]any{"due": "2026-12-01", "on": "2026-12-01", "year": 2027.0}}
		key, args := i.Text()
		if key != "notice.text."+k.Key || len(args) != 2*len(k.Args) || k.For == "" {
			t.Errorf("%s: %s %v", k.Key, key, args)
		}
	}
	if key, _ := (notice.Item{Kind: "of.the_future"}).Text(); key != "notice.unknown_kind" {
		t.Error(key)
	}
}
