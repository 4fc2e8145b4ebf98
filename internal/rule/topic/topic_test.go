package topic_test

import (
	"testing"

	"lianxin/internal/rule/topic"
)

func TestGuess(t *testing.T) {
	ts := []topic.Topic{{ID: "water", Words: []string{"水", "水管"}}, {ID: "road", Words: []string{"路"}}, {ID: "power", Words: []string{"路灯", ""}}}
	for said, want := range map[string]string{
		"":           "",
		"你好":         "",
		"水管坏了":       "water",
		"路灯坏了":       "power", // 路灯 is not also 路
		"水和路":        "",      // as much of the one as of the other
		"路路路，水管":     "water", // a word counts once
		"路灯下的水管":     "",
		"灯":          "",
		"水管\xff\xfe": "water",
	} {
		if got := topic.Guess(said, ts); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
	if got := topic.Guess("水管", nil); got != "" {
		t.Error(got)
	}
}
