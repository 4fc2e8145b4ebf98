package demo

import (
	"context"
	"fmt"
	"sort"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/lifecycle"
	"lianxin/internal/sample"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/practical"
	"lianxin/internal/work/region"
	"lianxin/internal/work/stay"
	"lianxin/internal/work/visit"
)

// township writes one township: people and homes as they were at first, then
// everything that happened in the order of its days.
func (l *loader) township(ctx context.Context, t sample.Township) error {
	l.byCadre = map[string]string{}
	units := map[string]sample.Unit{}
	for _, u := range t.Units {
		units[u.ID] = u
	}
	cadres := map[string]sample.Cadre{}
	var steps []step
	for _, c := range t.Cadres {
		cadres[c.ID] = c
		steps = append(steps, named("cadre "+c.ID, l.cadre(c, units)...)...)
	}
	steps = append(steps, l.unbound(t)...)
	for _, h := range t.Households {
		steps = append(steps, named("home "+h.ID, l.household(h))...)
	}
	if err := l.run(ctx, steps); err != nil {
		return err
	}
	if err := l.townAccounts(ctx, t, units); err != nil {
		return err
	}
	promises := map[string][]sample.Promise{}
	for _, p := range t.Promises {
		promises[p.Visit] = append(promises[p.Visit], p)
	}
	steps = steps[:0]
	before := followed(t.Pairings)
	handed := map[string]bool{}
	for _, p := range before {
		handed[p.ID] = true
	}
	for i, p := range t.Pairings {
		if old, ok := before[p.ID]; ok {
			steps = append(steps, named("change "+p.ID, l.change(p, old, i))...)
		} else {
			steps = append(steps, named("pairing "+p.ID, l.pair(p))...)
		}
		if !handed[p.ID] {
			steps = append(steps, named("pairing "+p.ID, l.parted(p)...)...)
		}
	}
	written := map[string]string{} // visit → day on which it was written down
	for _, v := range t.Visits {
		written[v.ID] = max(v.Day, v.RecordedDay)
		steps = append(steps, named("visit "+v.ID, l.visit(v, cadres[v.Cadre], cadres, promises[v.ID]))...)
	}
	for _, p := range t.Promises {
		steps = append(steps, named("promise "+p.ID, l.promise(p, written[p.Visit])...)...)
	}
	for _, p := range t.Practical {
		steps = append(steps, named("practical "+p.ID, l.practical(p, cadres[p.Cadre])...)...)
	}
	for _, s := range t.Stays {
		steps = append(steps, named("stay "+s.ID, l.stay(s)...)...)
	}
	for _, x := range t.Thoughts {
		steps = append(steps, named("thought "+x.ID, l.thought(x, cadres[x.Cadre]))...)
	}
	for _, h := range t.Households {
		steps = append(steps, named("home "+h.ID, l.ending(h)...)...)
	}
	for _, c := range t.Cadres {
		steps = append(steps, named("leaving "+c.ID, l.leaving(c)...)...)
	}
	steps = append(steps, l.leading(t)...)
	steps = append(steps, l.advice(t)...)
	steps = append(steps, l.matters(t, units)...)
	steps = append(steps, l.atDesk(t)...)
	steps = append(steps, named("minors", l.minors()...)...)
	sort.SliceStable(steps, func(i, j int) bool {
		return steps[i].day+steps[i].clock < steps[j].day+steps[j].clock
	})
	l.visits += len(t.Visits)
	if err := l.run(ctx, steps); err != nil {
		return err
	}
	if err := l.card(ctx, t); err != nil {
		return err
	}
	if err := l.checks(ctx); err != nil {
		return err
	}
	return l.notices(ctx)
}

// named says of what a step is, for the message when it fails.
func named(what string, steps ...step) []step {
	for i := range steps {
		do := steps[i].do
		steps[i].do = func(ctx context.Context, tx *db.Tx) error {
			if err := do(ctx, tx); err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
			return nil
		}
	}
	return steps
}

