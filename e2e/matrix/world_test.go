// Package matrix_test walks every route of the program with every role and
// every relation to the thing asked for, and compares the answer with
// testdata/policy.txt, which was written by hand from the documents and not
// from the code (issue 2 §1.5; ACC-1…4; domain.md §6.1–6.3). It also plants
// unmistakable words in every personal field and looks for them in everything
// the pages and the API say to those who must not see them.
package matrix_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianxin/internal/app"
	"lianxin/internal/base/config"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/paper/xlsx"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/confide"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/rule/upward"
	"lianxin/internal/work/advice"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/complaint"
	"lianxin/internal/work/feedback"
	"lianxin/internal/work/household"
	"lianxin/internal/work/inspection"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/opinion"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/practical"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/reception"
	"lianxin/internal/work/region"
	"lianxin/internal/work/roster"
	"lianxin/internal/work/stay"
	"lianxin/internal/work/visit"
	"lianxin/internal/work/workday"
	. "lianxin/internal/work/worktest"
	"lianxin/plans"
)

const today = calendar.Day("2026-11-23") // dbtest.Day

// The other county, with one township and one village.
const (
	OtherCounty  = "990202"
	OtherRoot    = "/99/9902/990202/"
	OtherTown    = OtherRoot + "990202100/"
	OtherVillage = OtherTown + "990202100201/"
)

// thing is everything one relation has: ids and places by placeholder name.
type thing map[string]string

// relations in the order of the letters in policy.txt.
var relations = []string{"own", "same village", "other village", "other township", "other county"}

// actor is one logged-in person.
type actor struct {
	role         access.Role
	account      string
	token, stale string // a session, and one that has ended
	place, cadre string
}

// world is the filled program.
type world struct {
	d       *db.DB
	clock   *dbtest.Clock
	app     *app.App
	handler http.Handler
	table   []door.Route
	actors  []actor
	// sets by relation; own things differ by role.
	sets map[string]thing
	own  map[access.Role]thing
	ops  int
	mute bool // no complaint was sent by anybody but the actors

	restores int // how often data was put back, and how long it took
	restored time.Duration
}

// sets of things: who helps where.
var plots = []struct {
	key, county, town, village, helper, peer string
}{
	{"cadre", County, Qingshi, Lijiawan, LiMing, "cadre-peer-q"},
	{"committee", County, Qingshi, Lijiawan, "cadre-zhou", "cadre-peer-q"},
	{"village_head", County, Qingshi, Lijiawan, "cadre-tang", "cadre-peer-q"},
	{"handler", County, Qingshi, Lijiawan, "cadre-tao", "cadre-peer-q"},
	{"inspector", County, Qingshi, Lijiawan, "cadre-chou", "cadre-peer-q"},
	{"same village", County, Qingshi, Lijiawan, "cadre-qian", "cadre-peer-q"},
	{"other village", County, Qingshi, Dahe, ZhaoWei, "cadre-peer-q"},
	{"other township", County, Baihe, Baisha, SunYue, "cadre-peer-b"},
	{"other county", OtherCounty, OtherTown, OtherVillage, "cadre-gu", "cadre-peer-g"},
}

// settled are the actors of the matrix: one account each, with one grant.
var settled = []struct {
	role         access.Role
	place, cadre string
}{
	{access.CountyAdmin, Root, ""}, {access.Office, Qingshi, ""}, {access.Leader, Qingshi, ""}, {access.Inspector, Qingshi, ""},
	{access.Cadre, Qingshi, LiMing}, {access.Committee, Lijiawan, "cadre-zhou"}, {access.VillageHead, Lijiawan, "cadre-tang"}, {access.Handler, Qingshi, "cadre-tao"}, {access.Discipline, Qingshi, "cadre-wei"},
	{access.SysAdmin, Root, ""}, {access.SecAdmin, Root, ""}, {access.Auditor, Root, ""},
}

func who(county string, role access.Role, place, official, account string) access.Actor {
	if account == "" {
		account = string(role) + "-of-" + region.Last(place)
	}
	return access.New(access.Identity{Account: account, Cadre: official, County: county, Grants: []access.Grant{{Role: role, Region: place}}, Door: access.Page, Request: "test", Today: today, Fresh: true})
}

// do runs one write, each a millisecond after the one before, so that records
// lie in the order in which they were made.
func (w *world) do(tb testing.TB, fn func(tx *db.Tx) error) {
	tb.Helper()
	w.clock.Add(time.Millisecond)
	if err := db.Do(tb.Context(), w.d, fn); err != nil {
		tb.Fatal(err)
	}
}

func (w *world) op() string { w.ops++; return fmt.Sprintf("op-of-the-matrix-%06d", w.ops) }

