// Package progress answers "how far are we, and why": per official, home,
// village and township, under each campaign's plan. Nobody types a figure: all
// of them come from package rule/quota over the records, and every one can be
// opened to the records that count and those that do not, each with its reason.
//
// Lists of thousands of officials must not count a million visits, so each
// official's totals of a year are kept as one short row. Whoever writes a fact
// marks the official (package tally); the row is counted anew before a page
// reads it. Rows are always what counting gives: a test holds them against
// random histories, and they can be thrown away and rebuilt.
//
// Lists stand in administrative order — township, unit or village, name —
// never by a value. There are no ranks, marks or shares of people here.
//
// Owns: progress_rows, progress_days. Sources: A2, A7, A8, A18, B4–B7, B12,
// B24; domain.md §1.3, §6.2.
package progress

import (
	"context"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/internal/rule/quota"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/practical"
	"lianxin/internal/work/stay"
	"lianxin/internal/work/visit"
)

// Facts gathers one official's records of a year for the rules to count.
func Facts(ctx context.Context, r db.Reader, county, id string, year int, today calendar.Day) (quota.Facts, error) {
	posts, err := cadre.PostsOf(ctx, r, county, []string{id})
	if err != nil {
		return quota.Facts{}, err
	}
	return gather(ctx, r, county, id, posts, calendar.FirstOf(year), year, today)
}

// gather loads the records from a day to the end of the year.
func gather(ctx context.Context, r db.Reader, county, id string, posts []cadre.Post, from calendar.Day, year int, today calendar.Day) (f quota.Facts, err error) {
	f = quota.Facts{Cadre: id, Year: year, Today: today}
	to := calendar.LastOf(year)
	for _, p := range posts {
		f.Posts = append(f.Posts, quota.Post{ID: p.ID, Rank: plan.Rank(p.Rank), From: p.From, To: p.To, Village: p.Village, TeamMember: p.TeamMember, SectionLevel: p.SectionLevel, Bound: p.Bound})
	}
	leaves, err := cadre.LeavesOf(ctx, r, county, []string{id})
	if err != nil {
		return f, err
	}
	for _, l := range leaves {
		f.Leaves = append(f.Leaves, quota.Leave{ID: l.ID, From: l.From, To: l.To, Kind: l.Kind})
	}
	pairings, err := pairing.OfCadre(ctx, r, county, id)
	if err != nil {
		return f, err
	}
	for _, p := range pairings {
		f.Pairings = append(f.Pairings, quota.Pairing{ID: p.ID, Household: p.Household, Village: p.Region, From: p.From, To: p.To, Joint: p.Role == pairing.Joint})
	}
	visits, err := visit.OfCadre(ctx, r, county, id, from, to)
	if err != nil {
		return f, err
	}
	f.Visits = make([]quota.Visit, len(visits))
	for i, v := range visits {
		role := quota.Author
		if v.Cadre != id {
			role = quota.Companion
		}
		f.Visits[i] = quota.Visit{ID: v.ID, Household: v.Household, On: v.Day, How: v.How, Role: role, Voided: v.Voided != "", WrittenOn: calendar.FromTime(time.UnixMilli(v.Written))}
	}
	stays, err := stay.OfCadre(ctx, r, county, id, from, to)
	if err != nil {
		return f, err
	}
	for _, s := range stays {
		f.Stays = append(f.Stays, s.Fact())
	}
	items, err := practical.OfCadre(ctx, r, county, id, from, to)
	if err != nil {
		return f, err
	}
	for _, i := range items {
		f.Practicals = append(f.Practicals, i.Fact())
	}
	return f, nil
}

// under gives the facts as one campaign sees them: after its end nothing is owed.
func under(b campaign.Bound, f quota.Facts) quota.Facts {
	if b.Until == "" {
		return f
	}
	posts := f.Posts
	f.Posts = nil
	for _, p := range posts {
		if p.From > b.Until {
			continue
		}
		if p.To == "" || p.To > b.Until {
			p.To = b.Until
		}
		f.Posts = append(f.Posts, p)
	}
	return f
}

// totals counts what a list shows: a line per duty and period, without homes
// and records.
func totals(p plan.Plan, f quota.Facts) []quota.Line {
	d := quota.DuesOf(p, f.Posts, f.Leaves, f.Year)
	return quota.Totals(p, d, quota.Tally(p, f))
}