var ranks = map[sample.Rank]string{sample.RankLeader: cadre.TownshipLeader, sample.RankSection: cadre.SectionLeader, sample.RankStaff: cadre.TownshipStaff, sample.RankVillage: cadre.VillageCommittee}

func (l *loader) post(p sample.Post, c sample.Cadre, units map[string]sample.Unit) cadre.PostInput {
	in := cadre.PostInput{UnitName: units[p.Unit].Name, Title: p.Title, Rank: ranks[p.Rank], SectionLevel: p.Grade == "正科" || p.Grade == "副科", From: calendar.Day(p.From), Reason: p.Reason}
	if c.Village != "" {
		in.Village = region.PathOf(c.Village)
	}
	return in
}

func (l *loader) cadre(c sample.Cadre, units map[string]sample.Unit) []step {
	steps := []step{{c.Posts[0].From, "08:30", func(ctx context.Context, tx *db.Tx) error {
		_, err := cadre.Add(ctx, tx, l.office(c.Posts[0].From), cadre.AddInput{ID: c.ID, Region: l.town, Name: c.Name, Phone: c.Phone, Party: c.Party, Post: l.post(c.Posts[0], c, units)})
		return err
	}}}
	for i, p := range c.Posts[1:] {
		steps = append(steps, step{p.From, "08:40", func(ctx context.Context, tx *db.Tx) error {
			_, err := cadre.Appoint(ctx, tx, l.office(p.From), cadre.AppointInput{ID: c.ID + "-post" + string(rune('2'+i)), Cadre: c.ID, Post: l.post(p, c, units), End: true}) // #nosec G115 -- a handful of posts
			return err
		}})
	}
	for i, x := range c.Leaves {
		steps = append(steps, step{x.From, "08:50", func(ctx context.Context, tx *db.Tx) error {
			kind := map[string]string{"产假": "maternity", "病假": "sick", "脱产培训": "study", "借调": "secondment"}[x.Kind]
			if kind == "" {
				kind = "other"
			}
			_, err := cadre.TakeLeave(ctx, tx, l.office(x.From), cadre.LeaveInput{ID: c.ID + "-leave" + string(rune('1'+i)), Cadre: c.ID, Kind: kind, From: calendar.Day(x.From), To: calendar.Day(x.To)}) // #nosec G115 -- a handful of leaves
			return err
		}})
	}
	return steps
}

// unbound marks the offices whose people the plans do not bind (c12).
func (l *loader) unbound(t sample.Township) []step {
	var steps []step
	for _, u := range t.Units {
		if u.Bound {
			continue
		}
		steps = append(steps, step{string(l.today), "", func(ctx context.Context, tx *db.Tx) error {
			id, err := db.One(ctx, tx, db.Text, `SELECT id FROM units WHERE county = $1 AND region = $2 AND name = $3`, l.county, l.town, u.Name)
			if err != nil {
				return err
			}
			_, err = cadre.Bind(ctx, tx, l.office(string(l.today)), cadre.BindInput{ID: u.ID + "-bound", Unit: id, Bound: false})
			return err
		}})
	}
	return steps
}

// leaving ends the posts of those who left.
func (l *loader) leaving(c sample.Cadre) []step {
	if c.To == "" {
		return nil
	}
	why := c.Posts[len(c.Posts)-1].Reason
	if why == "" {
		why = "调动"
	}
	return []step{{c.To, "23:50", func(ctx context.Context, tx *db.Tx) error {
		_, err := cadre.EndPost(ctx, tx, l.office(c.To), cadre.EndPostInput{ID: c.ID + "-left", Cadre: c.ID, To: calendar.Day(c.To), Reason: why, Leave: true})
		return err
	}}}
}

var tags = map[string]string{"孤儿": "orphan", "孤寡老人": "lone_elder", "残疾": "disabled", "留守学生": "left_behind_student", "低收入": "low_income", "大病": "serious_illness", "独居": "living_alone", "高龄": "very_old", "单亲": "single_parent", "突发困难": "hardship"}

