// Package lookup finds people's words in diaries and matters (找): what was
// heard on visits, what officials thought of it, what was promised and what came
// of it, within what the reader may read.
//
// base/search says which texts may hold the words; this package says what is
// indexed of which record, opens what was found, looks whether the words stand
// there, and asks the records' owners whether the reader may read them: the
// index alone shows nothing to anybody. Texts that are confidential are not
// indexed. It owns no table.
//
// Source: issue 3 §10; security.md ACC-1, ACC-4, CRY-4.
package lookup

import (
	"context"
	"slices"
	"strconv"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/base/search"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/visit"
)

// Kinds of records that are searched, as message keys lookup.kind.<code>.
var Kinds = []string{Diary, Matter}

// The kinds.
const (
	Diary  = "diary"  // visits and thoughts
	Matter = "matter" // what was raised and promised
)

// Query asks for words.
type Query struct {
	Words    string // set apart by spaces; all of them must stand in a record
	Place    string
	Topic    string
	Kind     string // "" for all
	From, To calendar.Day
	After    string
	Limit    int
}

// Hit is a record in which all words stand.
type Hit struct {
	Kind      string       `json:"kind"`            // visit, thought, appeal
	ID        string       `json:"id"`              // of the visit, thought or matter
	Visit     string       `json:"visit,omitempty"` // the visit a thought belongs to
	Day       calendar.Day `json:"day"`
	Place     string       `json:"place"`
	Household string       `json:"household,omitempty"`
	Cadre     string       `json:"cadre,omitempty"` // whose visit, thought or matter it is
	Topics    []string     `json:"topics,omitempty"`
	Excerpt   []Piece      `json:"excerpt"`
}

// Answer is a page of hits, newest first.
type Answer struct {
	Hits   []Hit
	Next   string
	Behind bool // records wait to be indexed: some may be missing yet
}

const (
	maxWords = 8
	maxRunes = 40 // in all words together
	fresh    = 400
	batch    = 50
	// maxLooked bounds the records opened for one page: rare is the word whose
	// pairs stand in many texts and itself in none, but it must not be dear.
	maxLooked = 1000
)

// Find gives the records in which the words stand, within what the reader may
// read. Texts written a moment ago are indexed first. The audit record holds
// how many were found, never the words.
func Find(ctx context.Context, d *db.DB, who access.Actor, q Query) (Answer, error) {
	topics := lang.Choices{Prefix: "visit.topic.", Codes: visit.Topics, Names: map[string]string{}}
	if q.Topic != "" {
		further, err := Further(ctx, d, who.County())
		if err != nil {
			return Answer{}, err
		}
		topics.Codes = slices.Clone(topics.Codes)
		for _, t := range further {
			topics.Codes, topics.Names[t.ID] = append(topics.Codes, t.ID), t.Name
		}
	}
	asked, err := check(who, q, topics)
	if err != nil {
		return Answer{}, err
	}
	groups, err := reach(who, q)
	if err != nil {
		return Answer{}, err
	}
	after, err := scope.After(q.After, scope.Number)
	if err != nil {
		return Answer{}, err
	}
	var a Answer
	if a.Behind, err = catchUp(ctx, d); err != nil {
		return a, err
	}
	sq := search.Query{County: who.County(), Groups: groups, From: string(q.From), To: string(q.To), Limit: batch}
	for _, w := range asked {
		sq.Words = append(sq.Words, string(w))
	}
	if after != nil {
		sq.Before, _ = strconv.ParseInt(after[0], 10, 64)
	}
	limit := scope.Limit(q.Limit)
	for looked := 0; ; {
		hs, err := search.Find(ctx, d, sq)
		if err != nil {
			return a, err
		}
		found, err := look(ctx, d, who, q, asked, hs)
		if err != nil {
			return a, err
		}
		for i, h := range found {
			if len(a.Hits) == limit {
				break
			}
			if h != nil {
				a.Hits = append(a.Hits, *h)
			}
			sq.Before = hs[i].Seq
		}
		looked += len(hs)
		ended := len(hs) < sq.Limit && sq.Before == last(hs, sq.Before)
		if ended {
			break
		}
		if len(a.Hits) == limit || looked >= maxLooked {
			a.Next = strconv.FormatInt(sq.Before, 10)
			break
		}
	}
	return a, db.Do(ctx, d, func(tx *db.Tx) error {
		audit.Note(tx, who, "search.find", "search", q.Place, "hits", len(a.Hits), "more", a.Next != "")
		return nil
	})
}

