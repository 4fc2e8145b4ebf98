package internal

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/rule/match"
	"lianxin/internal/work/advice"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/household"
	"lianxin/internal/work/inspection"
	"lianxin/internal/work/leading"
	"lianxin/internal/work/lookup"
	"lianxin/internal/work/meeting"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/opinion"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/phone"
	"lianxin/internal/work/practical"
	"lianxin/internal/work/progress"
	"lianxin/internal/work/reception"
	"lianxin/internal/work/region"
	"lianxin/internal/work/stay"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

// read calls one function of work that shows something to somebody; x is the
// end of the ids of a township ("-q", "-b").
type read func(ctx context.Context, d *db.DB, who access.Actor, town place) (any, error)

// phoneDesk says keys in place of words.
var phoneDesk = &phone.Desk{Say: func(_, key string, _ ...any) string { return key }}

// place is what a township's rows are asked for by.
type place struct{ x, town, village, home, helper string }

var (
	qingshi = place{"-q", Qingshi, Lijiawan, WangHome, LiMing}
	baihe   = place{"-b", Baihe, Baisha, BaiHome, SunYue}
)

const asked = calendar.Day("2026-11-23")

var someDuties = map[string]pairing.Duty{cadre.TownshipStaff: {Min: 2, Target: 3}, cadre.TownshipLeader: {Min: 2, Target: 3}}

// both joins a list asked without a place and with one.
func both[T any](a []T, _ string, err error) func(b []T, _ string, err error) (any, error) {
	return func(b []T, _ string, err2 error) (any, error) {
		if err != nil && err2 != nil {
			return nil, err
		}
		return append(slices.Clone(a), b...), nil
	}
}

