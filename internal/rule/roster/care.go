package roster

import (
	"strings"

	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
)

// careWords maps what offices write to care tags; longer words are looked for first. The plans name
// 孤、残、留守学生、低收入 (plan A, 二); the others come from the registration cards of domain.md §2.2.
var careWords = []struct{ word, tag string }{
	{"孤寡老人", "childless_elder"}, {"孤老", "childless_elder"}, {"鳏寡", "childless_elder"},
	{"独居老人", "living_alone"}, {"独居", "living_alone"}, {"空巢", "living_alone"},
	{"事实无人抚养", "orphan"}, {"孤儿", "orphan"},
	{"留守学生", "left_behind_child"}, {"留守儿童", "left_behind_child"}, {"留守孩子", "left_behind_child"}, {"困境儿童", "child_in_need"},
	{"留守老人", "left_behind_elder"}, {"留守妇女", "left_behind_woman"},
	{"残疾", "disabled"}, {"因残", "disabled"}, {"重残", "disabled"}, {"智障", "disabled"}, {"肢体", "disabled"},
	{"低保边缘", "near_allowance"}, {"边缘家庭", "near_allowance"}, {"低保", "allowance"}, {"最低生活保障", "allowance"},
	{"五保", "destitute_support"}, {"特困", "destitute_support"},
	{"低收入", "low_income"},
	{"突发严重困难", "monitored"}, {"边缘易致贫", "monitored"}, {"脱贫不稳定", "monitored"}, {"监测", "monitored"},
	{"脱贫", "lifted"}, {"建档立卡", "lifted"}, {"贫困户", "low_income"},
	{"大病", "serious_illness"}, {"重病", "serious_illness"}, {"慢病", "serious_illness"}, {"慢性病", "serious_illness"}, {"因病", "serious_illness"}, {"患病", "serious_illness"},
	{"单亲", "single_parent"}, {"失独", "lost_child"}, {"计生特殊", "lost_child"},
	{"优抚", "veteran"}, {"军属", "veteran"}, {"退役", "veteran"}, {"烈属", "veteran"}, {"军烈属", "veteran"},
	{"受灾", "disaster"}, {"因灾", "disaster"}, {"因学", "schooling"}, {"就学困难", "schooling"},
	{"缺劳", "no_labour"}, {"无劳动力", "no_labour"}, {"高龄", "very_old"}, {"精神", "mental_illness"},
	{"困难户", "hardship"}, {"困难家庭", "hardship"}, {"困难群众", "hardship"}, {"特殊困难", "hardship"},
	{"信访", "petition"}, {"刑满释放", "released"}, {"社区矫正", "released"},
}

// CareTags lists every tag in use, in the order of their first word above.
func CareTags() []string {
	var out []string
	for _, w := range careWords {
		if !contains(out, w.tag) {
			out = append(out, w.tag)
		}
	}
	return out
}

// Care reads the words of a cell. 一般户 and the like give no tag; rest holds words that mean
// nothing to us, so that they are kept as written.
func Care(s string) (tags []string, rest string) {
	t := identity.Fold(s)
	if len(t) > 400 {
		return nil, s
	}
	var left []string
	for _, piece := range strings.FieldsFunc(t, func(r rune) bool { return strings.ContainsRune("、,，;；/\n|+ ", r) }) {
		p := identity.Squeeze(piece)
		if identity.Nothing(p) || ordinary(p) {
			continue
		}
		found := false
		for rem := p; ; {
			tag, next := firstCare(rem)
			if tag == "" {
				break
			}
			found, rem = true, next
			if !contains(tags, tag) {
				tags = append(tags, tag)
			}
		}
		switch {
		case found:
		case p == "孤" || p == "孤寡":
			tags = append(tags, "orphan")
		case p == "残":
			tags = append(tags, "disabled")
		default:
			left = append(left, p)
		}
	}
	return tags, strings.Join(left, "、")
}

// tick reads the mark of a column that asks yes or no: √ under 低保户. ok is false for anything else.
func tick(s string) (yes, ok bool) {
	switch strings.ToUpper(identity.Squeeze(s)) {
	case "√", "✓", "✔", "☑", "是", "有", "1", "Y", "YES", "对", "V", "TRUE", "●":
		return true, true
	case "×", "✗", "✘", "□", "☐", "否", "无", "0", "N", "NO", "没有", "不是", "X", "FALSE", "/", "-", "—":
		return false, true
	}
	return false, false
}

// marked gives the words of a cell of care; a mark stands for the head above it.
func marked(val value) string {
	yes, ok := tick(val.Text)
	if !ok {
		return val.Text
	}
	if !yes {
		return ""
	}
	head := val.Col.Header
	if i := strings.LastIndexByte(head, '/'); i >= 0 {
		head = head[i+1:]
	}
	if tags, _ := Care(head); len(tags) == 0 {
		return ""
	}
	return strings.TrimPrefix(plainHead(head), "是否")
}

// tickColumns finds columns that name one kind of care in their head and hold nothing but marks.
func tickColumns(cols []Column, data []grid.Row) {
	for i := range cols {
		c := &cols[i]
		if c.Field != FieldNone || c.Header == "" {
			continue
		}
		head := c.Header[strings.LastIndexByte(c.Header, '/')+1:]
		if tags, rest := Care(plainHead(head)); len(tags) == 0 || rest != "" {
			continue
		}
		marks, other := 0, 0
		for n, r := range data {
			if n >= evidence {
				break
			}
			cell := r.At(c.Index)
			if strings.TrimSpace(cell.Text) == "" || cell.Flag&grid.Merged != 0 {
				continue
			}
			if _, ok := tick(cell.Text); ok {
				marks++
			} else {
				other++
			}
		}
		if marks > 0 && other*5 <= marks { // sums below the list are no marks
			c.Field, c.Confidence = FieldCare, 0.6
		}
	}
}

// firstCare finds the first known word in the list's order and cuts it out.
func firstCare(p string) (tag, rest string) {
	for _, w := range careWords {
		if i := strings.Index(p, w.word); i >= 0 {
			return w.tag, p[:i] + "|" + p[i+len(w.word):]
		}
	}
	return "", p
}

func ordinary(p string) bool {
	switch p {
	case "一般户", "一般", "一般农户", "普通户", "普通", "普通农户", "正常户", "正常", "否", "其他", "其它", "非重点", "一般群众", "普通群众", "其他户", "农户", "0":
		return true
	}
	return false
}
