package roster

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
)

func TestGuessRank(t *testing.T) {
	for _, x := range []struct{ rank, title, unit, want string }{
		{"", "镇党委书记", "", cadre.TownshipLeader},
		{"", "党委副书记、镇长", "党委", cadre.TownshipLeader},
		{"", "副镇长", "", cadre.TownshipLeader},
		{"", "书记", "", cadre.TownshipLeader},
		{"", "人大主席", "", cadre.TownshipLeader},
		{"", "组织委员", "", cadre.TownshipLeader},
		{"镇领导", "组织委员", "", cadre.TownshipLeader},
		{"", "党委委员、组织委员", "", cadre.TownshipLeader},
		{"", "四级主任科员", "党政办", cadre.TownshipStaff},
		{"副科级", "农业服务中心主任", "", cadre.SectionLeader},
		{"", "民政办主任", "社会事务办", cadre.TownshipStaff},
		{"", "镇长助理", "", cadre.TownshipStaff},
		{"", "李家湾村党总支书记", "", cadre.VillageCommittee},
		{"", "村委会副主任", "", cadre.VillageCommittee},
		{"", "支书", "大河村", cadre.VillageCommittee},
		{"", "文书", "", cadre.VillageCommittee},
		{"", "主任", "河西社区", cadre.VillageCommittee},
		{"", "驻村第一书记", "", cadre.TownshipStaff},
		{"", "驻村工作队队员", "大河村", cadre.TownshipStaff},
		{"村两委", "委员", "", cadre.VillageCommittee},
		{"镇干部", "农技站站长", "", cadre.TownshipStaff},
		{"", "", "", cadre.TownshipStaff},
	} {
		if got := GuessRank(rule.Cadre{Rank: x.rank, Post: x.title, Unit: x.unit}); got != x.want {
			t.Errorf("%s %s %s: %s, want %s", x.rank, x.title, x.unit, got, x.want)
		}
	}
}

func TestCareTags(t *testing.T) {
	for _, x := range []struct {
		words string
		want  []care
		rest  string
	}{
		{"一般户", nil, ""},
		{"低保户、独居老人", []care{{"allowance", ""}, {"living_alone", ""}}, ""},
		{"低保边缘", []care{{"low_income", "低保边缘"}}, ""},
		{"五保户", []care{{"destitute", ""}}, ""},
		{"脱贫户，军属", []care{{"other", "脱贫户、军属"}}, ""},
		{"信访户", nil, ""},
		{"刑满释放低保", []care{{"allowance", ""}}, ""},
		{"留守儿童", []care{{"left_behind_student", ""}}, ""},
		{"孤寡老人", []care{{"lone_elder", ""}}, ""},
		{"建房户 残疾", []care{{"disabled", ""}}, "建房户"},
	} {
		got, rest := careTags(x.words)
		if diff := cmp.Diff(x.want, got, cmp.AllowUnexported(care{})); diff != "" || rest != x.rest {
			t.Errorf("%s: %s, rest %q", x.words, diff, rest)
		}
	}
	for _, tag := range rule.CareTags() {
		if code := careOf[tag]; code != "" && !household.KnownTag(code) {
			t.Errorf("%s becomes %s, which is no tag", tag, code)
		}
	}
}
