package lookup

import (
	"context"
	"slices"

	"lianxin/internal/base/db"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/visit"
)

// alike are the topics of the county's catalogue that a visit's topic speaks
// of: who looks for 看病 finds it in diaries and in matters, by either name.
var alike = map[string][]string{
	"health":     {"medical"},
	"income":     {"livelihood"},
	"school":     {"schooling"},
	"work":       {"employment"},
	"subsidy":    {"policy"},
	"water_road": {"water", "road", "power"},
}

// Further are the topics of the county's catalogue that no visit's topic speaks
// of: together with the visits' topics they are what one can ask for.
func Further(ctx context.Context, r db.Reader, county string) ([]appeal.Topic, error) {
	all, err := appeal.Topics(ctx, r, county)
	out := all[:0:0]
	for _, t := range all {
		if !slices.Contains(visit.Topics, t.ID) {
			out = append(out, t)
		}
	}
	return out, err
}

// Alike gives the visits' topics that speak of a topic of the catalogue.
func Alike(topic string) (out []string) {
	for of, ts := range alike {
		if slices.Contains(ts, topic) {
			out = append(out, of)
		}
	}
	return out
}

// meant gives the topics under which something may be filed that is asked for
// by one of them.
func meant(topic string) []string {
	return append(append([]string{topic}, alike[topic]...), Alike(topic)...)
}
