package pairing_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
	. "lianxin/internal/work/worktest"
)

func issue(t *testing.T, d *db.DB, who access.Actor, op string, pairings ...string) ([]pairing.Printed, error) {
	t.Helper()
	return db.Write(t.Context(), d, func(tx *db.Tx) ([]pairing.Printed, error) {
		return pairing.IssueCards(t.Context(), tx, who, pairing.IssueInput{ID: op, Pairings: pairings})
	})
}

func TestIssueCards(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		ctx := t.Context()
		if _, err := issue(t, d, li, "issue-001", "pair-"+YangHome); !fault.Is(err, fault.Forbidden) {
			t.Error("an official prints a colleague's card", err)
		}
		if _, err := issue(t, d, office, "issue-002", "pair-"+WangHome, "pair-"+BaiHome); !fault.Is(err, fault.NotFound) {
			t.Error("an office prints another township's card", err)
		}
		got, err := issue(t, d, office, "issue-003", "pair-"+WangHome, "pair-"+YangHome, "pair-"+WangHome)
		must(t, err)
		if len(got) != 2 || got[0].Number != "2026-0001" || got[1].Number != "2026-0002" || got[0].ReviewOn != "2027-11-23" {
			t.Fatalf("%+v", got)
		}
		if f := got[0].Face; f != (pairing.Face{Cadre: "李明", Post: "农技站干部", Phone: "13800001001", Head: "王桂兰", Address: "李家湾村1组村口老槐树旁第3家"}) {
			t.Errorf("%+v", f)
		}
		if len(got[0].Token) != 26 || got[0].Token == got[1].Token {
			t.Errorf("tokens %q %q", got[0].Token, got[1].Token)
		}
		stored, err := db.All(ctx, d, db.Text, `SELECT token || ' ' || printed FROM cards`)
		must(t, err)
		for _, s := range stored {
			if strings.Contains(s, got[0].Token) || strings.Contains(s, "138") && strings.Contains(s, "李明") {
				t.Errorf("the database knows the token: %s", s)
			}
		}
		if _, err := issue(t, d, office, "issue-003", "pair-"+WangHome, "pair-"+YangHome, "pair-"+WangHome); !fault.Is(err, fault.Gone) {
			t.Error("the same request gives the tokens a second time", err)
		}
		county, p, err := pairing.Scanned(ctx, d, got[0].Token)
		if err != nil || county != County || p.Household != WangHome {
			t.Error(county, p, err)
		}
		if _, _, err := pairing.Scanned(ctx, d, "aaaaaaaaaaaaaaaaaaaaaaaaaa"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		// A new card voids the old one; the old code says so.
		clock.Add(time.Second)
		again, err := issue(t, d, li, "issue-004", "pair-"+WangHome)
		if err != nil || again[0].Number != "2026-0003" {
			t.Fatal(again, err)
		}
		if _, _, err := pairing.Scanned(ctx, d, got[0].Token); !fault.Is(err, fault.Gone) {
			t.Error("the old code still leads somewhere", err)
		}
		// An ended pairing takes its card with it.
		must(t, do(t, d, func(tx *db.Tx) error {
			_, err := pairing.End(ctx, tx, office, pairing.EndInput{ID: "end-00001", Pairing: "pair-" + WangHome, To: today.Add(-1), Reason: "transfer"})
			return err
		}))
		if _, _, err := pairing.Scanned(ctx, d, again[0].Token); !fault.Is(err, fault.Gone) {
			t.Error("the code of an ended pairing leads somewhere", err)
		}
		if _, err := issue(t, d, office, "issue-005", "pair-"+WangHome); !fault.Is(err, fault.Conflict) {
			t.Error("a card for an ended pairing", err)
		}
	})
}

// Numbers of one township and year are given once, whoever prints at the same time.
func TestCardNumbersAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		var wg sync.WaitGroup
		errs := make([]error, 12)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = db.Write(t.Context(), d, func(tx *db.Tx) ([]pairing.Printed, error) {
					return pairing.IssueCards(t.Context(), tx, office, pairing.IssueInput{ID: fmt.Sprintf("issue-%04d", i), Pairings: []string{"pair-" + []string{WangHome, YangHome, ChenHome}[i%3]}})
				})
			})
		}
		wg.Wait()
		for _, err := range errs {
			if err != nil {
				t.Error(err)
			}
		}
		n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(DISTINCT number) FROM cards`)
		if n != 12 || err != nil {
			t.Errorf("%d numbers for 12 cards, %v", n, err)
		}
		n, err = db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM cards WHERE state = 'valid'`)
		if n != 3 || err != nil {
			t.Errorf("%d valid cards for 3 pairings, %v", n, err)
		}
	})
}

