package web

import (
	"testing"

	"lianxin/internal/base/lang"
	"lianxin/internal/work/household"
)

// TestRelations: a usual word is told in the reader's language and stays the
// same in Chinese; another one stays as it was typed.
func TestRelations(t *testing.T) {
	k := openWorked(t)
	for word := range relations {
		l := personLine{Member: household.Member{Relation: word}}
		if got := k.T(lang.Chinese, l.Relates()); got != word {
			t.Errorf("%s became %s", word, got)
		}
		if got := k.T(lang.English, l.Relates()); got == word || got == "" {
			t.Errorf("%s in English: %s", word, got)
		}
	}
	if got := k.T(lang.English, personLine{Member: household.Member{Relation: "干女儿"}}.Relates()); got != "干女儿" {
		t.Error(got)
	}
}
