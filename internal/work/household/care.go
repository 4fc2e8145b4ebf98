package household

// CareTags are the codes of the reasons why a home needs more attention
// (重点对象), in the order they are offered; their words are the texts
// household.tag.<code>. They come from the plans (孤、残、留守学生、低收入) and from
// the registration cards (domain.md §2.2). Whatever an office writes beyond
// them is "other", with its words as evidence.
var CareTags = []string{"orphan", "lone_elder", "disabled", "left_behind_student", "low_income", "serious_illness", "living_alone",
	"allowance", "destitute", "monitored", "single_parent", "very_old", "hardship", "other"}

// KnownTag reports whether a code is one of CareTags.
func KnownTag(code string) bool {
	for _, c := range CareTags {
		if c == code {
			return true
		}
	}
	return false
}