// Every printed field makes a card stale when it changes, and nothing else does (A10).
func TestStale(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		ctx := t.Context()
		n := 0
		queue := func(who access.Actor) string {
			ws, next, err := pairing.QueueCards(ctx, d, who, "", "", 0)
			must(t, err)
			if next != "" {
				t.Error("a second page of", len(ws))
			}
			out := ""
			for _, w := range ws {
				out += w.Household + ":" + w.Why + " "
			}
			return out
		}
		print := func() {
			n++
			clock.Add(time.Second)
			_, err := issue(t, d, office, fmt.Sprintf("issue-%04d", n), "pair-"+WangHome, "pair-"+YangHome, "pair-"+ChenHome)
			must(t, err)
		}
		if got := queue(li); got != WangHome+":missing " {
			t.Errorf("before the first print: %s", got)
		}
		print()
		if got := queue(office); got != "" {
			t.Errorf("after the print: %s", got)
		}
		amend := func(in household.AmendInput) func(tx *db.Tx) error {
			return func(tx *db.Tx) error { _, err := household.Amend(ctx, tx, office, in); return err }
		}
		for i, x := range []struct {
			name string
			fn   func(tx *db.Tx) error
			want string
		}{
			{"the phone", func(tx *db.Tx) error {
				_, err := cadre.Amend(ctx, tx, office, cadre.AmendInput{ID: "amend-001", Cadre: LiMing, Name: "李明", Phone: "13800001999"})
				return err
			}, WangHome + ":stale "},
			{"the name", func(tx *db.Tx) error {
				_, err := cadre.Amend(ctx, tx, office, cadre.AmendInput{ID: "amend-002", Cadre: LiMing, Name: "李鸣", Phone: "13800001999"})
				return err
			}, WangHome + ":stale "},
			{"the post", func(tx *db.Tx) error {
				_, err := cadre.Appoint(ctx, tx, office, cadre.AppointInput{ID: "appoint-1", Cadre: LiMing, End: true, Post: cadre.PostInput{UnitName: "党政办", Title: "农技站站长", Rank: cadre.TownshipStaff, From: today, Reason: "任命"}})
				return err
			}, WangHome + ":stale "},
			{"the head", amend(household.AmendInput{ID: "amend-003", Household: WangHome, Head: "王桂英", Address: "村口老槐树旁第3家", Phone: "13800002001"}), WangHome + ":stale "},
			{"the address", amend(household.AmendInput{ID: "amend-004", Household: WangHome, Head: "王桂英", Address: "新村12号", Phone: "13800002001"}), WangHome + ":stale "},
			{"the home's own phone, which is not printed", amend(household.AmendInput{ID: "amend-005", Household: WangHome, Head: "王桂英", Address: "新村12号", Phone: "13800002777"}), ""},
			{"the village's name", func(tx *db.Tx) error {
				_, err := region.Rename(ctx, tx, office, region.RenameInput{ID: "rename-001", Region: region.Last(Dahe), Name: "大河社区"})
				return err
			}, ChenHome + ":stale "},
		} {
			clock.Add(time.Second)
			must(t, do(t, d, x.fn))
			if got := queue(office); got != x.want {
				t.Errorf("%d %s: %q, want %q", i, x.name, got, x.want)
			}
			cs, _, err := pairing.Cards(ctx, d, office, pairing.CardFilter{})
			must(t, err)
			for _, c := range cs {
				if c.Stale != strings.Contains(x.want, c.Household) {
					t.Errorf("%s: card %s of %s stale=%v", x.name, c.Number, c.Household, c.Stale)
				}
			}
			print()
		}
		// The office's numbers are printed too, once there are any.
		for i, x := range []struct{ phone, complaint, want string }{
			{"", "", ""},
			{"", "0838-6600119", ChenHome + ":stale " + WangHome + ":stale " + YangHome + ":stale "},
			{"", "0838-6600119", ""},
			{"0838-6600110", "0838-6600119", ChenHome + ":stale " + WangHome + ":stale " + YangHome + ":stale "},
			{"0838-6600110", "", ChenHome + ":stale " + WangHome + ":stale " + YangHome + ":stale "},
		} {
			clock.Add(time.Second)
			must(t, do(t, d, func(tx *db.Tx) error {
				_, err := leading.SetContact(ctx, tx, office, leading.ContactInput{ID: fmt.Sprintf("contact-%d", i), Region: Qingshi, Phone: x.phone, Complaint: x.complaint})
				return err
			}))
			if got := queue(office); got != x.want {
				t.Errorf("numbers %+v: %q", x, got)
			}
			print()
		}
		got, err := issue(t, d, office, "issue-last", "pair-"+WangHome)
		if err != nil || got[0].Office != "0838-6600110" || got[0].Complaint != "" {
			t.Errorf("%+v %v", got, err)
		}
	})
}