// shows is every function of work that takes a reader of the database and an
// actor. A new one fails TestEveryReadIsHere until it stands here too.
var shows = map[string]read{
	"region.Under": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, err := region.Under(ctx, d, who, "", true)
		b, err2 := region.Under(ctx, d, who, p.town, true)
		return both(a, "", err)(b, "", err2)
	},
	"advice.List": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := advice.List(ctx, d, who, advice.Filter{})
		b, _, err2 := advice.List(ctx, d, who, advice.Filter{Household: p.home})
		return both(a, "", err)(b, "", err2)
	},
	"phone.Picture": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		rs, err := phoneDesk.Picture(ctx, d, who, "zh-CN")
		return rs, err
	},
	"household.Carried": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return household.Carried(ctx, d, who, []string{WangHome, YangHome, ChenHome, BaiHome})
	},
	"visit.Carried": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return visit.Carried(ctx, d, who, "2020-01-01", 100)
	},
	"appeal.Carried": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return appeal.Carried(ctx, d, who, "2020-01-01", 100)
	},
	"progress.Mine": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		rows, err := progress.Mine(ctx, d, who)
		return rows, err
	},
	"advice.Show": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return advice.Show(ctx, d, who, "advice-one"+p.x)
	},
	"inspection.List": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := inspection.List(ctx, d, who, inspection.Filter{})
		b, _, err2 := inspection.List(ctx, d, who, inspection.Filter{Place: p.village})
		return both(a, "", err)(b, "", err2)
	},
	"inspection.Show": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return inspection.Show(ctx, d, who, "check-two"+p.x)
	},
	"inspection.Again": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return inspection.Again(ctx, d, who, "check-two"+p.x)
	},
	"inspection.Look": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, n, err := inspection.Look(ctx, d, who, p.town, inspection.All, 5)
		return []any{a, n}, err
	},
	"inspection.Inspectors": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return inspection.Inspectors(ctx, d, who, p.town)
	},
	"meeting.List": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := meeting.List(ctx, d, who, meeting.Filter{})
		b, _, err2 := meeting.List(ctx, d, who, meeting.Filter{Place: p.village})
		return both(a, "", err)(b, "", err2)
	},
	"meeting.Show": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return meeting.Show(ctx, d, who, "meeting-one"+p.x)
	},
	"meeting.Versions": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		vs, err := meeting.Versions(ctx, d, who, "meeting-one"+p.x)
		return vs, err
	},
	"meeting.Propose": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return meeting.Propose(ctx, d, who, p.town, calendar.PeriodOf(asked, calendar.PeriodQuarter))
	},
	"meeting.Behind": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		as, _, err := meeting.Behind(ctx, d, who, p.town, "", calendar.Span{}, "")
		bs, _, err2 := meeting.Behind(ctx, d, who, p.town, "medical", calendar.Span{}, "")
		return both(as, "", err)(bs, "", err2)
	},
	"reception.List": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := reception.List(ctx, d, who, reception.Filter{})
		b, _, err2 := reception.List(ctx, d, who, reception.Filter{Place: p.town, Household: p.home, State: reception.Closed})
		return both(a, "", err)(b, "", err2)
	},
	"reception.Show": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return reception.Show(ctx, d, who, "recept-one"+p.x)
	},
	"reception.Whole": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return reception.Whole(ctx, d, who, "recept-one"+p.x)
	},
	"reception.GetSlip": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return reception.GetSlip(ctx, d, who, "recept-one"+p.x)
	},
	"reception.History": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		cs, err := reception.History(ctx, d, who, "recept-one"+p.x)
		return marked(p, cs, err)
	},
	"reception.Before": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return reception.Before(ctx, d, who, p.home, "13800007711")
	},
	"reception.Find": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := reception.Find(ctx, d, who, "白水生", 12)
		return a, err
	},
	"leading.Contacts": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		cs, err := leading.Contacts(ctx, d, who, p.village)
		return marked(p, cs, err)
	},
	"region.History": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return region.History(ctx, d, who, region.Last(p.village))
	},
	"cadre.List": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := cadre.List(ctx, d, who, cadre.Filter{})
		b, _, err2 := cadre.List(ctx, d, who, cadre.Filter{Place: p.town})
		return both(a, "", err)(b, "", err2)
	},
	"cadre.Show": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return cadre.Show(ctx, d, who, p.helper)
	},
	"cadre.Units": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, err := cadre.Units(ctx, d, who, "")
		b, err2 := cadre.Units(ctx, d, who, p.town)
		return both(a, "", err)(b, "", err2)
	},
	"household.List": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		var all []household.Household
		var last error
		for _, f := range []household.Filter{{}, {Place: p.town}, {Unpaired: true}, {Priority: true}, {Mine: true}, {Query: "bai"}, {Query: "水生"}, {Query: "13800002004"}, {State: household.Moved}} {
			hs, _, err := household.List(ctx, d, who, f)
			if err != nil {
				last = err
			}
			all = append(all, hs...)
		}
		if all == nil {
			return nil, last
		}
		return all, nil
	},
	"household.Alike": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return household.Alike(ctx, d, who, household.AddInput{ID: "home-asked-for", Region: p.village, Head: "白水生", Phone: "13800002004"})
	},
	"household.Show": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return household.Show(ctx, d, who, p.home)
	},
	"household.History": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		es, err := household.History(ctx, d, who, p.home)
		return marked(p, es, err)
	},
	"pairing.List": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := pairing.List(ctx, d, who, pairing.Filter{Ended: true})
		b, _, err2 := pairing.List(ctx, d, who, pairing.Filter{Household: p.home})
		return both(a, "", err)(b, "", err2)
	},
	"pairing.Show": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return pairing.Show(ctx, d, who, "pair-"+p.home)
	},
	"pairing.ShowCard": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		id, err := db.One(ctx, d, db.Text, `SELECT id FROM cards WHERE county = $1 AND pairing = $2`, County, "pair-"+p.home)
		if err != nil {
			return nil, err
		}
		return pairing.ShowCard(ctx, d, who, id)
	},
	"pairing.Handovers": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := pairing.Handovers(ctx, d, who, "", "", 0)
		b, _, err2 := pairing.Handovers(ctx, d, who, p.town, "", 0)
		return both(a, "", err)(b, "", err2)
	},
	"pairing.GetHandover": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return pairing.GetHandover(ctx, d, who, "change-one"+p.x)
	},
	"pairing.Cards": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := pairing.Cards(ctx, d, who, pairing.CardFilter{Void: true})
		b, _, err2 := pairing.Cards(ctx, d, who, pairing.CardFilter{Place: p.town, Number: "2026-0001"})
		return both(a, "", err)(b, "", err2)
	},
	"pairing.QueueCards": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := pairing.QueueCards(ctx, d, who, "", "", 0)
		b, _, err2 := pairing.QueueCards(ctx, d, who, p.town, "", 0)
		return both(a, "", err)(b, "", err2)
	},
	"pairing.Propose": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return pairing.Propose(ctx, d, who, p.town, someDuties, match.Rules{Stretch: true})
	},
	"pairing.Loads": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return pairing.Loads(ctx, d, who, p.town, someDuties)
	},
	"appeal.List": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := appeal.List(ctx, d, who, appeal.Filter{Any: true})
		b, _, err2 := appeal.List(ctx, d, who, appeal.Filter{Any: true, Household: p.home})
		return both(a, "", err)(b, "", err2)
	},
	"appeal.Show": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return appeal.Show(ctx, d, who, "appeal-one"+p.x)
	},
	"appeal.Voices": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return appeal.Voices(ctx, d, who, "appeal-raised"+p.x)
	},
	"appeal.Similar": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return appeal.Similar(ctx, d, who, "送去镇卫生院看腿", p.home, "")
	},
	"appeal.Preview": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return appeal.Preview(ctx, d, who, appeal.BulkInput{Appeals: []string{"appeal-one" + p.x}, Move: lifecycle.Grant}, calendar.Calendar{})
	},
	"appeal.Steps": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		ss, err := appeal.Steps(ctx, d, who, "appeal-one"+p.x)
		return marked(p, ss, err)
	},
	"opinion.List": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := opinion.List(ctx, d, who, opinion.Filter{})
		b, _, err2 := opinion.List(ctx, d, who, opinion.Filter{Place: p.town})
		return both(a, "", err)(b, "", err2)
	},
	"opinion.Show": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return opinion.Show(ctx, d, who, "opinion-one"+p.x)
	},
	"opinion.Versions": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		vs, err := opinion.Versions(ctx, d, who, "opinion-one"+p.x)
		return marked(p, vs, err)
	},
	"opinion.Steps": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		ss, err := opinion.Steps(ctx, d, who, "opinion-one"+p.x)
		return marked(p, ss, err)
	},
	"opinion.Drafts": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		ds, _, _, err := opinion.Drafts(ctx, d, who, []opinion.Source{{Kind: opinion.Matter, Ref: "appeal-raised" + p.x}, {Kind: opinion.Visit, Ref: "visit-one" + p.x}})
		return marked(p, ds, err)
	},
	"opinion.OfMatter": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		vs, err := opinion.OfMatter(ctx, d, who, "appeal-raised"+p.x)
		return marked(p, vs, err)
	},
	"visit.List": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		var all []visit.Visit
		var last error
		for _, f := range []visit.Filter{{Voided: true}, {Place: p.town}, {Household: p.home}, {Cadre: p.helper}, {Mine: true}} {
			vs, _, err := visit.List(ctx, d, who, f)
			if err != nil {
				last = err
			}
			all = append(all, vs...)
		}
		if all == nil {
			return nil, last
		}
		return all, nil
	},
	"visit.Show": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return visit.Show(ctx, d, who, "visit-one"+p.x)
	},
	"visit.Versions": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return visit.Versions(ctx, d, who, "visit-one"+p.x)
	},
	"visit.Photos": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return visit.Photos(ctx, d, who, "visit-one"+p.x)
	},
	"visit.Thoughts": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return visit.Thoughts(ctx, d, who, p.helper, "2026-01-01", "2026-12-31")
	},
	"visit.Readable": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return visit.Readable(ctx, d, who, []string{"visit-one" + p.x, "visit-two" + p.x})
	},
	"visit.ReadableThoughts": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		ids, err := visit.ThoughtIDs(ctx, d, County, "", 100)
		if err != nil {
			return nil, err
		}
		ts, places, err := visit.ReadableThoughts(ctx, d, who, ids)
		if len(ts) == 0 {
			return nil, err
		}
		return []any{ts, places[ts[0].ID]}, err
	},
	"appeal.Readable": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return appeal.Readable(ctx, d, who, []string{"appeal-one" + p.x, "appeal-two" + p.x})
	},
	"lookup.Find": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		var all []lookup.Hit
		var last error
		for _, q := range []lookup.Query{{Words: "水渠"}, {Words: "早该来看看"}, {Words: "水渠", Place: p.town}, {Words: "水渠", Place: p.village, Kind: lookup.Matter}, {Words: "医院", Limit: 1}} {
			a, err := lookup.Find(ctx, d, who, q)
			if err != nil {
				last = err
			}
			all = append(all, a.Hits...)
		}
		if all == nil {
			return nil, last
		}
		return all, nil
	},
	"stay.List": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := stay.List(ctx, d, who, stay.Filter{Voided: true})
		b, _, err2 := stay.List(ctx, d, who, stay.Filter{Cadre: p.helper})
		return both(a, "", err)(b, "", err2)
	},
	"stay.Show": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return stay.Show(ctx, d, who, "stay-one"+p.x)
	},
	"stay.WaitingList": func(ctx context.Context, d *db.DB, who access.Actor, _ place) (any, error) {
		ss, _, err := stay.WaitingList(ctx, d, who, "")
		return ss, err
	},
	"stay.WeekOf": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return stay.WeekOf(ctx, d, who, p.helper, stay.Monday(asked.Add(-12)))
	},
	"notice.List": func(ctx context.Context, d *db.DB, who access.Actor, _ place) (any, error) {
		a, _, err := notice.List(ctx, d, who, notice.Filter{})
		b, _, err2 := notice.List(ctx, d, who, notice.Filter{Unread: true})
		return both(a, "", err)(b, "", err2)
	},
	"notice.Show": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		var all []notice.Item
		ids, err := db.All(ctx, d, db.Text, `SELECT id FROM notices WHERE county = $1 AND region >= $2 AND region < $3`, County, p.town, p.town+"~")
		for _, id := range ids {
			if i, err := notice.Show(ctx, d, who, id); err == nil {
				all = append(all, i)
			}
		}
		if all == nil && err == nil {
			err = fault.New(fault.NotFound, "fault.not_found")
		}
		return all, err
	},
	"practical.List": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := practical.List(ctx, d, who, practical.Filter{})
		b, _, err2 := practical.List(ctx, d, who, practical.Filter{Household: p.home})
		return both(a, "", err)(b, "", err2)
	},
	"practical.Show": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return practical.Show(ctx, d, who, "item-one"+p.x)
	},
	"practical.Steps": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		ss, err := practical.Steps(ctx, d, who, "item-one"+p.x)
		return marked(p, ss, err)
	},
	"progress.List": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := progress.List(ctx, d, who, progress.Filter{Campaign: "guabangbao"})
		b, _, err2 := progress.List(ctx, d, who, progress.Filter{Campaign: "guabangbao", Place: p.town})
		return both(a, "", err)(b, "", err2)
	},
	"progress.Places": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, err := progress.Places(ctx, d, who, progress.Filter{Campaign: "guabangbao"})
		b, err2 := progress.Places(ctx, d, who, progress.Filter{Campaign: "guabangbao", Place: p.town})
		return both(a, "", err)(b, "", err2)
	},
	"progress.Homes": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, _, err := progress.Homes(ctx, d, who, household.Filter{}, 2026)
		b, _, err2 := progress.Homes(ctx, d, who, household.Filter{Place: p.town}, 2026)
		return both(a, "", err)(b, "", err2)
	},
	"progress.Attend": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		a, err := progress.Attend(ctx, d, who, progress.Look{First: 50, Days: 1})
		b, err2 := progress.Attend(ctx, d, who, progress.Look{Place: p.town, First: 50, Days: 1})
		return both([]progress.Attention{a}, "", err)([]progress.Attention{b}, "", err2)
	},
	"progress.NextVisits": func(ctx context.Context, d *db.DB, who access.Actor, _ place) (any, error) {
		return progress.NextVisits(ctx, d, who)
	},
	"progress.Why": func(ctx context.Context, d *db.DB, who access.Actor, p place) (any, error) {
		return progress.Why(ctx, d, who, p.helper, 2026, "guabangbao")
	},
}

