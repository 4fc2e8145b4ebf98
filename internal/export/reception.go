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
	f.Oldest, f.Whole, f.Limit, f.After = true, true, page, ""
	d = paper.ReceptionsData{Scope: here.Name, From: stamp(f.From), To: stamp(f.To), Made: stamp(who.Today())}
	d.Rows = func(yield func(paper.ReceptionRow) bool) {
		for {
			xs, next, err := reception.List(ctx, r, who, f)
			if err != nil {
				broke = err
				return
			}
			rows, err := ReceptionRows(ctx, r, who, xs, true, t)
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

// ReceptionRows words lines of the register that the reader was given. What the
// home's own record knows — the telephone, the address — is taken from there;
// whole says that the reader gave a purpose for it.
func ReceptionRows(ctx context.Context, r db.Reader, who access.Actor, xs []reception.Reception, whole bool, t Words) ([]paper.ReceptionRow, error) {
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
	phones := map[string]string{}
	if whole {
		if phones, err = household.Phones(ctx, r, county, unique(filled(homes))); err != nil {
			return nil, err
		}
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
			Receiver: cs[x.Receiver], Opinion: x.Opinion, State: t("reception.state." + x.State), Due: stamp(x.Due), Result: x.Result, Earlier: numbers[x.Earlier], Urgent: x.Urgent, Remarks: x.Remarks}
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
			if whole && !strings.Contains(h.Address, places[town][region.Upto(x.Region, region.Village)]) {
				row.Address += h.Address
			} else if whole {
				row.Address = h.Address
			}
		}
		if row.Phone == "" {
			row.Phone = phones[x.Household]
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
			row.Result = strings.TrimPrefix(t(x.Ending())+"。"+x.Result, "。")
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
		s += "。" + x.Opinion
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