// last is where the last of some hits stands, or the place given when there is none.
func last(hs []search.Hit, otherwise int64) int64 {
	if len(hs) == 0 {
		return otherwise
	}
	return hs[len(hs)-1].Seq
}

func check(who access.Actor, q Query, topics lang.Choices) ([][]rune, error) {
	if !access.May(who, access.VisitRead) && !access.May(who, access.AppealRead) {
		return nil, fault.New(fault.Forbidden, "access.not_role")
	}
	asked := words(q.Words)
	long, runes := 0, 0
	for _, w := range asked {
		long, runes = long+len(search.Grams(string(w))), runes+len(w)
	}
	var f fault.Fields
	f.Check(long > 0, "q", "lookup.too_short")
	f.Check(len(asked) <= maxWords && runes <= maxRunes, "q", "lookup.too_long", "n", maxRunes)
	if err := f.Err(); err != nil {
		return nil, err
	}
	if err := scope.KnownOf("topic", q.Topic, topics); err != nil {
		return nil, err
	}
	return asked, scope.Known("kind", q.Kind, "lookup.kind.", Kinds...)
}

// The facets of the index. The kind stands in front of a place and an owner,
// because one may read diaries and matters of different places.
func placeFacet(kind, path string) string  { return kind + " place " + path }
func ownFacet(kind, cadre string) string   { return kind + " own " + cadre }
func byFacet(kind, account string) string  { return kind + " by " + account }
func topicFacet(kind, topic string) string { return kind + " topic " + topic }
func paths(path string) (out []string) {
	for i, r := range path {
		if r == '/' && i > 0 {
			out = append(out, path[:i+1])
		}
	}
	return out
}

// reach turns what the reader may read and how he narrows it into groups of
// facets: a record carries one of each group.
func reach(who access.Actor, q Query) (groups [][]string, err error) {
	if !access.May(who, access.Search) {
		return nil, fault.New(fault.Forbidden, "access.not_role")
	}
	var span, place, topic []string
	outside := false // he reads such things, but not there
	for _, k := range []struct {
		kind string
		do   access.Action
	}{{Diary, access.VisitRead}, {Matter, access.AppealRead}} {
		if q.Kind != "" && q.Kind != k.kind {
			continue
		}
		s, err := scope.Reach(who, k.do, q.Place)
		if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) {
			outside = outside || fault.Is(err, fault.NotFound)
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, p := range s.Regions {
			span = append(span, placeFacet(k.kind, p))
		}
		if s.Cadre != "" {
			span = append(span, ownFacet(k.kind, s.Cadre))
		}
		if k.kind == Diary {
			span = append(span, byFacet(k.kind, who.Account()))
		}
		place = append(place, placeFacet(k.kind, q.Place))
		for _, t := range meant(q.Topic) {
			topic = append(topic, topicFacet(k.kind, t))
		}
	}
	switch {
	case len(span) == 0 && outside:
		return nil, fault.New(fault.NotFound, "access.outside")
	case len(span) == 0:
		return nil, fault.New(fault.Forbidden, "access.not_role")
	}
	groups = append(groups, span)
	if q.Place != "" {
		groups = append(groups, place)
	}
	if q.Topic != "" {
		groups = append(groups, topic)
	}
	return groups, nil
}

// catchUp indexes what was written a moment ago. After a great change, or while
// the index is made anew, there is more than a search can wait for; then the
// newest come first and behind says that there is more.
func catchUp(ctx context.Context, d *db.DB) (behind bool, err error) {
	for done := 0; ; {
		n, err := search.Pending(ctx, d, 1)
		if err != nil || n == 0 {
			return false, err
		}
		if done >= fresh {
			return true, nil
		}
		if n, err = search.Work(ctx, d, batch, load); err != nil {
			return false, err
		}
		done += max(1, n)
	}
}

// Work indexes up to n marked texts, some to a transaction, and tells how many
// it did.
func Work(ctx context.Context, d *db.DB, n int) (int, error) {
	done := 0
	for done < n {
		k, err := search.Work(ctx, d, min(batch, n-done), load)
		if err != nil || k == 0 {
			return done, err
		}
		done += k
	}
	return done, nil
}

// pace is how often Run looks for marks. A search does not wait for it.
const pace = 10 * time.Second

// Run indexes marked texts until ctx ends. A failure is told and tried again:
// the marks are still there.
func Run(ctx context.Context, d *db.DB, tell func(error)) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		// A look first: nothing to do costs one small read and no transaction.
		n, err := search.Pending(ctx, d, 1)
		for err == nil && n > 0 && ctx.Err() == nil {
			n, err = Work(ctx, d, batch)
		}
		if err != nil && ctx.Err() == nil {
			tell(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
