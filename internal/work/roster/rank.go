package roster

import (
	"strings"

	"lianxin/internal/rule/identity"
	rule "lianxin/internal/rule/roster"
	"lianxin/internal/work/cadre"
)

// GuessRank proposes the rank of an official of a list from what is written in
// the columns 类别, 职务 and 单位. It is shown before anything is written and may be
// changed there: the rank decides what a plan asks of the official.
func GuessRank(c rule.Cadre) string {
	rank, title, unit := identity.Squeeze(c.Rank), identity.Squeeze(c.Post), identity.Squeeze(c.Unit)
	if hasAny(rank, "村", "社区") && !hasAny(rank, "驻村") {
		return cadre.VillageCommittee
	}
	if hasAny(rank, "领导", "班子", "正科", "科级") && !hasAny(rank, "副科", "非领导", "股级") {
		return cadre.TownshipLeader
	}
	if r := byTitle(title, unit); r != "" {
		return r
	}
	if hasAny(rank, "副科") {
		return cadre.SectionLeader
	}
	return cadre.TownshipStaff
}

func byTitle(title, unit string) string {
	sent := hasAny(title, "驻村", "第一书记", "工作队", "包村", "联村") // sent by the township to a village
	if !sent && (hasAny(title, "村支", "支书", "村党", "村委", "村民委员会", "村主任", "村副", "村监", "村文书", "文书", "村妇", "社区书记", "社区主任", "居委") ||
		strings.HasPrefix(title, "村") || strings.HasSuffix(unit, "村") || hasAny(unit, "村委", "村党", "村两委", "村“两委”", "社区", "居委")) {
		return cadre.VillageCommittee
	}
	switch {
	case hasAny(title, "非领导", "退休"):
		return ""
	case hasAny(title, "镇长", "乡长", "党委书记", "党委副书记", "党工委", "党委委员", "人大主席", "人大副主席", "纪委书记", "纪工委", "武装部长", "政法委员", "组织委员", "宣传委员", "统战委员", "办事处主任", "办事处副主任") && !hasAny(title, "助理", "秘书"):
		return cadre.TownshipLeader
	case title == "书记" || title == "副书记" || title == "主席" || title == "副主席":
		return cadre.TownshipLeader
	case hasAny(title, "主任科员", "调研员"):
		return cadre.TownshipStaff // a grade of pay, no post: plans look at posts
	case hasAny(title, "副科"):
		return cadre.SectionLeader
	}
	return ""
}

func hasAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