func (l *loader) household(h sample.Household) step {
	from := h.From
	if from == "" {
		from = "2024-01-01"
	}
	in := household.AddInput{ID: h.ID, Distinct: true, Region: region.PathOf(h.Region), Head: h.Members[0].Name, Address: h.Address, Phone: h.Phone, Housing: h.Housing.Form, Income: h.Income, Notes: h.Notes, Since: calendar.Day(from)}
	for _, m := range h.Members {
		if m.Left != "" && m.LeftWhy != "去世" {
			continue
		}
		health := m.Health
		if m.Illness != "" || m.Disability != "" {
			health += "，" + m.Illness + m.Disability
		}
		in.Members = append(in.Members, household.MemberInput{Name: m.Name, Relation: m.Relation, Sex: sex(m.Sex), Born: calendar.Day(m.Birth), IDNumber: m.IDNumber, Phone: m.Phone, Education: m.Education, Labour: m.Labour, Health: health})
	}
	for _, t := range h.Tags {
		code := tags[t.Kind]
		if code == "" {
			code = "other"
		}
		source := map[string]string{"部门数据": "department", "村里提供": "village", "本人陈述": "own_word"}[t.Source]
		in.Tags = append(in.Tags, household.TagInput{Tag: code, Evidence: t.Evidence, Source: source, From: calendar.Day(t.From), To: calendar.Day(t.To)})
	}
	if h.Consent.Given {
		way := "spoken"
		switch h.Consent.How {
		case "签字", "书面":
			way = "signed"
		case "按手印", "见证":
			way = "witnessed"
		}
		in.Consent = &household.ConsentInput{Purpose: "record", Way: way, On: calendar.Day(h.Consent.On)}
	}
	// Entered today with its day of beginning: children born since are in it.
	return step{string(l.today), "07:00", func(ctx context.Context, tx *db.Tx) error {
		_, err := household.Add(ctx, tx, l.office(string(l.today)), in)
		return err
	}}
}

func sex(s string) string {
	switch s {
	case "男", "male":
		return "male"
	case "女", "female":
		return "female"
	}
	return ""
}

// ending notes homes that moved away, died out or were merged.
func (l *loader) ending(h sample.Household) []step {
	state := map[string]string{"moved": household.Moved, "deceased": household.Deceased}[h.Status]
	if h.To == "" || (state == "" && h.MergedIn == "") {
		return nil
	}
	return []step{{h.To, "23:55", func(ctx context.Context, tx *db.Tx) error {
		if h.MergedIn != "" {
			_, err := household.Merge(ctx, tx, l.office(h.To), household.MergeInput{ID: h.ID + "-merge", From: h.ID, Into: h.MergedIn, On: calendar.Day(h.To), Note: "并户"})
			return err
		}
		_, err := household.Move(ctx, tx, l.office(h.To), household.MoveInput{ID: h.ID + "-moved", Household: h.ID, State: state, On: calendar.Day(h.To)})
		return err
	}}}
}

// followed finds for each pairing the one it took over from the day before:
// those are changes of the helper, made with a handover.
func followed(ps []sample.Pairing) map[string]sample.Pairing {
	ended := map[string]sample.Pairing{}
	for _, p := range ps {
		if !p.Joint && p.To != "" {
			ended[p.Household+" "+string(calendar.Day(p.To).Add(1))] = p
		}
	}
	out := map[string]sample.Pairing{}
	for _, p := range ps {
		if old, ok := ended[p.Household+" "+p.From]; ok && !p.Joint && old.Cadre != p.Cadre {
			out[p.ID] = old
		}
	}
	return out
}

