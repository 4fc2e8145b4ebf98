package mask

import (
	"slices"
	"strings"
)

// delicate are words that make a sentence tell of somebody's health, need or
// past. Better one title too many kept back than one shown.
var delicate = []string{
	"病", "医", "药", "癌", "瘤", "残", "瘫", "疼", "痛", "伤", "血", "透析", "化疗", "手术", "住院", "精神", "智力", "抑郁", "艾滋", "结核", "肝炎", "怀孕", "流产", "节育", "聋", "哑", "失明", "失能", "护理",
	"低保", "五保", "特困", "贫困", "脱贫", "监测户", "救助", "临时救济", "孤儿", "留守", "独居", "事实无人抚养", "退役", "优抚",
	"刑", "监狱", "矫正", "吸毒", "戒毒", "邪教", "上访", "离婚", "家暴", "欠债",
	"健康",
}

// harmless are words in which a delicate sign means something else.
var harmless = strings.NewReplacer("兽医", "", "农药", "", "打药", "", "病虫", "", "药材", "", "病死猪", "")

// Delicate reports whether a text tells of health, need or somebody's past.
func Delicate(text string) bool {
	text = harmless.Replace(text)
	return slices.ContainsFunc(delicate, func(w string) bool { return strings.Contains(text, w) })
}

// Public makes a text fit for a page that whoever holds a card may open: numbers
// are masked, the names given are masked, and the words given (addresses) go. A
// delicate text gives "", false: something else must stand in its place.
func Public(text string, names, words []string) (string, bool) {
	if Delicate(text) {
		return "", false
	}
	for _, w := range words {
		if len([]rune(w)) > 1 {
			text = strings.ReplaceAll(text, w, "**")
		}
	}
	names = slices.Clone(names)
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) }) // 欧阳建国 before 建国
	for _, n := range names {
		if rs := []rune(n); len(rs) > 1 {
			text = strings.ReplaceAll(text, n, Name(n))
			if len(rs) > 2 { // 桂兰 of 王桂兰
				text = strings.ReplaceAll(text, string(rs[len(rs)-2:]), "**")
			}
		}
	}
	return Redact(text), true
}