// elsewhere are reads whose own packages test who may see what.
var elsewhere = map[string]string{
	"minors.Look":        "minors: TestApproval, a township's office and leaders",
	"minors.Openings":    "minors: TestOpenings, a township's named leader and its head",
	"minors.Towns":       "minors: TestApproval, one's own approvals",
	"minors.Approved":    "minors: TestApproval, one's own approvals",
	"household.Told":     "household.Show, of a home a use case gave",
	"pairing.Confirmed":  "pairing: TestConfirm, a day, a name and a number",
	"pairing.New":        "pairing: TestConfirm",
	"phone.Give":         "phone.Picture, and what differs from the one before",
	"phone.Receive":      "offline: TestReceive, its own answers to its own records",
	"phone.Devices":      "offline: TestLost",
	"phone.HeldList":     "offline: TestHeld",
	"phone.HeldShow":     "offline: TestHeld",
	"stay.WaitingCount":  "stay: TestWaitingForTheVillage, a number",
	"phone.Waiting":      "phone: TestDeskReach",
	"phone.OwnWaiting":   "phone: TestDeskReach",
	"phone.WaitingOf":    "phone: TestDeskReach",
	"phone.MayRead":      "phone: TestDeskReach",
	"phone.Look":         "phone: TestDeskReach",
	"phone.OwnDevices":   "phone: TestDeskReach",
	"phone.TakeFile":     "phone: TestDeskReach",
	"account.Find":       "account: TestSwitchFindAndList",
	"account.List":       "account: TestSwitchFindAndList",
	"account.Prospects":  "account: TestHandOut, within the reach of issuing slips",
	"progress.HomeDues":  "progress: TestHomeDues, by the reach of household.list",
	"progress.HomeYears": "progress: TestHomeYears, of homes the asking page has shown",
	"progress.HeardOf":   "progress: TestHeard, of visits the diary has shown",
	"account.History":    "account: TestWhoMayGrant",
	"account.Mine":       "account: TestOwnPage, one's own only",
	"campaign.Check":     "a draft somebody brings himself; nothing stored is shown",
	"campaign.Diff":      "campaign: plans are no personal data",
	"campaign.List":      "campaign: plans are no personal data",
	"campaign.Show":      "campaign: plans are no personal data",
	"advice.Waiting":     "advice: TestFromOfficialToHome, a number",
	"advice.Helpers":     "advice: TestVillageProposesHelper, the office of another township gets nothing",
	"appeal.Slip":        "appeal: TestCode, digits",
	"appeal.Possible":    "appeal: TestLife, moves of a matter already shown",
	"appeal.Count":       "appeal: TestCount, two numbers",
	"opinion.Possible":   "opinion: TestTwoPeople, moves of an opinion already shown",
	"appeal.Made":        "appeal: TestMade, a number and a day",
	"appeal.Spent":       "appeal: TestSpent, days by topic",
	"appeal.Views":       "appeal: TestViews, one's own filters",
	"complaint.List":     "complaint: TestNobodyOfTheTownship",
	"complaint.Show":     "complaint: TestNobodyOfTheTownship",
	"complaint.Steps":    "complaint: TestNobodyOfTheTownship",
	"complaint.Waiting":  "complaint: TestNobodyOfTheTownship, a number of what one may read",
	"complaint.Openings": "complaint: TestTwoPersons, of a complaint one may read",
	"complaint.Asks":     "complaint: TestTwoPersons",
	"complaint.Sealed":   "complaint: TestSealed, a number for the county",
	"complaint.Mine":     "complaint: TestAuthor, one's own only",
	"complaint.ShowMine": "complaint: TestAuthor, one's own only",
	"feedback.Box":       "feedback: TestPast, TestUnnamed",
	"feedback.Mine":      "feedback: TestUnnamed",
	"feedback.Show":      "feedback: TestUnnamed",
	"feedback.Waiting":   "feedback: a number",
	"notice.Channels":    "notice: TestChannels, of the county",
	"notice.MyMail":      "notice: TestMail, one's own address",
	"notice.ShowChannel": "notice: TestChannels, of the county",
	"notice.Troubles":    "notice: TestDelivery, kinds and reasons",
	"notice.TryChannel":  "notice: TestTry, a code",
	"notice.Unread":      "notice: TestList, a number",
	"progress.DryRun":    "progress: sums of the place that is named, asked for by PlanDraft",
	"roster.Earlier":     "roster: by the import's place",
	"roster.File":        "roster: by the import's place",
	"roster.Get":         "roster: by the import's place",
	"roster.List":        "roster: by the import's place",
	"roster.Obstacles":   "roster: by the import's place",
	"roster.Open":        "roster: by the import's place",
	"roster.See":         "roster: by the import's place",
	"leading.List":       "leading: TestWhoMayKnow",
	"meeting.Candidates": "meeting: TestFromProposalToNextAgenda; for those who may write the meeting",
	"meeting.Former":     "meeting: TestFromProposalToNextAgenda; asks as Show does",
	"meeting.Open":       "meeting: TestOpensOnlyItsOwn; asks for each matter",
	"meeting.Rhythms":    "meeting: TestRhythms; codes and days of a plan",
	"leading.Sheet":      "leading: TestWhoMayKnow",
	"leading.Show":       "leading: TestWhoMayKnow",
	"leading.Changes":    "leading: TestOneEntryForBoth; for those who may change the list",
	"workday.Show":       "workday: the calendar of a county is no personal data",
}

