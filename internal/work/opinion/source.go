package opinion

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/upward"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/household"
	"lianxin/internal/work/region"
	"lianxin/internal/work/visit"
)

// Kinds of what an opinion is drawn from.
const (
	Matter  = "appeal"
	Visit   = "visit"
	Thought = "thought"
)

// MaxSources is how many matters and diary entries one opinion may refer to.
const MaxSources = 40

// Source is a matter or a diary entry, with the words of it that are quoted.
type Source struct {
	Kind  string `json:"kind"`
	Ref   string `json:"ref"`
	Quote string `json:"quote,omitempty"` // word for word; names and numbers are hidden
}

func (s Source) key() string { return s.Kind + ":" + s.Ref }

// material is what sources give.
type material struct {
	words  map[string][]string // by source: what was said there, not hidden yet
	days   map[string]calendar.Day
	places map[string]string
	people []string            // names that must not be told
	named  map[string][]string // everybody of a place that was looked through
	homes  int
	region string // the place all of them share, village or township
	town   string // "" when they lie in several
}

func unread(n int) error {
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "sources", Key: "opinion.source_closed", Args: []any{"n", n}}}}
}

// gather reads sources as somebody may; one he may not read, or that is named
// twice, is refused.
func gather(ctx context.Context, r db.Reader, who access.Actor, ss []Source) (material, error) {
	m, err := some(ctx, r, who, ss)
	if err != nil {
		return m, err
	}
	seen := map[string]bool{}
	for i, s := range ss {
		if _, ok := m.places[s.key()]; !ok || seen[s.key()] {
			return m, unread(i + 1)
		}
		seen[s.key()] = true
	}
	return m, nil
}

// some reads those of the sources that somebody may read.
func some(ctx context.Context, r db.Reader, who access.Actor, ss []Source) (material, error) {
	m := material{words: map[string][]string{}, days: map[string]calendar.Day{}, places: map[string]string{}, named: map[string][]string{}}
	ids := map[string][]string{}
	for _, s := range ss {
		ids[s.Kind] = append(ids[s.Kind], s.Ref)
	}
	homes, others := map[string]bool{}, 0
	put := func(kind, ref, place string, day calendar.Day, words ...string) {
		s := Source{Kind: kind, Ref: ref}
		m.words[s.key()], m.days[s.key()], m.places[s.key()] = words, day, place
	}
	matters, err := appeal.Readable(ctx, r, who, ids[Matter])
	if err != nil {
		return m, err
	}
	for _, a := range matters {
		vs, err := appeal.Voices(ctx, r, who, a.ID)
		if err != nil {
			return m, err
		}
		var words []string
		for _, v := range vs {
			if v.Wish != "" {
				words = append(words, v.Wish)
			}
			if v.Name != "" {
				m.people = append(m.people, v.Name)
			}
			if v.Household != "" {
				homes[v.Household] = true
			} else {
				others++
			}
		}
		if a.Household != "" {
			homes[a.Household] = true
		}
		put(Matter, a.ID, a.Region, a.OpenedOn, append(words, a.Title)...)
	}
	visits, err := visit.Readable(ctx, r, who, ids[Visit])
	if err != nil {
		return m, err
	}
	for _, v := range visits {
		homes[v.Household] = true
		put(Visit, v.ID, v.Region, v.Day, v.Words)
	}
	thoughts, places, err := visit.ReadableThoughts(ctx, r, who, ids[Thought])
	if err != nil {
		return m, err
	}
	for _, t := range thoughts {
		put(Thought, t.ID, places[t.ID], t.Day, t.Words)
	}
	for h := range homes {
		x, err := household.Get(ctx, r, who.County(), h)
		if err != nil {
			return m, err
		}
		m.people = append(m.people, x.Head)
		for _, p := range x.Members {
			m.people = append(m.people, p.Name)
		}
	}
	m.homes = len(homes) + others
	first := true
	for _, p := range m.places {
		village, town := region.Upto(p, region.Village), region.Upto(p, region.Township)
		if village == "" {
			village = town
		}
		switch {
		case first:
			m.region, m.town = village, town
		case m.town != town:
			m.region, m.town = "", "-" // no township's path, so that it fits none
		case m.region != village:
			m.region = town
		}
		first = false
	}
	// People speak of their neighbours too.
	villages := map[string]bool{}
	for _, p := range m.places {
		villages[region.Upto(p, region.Village)] = true
	}
	for v := range villages {
		if v == "" {
			continue
		}
		for _, words := range m.words {
			if err := m.neighbours(ctx, r, who.County(), v, words...); err != nil {
				return m, err
			}
		}
	}
	slices.Sort(m.people)
	return m, nil
}

// neighbours adds the people of a place who are named in some texts. A name of
// two characters may be a word of the language (高山, 平安), so that it counts
// only for those whose own words the sources are.
func (m *material) neighbours(ctx context.Context, r db.Reader, county, place string, texts ...string) error {
	if m.named[place] == nil {
		ns, err := household.Named(ctx, r, county, place)
		if err != nil {
			return err
		}
		m.named[place] = ns
	}
	for _, n := range m.named[place] {
		if len([]rune(n)) > 2 && slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, n) }) && !slices.Contains(m.people, n) {
			m.people = append(m.people, n)
		}
	}
	return nil
}

// Draft is a source as somebody sees it who is about to quote from it: its first
// words, names and numbers hidden.
type Draft struct {
	Source
	Day    calendar.Day `json:"day"`
	Region string       `json:"region"`
	Words  []string     `json:"words"`
}

// Drafts shows sources before an opinion is proposed, with the place they share
// and the number of homes behind them.
func Drafts(ctx context.Context, r db.Reader, who access.Actor, ss []Source) (out []Draft, place string, homes int, err error) {
	if !access.May(who, access.OpinionPropose) {
		return nil, "", 0, fault.New(fault.Forbidden, "access.not_role")
	}
	if len(ss) > MaxSources {
		ss = ss[:MaxSources]
	}
	m, err := some(ctx, r, who, ss)
	if err != nil {
		return nil, "", 0, err
	}
	seen := map[string]bool{}
	for _, s := range ss {
		if _, ok := m.places[s.key()]; !ok || seen[s.key()] {
			continue
		}
		seen[s.key()] = true
		d := Draft{Source: Source{Kind: s.Kind, Ref: s.Ref}, Day: m.days[s.key()], Region: m.places[s.key()]}
		for _, w := range m.words[s.key()] {
			if w = upward.Masked(w, m.people); w != "" && !slices.Contains(d.Words, w) {
				d.Words = append(d.Words, w)
			}
		}
		out = append(out, d)
	}
	return out, m.region, m.homes, nil
}

// quotesOf keeps what is quoted, by source.
func quotesOf(ss []Source) map[string]string {
	q := map[string]string{}
	for _, s := range ss {
		if s.Quote != "" {
			q[s.key()] = s.Quote
		}
	}
	return q
}

func quoted(ss []Source, text string) ([]Source, error) {
	q := map[string]string{}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &q); err != nil {
			return nil, err
		}
	}
	out := slices.Clone(ss)
	for i := range out {
		out[i].Quote = q[out[i].key()]
	}
	return out, nil
}
