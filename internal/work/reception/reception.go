// Package reception is the register of who came to the desk (接待群众来访登记):
// the office's in its township, the committee's in its village. A visitor is
// written down once, while he sits there; what he raised becomes a matter in
// the same transaction, and what became of it is read from the matter and never
// typed again.
//
// A complaint about an official is not written here at all: it is handed over
// sealed (work/complaint), as those it is about may read this register.
//
// Names, telephones, addresses and words are sealed. Who reads without working
// at the desk meets neither telephone nor address.
//
// Owns: receptions, reception_changes.
// Sources: B25; domain.md §2.5, §6.4; ux.md P3 task 9.
package reception

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/once"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/identity"
	"lianxin/internal/rule/lifecycle"
	aboutwhat "lianxin/internal/rule/topic"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// What was done about it, as message keys reception.way.<code>. An empty way is
// somebody written down who waits to be received.
const (
	Answer = "answer" // 当场答复
	Matter = "matter" // 转诉求
	Route  = "route"  // 引导到该去的地方
)

// Ways in the order they are offered; Matter is what is meant by default.
var Ways = []string{Matter, Answer, Route}

// Routes a visitor may be led to, as message keys reception.route.<code>.
var Routes = []string{"petition", "hotline", "judicial"}

// ToldBy are the ways one is told that it was taken on, as message keys
// reception.told.<code>.
var ToldBy = []string{"slip", "spoken", "phone", "letter"}

// Sexes, as message keys reception.sex.<code>.
var Sexes = []string{"male", "female"}

// States in the order of a reception's life, as message keys
// reception.state.<code>. They follow from the way and from the matter.
const (
	Registered = "registered" // waits to be received
	Handed     = "handed"     // a matter somebody works on
	Answered   = "answered"   // the visitor is to be asked
	Told       = "told"       // answered or led on, told on the spot
	Closed     = "closed"
)

// States in their order.
var States = []string{Registered, Handed, Answered, Told, Closed}

// GroupOf is from how many people on a reception is one of a group (集体访);
// they name at most Speakers representatives.
const (
	GroupOf  = 5
	Speakers = 5
)

const (
	maxName  = 40
	maxPlace = 100
	maxWords = 2000
	maxNote  = 1000
	maxBack  = 366 // days a reception may be written down afterwards
)

// Reception is one line of the register.
type Reception struct {
	ID        string       `json:"id"`
	Number    string       `json:"number"` // 2026-0001, counted per township and year
	Region    string       `json:"region"`
	Household string       `json:"household,omitempty"`
	Name      string       `json:"name,omitempty"` // "" for the head of the home, or nameless
	Sex       string       `json:"sex,omitempty"`
	Age       int          `json:"age,omitempty"`
	Phone     string       `json:"phone,omitempty"` // masked unless revealed
	Address   string       `json:"address,omitempty"`
	People    int          `json:"people"`
	Speakers  []string     `json:"speakers,omitempty"` // representatives of a group
	Day       calendar.Day `json:"day"`
	Clock     string       `json:"clock,omitempty"`
	Place     string       `json:"place,omitempty"`
	Words     string       `json:"words"`
	Topic     string       `json:"topic,omitempty"`
	Guessed   bool         `json:"topic_guessed,omitempty"` // told once, when it is written down
	Receiver  string       `json:"receiver,omitempty"`      // official, "" for an account without one
	Way       string       `json:"way,omitempty"`
	Route     string       `json:"route,omitempty"`
	Opinion   string       `json:"opinion,omitempty"`
	Appeal    string       `json:"appeal,omitempty"`
	Told      string       `json:"told,omitempty"`
	ToldOn    calendar.Day `json:"told_on,omitempty"`
	Earlier   string       `json:"earlier,omitempty"` // the same person's reception before
	Urgent    bool         `json:"urgent,omitempty"`
	Remarks   string       `json:"remarks,omitempty"`
	ClosedOn  calendar.Day `json:"closed_on,omitempty"`
	Face      int          `json:"face,omitempty"` // 3 满意, 2 一般, 1 不满意
	Heard     string       `json:"heard,omitempty"`
	Version   int          `json:"version"`
	// What follows from the matter.
	State   string            `json:"state"`
	Due     calendar.Day      `json:"due,omitempty"`
	Doubt   bool              `json:"provisional,omitempty"` // that day lies in a year without its holiday notice
	Stands  lifecycle.State   `json:"matter_state,omitempty"`
	Outcome lifecycle.Outcome `json:"outcome,omitempty"`
	Owner   string            `json:"owner,omitempty"`
	Result  string            `json:"result,omitempty"`
	account string
}

