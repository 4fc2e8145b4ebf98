// Package demo fills an empty database with an invented county (package
// sample) through the same use cases people use: 青石镇 with 110 officials and
// 640 households, 14 months of visits, and the small 白河镇 beside it. Each
// record is written as of the day it tells of, so nothing is marked late that
// was not. The same seed gives the same people, words and passwords.
package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lianxin/internal/base/db"
	"lianxin/internal/base/login"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/sample"
	"lianxin/internal/work/region"
	"lianxin/internal/work/workday"
)

// Account is one way into the demonstration; accounts.json lists them.
type Account struct {
	Role     string `json:"role"`
	Township string `json:"township"` // "" for those of the county
	Name     string `json:"name"`
	Username string `json:"username"`
	Password string `json:"password"`
	URL      string `json:"url"`
}

// Options of a demonstration.
type Options struct {
	Seed  uint64
	Scale sample.Scale
	URL   string
	// Workdays answers which days are worked; nil knows the shipped years.
	Workdays *workday.Book
	// Progress hears how many of about how many records are written.
	Progress func(done, about int)
}

// Card is the address behind the code of one card; cards.json lists one of each
// township, so that the villagers' page can be tried. It is the only place where
// a token is kept: a county's own cards exist on paper alone.
type Card struct {
	Township string `json:"township"`
	Official string `json:"official"`
	Path     string `json:"path"`
	URL      string `json:"url"`
}

// Filled says what was written.
type Filled struct {
	Accounts []Account
	Cards    []Card
	Visits   int
}

// Fill writes everything into an empty, migrated database.
func Fill(ctx context.Context, d *db.DB, book *login.Book, opt Options) (Filled, error) {
	today := calendar.FromTime(d.Now())
	county, err := sample.Generate(opt.Seed, string(today), opt.Scale)
	if err != nil {
		return Filled{}, err
	}
	cal, err := opt.Workdays.Calendar(ctx, d, county.Code)
	if err != nil {
		return Filled{}, err
	}
	l := &loader{d: d, book: book, opt: opt, county: county.Code, today: today, cal: cal, root: region.PathOf(county.Code), about: county.Size()}
	if l.about < 1 {
		l.about = 1
	}
	setup := access.New(access.Identity{Account: "demo", County: l.county, Grants: []access.Grant{{Role: access.CountyAdmin, Region: l.root}}, Door: access.CLI, Request: "demo", Today: today})
	var places []region.EnterInput
	for _, r := range county.Regions {
		places = append(places, region.EnterInput{Code: r.Code, Name: r.Name})
	}
	first := true
	for t := range county.Townships() {
		l.town = region.PathOf(t.Code)
		for _, r := range t.Regions {
			in := region.EnterInput{Code: r.Code, Name: r.Name}
			if r.Level == "village" {
				in.Kind = "committee"
			}
			places = append(places, in)
		}
		if err := l.write(ctx, func(tx *db.Tx) error { return region.Found(ctx, tx, setup, places) }); err != nil {
			return Filled{}, err
		}
		places = nil
		if first {
			if err := l.plans(ctx, setup); err != nil {
				return Filled{}, err
			}
			if err := l.countyAccounts(ctx); err != nil {
				return Filled{}, err
			}
			first = false
		}
		if err := l.township(ctx, t); err != nil {
			return Filled{}, fmt.Errorf("demo: %s: %w", t.Name, err)
		}
	}
	if err := l.missingYear(ctx); err != nil {
		return Filled{}, err
	}
	return Filled{l.accounts, l.cards, l.visits}, l.figures(ctx)
}

// loader writes one county.
type loader struct {
	d        *db.DB
	book     *login.Book
	opt      Options
	county   string
	root     string // path of the county
	town     string // path of the township at hand
	today    calendar.Day
	cal      calendar.Calendar
	accounts []Account
	cards    []Card
	byCadre  map[string]string // official → account id
	// officials of the township at hand: its party secretary, and the leader named
	// for minors' data.
	secretary, keeper string
	visits            int
	done              int
	about             int
}

func (l *loader) write(ctx context.Context, fn func(*db.Tx) error) error {
	return db.Do(ctx, l.d, fn)
}

// step is one record with the moment it was written.
type step struct {
	day, clock string
	do         func(context.Context, *db.Tx) error
}

const batch = 400

// run writes steps in batches, each step as of its own moment.
func (l *loader) run(ctx context.Context, steps []step) error {
	for len(steps) > 0 {
		n := min(batch, len(steps))
		part := steps[:n]
		steps = steps[n:]
		err := l.write(ctx, func(tx *db.Tx) error {
			now := tx.Now
			for _, s := range part {
				tx.Now = moment(s.day, s.clock, now)
				if err := s.do(ctx, tx); err != nil {
					return fmt.Errorf("%s %s: %w", s.day, s.clock, err)
				}
			}
			tx.Now = now
			return nil
		})
		if err != nil {
			return err
		}
		l.done += n
		if l.opt.Progress != nil {
			l.opt.Progress(min(l.done, l.about), l.about)
		}
	}
	return nil
}

// moment is a time of a day in Beijing, never after now.
func moment(day, clock string, now time.Time) time.Time {
	if clock == "" {
		clock = "09:00"
	}
	t := sample.At(day, clock).UTC()
	if t.After(now) {
		return now
	}
	return t
}

// office acts for the township at hand on a day.
func (l *loader) office(day string) access.Actor {
	return l.actor("", access.Office, l.town, day)
}

func (l *loader) actor(cadre string, role access.Role, place, day string) access.Actor {
	account := l.byCadre[cadre]
	if account == "" {
		account = "demo-" + strings.TrimSpace(cadre)
	}
	return access.New(access.Identity{Account: account, Cadre: cadre, County: l.county, Grants: []access.Grant{{Role: role, Region: place}}, Door: access.CLI, Request: "demo", Today: calendar.Day(day)})
}