// handoverNotes are what one helper tells the next.
var handoverNotes = []string{
	"进门先喊一声，老人耳朵背。", "白天多在地里，晚饭后去能碰上人。", "家里的事问儿媳最清楚，电话打她的。", "答应过的事都在系统里，先把没办完的两样跟紧。", "性子急，说话直，听完再解释就好。",
	"药费单子收在电视柜抽屉里，报销时帮着找。", "路滑，从水窖那边绕过去好走。", "孩子怕生，去两回就熟了。", "",
}

// change gives a home to the next helper, as the office does it.
func (l *loader) change(p, old sample.Pairing, i int) step {
	in := pairing.ChangeInput{ID: p.ID, Household: p.Household, Cadre: p.Cadre, From: calendar.Day(p.From), Reason: endReason(old.EndReason), Notes: handoverNotes[i%len(handoverNotes)]}
	return step{p.From, "07:00", func(ctx context.Context, tx *db.Tx) error {
		_, err := pairing.Change(ctx, tx, l.office(p.From), in)
		return err
	}}
}

func endReason(word string) string {
	why := map[string]string{"调动": "transfer", "退休": "retired", "轮换": "rotation", "迁出": "moved_away", "去世": "deceased", "并户": "merged", "分户": "split", "群众要求": "request"}[word]
	if why == "" {
		return "other"
	}
	return why
}

func (l *loader) pair(p sample.Pairing) step {
	role := pairing.Lead
	if p.Joint {
		role = pairing.Joint
	}
	reason := "plan"
	if len([]rune(p.Reason)) > 0 && p.Reason != "方案启动，按所驻村安排" {
		reason = "rotation"
	}
	return step{p.From, "07:00", func(ctx context.Context, tx *db.Tx) error {
		_, err := pairing.Pair(ctx, tx, l.office(p.From), pairing.PairInput{ID: p.ID, Household: p.Household, Cadre: p.Cadre, Role: role, From: calendar.Day(p.From), Reason: reason})
		return err
	}}
}

// parted ends a pairing that nobody took over.
func (l *loader) parted(p sample.Pairing) []step {
	if p.To == "" {
		return nil
	}
	return []step{{p.To, "23:40", func(ctx context.Context, tx *db.Tx) error {
		_, err := pairing.End(ctx, tx, l.office(p.To), pairing.EndInput{ID: p.ID + "-end", Pairing: p.ID, To: calendar.Day(p.To), Reason: endReason(p.EndReason)})
		return err
	}}}
}

// as makes the actor an official is: village committee members act in their
// village, the others for their own in the township.
func (l *loader) as(c sample.Cadre, day string) access.Actor {
	if p := c.Posts[len(c.Posts)-1]; p.Rank == sample.RankVillage && c.Village != "" {
		role := access.Committee
		if p.Head {
			role = access.VillageHead
		}
		return l.actor(c.ID, role, region.PathOf(c.Village), day)
	}
	return l.actor(c.ID, access.Cadre, l.town, day)
}

var topics = map[string]string{"health": "health", "farming": "farming", "school": "school", "income": "income", "housing": "housing", "subsidy": "subsidy", "neighbours": "neighbours", "water": "water_road", "road": "water_road", "power": "water_road", "job": "work"}

var weathers = map[string]string{"晴": "sunny", "多云": "cloudy", "阴": "overcast", "雨": "rain"}

func catalogue(in []string, names map[string]string, of []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range in {
		code := names[s]
		if code == "" {
			code = "other"
			for _, o := range of {
				if o == s {
					code = s
				}
			}
		}
		if !seen[code] {
			seen[code] = true
			out = append(out, code)
		}
	}
	return out
}