// Group reports whether it counts as one of a group.
func (x Reception) Group() bool { return x.People >= GroupOf }

// Ending is the message key of what came of its matter, "" while nothing has.
func (x Reception) Ending() string { return appeal.Ending(x.Outcome, x.Stands != lifecycle.Closed) }

// Title is what was raised, in short.
func (x Reception) Title() string { return Title(x.Words) }

// Title shortens words to their first sentence, for a matter's title and the
// slip: nobody types both.
func Title(words string) string {
	s := strings.TrimSpace(words)
	if i := strings.IndexAny(s, "。；！？\n"); i > 0 {
		s = s[:i]
	}
	if r := []rune(strings.TrimSpace(s)); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return strings.TrimSpace(s)
}

// Guess is the topic the words speak of, "" where none does clearly: it is offered
// to the clerk, who decides. A topic the county made itself goes by its name.
func Guess(words string, topics []appeal.Topic) string {
	var ts []aboutwhat.Topic
	for _, t := range topics {
		if t.Active {
			ts = append(ts, aboutwhat.Topic{ID: t.ID, Words: append([]string{t.Name}, t.Words...)})
		}
	}
	return aboutwhat.Guess(words, ts)
}

// RecordInput is a reception as it is written down.
type RecordInput struct {
	ID        string   `json:"id"` // operation id; becomes the reception's
	Household string   `json:"household,omitempty"`
	Region    string   `json:"region,omitempty"` // path or code, where no household is named; one's own place by default
	Name      string   `json:"name,omitempty"`   // may be 匿名, 某先生, 某女士, or nothing
	Sex       string   `json:"sex,omitempty"`
	Age       int      `json:"age,omitempty"`
	Phone     string   `json:"phone,omitempty"`
	Address   string   `json:"address,omitempty"`
	People    int      `json:"people,omitempty"`
	Speakers  []string `json:"speakers,omitempty"`
	At        string   `json:"at,omitempty"` // day, or day and time; now by default
	Place     string   `json:"place,omitempty"`
	Words     string   `json:"words"`
	Topic     string   `json:"topic,omitempty"`
	Receiver  string   `json:"receiver,omitempty"` // official who received; oneself by default
	Urgent    bool     `json:"urgent,omitempty"`
	Remarks   string   `json:"remarks,omitempty"`
	Apart     bool     `json:"apart,omitempty"` // not the same person as in earlier receptions
	Handling
}

// Handling is what is done about it.
type Handling struct {
	Way     string `json:"way,omitempty"` // "" waits to be received
	Route   string `json:"route,omitempty"`
	Opinion string `json:"opinion,omitempty"`
	Same    string `json:"same,omitempty"`  // a matter that exists and is the same
	Owner   string `json:"owner,omitempty"` // official it is given to at once; the office takes it up otherwise
	Told    string `json:"told,omitempty"`
}

// Record writes a reception down, with its matter. again says that the same
// was stored before.
func Record(ctx context.Context, tx *db.Tx, who access.Actor, in RecordInput, cal calendar.Calendar) (x Reception, again bool, err error) {
	return once.Do(ctx, tx, who, "reception.record", in.ID, in, func() (Reception, error) { return record(ctx, tx, who, in, cal) })
}