// marked adds the township's mark to rows that carry no id of their own.
func marked[T any](p place, rows []T, err error) (any, error) {
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return []any{p.town, rows}, nil
}

// marks of 白河镇: if one of them stands in an answer, a row of it does.
var marks = []string{"990101101", "-b", BaiHome, SunYue, HeFang, "白水", "孙悦", "何芳", "白沙", "白新村"}

func leaks(v any) string {
	b, err := json.Marshal(v)
	text := fmt.Sprintf("%+v %s %v", v, b, err)
	for _, m := range marks {
		if i := strings.Index(text, m); i >= 0 {
			return text[max(0, i-120):min(len(text), i+120)]
		}
	}
	return ""
}

// TestNoRowOfAnotherTownship calls every read with every role of 青石镇, asking
// for everything and for 白河镇's rows by id and place. The other way round the
// same calls do find them, so a call that shows nothing to anybody fails.
func TestNoRowOfAnotherTownship(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		Seed(t, d)
		Fill(t, d)
		var texts [][]byte
		for _, name := range []string{"../plans/guabangbao.toml", "../plans/siqun.toml"} {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, b)
		}
		err := db.Do(ctx, d, func(tx *db.Tx) error {
			return campaign.Found(ctx, tx, Who(access.CountyAdmin, Root, "", asked), "县委", texts...)
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := progress.RecountWaiting(ctx, d, "", 1<<20); err != nil {
			t.Fatal(err)
		}
		var ours, theirs []access.Actor
		for _, r := range access.Roles {
			ours = append(ours, Who(r, Qingshi, "", asked), Who(r, Qingshi, LiMing, asked), Who(r, Qingshi, ZhaoWei, asked), Who(r, Lijiawan, "", asked), Who(r, Lijiawan, LiMing, asked), Who(r, Dahe, "", asked))
			// Some lists leave out what is one's own: whoever is not an official sees it there.
			theirs = append(theirs, Who(r, Baihe, SunYue, asked), Who(r, Baihe, "", asked))
		}
		n, shown := 0, 0
		for _, name := range slices.Sorted(maps.Keys(shows)) {
			for _, who := range ours {
				for _, p := range []place{qingshi, baihe} {
					n++
					v, err := shows[name](ctx, d, who, p)
					if err != nil {
						continue
					}
					shown++
					if l := leaks(v); l != "" {
						t.Errorf("%s shows %s a row of 白河镇: …%s…", name, who.Account(), l)
					}
				}
			}
			found := false
			for _, who := range theirs {
				v, err := shows[name](ctx, d, who, baihe)
				found = found || (err == nil && leaks(v) != "")
			}
			if !found {
				t.Errorf("%s shows nobody of 白河镇 its own rows, so that it shows nothing about leaks", name)
			}
		}
		t.Logf("%d calls, %d answered", n, shown)
		if shown < n/8 {
			t.Errorf("only %d of %d calls were answered: the test sees too little", shown, n)
		}
	})
}