// build fills a database through the use cases and opens the program over it.
// without names sets that stay empty.
func build(tb testing.TB, d *db.DB, clock *dbtest.Clock, log io.Writer, without ...string) *world {
	tb.Helper()
	w := &world{d: d, clock: clock, mute: slices.Contains(without, "complaints"), sets: map[string]thing{}, own: map[access.Role]thing{}}
	texts, err := app.Texts()
	must(tb, err)
	cfg := &config.Config{Listen: "127.0.0.1:8080", Data: tb.TempDir(), Requests: 512}
	cfg.Keep.OperationDays = 400
	book := login.New(d, login.Options{Params: login.Params{Memory: 8, Passes: 1, Lanes: 1}})
	tb.Cleanup(func() { _ = book.Close(context.Background()) })
	l := slog.New(slog.NewTextHandler(log, nil))
	w.app = &app.App{Config: cfg, DB: d, Vault: d.Vault(), Texts: texts, Log: l, Logins: book}
	w.handler, w.table, err = w.app.Table()
	must(tb, err)

	Seed(tb, d)
	w.otherCounty(tb)
	w.people(tb)
	w.plans(tb)
	for _, p := range plots {
		if slices.Contains(without, p.key) {
			continue
		}
		w.sets[p.key] = w.fill(tb, p.key, p.county, p.town, p.village, p.helper, p.peer)
	}
	w.enter(tb)
	w.inspections(tb)
	// {x-…} are things of the other township, for requests that name one of
	// one's own in the address and one of somebody else's in the body.
	foreign := maps.Clone(w.sets["other township"])
	things := slices.Collect(maps.Values(w.sets))
	for _, t := range append(things, slices.Collect(maps.Values(w.own))...) {
		for k, v := range foreign {
			t["x-"+k] = v
		}
	}
	_, err = progress.RecountWaiting(tb.Context(), d, "", 1<<20)
	must(tb, err)
	return w
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// otherCounty writes the uppermost row of a second county as set-up does, and
// the rest through the use cases.
func (w *world) otherCounty(tb testing.TB) {
	ctx := tb.Context()
	admin := who(OtherCounty, access.CountyAdmin, OtherRoot, "", "")
	w.do(tb, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO regions (county, id, name, level, kind, parent, path, valid_from, valid_to, successor) VALUES ($1, $1, '望江县', 'county', '', '9902', $2, '', '', '')`, OtherCounty, OtherRoot)
		return err
	})
	for _, in := range []region.EnterInput{
		{Code: "990202100", Name: "红旗镇"}, {Code: "990202100201", Name: "柳树村", Kind: "committee"},
	} {
		in.ID = w.op()
		w.do(tb, func(tx *db.Tx) error { _, err := region.Enter(ctx, tx, admin, in); return err })
	}
}

// people are the officials beside those of worktest.Seed.
func (w *world) people(tb testing.TB) {
	for _, c := range []struct{ id, county, town, village, name, phone, rank string }{
		{"cadre-zhou", County, Qingshi, Lijiawan, "周春来", "13800001011", cadre.VillageCommittee},
		{"cadre-tang", County, Qingshi, Lijiawan, "唐守业", "13800001019", cadre.VillageCommittee},
		{"cadre-tao", County, Qingshi, "", "陶水生", "13800001017", cadre.TownshipStaff},
		{"cadre-chou", County, Qingshi, Lijiawan, "仇雨", "13800001019", cadre.TownshipStaff},
		{"cadre-wei", County, Qingshi, "", "卫正", "13800001018", cadre.SectionLeader},
		{"cadre-qian", County, Qingshi, Lijiawan, "钱文静", "13800001012", cadre.TownshipStaff},
		{"cadre-peer-q", County, Qingshi, Dahe, "冯立春", "13800001013", cadre.TownshipStaff},
		{"cadre-peer-b", County, Baihe, Baisha, "何芳", "13800001014", cadre.TownshipStaff},
		{"cadre-gu", OtherCounty, OtherTown, OtherVillage, "顾长河", "13800001015", cadre.TownshipStaff},
		{"cadre-peer-g", OtherCounty, OtherTown, OtherVillage, "葛小满", "13800001016", cadre.TownshipStaff},
	} {
		unit := map[string]string{Qingshi: canaries["same village"].text("unit"), Baihe: canaries["other township"].text("unit"), OtherTown: canaries["other county"].text("unit")}[c.town]
		if c.id == "cadre-wei" {
			unit = "纪检办" // whoever reads complaints sits with none of those they are about
		}
		w.do(tb, func(tx *db.Tx) error {
			_, err := cadre.Add(tb.Context(), tx, who(c.county, access.Office, c.town, "", ""), cadre.AddInput{ID: c.id, Region: c.town, Name: c.name, Phone: c.phone,
				Post: cadre.PostInput{UnitName: unit, Title: "干部", Rank: c.rank, Village: c.village, From: "2024-01-01"}})
			return err
		})
	}
}

// plans puts both campaigns in force in both counties, with a township's own
// version and a draft in each township.
func (w *world) plans(tb testing.TB) {
	ctx := tb.Context()
	var texts [][]byte
	for _, n := range plans.Names() {
		b, err := plans.Read(n)
		must(tb, err)
		texts = append(texts, b)
	}
	for county, root := range map[string]string{County: Root, OtherCounty: OtherRoot} {
		w.do(tb, func(tx *db.Tx) error {
			return campaign.Found(ctx, tx, who(county, access.CountyAdmin, root, "", ""), "县委", texts...)
		})
	}
	for _, t := range []struct{ x, county, town string }{{"q", County, Qingshi}, {"b", County, Baihe}, {"g", OtherCounty, OtherTown}} {
		office := who(t.county, access.Office, t.town, "", "")
		w.do(tb, func(tx *db.Tx) error {
			_, err := campaign.Issue(ctx, tx, office, campaign.IssueInput{ID: "plan-issued-" + t.x, Region: t.town, Text: string(texts[0]), Decided: "镇党委"})
			return err
		})
		w.do(tb, func(tx *db.Tx) error {
			_, err := campaign.SaveDraft(ctx, tx, office, campaign.DraftInput{ID: "plan-draft-" + t.x, Region: t.town, Text: string(texts[1])})
			return err
		})
	}
}

// fill gives a place one of everything.
func (w *world) fill(tb testing.TB, key, county, town, village, helper, peer string) thing {
	ctx := tb.Context()
	cal, err := calendar.Shipped()
	must(tb, err)
	x := strings.NewReplacer(" ", "-", "_", "-").Replace(key)
	office := who(county, access.Office, town, "", "")
	own := who(county, access.Cadre, town, helper, "")
	head := who(county, access.VillageHead, village, "", "")
	end := map[string]string{Qingshi: "q", Baihe: "b", OtherTown: "g"}[town]
	t := thing{"county": county, "town": town, "place": village, "region": region.Last(village), "townregion": region.Last(town), "cadre": helper, "peer": peer,
		"plan": "plan-issued-" + end, "draft": "plan-draft-" + end,
		"home": "home-" + x, "home2": "home-two-" + x, "free": "home-free-" + x, "pairing": "pair-" + x, "handover": "change-" + x,
		"visit": "visit-" + x, "photo": "photo-" + x, "jpeg": Photo("another"), "voided": "visit-void-" + x, "promise": "promise-" + x, "closed": "promise-closed-" + x, "stay": "stay-" + x, "contested": "stay-contested-" + x, "bundle": "bundle-" + x,
		"proposed": "item-proposed-" + x, "done": "item-done-" + x, "import": "import-" + x, "imported": "imported-" + x, "feedback": "feedback-" + x, "leading": "lead-" + x, "advice": "advice-" + x, "opinion": "opinion-" + x,
		"reception": "recept-" + x, "waits": "recept-waits-" + x,
		"holidayyear": "2025", "holidayday": "2026-08-06",
		"version": "2", "member": "member-" + x, "member2": "member-two-" + x, "minor": "member-minor-" + x}

	step := func(fn func(tx *db.Tx) error) { tb.Helper(); w.do(tb, fn) }
	c := canaries[key]
	for i, id := range []string{t["home"], t["home2"], t["free"]} {
		in := household.AddInput{ID: id, Distinct: true, Region: village, Head: c.heads[i], Address: c.text("address"), Phone: c.phone(i), Housing: c.text("housing"), Income: c.text("income"), Notes: c.text("notes"), Since: "2024-01-01",
			Members: []household.MemberInput{
				{ID: id + "-head", Name: c.heads[i], Relation: "户主", Phone: c.phone(i), Health: c.text("health"), Education: c.text("education"), Labour: c.text("labour")},
			},
			Tags: []household.TagInput{{Tag: "low_income", Source: "village", From: "2025-01-01", Evidence: c.text("evidence")}}}
		if i == 0 {
			in.Members[0].ID, in.Members[0].IDNumber = t["member"], c.idNumber
			in.Members = append(in.Members, household.MemberInput{ID: t["member2"], Name: c.member, Relation: "配偶"},
				household.MemberInput{ID: t["minor"], Name: c.minor, Relation: "孙子", Born: "2018-05-01", Phone: c.phone(7), Health: c.text("minor-health")})
			in.Consent = &household.ConsentInput{Purpose: "record", Way: "oral", On: "2025-01-01", Guardian: c.guardian}
		}
		step(func(tx *db.Tx) error { _, err := household.Add(ctx, tx, office, in); return err })
	}
	h, err := household.Get(ctx, w.d, county, t["home"])
	must(tb, err)
	t["tag"], t["consent"] = h.Tags[0].ID, h.Consents[0].ID
	step(func(tx *db.Tx) error {
		_, err := household.ChangeTag(ctx, tx, office, household.TagChange{ID: "tag-over-" + x, Household: t["home"], TagInput: household.TagInput{Tag: "disabled", Source: "village", From: "2025-02-01"}})
		return err
	})
	h, err = household.Get(ctx, w.d, county, t["home"])
	must(tb, err)
	for _, g := range h.Tags {
		if g.ID != t["tag"] {
			step(func(tx *db.Tx) error {
				_, err := household.ChangeTag(ctx, tx, office, household.TagChange{ID: "tag-ended-" + x, Household: t["home"], End: g.ID, Why: c.text("tag-end")})
				return err
			})
		}
	}
	full, err := cadre.Get(ctx, w.d, county, helper)
	must(tb, err)
	t["post"], t["unit"] = full.Posts[0].ID, full.Posts[0].Unit

	t["approval"] = "approval-" + x
	w.approve(tb, county, t["approval"], town, "cadre:"+helper)
	step(func(tx *db.Tx) error {
		_, err := pairing.Pair(ctx, tx, office, pairing.PairInput{ID: t["pairing"], Household: t["home"], Cadre: helper, From: Since})
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := pairing.Pair(ctx, tx, office, pairing.PairInput{ID: "pair-two-" + x, Household: t["home2"], Cadre: peer, From: Since})
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := pairing.Change(ctx, tx, office, pairing.ChangeInput{ID: t["handover"], Household: t["home2"], Cadre: helper, From: "2026-03-01", Reason: "rotation", Notes: c.text("handover")})
		return err
	})
	step(func(tx *db.Tx) error {
		_, _, err := advice.Send(ctx, tx, own, advice.SendInput{ID: t["advice"], Household: t["home"], Kind: advice.Phone, Value: c.phone(0), Words: c.text("advice")})
		return err
	})
	step(func(tx *db.Tx) error {
		_, _, err := advice.Send(ctx, tx, own, advice.SendInput{ID: "advice-no-" + x, Household: t["home"], Kind: "other", Words: c.text("advice2")})
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := advice.Decline(ctx, tx, office, advice.DeclineInput{ID: "advice-decline-" + x, Advice: "advice-no-" + x, Words: c.text("advice-answer")})
		return err
	})
	step(func(tx *db.Tx) error {
		_, _, err := reception.Record(ctx, tx, office, reception.RecordInput{ID: t["reception"], Household: t["home"], Name: c.text("recept-name"), Phone: c.phone(0), Address: c.text("recept-address"), Words: c.text("recept-words"), Remarks: c.text("recept-remarks"),
			Handling: reception.Handling{Way: reception.Answer, Opinion: c.text("recept-opinion")}}, cal)
		return err
	})
	step(func(tx *db.Tx) error {
		_, _, err := reception.Record(ctx, tx, office, reception.RecordInput{ID: t["waits"], Household: t["home"], Words: c.text("recept-waits")}, cal)
		return err
	})
	step(func(tx *db.Tx) error {
		_, _, err := leading.Add(ctx, tx, office, leading.AddInput{ID: t["leading"], Region: town, Campaigns: []string{"guabangbao"}, Post: leading.Staff, Title: "林业站站长" + x, Duties: c.text("duties"), Basis: c.text("basis"), Phone: "13800009" + c.phone(0)[8:], From: "2026-01-01"})
		return err
	})
	step(func(tx *db.Tx) error {
		ps, err := pairing.IssueCards(ctx, tx, office, pairing.IssueInput{ID: "issue-" + x, Pairings: []string{t["pairing"]}})
		if err == nil {
			t["card"], t["token"] = ps[0].ID, ps[0].Token
		}
		return err
	})
	step(func(tx *db.Tx) error {
		_, _, err := visit.Record(ctx, tx, own, visit.RecordInput{ID: t["visit"], Household: t["home"], How: "home", At: string(today.Add(-10)), Topics: []string{"health"}, Words: c.text("words"), Thought: c.text("thought"),
			Promises: []appeal.OpenInput{{ID: t["promise"], Title: c.text("promise")}, {ID: t["closed"], Title: c.text("closed")}}}, cal)
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := visit.AddPhoto(ctx, tx, own, visit.PhotoInput{ID: t["photo"], Visit: t["visit"], JPEG: Photo(t["photo"])})
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := visit.Amend(ctx, tx, own, visit.AmendInput{ID: "amend-" + x, Visit: t["visit"], Version: 1, How: "home", Topics: []string{"health"}, Words: c.text("words2"), Why: c.text("why")})
		return err
	})
	step(func(tx *db.Tx) error {
		_, _, err := visit.Record(ctx, tx, own, visit.RecordInput{ID: "visit-void-" + x, Household: t["home"], How: "home", At: string(today.Add(-20)), Words: c.text("voided")}, cal)
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := visit.Void(ctx, tx, own, visit.VoidInput{ID: "void-" + x, Visit: "visit-void-" + x, Why: c.text("void-why")})
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := appeal.Move(ctx, tx, own, appeal.MoveInput{ID: "close-" + x, Appeal: t["closed"], Move: lifecycle.Answer, Outcome: lifecycle.Solved, Words: c.text("result")}, cal)
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := appeal.Move(ctx, tx, own, appeal.MoveInput{ID: "extend-" + x, Appeal: t["promise"], Move: lifecycle.Ask, Due: today.Add(40), Words: c.text("extend")}, cal)
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := appeal.Open(ctx, tx, office, appeal.OpenInput{ID: "bundled-" + x, Source: "phone", Household: t["home"], Title: c.text("raised"), Wish: c.text("wish"), Name: c.text("caller"), Phone: c.phone(5)}, cal)
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := appeal.Bulk(ctx, tx, office, appeal.BulkInput{ID: t["bundle"], Appeals: []string{"bundled-" + x}, Move: lifecycle.Redue, Due: today.Add(8), Words: c.text("redue")}, cal)
		return err
	})
	step(func(tx *db.Tx) error {
		_, _, err := stay.Declare(ctx, tx, own, stay.DeclareInput{ID: t["stay"], Kind: stay.Research, From: today.Add(-12), To: today.Add(-11), Village: village, Topic: c.text("topic"), Note: c.text("stay-note")})
		return err
	})
	step(func(tx *db.Tx) error {
		_, _, err := stay.Declare(ctx, tx, own, stay.DeclareInput{ID: t["contested"], Kind: stay.Village, From: today.Add(-16), To: today.Add(-15), Village: village, Note: c.text("stay-note")})
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := stay.Dispute(ctx, tx, office, stay.ActInput{ID: "dispute-" + x, Stay: t["contested"], Why: c.text("dispute")})
		return err
	})
	step(func(tx *db.Tx) error {
		_, _, err := practical.Propose(ctx, tx, own, practical.ProposeInput{ID: t["proposed"], Household: t["home"], Kind: "housing", Title: c.text("item"), Notes: c.text("item-notes"), On: today.Add(-9)})
		return err
	})
	step(func(tx *db.Tx) error {
		_, _, err := practical.Propose(ctx, tx, own, practical.ProposeInput{ID: t["done"], Household: t["home"], Kind: "housing", Title: c.text("item-done"), On: today.Add(-9)})
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := practical.Finish(ctx, tx, own, practical.StepInput{ID: "finish-" + x, Item: t["done"], Words: c.text("item-words")})
		return err
	})
	step(func(tx *db.Tx) error {
		_, _, err := practical.Propose(ctx, tx, own, practical.ProposeInput{ID: "item-confirmed-" + x, Household: t["home"], Kind: "other", Title: c.text("item-confirmed"), On: today.Add(-9)})
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := practical.Finish(ctx, tx, own, practical.StepInput{ID: "finish-two-" + x, Item: "item-confirmed-" + x})
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := practical.Confirm(ctx, tx, head, practical.ConfirmInput{ID: "confirm-" + x, Item: "item-confirmed-" + x, Way: "witness", Witness: c.witness})
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := household.Amend(ctx, tx, office, household.AmendInput{ID: "amend-home-" + x, Household: t["home"], Version: h.Version, Head: h.Head, Phone: h.Phone, Address: h.Address, Housing: h.Housing, Income: h.Income, Notes: h.Notes, Why: c.text("home-why")})
		return err
	})
	step(func(tx *db.Tx) error {
		_, err := cadre.TakeLeave(ctx, tx, office, cadre.LeaveInput{ID: "leave-" + x, Cadre: helper, Kind: "sick", From: today.Add(20), To: today.Add(22), Note: c.text("leave")})
		return err
	})
	step(func(tx *db.Tx) error {
		// From somebody of the place who is none of the actors.
		_, err := feedback.Send(ctx, tx, who(county, access.Leader, town, "", "somebody-of-"+x), feedback.SendInput{ID: t["feedback"], Kind: feedback.Kinds[0], Words: c.text("feedback"), Signed: c.text("signed")})
		return err
	})
	w.opinions(tb, t, x, own, office, c)
	w.meetings(tb, t, x, helper, c, cal)
	w.notices(tb, t, x, helper, c.text("channel-basis"))
	if !w.mute {
		w.complaints(tb, t, x, c)
	}
	vname := map[string]string{Lijiawan: "李家湾村", Dahe: "大河村", Baisha: "白沙村", OtherVillage: "柳树村"}[village]
	w.upload(tb, office, t["import"], town, vname, c.waiting, c.text("import"))
	w.upload(tb, office, t["imported"], town, vname, c.listed, c.text("imported"))
	step(func(tx *db.Tx) error {
		_, err := roster.Confirm(ctx, tx, office, roster.ConfirmInput{ID: "confirmed-" + x, Import: t["imported"]})
		return err
	})
	if h, err = household.Get(ctx, w.d, county, t["home"]); err != nil {
		tb.Fatal(err)
	}
	t["homeversion"] = strconv.Itoa(h.Version)
	w.account(tb, t, x)
	w.groups(tb, t)
	return t
}

// meetings gives a village a talk that waits for signature, with a decision that
// is not done, and one that is signed and may be closed. The set's official was
// invited.
func (w *world) meetings(tb testing.TB, t thing, x, helper string, c canary, cal calendar.Calendar) {
	ctx := tb.Context()
	office, chair := who(t["county"], access.Office, t["town"], "", ""), who(t["county"], access.Cadre, t["town"], helper, "chair-"+x)
	for _, id := range []string{"meeting-" + x, "meeting-two-" + x} {
		w.do(tb, func(tx *db.Tx) error {
			_, _, err := meeting.Call(ctx, tx, office, meeting.CallInput{ID: id, Kind: meeting.Talk, Region: t["place"], Day: today.Add(-3), Chair: helper, Recorder: helper})
			return err
		})
		w.do(tb, func(tx *db.Tx) error {
			_, err := meeting.Add(ctx, tx, office, meeting.AddInput{ID: "add-" + id, Meeting: id, Items: []meeting.NewItem{{Title: c.text("item-title")}}})
			return err
		})
		w.do(tb, func(tx *db.Tx) error {
			m, err := meeting.Get(ctx, tx, t["county"], id)
			if err != nil {
				return err
			}
			in := meeting.ItemInput{ID: "set-" + id, Meeting: id, Item: m.Items[0].ID, Title: c.text("item-title"), Words: c.text("quoted"), Analysis: c.text("analysis")}
			if id == "meeting-"+x {
				in.Decision, t["item"] = meeting.Report, in.Item
			}
			_, err = meeting.SetItem(ctx, tx, office, in, cal)
			return err
		})
		w.do(tb, func(tx *db.Tx) error {
			m, err := meeting.Minutes(ctx, tx, office, meeting.MinutesInput{ID: "min-" + id, Meeting: id, Version: 3, Day: today.Add(-3), Place: c.text("room"), Chair: helper, Recorder: helper, Others: []meeting.OtherInput{{Name: c.text("came"), Part: meeting.Present}}, Summary: c.text("summary"), Done: true}, cal)
			t["mversion"] = strconv.Itoa(m.Version)
			return err
		})
	}
	t["meeting"], t["meeting2"] = "meeting-"+x, "meeting-two-"+x
	w.do(tb, func(tx *db.Tx) error {
		_, err := meeting.Sign(ctx, tx, chair, "sign-"+x, t["meeting2"], 4, cal)
		return err
	})
}

// notices tells a set's official something and gives its township a channel,
// which leads to an address that is never called.
func (w *world) notices(tb testing.TB, t thing, x, helper, basis string) {
	ctx := tb.Context()
	root := region.Upto(t["town"], region.County)
	admin := who(t["county"], access.CountyAdmin, root, "", "")
	t["channel"] = "channel-" + x
	w.do(tb, func(tx *db.Tx) error {
		_, err := notice.SaveChannel(ctx, tx, admin, Sender(), notice.SaveInput{ID: t["channel"], Kind: notice.WeCom, Region: t["town"], Address: "https://10.0.0.1/hook", Kinds: []string{"meeting.called"}})
		return err
	})
	w.do(tb, func(tx *db.Tx) error {
		_, err := notice.SwitchChannel(ctx, tx, admin, notice.SwitchInput{ID: "switch-" + x, Channel: t["channel"], On: true, Until: today.Add(30), Basis: basis})
		return err
	})
	t["channelversion"] = "2"
	t["notice"] = w.notify(tb, notice.In{To: notice.Official(helper), Kind: "appeal.given", Ref: "appeal:" + t["promise"], Region: t["place"], Args: map[string]any{"due": today.Add(9)}})
	w.notify(tb, notice.In{To: notice.Role(access.Office, t["place"]), Kind: "appeal.answered", Ref: "appeal:" + t["closed"]})
}

// notify tells something and gives the notice's id.
func (w *world) notify(tb testing.TB, in notice.In) string {
	w.do(tb, func(tx *db.Tx) error { return notice.Tell(tb.Context(), tx, in) })
	id, err := db.One(tb.Context(), w.d, db.Text, `SELECT id FROM notices WHERE ref = $1 AND kind = $2 ORDER BY id DESC LIMIT 1`, in.Ref, in.Kind)
	must(tb, err)
	return id
}

// opinions go upward: one the helper has put forward, and one that was answered
// and told back, so that the readers of its matter know the answer.
func (w *world) opinions(tb testing.TB, t thing, x string, own, office access.Actor, c canary) {
	ctx := tb.Context()
	for _, o := range []opinion.ProposeInput{
		{ID: t["opinion"], Title: c.text("opinion"), Said: c.text("opinion-said"), Suggestion: c.text("opinion-wish"), Addressee: "镇党委", Sources: []opinion.Source{{Kind: opinion.Visit, Ref: t["visit"]}}},
		{ID: "opinion-told-" + x, Title: c.text("opinion2"), Said: c.text("opinion-said"), Suggestion: c.text("opinion-wish"), Addressee: "镇党委", Sources: []opinion.Source{{Kind: opinion.Matter, Ref: t["promise"]}}},
	} {
		w.do(tb, func(tx *db.Tx) error { _, _, err := opinion.Propose(ctx, tx, own, o); return err })
	}
	leader := who(t["county"], access.Leader, t["town"], "", "")
	for i, m := range []struct {
		who   access.Actor
		move  upward.Move
		words string
	}{{office, upward.Ask, ""}, {leader, upward.Approve, ""}, {office, upward.Send, ""}, {office, upward.Adopt, c.text("opinion-answer")}, {office, upward.Tell, c.text("opinion-how")}} {
		w.do(tb, func(tx *db.Tx) error {
			_, err := opinion.Act(ctx, tx, m.who, opinion.MoveInput{ID: "opinion-move-" + x + strconv.Itoa(i), Opinion: "opinion-told-" + x, Version: 1, Move: m.move, Words: m.words})
			return err
		})
	}
}

// complaints come from the villagers' page: one about the helper of the place,
// and one for those above the township only.
func (w *world) complaints(tb testing.TB, t thing, x string, c canary) {
	ctx, county, town, helper := tb.Context(), t["county"], t["town"], t["cadre"]
	w.do(tb, func(tx *db.Tx) error {
		r, err := complaint.Send(ctx, tx, complaint.PublicInput{County: county, Town: town, ID: "complaint-to-" + x, Said: complaint.Said{About: helper, AboutWords: c.text("about"), Words: c.text("complaint"), Reach: c.text("reach")}})
		t["complaint"] = r.Complaint()
		return err
	})
	w.do(tb, func(tx *db.Tx) error {
		r, err := complaint.Send(ctx, tx, complaint.PublicInput{County: county, Town: town, ID: "complaint-above-" + x, Said: complaint.Said{Words: c.text("grave"), Above: true}})
		t["grave"] = r.Complaint()
		return err
	})
	// Somebody of the county wants to know who the sender is.
	t["opening"] = "opening-" + x
	w.do(tb, func(tx *db.Tx) error {
		_, err := complaint.Ask(ctx, tx, who(county, access.Discipline, region.Upto(town, region.County), "", ""), complaint.AskInput{ID: t["opening"], Complaint: t["complaint"], Purpose: "contact", Reason: c.text("ask-reason")})
		return err
	})
	w.do(tb, func(tx *db.Tx) error {
		_, err := complaint.Act(ctx, tx, who(county, access.Discipline, region.Upto(town, region.County), "", ""), complaint.MoveInput{ID: "complaint-note-" + x, Complaint: t["complaint"], Do: confide.Note, Words: c.text("file")})
		return err
	})
}

// inspections gives each township a check, and the inspector one of his own: what
// is his is the home of his set, drawn alone of all the township's homes, and the
// one whose handover is asked about, named by the office.
func (w *world) inspections(tb testing.TB) {
	ctx := tb.Context()
	checker := map[string]string{}
	for _, x := range []struct{ end, county, town string }{{"q", County, Qingshi}, {"b", County, Baihe}, {"g", OtherCounty, OtherTown}} {
		a, _, _, _ := w.person(tb, app.Operator{County: x.county, Name: "test", Door: "cli"}, x.county, "checker-"+x.end, "", x.town, access.Inspector, x.town)
		checker[x.town] = a
		wish := map[string]string{Qingshi: w.sets["same village"]["home"], Baihe: w.sets["other township"]["home"], OtherTown: w.sets["other county"]["home"]}[x.town]
		if wish != "" {
			w.drawn(tb, who(x.county, access.Office, x.town, "", ""), inspection.DrawInput{ID: "inspection-" + x.end, Region: x.town, Title: "抽查", From: today, To: today.Add(20), N: 1, People: []string{a}}, wish)
		}
	}
	for _, t := range append(slices.Collect(maps.Values(w.sets)), slices.Collect(maps.Values(w.own))...) {
		t["checker"], t["inspection"] = checker[t["town"]], map[string]string{Qingshi: "inspection-q", Baihe: "inspection-b", OtherTown: "inspection-g"}[t["town"]]
	}
	own, office := w.own[access.Inspector], who(County, access.Office, Qingshi, "", "")
	if own["home"] == "" {
		return
	}
	own["inspection"] = "inspection-own"
	w.drawn(tb, office, inspection.DrawInput{ID: own["inspection"], Region: Qingshi, Title: "抽查", From: today, To: today.Add(20), N: 1, People: []string{own["account"]}}, own["home"])
	w.do(tb, func(tx *db.Tx) error {
		_, err := inspection.Name(ctx, tx, office, inspection.NameInput{ID: "inspection-name", Inspection: own["inspection"], Household: own["home2"], Why: "有人反映"})
		return err
	})
}

// drawn draws until chance gives the wished home; what drew another is rolled back.
// The seed is made the same in every world, as worlds are compared with each other.
func (w *world) drawn(tb testing.TB, office access.Actor, in inspection.DrawInput, wish string) {
	other := errors.New("another home")
	for err := other; err != nil; {
		w.clock.Add(time.Millisecond)
		if err = db.Do(tb.Context(), w.d, func(tx *db.Tx) error {
			x, _, err := inspection.Draw(tb.Context(), tx, office, in)
			if err == nil && x.Homes[0].Household != wish {
				return other
			}
			return err
		}); err != nil && !errors.Is(err, other) {
			tb.Fatal(err)
		}
	}
	w.do(tb, func(tx *db.Tx) error {
		_, err := tx.Exec(tb.Context(), `UPDATE inspections SET seed = $1 WHERE id = $2`, strings.Repeat("5e", 32), in.ID)
		return err
	})
}

// groups makes two groups below the village, for splits and merges.
func (w *world) groups(tb testing.TB, t thing) {
	t["newgroup"], t["newvillage"], t["group"], t["group2"] = t["region"]+"077", t["townregion"]+"277", t["region"]+"009", t["region"]+"008"
	for _, code := range []string{t["group"], t["group2"]} {
		err := db.Do(tb.Context(), w.d, func(tx *db.Tx) error {
			_, err := region.Enter(tb.Context(), tx, who(t["county"], access.Office, t["town"], "", ""), region.EnterInput{ID: w.op(), Code: code, Name: "小组"})
			return err
		})
		if err != nil && !fault.Is(err, fault.Conflict) {
			tb.Fatal(err) // three sets share a village
		}
	}
}

// upload puts a small list into the import's waiting room.
func (w *world) upload(tb testing.TB, office access.Actor, id, town, village, head, name string) {
	w.do(tb, func(tx *db.Tx) error {
		file := []byte("村名,户主姓名,联系电话,备注\n" + village + "," + head + ",,\n")
		book, err := xlsx.ReadUpload("list.csv", file, xlsx.Limits{})
		if err != nil {
			return err
		}
		_, err = roster.Upload(tb.Context(), tx, office, roster.UploadInput{ID: id, Township: town, Name: name + ".csv", File: file, Book: book})
		return err
	})
}

// account gives a set an account with a session and a device of its own.
func (w *world) account(tb testing.TB, t thing, x string) {
	ctx := tb.Context()
	machine := app.Operator{County: t["county"], Name: "test", Door: "cli"}
	name := "helper-" + x
	official := t["cadre"]
	if x == "cadre" || x == "committee" || x == "village-head" || x == "handler" {
		official = "" // the official's own account is the actor's
	}
	a, token, session, _ := w.person(tb, machine, t["county"], name, official, t["town"], access.Cadre, t["town"])
	t["account"], t["token-of-account"], t["session"] = a, token, session
	gs, err := login.Grants(ctx, w.d, t["county"], a)
	must(tb, err)
	t["grant"] = gs[0].ID
	ds, err := w.app.Logins.ListDevices(ctx, w.d, t["county"], a)
	must(tb, err)
	t["device"] = ds[0].ID
	if official != "" {
		w.phones(tb, t, who(t["county"], access.Cadre, t["town"], official, a), x, canaries[strings.ReplaceAll(x, "-", " ")].text("held-words"))
	}
}

// approve lets somebody read what is kept of people under 18 (§6.2 "approved"):
// the letters of the matrix are those of approved readers, package minors tests
// the others.
func (w *world) approve(tb testing.TB, county, id, town, subject string) {
	tb.Helper()
	w.do(tb, func(tx *db.Tx) error {
		_, err := tx.Exec(tb.Context(), `INSERT INTO minor_approvals (county, id, region, subject, purpose, valid_from, valid_to, ended_on, ended_by, approved_by, approved_at) VALUES ($1, $2, $3, $4, 'care', '2026-01-05', '2026-12-31', '', '', 'somebody', 1)`,
			county, id, town, subject)
		return err
	})
}

const password = "Quer-Feld-ein 77 Wacholder"

// person makes an account, gives it a role, hands out a slip and uses it; then
// logs in once more and ends the first session.
func (w *world) person(tb testing.TB, machine app.Operator, county, username, official, home string, role access.Role, place string) (account, token, session, stale string) {
	ctx, book := tb.Context(), w.app.Logins
	w.do(tb, func(tx *db.Tx) error {
		a, err := book.CreateAccount(ctx, tx, machine, login.NewAccount{County: county, Username: username, Name: "某人" + username, Cadre: official, Region: home, Class: string(role.Class())})
		account = a.ID
		return err
	})
	w.do(tb, func(tx *db.Tx) error {
		_, err := book.AddGrant(ctx, tx, machine, login.NewGrant{County: county, Account: account, Role: string(role), Region: place})
		return err
	})
	var slips []login.Slip
	w.do(tb, func(tx *db.Tx) (err error) {
		slips, err = book.IssueCodes(ctx, tx, machine, county, []string{account})
		return err
	})
	first, err := book.Activate(ctx, login.Activation{Code: slips[0].Code, Password: password, From: login.From{Kind: login.Browser, Label: "Firefox", Door: "page", Request: "test"}})
	must(tb, err)
	second, err := book.Login(ctx, login.Attempt{Username: username, Password: password, From: login.From{Kind: login.Browser, Device: first.Device, Label: "Firefox", Door: "page", Request: "test"}})
	must(tb, err)
	w.do(tb, func(tx *db.Tx) error {
		return book.EndSession(ctx, tx, machine, county, account, first.Session, login.EndedByUser)
	})
	return account, second.Token, second.Session, first.Token
}

// enter lets the twelve actors in and gives them what is their own.
func (w *world) enter(tb testing.TB) {
	ctx := tb.Context()
	cal, err := calendar.Shipped()
	must(tb, err)
	machine := app.Operator{County: County, Name: "test", Door: "cli"}
	// The county's own calendar: a year it entered, and a local day off.
	county := who(County, access.CountyAdmin, Root, "", "")
	for _, n := range cal.Notices() {
		if n.Year == 2025 {
			w.do(tb, func(tx *db.Tx) error {
				_, err := w.app.Workdays.Enter(ctx, tx, county, workday.EnterInput{ID: "holidays-2025", Text: string(calendar.Write(n))})
				return err
			})
		}
	}
	w.do(tb, func(tx *db.Tx) error {
		_, err := w.app.Workdays.AddLocal(ctx, tx, county, workday.LocalInput{ID: "holidays-torch", Name: "火把节", From: "2026-08-06", Reason: "州政府通知"})
		return err
	})
	for _, s := range settled {
		name := "actor-" + strings.ReplaceAll(string(s.role), "_", "-")
		a := actor{role: s.role, place: s.place, cadre: s.cadre}
		home := s.place
		if s.cadre != "" {
			home = Qingshi
		}
		var session string
		a.account, a.token, session, a.stale = w.person(tb, machine, County, name, s.cadre, home, s.role, s.place)
		w.actors = append(w.actors, a)
		own := thing{"town": Qingshi, "place": Lijiawan, "region": region.Last(Lijiawan)}
		if set, ok := w.sets[string(s.role)]; ok {
			own = maps.Clone(set)
		}
		own["account"], own["session"] = a.account, session
		gs, err := login.Grants(ctx, w.d, County, a.account)
		must(tb, err)
		ds, err := w.app.Logins.ListDevices(ctx, w.d, County, a.account)
		must(tb, err)
		own["grant"], own["device"] = gs[0].ID, ds[0].ID
		own["here"] = "here" // a route without a target
		switch s.role {
		case access.Office:
			w.approve(tb, County, "approval-of-the-office", Qingshi, "account:"+a.account)
		case access.Leader: // the one named for minors' data; no head of the group is entered
			w.do(tb, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO minor_keepers (county, id, region, account, valid_from, valid_to, ended_on, named_by, named_at) VALUES ($1, 'keeper-q', $2, $3, '2026-01-05', '', '', 'somebody', 1)`, County, Qingshi, a.account)
				return err
			})
			for _, t := range w.sets {
				t["leader"] = a.account
			}
		}
		own["notice"] = w.notify(tb, notice.In{To: notice.Account(a.account), Kind: "appeal.disputed", Ref: "account:of-" + strings.ReplaceAll(string(s.role), "_", "-"), Region: Qingshi})
		me := who(County, s.role, s.place, s.cadre, a.account)
		if _, ok := w.sets[string(s.role)]; ok && s.cadre != "" {
			w.phones(tb, own, me, "of-"+strings.ReplaceAll(string(s.role), "_", "-"), canaries[string(s.role)].text("held-words"))
		}
		own["holidayyear"], own["holidayday"] = "2025", "2026-08-06"
		own["feedback"] = "feedback-of-" + strings.ReplaceAll(string(s.role), "_", "-")
		w.do(tb, func(tx *db.Tx) error {
			_, err := feedback.Send(ctx, tx, me, feedback.SendInput{ID: own["feedback"], Kind: feedback.Kinds[0], Words: "自己的话"})
			return err
		})
		if access.May(me, access.ComplaintSend) {
			w.do(tb, func(tx *db.Tx) error {
				r, err := complaint.Confide(ctx, tx, me, complaint.ConfideInput{ID: "complaint-of-" + strings.ReplaceAll(string(s.role), "_", "-"), Said: complaint.Said{AboutWords: "钱文静", Words: "自己的反映"}})
				own["complaint"] = r.Complaint()
				return err
			})
		}
		if s.role == access.Office {
			// What the office wrote down for somebody else is its own to correct.
			own["visit"], own["version"], own["photo"] = "visit-of-the-office", "1", "photo-of-the-office"
			own["jpeg"] = Photo("another")
			w.do(tb, func(tx *db.Tx) error {
				_, _, err := visit.Record(ctx, tx, me, visit.RecordInput{ID: own["visit"], Household: w.sets["same village"]["home"], For: w.sets["same village"]["cadre"], How: "home", At: string(today.Add(-15)), Words: "代记一次"}, cal)
				return err
			})
			w.do(tb, func(tx *db.Tx) error {
				_, err := visit.AddPhoto(ctx, tx, me, visit.PhotoInput{ID: own["photo"], Visit: own["visit"], JPEG: Photo("office")})
				return err
			})
		}
		w.own[s.role] = own
	}
}