func (l *loader) visit(v sample.Visit, c sample.Cadre, cadres map[string]sample.Cadre, ps []sample.Promise) step {
	in := visit.RecordInput{ID: v.ID, Household: v.Household, At: v.Day + "T" + v.Clock, How: v.How, Topics: catalogue(v.Topics, topics, visit.Topics), Policies: catalogue(v.Policies, policies, visit.Policies),
		Weather: weathers[v.Mood], Words: v.Words, With: v.Companions}
	if v.Measures != "" {
		in.Words += "\n" + v.Measures
	}
	for _, p := range ps {
		in.Promises = append(in.Promises, appeal.OpenInput{ID: p.ID, Title: p.Title, Due: calendar.Day(p.Due)})
	}
	// Said only where nothing else is told: the record is refused otherwise.
	in.Usual = v.AsUsual && in.Words == "" && len(in.Topics) == 0 && len(in.Promises) == 0 && in.How != "absent" && in.How != "declined"
	day, clock := v.RecordedDay, v.RecordedClock
	if day == "" {
		day, clock = v.Day, v.Clock
	}
	return step{day, clock, func(ctx context.Context, tx *db.Tx) error {
		writer := l.as(c, day)
		if v.OutsidePairing || v.Recorder != "" && v.Recorder != v.Cadre {
			in.For = v.Cadre
			writer = l.office(day)
			if r, ok := cadres[v.Recorder]; ok && r.Village != "" && r.Posts[len(r.Posts)-1].Rank == sample.RankVillage && !v.OutsidePairing {
				writer = l.as(r, day)
			}
		}
		_, _, err := visit.Record(ctx, tx, writer, in, l.cal)
		return err
	}}
}

var policies = map[string]string{"计生": "birth", "保险": "insurance", "医疗": "medical", "教育": "education", "低保": "subsidy", "惠农": "farming", "法律": "law", "安全": "safety", "health": "medical", "school": "education", "subsidy": "subsidy", "farming": "farming", "safety": "safety"}

func (l *loader) promise(p sample.Promise, written string) []step {
	end, outcome, result := p.Done, lifecycle.Solved, p.Result
	if p.Withdrawn != "" {
		end, outcome, result = p.Withdrawn, lifecycle.Withdrawn, p.Reason
	}
	if end == "" {
		return nil
	}
	steps := []step{{max(end, written), "23:30", func(ctx context.Context, tx *db.Tx) error {
		_, err := appeal.Move(ctx, tx, l.office(end), appeal.MoveInput{ID: p.ID + "-end", Appeal: p.ID, Move: lifecycle.Answer, Outcome: outcome, On: calendar.Day(end), Words: result}, l.cal)
		return err
	}}}
	// The people are called back some days later; the newest answers still wait.
	called := calendar.Day(max(end, written)).Add(2 + len(p.Title)%4)
	if called < l.today.Add(-4) {
		steps = append(steps, step{string(called), "23:40", func(ctx context.Context, tx *db.Tx) error {
			caller := l.actor("caller", access.Committee, l.town, string(called))
			_, err := appeal.Move(ctx, tx, caller, appeal.MoveInput{ID: p.ID + "-yes", Appeal: p.ID, Move: lifecycle.Agree, Way: "call", Face: 3 - len(p.Title)%2, On: called}, l.cal)
			return err
		}})
	}
	return steps
}