func record(ctx context.Context, tx *db.Tx, who access.Actor, in RecordInput, cal calendar.Calendar) (Reception, error) {
	county := who.County()
	x := Reception{ID: in.ID, Household: in.Household, Name: strings.TrimSpace(in.Name), Sex: in.Sex, Age: in.Age, Address: strings.TrimSpace(in.Address), People: max(in.People, 1), Speakers: in.Speakers,
		Place: strings.TrimSpace(in.Place), Words: strings.TrimSpace(in.Words), Topic: in.Topic, Receiver: in.Receiver, Urgent: in.Urgent, Remarks: strings.TrimSpace(in.Remarks), Version: 1, account: who.Account()}
	if err := where(ctx, tx, who, &x, in.Region); err != nil {
		return Reception{}, err
	}
	var f fault.Fields
	f.Check(id.Valid(in.ID), "id", "fault.id_needed")
	f.Check(in.People >= 0 && in.People <= 10000, "people", "reception.people_bad")
	var ok bool
	x.Day, x.Clock, ok = readAt(in.At, tx.Now)
	f.Check(ok, "at", "reception.at_bad")
	x.Phone = check(&f, &x, in.Phone)
	ts, err := topic(ctx, tx, county, &f, &x)
	if err != nil {
		return Reception{}, err
	}
	if x.Topic == "" {
		x.Topic = Guess(x.Words, ts)
		x.Guessed = x.Topic != ""
	}
	if x.Receiver == "" {
		x.Receiver = who.Cadre()
	}
	if at := Desk(who); x.Place == "" && at != "" {
		here, err := region.ByPath(ctx, tx, at)
		if err != nil {
			return Reception{}, err
		}
		x.Place = here.Name // where the desk stands, unless it was written down elsewhere
	}
	if err := officials(ctx, tx, county, &f, x.Region, map[string]string{"receiver": x.Receiver, "owner": in.Owner}); err != nil {
		return Reception{}, err
	}
	handling(&f, in.Handling)
	if err := f.Err(); err != nil {
		return Reception{}, err
	}
	if !in.Apart {
		if x.Earlier, err = earlier(ctx, tx, county, x); err != nil {
			return Reception{}, err
		}
	}
	if x.Number, err = nextNumber(ctx, tx, county, x.Region, x.Day.Year()); err != nil {
		return Reception{}, err
	}
	if err := handle(ctx, tx, who, &x, in.Handling, cal); err != nil {
		return Reception{}, err
	}
	s := sealer(tx, county, x.ID)
	_, err = tx.Exec(ctx, `INSERT INTO receptions (county, id, number, region, household, visitor, sex, age, phone, phone_index, address, people, speakers, day, clock, spot, words, topic, receiver, account, way, route, opinion, appeal, told, told_on, earlier, urgent, remarks, closed_on, face, heard, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, '', 0, '', 1)`,
		county, x.ID, x.Number, x.Region, x.Household, s("visitor", x.Name), x.Sex, x.Age, s("phone", x.Phone), index(tx, county, x.Phone), s("address", x.Address), x.People, s("speakers", strings.Join(x.Speakers, "\n")), string(x.Day), x.Clock, s("spot", x.Place),
		s("words", x.Words), x.Topic, x.Receiver, x.account, x.Way, x.Route, s("opinion", x.Opinion), x.Appeal, x.Told, string(x.ToldOn), x.Earlier, x.Urgent, s("remarks", x.Remarks))
	if err != nil {
		return Reception{}, err
	}
	audit.Note(tx, who, "reception.record", "reception:"+x.ID, x.Region, "number", x.Number, "household", x.Household, "way", x.Way, "appeal", x.Appeal)
	if err := change(ctx, tx, who, x.ID, "registered", "", ""); err != nil {
		return Reception{}, err
	}
	return Masked(x), nil
}

// where settles the place: that of the home, the one named, or one's own.
func where(ctx context.Context, r db.Reader, who access.Actor, x *Reception, place string) error {
	if x.Household != "" {
		h, err := household.Brief(ctx, r, who.County(), x.Household)
		if err != nil {
			return err
		}
		if x.Region = h.Region; h.State == household.Merged {
			return fault.New(fault.Gone, "household.merged_away")
		}
	} else {
		if place == "" {
			place = Desk(who)
		}
		if !strings.HasPrefix(place, "/") {
			place = region.PathOf(place)
		}
		if _, err := region.ByPath(ctx, r, place); err != nil {
			return err
		}
		x.Region = place
	}
	if err := scope.Can(who, access.ReceptionRecord, x.Region, false); err != nil {
		return err
	}
	if region.Upto(x.Region, region.Township) == "" {
		return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "region", Key: "appeal.place_needed"}}}
	}
	return nil
}

// Desk is the place somebody's desk stands in: his township or village, "" for
// who has none.
func Desk(who access.Actor) string {
	if rs := access.Reaches(who, access.ReceptionRecord).Regions; len(rs) > 0 {
		return rs[0]
	}
	return ""
}

// check looks for what is wrong with what a person says of himself and why he
// came; it gives the number as it is kept.
func check(f *fault.Fields, x *Reception, number string) string {
	f.Check(len([]rune(x.Name)) <= maxName, "name", "fault.too_long", "n", maxName)
	f.Check(x.Sex == "" || slices.Contains(Sexes, x.Sex), "sex", "reception.sex_bad")
	f.Check(x.Age >= 0 && x.Age <= 120, "age", "reception.age_bad")
	f.Check(len([]rune(x.Address)) <= maxPlace*2, "address", "fault.too_long", "n", maxPlace*2)
	f.Check(len([]rune(x.Place)) <= maxPlace, "place", "fault.too_long", "n", maxPlace)
	f.Check(x.Words != "", "words", "reception.words_needed")
	f.Check(len([]rune(x.Words)) <= maxWords, "words", "fault.too_long", "n", maxWords)
	f.Check(len([]rune(x.Remarks)) <= maxNote, "remarks", "fault.too_long", "n", maxNote)
	var names []string
	for _, s := range x.Speakers {
		if s = strings.TrimSpace(s); s != "" {
			names = append(names, s)
			f.Check(len([]rune(s)) <= maxName, "speakers", "fault.too_long", "n", maxName)
		}
	}
	x.Speakers = names
	f.Check(len(names) <= Speakers, "speakers", "reception.speakers_many", "n", Speakers)
	f.Check(len(names) <= x.People, "people", "reception.people_few")
	if strings.TrimSpace(number) == "" {
		return ""
	}
	p, bad := identity.ParsePhone(number)
	f.Check(bad == "", "phone", string(bad))
	return p.Number
}

