package export

import (
	"context"
	"strconv"
	"strings"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/paper"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/reception"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// Receptions gathers the register of receptions of a place, oldest first, page
// by page, with whole numbers: whoever takes the file out says for what.
func Receptions(ctx context.Context, r db.Reader, who access.Actor, f reception.Filter, t Words) (d paper.ReceptionsData, count func() int, fail func() error, err error) {
	if f.Place == "" {
		f.Place = who.Home()
	}
	if err := scope.Can(who, access.Export, f.Place, false); err != nil {
		return d, nil, nil, err
	}
	here, err := region.ByPath(ctx, r, f.Place)
	if err != nil {
		return d, nil, nil, err
	}
	n := 0
	var broke error
	f.Limit, f.After = page, ""
	d = paper.ReceptionsData{Scope: here.Name, From: stamp(f.From), To: stamp(f.To), Made: stamp(who.Today())}
	d.Rows = func(yield func(paper.ReceptionRow) bool) {
		for {
			xs, next, err := Register(ctx, r, who, f)
			if err != nil {
				broke = err
				return
			}
			rows, err := ReceptionRows(ctx, r, who, xs, t)
			if err != nil {
				broke = err
				return
			}
			for _, row := range rows {
				if n++; !yield(row) {
					return
				}
			}
			if f.After = next; next == "" {
				return
			}
		}
	}
	return d, func() int { return n }, func() error { return broke }, nil
}

// Register gives a page of the register whole, the oldest first, to whoever takes
// it out and said for what.
func Register(ctx context.Context, r db.Reader, who access.Actor, f reception.Filter) ([]reception.Reception, string, error) {
	if f.Place == "" {
		f.Place = who.Home()
	}
	if err := scope.Can(who, access.Export, f.Place, false); err != nil {
		return nil, "", err
	}
	f.Oldest, f.Whole = true, true
	xs, next, err := reception.List(ctx, r, who, f)
	if err != nil {
		return nil, "", err
	}
	return xs, next, Known(ctx, r, who, xs)
}

// Known fills into lines what the home's own record knows of who came — sex, age,
// telephone, address — where the desk did not ask for it again. It is for papers
// that are taken out with a purpose, and fills only what belongs to the reader's
// own desk.
func Known(ctx context.Context, r db.Reader, who access.Actor, xs []reception.Reception) error {
	var homes []string
	for _, x := range xs {
		if access.Can(who, access.ReceptionRecord, access.Target{Region: x.Region}).OK() {
			homes = append(homes, x.Household)
		}
	}
	homes = unique(filled(homes))
	hs, err := household.Callers(ctx, r, who.County(), homes)
	if err != nil {
		return err
	}
	places := map[string]map[string]string{}
	for i := range xs {
		x := &xs[i]
		h, ok := hs[x.Household]
		if !ok {
			continue
		}
		if x.Phone == "" {
			x.Phone = h.Phone
		}
		if x.Address == "" {
			town := region.Upto(x.Region, region.Township)
			if places[town] == nil {
				if places[town], err = region.Names(ctx, r, town); err != nil {
					return err
				}
			}
			if x.Address = h.Address; !strings.Contains(h.Address, places[town][region.Upto(x.Region, region.Village)]) {
				x.Address = region.Place(places[town], x.Region, region.Village) + h.Address
			}
		}
		name := x.Name
		if name == "" {
			name = h.Head
		}
		// One of the home came, and which one is known: two of a name are not told apart.
		var him []household.Member
		for _, m := range h.Members {
			if m.Name == name {
				him = append(him, m)
			}
		}
		if len(him) != 1 {
			continue
		}
		if x.Sex == "" {
			x.Sex = him[0].Sex
		}
		if age := him[0].Born.Age(x.Day); x.Age == 0 && age > 0 {
			x.Age = age
		}
	}
	return nil
}

// ReceptionRows words lines of the register that the reader was given.
func ReceptionRows(ctx context.Context, r db.Reader, who access.Actor, xs []reception.Reception, t Words) ([]paper.ReceptionRow, error) {
	county := who.County()
	var homes, people, before []string
	for _, x := range xs {
		homes, people, before = append(homes, x.Household), append(people, x.Receiver, x.Owner), append(before, x.Earlier)
	}
	hs, err := household.Doors(ctx, r, county, unique(filled(homes)))
	if err != nil {
		return nil, err
	}
	cs, err := cadre.Names(ctx, r, county, unique(filled(people)))
	if err != nil {
		return nil, err
	}
	ps, err := cadre.PostsOf(ctx, r, county, unique(filled(people)))
	if err != nil {
		return nil, err
	}
	numbers, err := reception.Numbers(ctx, r, county, unique(filled(before)))
	if err != nil {
		return nil, err
	}
	ts, err := appeal.Topics(ctx, r, county)
	if err != nil {
		return nil, err
	}
	topics := map[string]string{}
	for _, x := range ts {
		topics[x.ID] = x.Name
	}
	places := map[string]map[string]string{}
	out := make([]paper.ReceptionRow, len(xs))
	for i, x := range xs {
		town := region.Upto(x.Region, region.Township)
		if places[town] == nil {
			if places[town], err = region.Names(ctx, r, town); err != nil {
				return nil, err
			}
		}
		h := hs[x.Household]
		row := paper.ReceptionRow{Number: x.Number, At: stamp(x.Day), Name: x.Name, Age: x.Age, Phone: x.Phone, Address: x.Address, People: x.People, Speakers: x.Speakers, Place: x.Place, Words: x.Words, Topic: topics[x.Topic],
			Receiver: cs[x.Receiver], Opinion: x.Opinion, State: t("reception.state." + x.State), Due: stamp(x.Due), Doubt: x.Doubt, Result: x.Result, Earlier: numbers[x.Earlier], Urgent: x.Urgent, Remarks: x.Remarks}
		if at, err := time.Parse("15:04", x.Clock); err == nil {
			row.At = row.At.Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
		}
		if row.Name == "" {
			if row.Name = h.Head; x.Household == "" {
				row.Name = t("reception.nameless")
			}
		}
		if x.Household != "" && row.Address == "" {
			row.Address = region.Place(places[town], x.Region, region.Village)
		}
		if x.Sex != "" {
			row.Sex = t("reception.sex." + x.Sex)
		}
		if row.Receiver == "" {
			row.Receiver = t("appeal.office")
		}
		for _, p := range ps {
			if p.Cadre == x.Receiver && p.At(x.Day) {
				if row.Post = p.Title; row.Post == "" {
					row.Post = p.UnitName
				}
			}
		}
		if x.Way != "" {
			row.Opinion = ReceptionOpinion(x, t)
			row.Told = t("reception.told." + x.Told)
		}
		if x.Outcome != "" {
			row.Result = x.Result
			if ending := t(x.Ending()); ending != "" {
				row.Result = t("reception.then", "first", ending, "then", x.Result)
			}
		} else if x.Way == reception.Answer {
			row.Result = t("reception.way.answer")
		}
		if x.Owner != "" && x.State == reception.Handed {
			if row.Next = cs[x.Owner]; x.Owner == appeal.Office {
				row.Next = t("appeal.office")
			}
			row.Next = t("reception.next_by", "who", row.Next)
		} else if x.State == reception.Answered || x.State == reception.Told {
			row.Next = t("reception.next_hear")
		}
		if x.Face > 0 {
			row.Face = t("reception.face." + strconv.Itoa(x.Face))
		}
		if x.Heard != "" {
			row.Face = strings.Trim(row.Face+"　"+x.Heard, "　")
		}
		out[i] = row
	}
	return out, nil
}

// ReceptionOpinion says in words what was decided at the desk.
func ReceptionOpinion(x reception.Reception, t Words) string {
	s := t("reception.done." + x.Way)
	if x.Way == reception.Route {
		s = t("reception.done.route." + x.Route)
	}
	if x.Opinion != "" {
		s = t("reception.then", "first", s, "then", x.Opinion)
	}
	return s
}

func filled(ids []string) []string {
	var out []string
	for _, x := range ids {
		if x != "" {
			out = append(out, x)
		}
	}
	return out
}