// TestEveryReadIsHere finds every exported function of work that takes a
// reader and an actor; each is called above or named with where it is tested.
func TestEveryReadIsHere(t *testing.T) {
	found := map[string]bool{}
	for _, s := range sources(t) {
		name, ok := strings.CutPrefix(s.pkg, "internal/work/")
		if !ok || name == "worktest" {
			continue
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() || f.Type.Params == nil {
				continue
			}
			var reader, actor bool
			for _, p := range f.Type.Params.List {
				typ := typeName(p.Type)
				reader = reader || typ == "db.Reader" || typ == "db.DB"
				actor = actor || typ == "access.Actor"
			}
			if !reader || !actor || f.Type.Results == nil {
				continue
			}
			key := name + "." + f.Name.Name
			found[key] = true
			if _, here := shows[key]; !here && elsewhere[key] == "" {
				t.Errorf("%s: %s shows something to somebody and is not in TestNoRowOfAnotherTownship", s.at(f), key)
			}
		}
	}
	for key := range shows {
		if !found[key] {
			t.Errorf("%s is in the table and not in the source", key)
		}
	}
}

func typeName(e ast.Expr) string {
	if s, ok := e.(*ast.StarExpr); ok {
		e = s.X
	}
	if s, ok := e.(*ast.SelectorExpr); ok {
		if x, ok := s.X.(*ast.Ident); ok {
			return x.Name + "." + s.Sel.Name
		}
	}
	return ""
}
