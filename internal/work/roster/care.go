package roster

import (
	"slices"
	"strings"

	"lianxin/internal/rule/identity"
	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/household"
)

// careOf maps what lists call a home's difficulty to the codes a home keeps.
// Words of petitions and of convictions are in careDropped: helping needs
// neither, so they are not stored (个人信息保护法 6: the least that serves).
var careOf = map[string]string{
	"orphan": "orphan", "childless_elder": "lone_elder", "disabled": "disabled", "left_behind_child": "left_behind_student", "low_income": "low_income",
	"near_allowance": "low_income", "serious_illness": "serious_illness", "living_alone": "living_alone", "allowance": "allowance", "destitute_support": "destitute",
	"monitored": "monitored", "single_parent": "single_parent", "very_old": "very_old", "hardship": "hardship",
}

var careDropped = map[string]bool{"petition": true, "released": true}

// care is one care tag of a home or a person.
type care struct{ code, evidence string }

// careTags reads the words of a cell. rest are words without a meaning here;
// they go to the notes as they were written.
func careTags(words string) (tags []care, rest string) {
	var left []string
	for _, piece := range strings.FieldsFunc(identity.Fold(words), func(r rune) bool { return strings.ContainsRune("、,，;；/\n|+ ", r) }) {
		codes, more := rule.Care(piece)
		if more != "" {
			left = append(left, more)
		}
		dropped := slices.ContainsFunc(codes, func(c string) bool { return careDropped[c] })
		for _, c := range codes {
			if careDropped[c] {
				continue
			}
			t := care{code: careOf[c]}
			if t.code == "" {
				t.code = "other"
			}
			if !dropped && (t.code == "other" || c == "near_allowance") {
				t.evidence = clip(piece, 100)
			}
			i := slices.IndexFunc(tags, func(x care) bool { return x.code == t.code })
			switch {
			case i < 0:
				tags = append(tags, t)
			case t.evidence != "" && !strings.Contains(tags[i].evidence, t.evidence):
				tags[i].evidence = strings.Trim(tags[i].evidence+"、"+t.evidence, "、")
			}
		}
	}
	return tags, strings.Join(left, "、")
}

func tagInputs(tags []care, member string) (out []household.TagInput) {
	for _, t := range tags {
		out = append(out, household.TagInput{Tag: t.code, Member: member, Evidence: t.evidence})
	}
	return out
}