func topic(ctx context.Context, r db.Reader, county string, f *fault.Fields, x *Reception) ([]appeal.Topic, error) {
	ts, err := appeal.Topics(ctx, r, county)
	if x.Topic != "" {
		f.Check(slices.ContainsFunc(ts, func(t appeal.Topic) bool { return t.ID == x.Topic && t.Active }), "topic", "appeal.topic_bad")
	}
	return ts, err
}

// officials checks that those named work in the township or the county above.
func officials(ctx context.Context, r db.Reader, county string, f *fault.Fields, place string, named map[string]string) error {
	for _, field := range []string{"receiver", "owner"} {
		if named[field] == "" || named[field] == appeal.Office {
			continue
		}
		c, err := cadre.Get(ctx, r, county, named[field])
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		f.Check(err == nil && c.State == "active" && strings.HasPrefix(place, c.Region), field, "appeal.owner_unknown")
	}
	return nil
}

func handling(f *fault.Fields, in Handling) {
	f.Check(in.Way == "" || slices.Contains(Ways, in.Way), "way", "reception.way_bad")
	f.Check(in.Way != Route || slices.Contains(Routes, in.Route), "route", "reception.route_needed")
	f.Check(in.Way != Answer || strings.TrimSpace(in.Opinion) != "", "opinion", "reception.opinion_needed")
	f.Check(len([]rune(in.Opinion)) <= maxNote, "opinion", "fault.too_long", "n", maxNote)
	f.Check(in.Told == "" || slices.Contains(ToldBy, in.Told), "told", "reception.told_bad")
}

// handle does what was decided: opens a matter or joins one, or notes what was
// said on the spot.
func handle(ctx context.Context, tx *db.Tx, who access.Actor, x *Reception, in Handling, cal calendar.Calendar) error {
	x.Way, x.Opinion = in.Way, strings.TrimSpace(in.Opinion)
	if x.Way == "" {
		x.State = Registered
		return nil
	}
	x.Told, x.ToldOn = in.Told, calendar.FromTime(tx.Now)
	switch x.Way {
	case Route:
		x.Route, x.State = in.Route, Told
	case Answer:
		x.State = Told
	case Matter:
		x.State = Handed
		if x.Told == "" {
			x.Told = "slip"
		}
		return raise(ctx, tx, who, x, in, cal)
	}
	if x.Told == "" {
		x.Told = "spoken"
	}
	return nil
}

// Origin names a reception in a matter.
func Origin(id string) string { return "reception:" + id }

func raise(ctx context.Context, tx *db.Tx, who access.Actor, x *Reception, in Handling, cal calendar.Calendar) error {
	county := who.County()
	if in.Same != "" {
		return join(ctx, tx, who, x, in.Same)
	}
	sponsor := who.Cadre()
	if x.Household != "" {
		leads, err := pairing.Leads(ctx, tx, county, []string{x.Household}, who.Today())
		if err != nil {
			return err
		}
		if leads[x.Household] != "" {
			sponsor = leads[x.Household]
		}
	}
	if in.Owner != "" && in.Owner != appeal.Office && in.Owner != who.Cadre() {
		// Only the desk says that it is somebody else's.
		if err := scope.Can(who, access.AppealAssign, x.Region, false); err != nil {
			return err
		}
	}
	urgency := "normal"
	if x.Urgent {
		urgency = "urgent"
	}
	o, err := appeal.OpenCoded(ctx, tx, who, appeal.OpenInput{Origin: Origin(x.ID), Source: "reception", Household: x.Household, Region: x.Region, Sponsor: sponsor, Owner: in.Owner, Topic: x.Topic, Urgency: urgency,
		Title: x.Title(), Wish: x.Words, Name: x.Name, Phone: x.Phone, On: x.Day}, cal)
	if err != nil {
		return err
	}
	audit.Note(tx, who, "appeal.open", "appeal:"+o.ID, o.Region, "source", o.Source, "household", o.Household, "owner", o.Owner)
	x.Appeal, x.Due, x.Doubt, x.Stands, x.Owner = o.ID, o.DueOn, o.Provisional, o.State, o.Owner
	return nil
}

