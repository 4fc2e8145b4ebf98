package progress

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/practical"
	"lianxin/internal/work/stay"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
	"lianxin/plans"

	"github.com/google/go-cmp/cmp"
)

const today = calendar.Day("2026-11-23")

// ready fills a database and puts both plans in force.
func ready(tb testing.TB, d *db.DB) {
	tb.Helper()
	Seed(tb, d)
	ctx := context.Background()
	err := db.Do(ctx, d, func(tx *db.Tx) error {
		var texts [][]byte
		for _, n := range plans.Names() {
			b, err := plans.Read(n)
			if err != nil {
				return err
			}
			texts = append(texts, b)
		}
		return campaign.Found(ctx, tx, Who(access.CountyAdmin, Root, "", today), "县委", texts...)
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func holidays(tb testing.TB) calendar.Calendar {
	c, err := calendar.Shipped()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// bare is a line without what a row does not keep.
func bare(lines []quota.Line) (out []quota.Line) {
	for _, l := range lines {
		if l.Household == "" {
			l.Counted, l.Not = nil, nil
			l.Clause.Clause, l.Clause.Quote, l.Clause.Req, l.Clause.Doubt, l.Clause.Note = "", "", "", "", ""
			out = append(out, l)
		}
	}
	return out
}

// compare holds every official's rows against the live count, and the count's
// records against its figures.
func compare(t *testing.T, d *db.DB, now calendar.Day, years ...int) int {
	t.Helper()
	ctx := t.Context()
	if _, err := RecountWaiting(ctx, d, "", 1<<30); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, year := range years {
		for _, name := range plans.Names() {
			for _, place := range []string{Qingshi, Baihe} {
				who := Who(access.Office, place, "", now)
				rows, next, err := List(ctx, d, who, Filter{Campaign: name, Year: year, Limit: 100})
				if err != nil || next != "" {
					t.Fatal(next, err)
				}
				kept := map[string]Row{}
				for _, x := range rows {
					kept[x.Cadre] = x
				}
				people := []string{LiMing, ZhaoWei}
				if place == Baihe {
					people = []string{SunYue}
				}
				for _, id := range people {
					x, err := Why(ctx, d, who, id, year, name)
					if fault.Is(err, fault.NotFound) && len(kept[id].Lines) == 0 {
						continue
					}
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(bare(x.Lines), kept[id].Lines); diff != "" {
						t.Fatalf("%s %d %s: live and kept differ\n%s", name, year, id, diff)
					}
					seen += len(kept[id].Lines)
					sums(t, x)
				}
			}
		}
	}
	return seen
}

// sums: the records behind a line add up to its figure.
func sums(t *testing.T, x Explained) {
	t.Helper()
	for _, l := range x.Lines {
		var sum quota.Halves
		for _, c := range l.Counted {
			sum += c.Weight
			if _, ok := x.Records[c.Kind+":"+c.ID]; !ok {
				t.Errorf("no label for %s %s", c.Kind, c.ID)
			}
		}
		for _, n := range l.Not {
			if _, ok := x.Records[n.Kind+":"+n.ID]; !ok || n.Because.Key == "" {
				t.Errorf("%s %s: no label or no reason", n.Kind, n.ID)
			}
		}
		figure := l.Done
		if l.Duty == quota.Visits && l.Household == "" { // no more than is due at each home; all of them stand beside
			figure = 0
			for _, b := range l.Beside {
				if b.Key == "quota.beside.visits" {
					figure = b.N
				}
			}
		}
		if sum != figure {
			t.Errorf("%s %s: the records sum to %v, the figure is %v", l.Duty, l.Household, sum, figure)
		}
	}
}

// history does random things through the real use cases. What a rule refuses
// is refused; everything else must show in the figures.
type history struct {
	t      *testing.T
	d      *db.DB
	r      *rand.Rand
	cal    calendar.Calendar
	n      int
	visits []string
	stays  []string
	items  []string
	done   map[string]int
}

func (h *history) pick(of ...string) string { return of[h.r.Intn(len(of))] }

func (h *history) step(now calendar.Day) {
	ctx := h.t.Context()
	h.n++
	op := fmt.Sprintf("step-%05d", h.n)
	office := Office(now)
	day := now.Add(-h.r.Intn(330))
	id := h.pick(LiMing, ZhaoWei)
	who := Who(access.Cadre, Qingshi, id, now)
	home := h.pick(WangHome, YangHome, ChenHome)
	village := h.pick(Lijiawan, Dahe)
	kind := h.pick("visit", "visit", "visit", "visit", "amend", "void", "stay", "stay", "judge", "unstay", "item", "item", "finish", "confirm", "pair", "change", "end", "leave", "post")
	err := db.Do(ctx, h.d, func(tx *db.Tx) (err error) {
		switch kind {
		case "visit":
			in := visit.RecordInput{ID: op, Household: home, How: h.pick("home", "home", "met", "meeting", "phone", "absent", "declined"), At: string(day)}
			if h.r.Intn(4) == 0 {
				in.With = []string{h.pick(LiMing, ZhaoWei)}
			}
			if _, _, err = visit.Record(ctx, tx, who, in, h.cal); err == nil {
				h.visits = append(h.visits, op)
			}
		case "amend", "void":
			if len(h.visits) == 0 {
				return nil
			}
			v, err := visit.Get(ctx, tx, County, h.pick(h.visits...))
			if err != nil {
				return err
			}
			who := Who(access.Cadre, Qingshi, v.Cadre, now)
			if kind == "void" {
				_, err = visit.Void(ctx, tx, who, visit.VoidInput{ID: op, Visit: v.ID, Why: "记错了"})
			} else {
				_, err = visit.Amend(ctx, tx, who, visit.AmendInput{ID: op, Visit: v.ID, Version: v.Version, At: string(day), How: h.pick("home", "phone", "declined")})
			}
			return err
		case "stay":
			in := stay.DeclareInput{ID: op, Kind: h.pick(stay.Village, stay.Village, stay.Research), From: day, To: day.Add(h.r.Intn(9)), FromHalf: h.r.Intn(3) == 0, ToHalf: h.r.Intn(3) == 0, Night: h.r.Intn(2) == 0, Village: village, Topic: "产业"}
			if _, _, err = stay.Declare(ctx, tx, who, in); err == nil {
				h.stays = append(h.stays, op)
			}
		case "judge", "unstay":
			if len(h.stays) == 0 {
				return nil
			}
			s := h.pick(h.stays...)
			switch {
			case kind == "unstay":
				_, err = stay.Void(ctx, tx, office, stay.ActInput{ID: op, Stay: s, Why: "没有去"})
			case h.r.Intn(2) == 0:
				_, err = stay.Dispute(ctx, tx, office, stay.ActInput{ID: op, Stay: s, Why: "没有见到"})
			default:
				_, err = stay.Confirm(ctx, tx, office, stay.ActInput{ID: op, Stay: s})
			}
		case "item":
			if _, _, err = practical.Propose(ctx, tx, who, practical.ProposeInput{ID: op, Household: home, Kind: "housing", Title: "修屋顶", On: day}); err == nil {
				h.items = append(h.items, op)
			}
		case "finish", "confirm":
			if len(h.items) == 0 {
				return nil
			}
			i, err := practical.Get(ctx, tx, County, h.pick(h.items...))
			if err != nil {
				return err
			}
			if kind == "finish" {
				_, err = practical.Finish(ctx, tx, office, practical.StepInput{ID: op, Item: i.ID, On: i.Proposed.Add(h.r.Intn(20))})
			} else {
				_, err = practical.Confirm(ctx, tx, office, practical.ConfirmInput{ID: op, Item: i.ID, Way: "signature"})
			}
			return err
		case "pair":
			_, err = pairing.Pair(ctx, tx, office, pairing.PairInput{ID: op, Household: home, Cadre: id, From: day, Role: h.pick(pairing.Lead, pairing.Joint)})
		case "change":
			_, err = pairing.Change(ctx, tx, office, pairing.ChangeInput{ID: op, Household: home, Cadre: id, From: day, Reason: "rotation"})
		case "end":
			ps, err := pairing.Of(ctx, tx, County, home)
			if err != nil || len(ps) == 0 {
				return err
			}
			_, err = pairing.End(ctx, tx, office, pairing.EndInput{ID: op, Pairing: ps[len(ps)-1].ID, To: day, Reason: "request"})
			return err
		case "leave":
			_, err = cadre.TakeLeave(ctx, tx, office, cadre.LeaveInput{ID: op, Cadre: id, Kind: "sick", From: day, To: day.Add(h.r.Intn(60))})
		case "post":
			_, err = cadre.Appoint(ctx, tx, office, cadre.AppointInput{ID: op, Cadre: id, End: h.r.Intn(2) == 0, Post: cadre.PostInput{UnitName: h.pick("党政办", "农技站"), Title: "干部", Rank: h.pick(cadre.Ranks...), Village: village, From: day}})
		}
		return err
	})
	switch e, ok := errors.AsType[*fault.Error](err); {
	case err == nil:
		h.done[kind]++
	case !ok:
		h.t.Fatalf("%s: %v", kind, err)
	default:
		if h.done["refused: "+kind+" "+e.Key]++; testing.Verbose() && h.done["refused: "+kind+" "+e.Key] == 1 {
			h.t.Log(kind, err)
		}
	}
}

// Rows are what counting gives, whatever happened: records, corrections, voids,
// stays, leaves, new posts, changes of helper, and new rules.
func TestRowsAreTheLiveCount(t *testing.T) {
	for seed := range int64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			dbtest.EachClock(t, func(t *testing.T, d *db.DB, clock *dbtest.Clock) {
				ready(t, d)
				h := &history{t: t, d: d, r: rand.New(rand.NewSource(seed)), cal: holidays(t), done: map[string]int{}}
				if compare(t, d, today, 2025, 2026) == 0 {
					t.Fatal("nobody owes anything")
				}
				for range 4 {
					for range 30 {
						h.step(today)
					}
					compare(t, d, today, 2025, 2026)
				}
				// The year turns: nobody marks anything, and a plan takes effect.
				b, err := plans.Read("guabangbao")
				if err != nil {
					t.Fatal(err)
				}
				text := replace(t, string(b), "version = 1", "version = 2", "effective = 2012-02-28", "effective = 2027-01-01", "min = 6\n", "min = 12\n")
				err = db.Do(t.Context(), d, func(tx *db.Tx) error {
					_, err := campaign.Issue(t.Context(), tx, Office(today), campaign.IssueInput{ID: "issue-0001", Region: Qingshi, Text: text, Decided: "镇党委"})
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				compare(t, d, today, 2026)
				clock.Set(time.Date(2027, 2, 10, 2, 0, 0, 0, time.UTC))
				compare(t, d, "2027-02-10", 2026, 2027)
				for range 15 {
					h.step("2027-02-10")
				}
				if compare(t, d, "2027-02-10", 2026, 2027) == 0 {
					t.Fatal("nobody owes anything")
				}
				for _, kind := range []string{"visit", "amend", "void", "stay", "judge", "item", "finish", "leave", "post", "change"} {
					if h.done[kind] == 0 {
						t.Errorf("the history has no %s: %v", kind, h.done)
					}
				}
			})
		})
	}
}

func replace(t *testing.T, s string, change ...string) string {
	t.Helper()
	for i := 0; i+1 < len(change); i += 2 {
		before, after, ok := strings.Cut(s, change[i])
		if !ok {
			t.Fatalf("%q is not in the plan", change[i])
		}
		s = before + change[i+1] + after
	}
	return s
}

// Where the plan changes during the year the newest version judges all of it;
// what the year came to under the one before is told beside it.
func TestWhyTellsTheVersionBefore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ready(t, d)
		why := func() Explained {
			x, err := Why(t.Context(), d, Office(today), LiMing, 2026, "guabangbao")
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		if x := why(); x.Earlier != nil {
			t.Errorf("nothing changed, and a version before is told: %+v", x.Earlier)
		}
		b, err := plans.Read("guabangbao")
		if err != nil {
			t.Fatal(err)
		}
		text := replace(t, string(b), "version = 1", "version = 2", "effective = 2012-02-28", "effective = "+string(today), "min = 6\n", "min = 12\n")
		do(t, d, func(tx *db.Tx) error {
			_, err := campaign.Issue(t.Context(), tx, Office(today), campaign.IssueInput{ID: "issue-0001", Region: Qingshi, Text: text, Decided: "镇党委"})
			return err
		})
		x := why()
		if x.Version.Number != 2 || x.Version.Effective != today || x.Earlier == nil || x.Earlier.Version.Number != 1 {
			t.Fatalf("%+v %+v", x.Version, x.Earlier)
		}
		told := false
		for _, l := range x.Lines {
			if l.Duty != quota.Visits || l.Household != "" {
				continue
			}
			was, ok := x.Earlier.Line(l)
			told = ok && l.Due == 2*was.Due && was.Due > 0 && was.Counted == nil
		}
		if !told {
			t.Errorf("%+v", x.Earlier.Lines)
		}
		if _, _, err := List(t.Context(), d, Office(today), Filter{Campaign: "unknown"}); !fault.Is(err, fault.Invalid) {
			t.Error("a campaign there is not gives an empty list", err)
		}
	})
}
