package appeal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
	"lianxin/plans"
)

// Topic is one line of the county's catalogue: what matters are about, and
// within how many working days each gets its answer.
type Topic struct {
	ID      string `json:"id" toml:"id"`
	Name    string `json:"name" toml:"name"`
	EN      string `json:"name_en" toml:"en"`
	Urgent  int    `json:"urgent" toml:"urgent"`
	Normal  int    `json:"normal" toml:"normal"`
	Hard    int    `json:"hard" toml:"hard"`
	Sort    int    `json:"sort" toml:"-"`
	Active  bool   `json:"active" toml:"-"`
	Shipped bool   `json:"shipped,omitempty" toml:"-"` // as it came with the program
	Version int    `json:"version" toml:"-"`
	// Words people use for it, to guess a topic from what is said; shipped, and kept
	// when the county renames the topic.
	Words []string `json:"-" toml:"words"`
}

// Days a matter of this topic has.
func (t Topic) Days(urgency string) int {
	switch urgency {
	case "urgent":
		return t.Urgent
	case "hard":
		return t.Hard
	}
	return t.Normal
}

var shipped = sync.OnceValues(func() ([]Topic, error) {
	var f struct {
		Topic []Topic `toml:"topic"`
	}
	if err := toml.Unmarshal(plans.Topics(), &f); err != nil {
		return nil, fmt.Errorf("appeal: the shipped catalogue: %w", err)
	}
	for i := range f.Topic {
		f.Topic[i].Sort, f.Topic[i].Active, f.Topic[i].Shipped = (i+1)*10, true, true
	}
	return f.Topic, nil
})

// Topics gives the county's catalogue in its order, the ones no longer used
// too: old matters keep their names.
func Topics(ctx context.Context, r db.Reader, county string) ([]Topic, error) {
	base, err := shipped()
	if err != nil {
		return nil, err
	}
	out := slices.Clone(base)
	rows, err := db.All(ctx, r, func(w db.Row) (t Topic, err error) {
		return t, w.Scan(&t.ID, &t.Name, &t.EN, &t.Urgent, &t.Normal, &t.Hard, &t.Sort, &t.Active, &t.Version)
	}, `SELECT id, name, name_en, urgent, normal, hard, sort, active, version FROM appeal_topics WHERE county = $1`, county)
	if err != nil {
		return nil, err
	}
	for _, t := range rows {
		if i := slices.IndexFunc(out, func(x Topic) bool { return x.ID == t.ID }); i >= 0 {
			t.Words = out[i].Words
			out[i] = t
		} else {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b Topic) int { return a.Sort - b.Sort })
	return out, nil
}

func find(ts []Topic, id string) (Topic, bool) {
	i := slices.IndexFunc(ts, func(t Topic) bool { return t.ID == id })
	if i < 0 {
		return Topic{}, false
	}
	return ts[i], true
}

// TopicInput changes or adds a line of the catalogue.
type TopicInput struct {
	ID     string `json:"id"`    // operation id
	Topic  string `json:"topic"` // code; small letters, digits and _; "" makes one for a new line
	Name   string `json:"name"`
	EN     string `json:"name_en,omitempty"`
	Urgent int    `json:"urgent"`
	Normal int    `json:"normal"`
	Hard   int    `json:"hard"`
	Sort   int    `json:"sort,omitempty"` // 0 keeps its place, or the end
	Off    bool   `json:"off,omitempty"`  // no longer offered
}

const maxTopics = 60

// SetTopic is the county's change of its catalogue. Matters that run keep their
// day.
func SetTopic(ctx context.Context, tx *db.Tx, who access.Actor, in TopicInput) (Topic, error) {
	if err := scope.Can(who, access.TopicChange, region.PathOf(who.County()), false); err != nil {
		return Topic{}, err
	}
	t, _, err := once.Do(ctx, tx, who, "appeal.topic", in.ID, in, func() (Topic, error) {
		all, err := Topics(ctx, tx, who.County())
		if err != nil {
			return Topic{}, err
		}
		if in.Topic == "" {
			in.Topic = "t" + strings.ToLower(tx.NewID()) // a code is for programs; nobody has to think of one
		}
		was, known := find(all, in.Topic)
		in.Name, in.EN = strings.TrimSpace(in.Name), strings.TrimSpace(in.EN)
		var f fault.Fields
		f.Check(code(in.Topic), "topic", "appeal.topic_code")
		f.Check(in.Name != "" && len([]rune(in.Name)) <= 12, "name", "appeal.topic_name")
		f.Check(len(in.EN) <= 40, "name_en", "fault.too_long", "n", 40)
		f.Check(!slices.ContainsFunc(all, func(t Topic) bool { return t.ID != in.Topic && t.Name == in.Name && t.Active }), "name", "appeal.topic_twice")
		for name, n := range map[string]int{"urgent": in.Urgent, "normal": in.Normal, "hard": in.Hard} {
			f.Check(n >= 1 && n <= 250, name, "appeal.topic_days")
		}
		f.Check(in.Urgent <= in.Normal && in.Normal <= in.Hard, "urgent", "appeal.topic_order")
		f.Check(known || len(all) < maxTopics, "topic", "appeal.topics_many", "n", maxTopics)
		if err := f.Err(); err != nil {
			return Topic{}, err
		}
		t := Topic{ID: in.Topic, Name: in.Name, EN: in.EN, Urgent: in.Urgent, Normal: in.Normal, Hard: in.Hard, Sort: in.Sort, Active: !in.Off, Version: was.Version + 1}
		if t.Sort == 0 {
			t.Sort = was.Sort
		}
		if t.Sort == 0 && len(all) > 0 {
			t.Sort = all[len(all)-1].Sort + 10
		}
		_, err = tx.Exec(ctx, `INSERT INTO appeal_topics (county, id, name, name_en, urgent, normal, hard, sort, active, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (county, id) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, urgent = excluded.urgent, normal = excluded.normal, hard = excluded.hard, sort = excluded.sort, active = excluded.active, version = excluded.version`,
			who.County(), t.ID, t.Name, t.EN, t.Urgent, t.Normal, t.Hard, t.Sort, t.Active, t.Version)
		audit.Note(tx, who, "appeal.topic", "topic:"+t.ID, region.PathOf(who.County()), "urgent", t.Urgent, "normal", t.Normal, "hard", t.Hard, "active", t.Active)
		return t, err
	})
	return t, err
}

func code(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != "" && len(s) <= 32
}