func TestReviewAndVoid(t *testing.T) {
	dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
		Seed(t, d)
		ctx := t.Context()
		got, err := issue(t, d, office, "issue-001", "pair-"+WangHome, "pair-"+YangHome)
		must(t, err)
		due := func(day calendar.Day) int {
			cs, _, err := pairing.Cards(ctx, d, office, pairing.CardFilter{Due: day})
			must(t, err)
			return len(cs)
		}
		if due("2027-11-22") != 0 || due("2027-11-23") != 2 {
			t.Error("the review is not due after a year")
		}
		clock.Set(time.Date(2027, 11, 23, 4, 0, 0, 0, time.UTC))
		later := Office("2027-11-23")
		review := func(op string, who access.Actor, ids ...string) error {
			return do(t, d, func(tx *db.Tx) error {
				_, err := pairing.ReviewCards(ctx, tx, who, pairing.ReviewInput{ID: op, Cards: ids})
				return err
			})
		}
		must(t, review("review-01", later, got[0].ID))
		if due("2027-11-23") != 1 || due("2028-11-23") != 2 {
			t.Error("a reviewed card is still due")
		}
		if err := review("review-02", Who(access.Cadre, Qingshi, LiMing, "2027-11-23"), got[0].ID); !fault.Is(err, fault.Forbidden) {
			t.Error("an official reviews his own card", err)
		}
		must(t, do(t, d, func(tx *db.Tx) error {
			_, err := cadre.Amend(ctx, tx, later, cadre.AmendInput{ID: "amend-001", Cadre: ZhaoWei, Name: "赵伟", Phone: "13800001777"})
			return err
		}))
		if err := review("review-03", later, got[1].ID); !fault.Is(err, fault.Conflict) {
			t.Error("a stale card was reviewed", err)
		}
		void := func(op, why string) error {
			return do(t, d, func(tx *db.Tx) error {
				_, err := pairing.VoidCard(ctx, tx, later, pairing.VoidInput{ID: op, Card: got[1].ID, Why: why})
				return err
			})
		}
		if err := void("void-0001", "tired of it"); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		must(t, void("void-0002", "lost"))
		if err := void("void-0003", "lost"); !fault.Is(err, fault.Gone) {
			t.Error(err)
		}
		if _, _, err := pairing.Scanned(ctx, d, got[1].Token); !fault.Is(err, fault.Gone) {
			t.Error("a lost card's code leads somewhere", err)
		}
	})
}

// A home that moves within the county takes its pairing and card along.
func TestFollow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		ctx := t.Context()
		_, err := issue(t, d, office, "issue-001", "pair-"+WangHome)
		must(t, err)
		must(t, do(t, d, func(tx *db.Tx) error {
			if _, err := household.Move(ctx, tx, office, household.MoveInput{ID: "move-0001", Household: WangHome, To: Group2, State: household.Active}); err != nil {
				return err
			}
			return pairing.Follow(ctx, tx, office, WangHome)
		}))
		for _, q := range []string{`SELECT region FROM pairings WHERE household = $1`, `SELECT k.region FROM cards k JOIN pairings p ON p.id = k.pairing WHERE p.household = $1`} {
			if got, err := db.One(ctx, d, db.Text, q, WangHome); err != nil || got != Group2 {
				t.Errorf("%s: %s %v", q, got, err)
			}
		}
	})
}