// join adds the visitor to a matter that exists. A home that has raised it
// before is not counted twice; its slip carries the code it has.
func join(ctx context.Context, tx *db.Tx, who access.Actor, x *Reception, same string) error {
	a, err := appeal.Show(ctx, tx, who, same)
	if err != nil {
		return err
	}
	if !a.Live() && a.State != lifecycle.Shelved {
		return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "same", Key: "reception.same_ended"}}}
	}
	x.Appeal, x.Due, x.Doubt, x.Stands, x.Owner = a.ID, a.DueOn, a.Provisional, a.State, a.Owner
	if x.Household != "" {
		vs, err := appeal.Voices(ctx, tx, who, a.ID)
		if err != nil {
			return err
		}
		for _, v := range vs {
			if v.Household == x.Household {
				_, err := appeal.CodeFor(ctx, tx, who, a.ID, v.ID)
				return err
			}
		}
	}
	_, err = appeal.Join(ctx, tx, who, appeal.JoinInput{ID: tx.NewID(), Appeal: a.ID, Household: x.Household, Origin: Origin(x.ID), Source: "reception", Wish: x.Words, Name: x.Name, Phone: x.Phone})
	return err
}

// earlier finds the same person's last reception within a year: of the same
// home, or from the same number.
func earlier(ctx context.Context, r db.Reader, county string, x Reception) (string, error) {
	rs, err := sameAs(ctx, r, county, x.Household, x.Phone, x.Day, 1)
	if err != nil || len(rs) == 0 {
		return "", err
	}
	return rs[0].ID, nil
}

// nextNumber counts per township and year and holds the township, so that two
// desks at once do not count alike.
func nextNumber(ctx context.Context, tx *db.Tx, county, place string, year int) (string, error) {
	town := region.Upto(place, region.Township)
	if _, err := region.Hold(ctx, tx, county, town); err != nil {
		return "", err
	}
	y := strconv.Itoa(year) + "-"
	lo, hi := db.Prefix(y)
	last, err := db.One(ctx, tx, db.Text, `SELECT COALESCE((SELECT number FROM receptions WHERE substr(region, 1, 26) = $1 AND county = $2 AND number >= $3 AND number < $4 ORDER BY LENGTH(number) DESC, number DESC LIMIT 1), '')`, town, county, lo, hi)
	n := 0
	if err == nil && last != "" {
		n, err = strconv.Atoi(strings.TrimPrefix(last, y))
	}
	if err != nil {
		return "", err
	}
	s := strconv.Itoa(n + 1)
	return y + strings.Repeat("0", max(0, 4-len(s))) + s, nil
}

// readAt reads a day or a moment; neither lies ahead.
func readAt(s string, now time.Time) (calendar.Day, string, bool) {
	now = now.In(calendar.China())
	today := calendar.FromTime(now)
	if s == "" {
		return today, now.Format("15:04"), true
	}
	day, clock, _ := strings.Cut(s, "T")
	d := calendar.Day(day)
	if !d.Valid() || d > today || d < today.Add(-maxBack) {
		return today, "", false
	}
	if clock != "" {
		t, err := time.Parse("15:04", clock)
		if err != nil || d == today && t.Format("15:04") > now.Format("15:04") {
			return d, "", false
		}
		clock = t.Format("15:04")
	}
	return d, clock, true
}

func place(county, row, column string) vault.Place {
	return vault.Place{Table: "receptions", Column: column, County: county, Row: row}
}

func sealer(r db.Reader, county, row string) func(column, text string) string {
	return func(column, text string) string {
		if text == "" {
			return ""
		}
		return r.Vault().Seal(place(county, row, column), text)
	}
}

func index(r db.Reader, county, phone string) string {
	if phone == "" {
		return ""
	}
	return r.Vault().Index(county, "phone", phone)
}

func change(ctx context.Context, tx *db.Tx, who access.Actor, reception, kind, before, why string) error {
	sid := tx.NewID()
	seal := func(column, text string) string {
		if text == "" {
			return ""
		}
		return tx.Vault().Seal(vault.Place{Table: "reception_changes", Column: column, County: who.County(), Row: sid}, text)
	}
	_, err := tx.Exec(ctx, `INSERT INTO reception_changes (county, id, reception, kind, day, actor, before, why) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		who.County(), sid, reception, kind, string(calendar.FromTime(tx.Now)), who.Account(), seal("before", before), seal("why", why))
	return err
}