func (l *loader) practical(p sample.PracticalItem, c sample.Cadre) []step {
	on := func(day, clock string, do func(context.Context, *db.Tx, access.Actor, practical.StepInput) error, words string, suffix string) step {
		return step{day, clock, func(ctx context.Context, tx *db.Tx) error {
			return do(ctx, tx, l.office(day), practical.StepInput{ID: p.ID + suffix, Item: p.ID, On: calendar.Day(day), Words: words})
		}}
	}
	steps := []step{{p.Proposed, "21:00", func(ctx context.Context, tx *db.Tx) error {
		in := practical.ProposeInput{ID: p.ID, Household: p.Household, For: p.Cadre, Kind: kindOf(p.Kind), Title: p.Title, Amount: p.AmountFen, On: calendar.Day(p.Proposed)}
		if p.Promise != "" {
			in.Origin = "appeal:" + p.Promise
		}
		_, _, err := practical.Propose(ctx, tx, l.office(p.Proposed), in)
		return err
	}}}
	if p.Started != "" {
		steps = append(steps, on(p.Started, "21:05", func(ctx context.Context, tx *db.Tx, who access.Actor, in practical.StepInput) error {
			_, err := practical.Start(ctx, tx, who, in)
			return err
		}, "", "-start"))
	}
	if p.Done != "" {
		steps = append(steps, on(p.Done, "21:10", func(ctx context.Context, tx *db.Tx, who access.Actor, in practical.StepInput) error {
			_, err := practical.Finish(ctx, tx, who, in)
			return err
		}, "", "-done"))
	}
	if p.Confirmed != "" {
		way := map[string]string{"签字": "signature", "按手印": "fingerprint", "第三人电话": "call", "见证人": "witness"}[p.ConfirmedHow]
		witness := ""
		if way == "call" || way == "witness" {
			witness = "镇办公室 回访"
		}
		steps = append(steps, step{p.Confirmed, "21:15", func(ctx context.Context, tx *db.Tx) error {
			_, err := practical.Confirm(ctx, tx, l.office(p.Confirmed), practical.ConfirmInput{ID: p.ID + "-yes", Item: p.ID, On: calendar.Day(p.Confirmed), Way: way, Witness: witness})
			return err
		}})
	}
	if p.State == "cancelled" {
		day := p.Proposed
		if p.Started != "" {
			day = p.Started
		}
		steps = append(steps, on(day, "21:20", func(ctx context.Context, tx *db.Tx, who access.Actor, in practical.StepInput) error {
			_, err := practical.Cancel(ctx, tx, who, in)
			return err
		}, p.CancelReason, "-cancel"))
	}
	return steps
}

// kindOf maps the sample's words for a practical item to the catalogue.
func kindOf(s string) string {
	if k, ok := map[string]string{"health": "medical", "school": "school", "housing": "housing", "road": "road_water", "water": "road_water", "power": "road_water", "farming": "farming", "income": "farming", "job": "work", "subsidy": "subsidy", "neighbours": "dispute",
		"住房": "housing", "看病": "medical", "医疗": "medical", "上学": "school", "教育": "school", "产业": "farming", "就业": "work", "水": "road_water", "路": "road_water", "电": "road_water", "补贴": "subsidy", "生活": "subsidy", "代办": "paperwork"}[s]; ok {
		return k
	}
	return "other"
}

func (l *loader) stay(s sample.Stay) []step {
	in := stay.DeclareInput{ID: s.ID, For: s.Cadre, Kind: s.Kind, From: calendar.Day(s.From), To: calendar.Day(s.To), FromHalf: s.FromHalf == "pm", ToHalf: s.ToHalf == "am", Night: s.Nights > 0, Village: region.PathOf(s.Village), Topic: s.Topic, Note: s.Note}
	steps := []step{{s.To, "22:00", func(ctx context.Context, tx *db.Tx) error {
		_, _, err := stay.Declare(ctx, tx, l.office(s.To), in)
		return err
	}}}
	if s.ConfirmedBy != "" {
		// At the month's end the village says who was there.
		end := calendar.Day(s.To)
		end = calendar.Date(end.Year(), end.Month(), 1).Add(31)
		end = calendar.Date(end.Year(), end.Month(), 1).Add(-1)
		if end > l.today {
			end = calendar.Day(s.To)
		}
		day := string(end)
		steps = append(steps, step{day, "22:30", func(ctx context.Context, tx *db.Tx) error {
			_, err := stay.Confirm(ctx, tx, l.actor(s.ConfirmedBy, access.VillageHead, region.PathOf(s.Village), day), stay.ActInput{ID: s.ID + "-yes", Stay: s.ID})
			return err
		}})
	}
	return steps
}

func (l *loader) thought(x sample.Thought, c sample.Cadre) step {
	return step{x.Day, x.Clock, func(ctx context.Context, tx *db.Tx) error {
		_, err := visit.Think(ctx, tx, l.as(c, x.Day), visit.ThinkInput{ID: x.ID, Day: calendar.Day(x.Day), Words: x.Text})
		return err
	}}
}
