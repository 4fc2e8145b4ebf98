package roster

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"lianxin/internal/rule/identity"
)

// places answers which village a text means.
type places struct {
	open    bool // no villages known: take them as written
	byCore  map[string]KnownVillage
	names   []string
	near    map[string][]string
	counted map[string]int // open: how often each village is named
	listed  map[string]bool
	strict  bool // open, but the file names its villages elsewhere: a single odd one is asked for
	order   []string
}

func newPlaces(k Known) *places {
	p := &places{open: len(k.Villages) == 0, byCore: map[string]KnownVillage{}, near: map[string][]string{}, counted: map[string]int{}, listed: map[string]bool{}}
	for _, v := range k.Villages {
		p.names = append(p.names, v.Name)
		for _, n := range append([]string{v.Name}, v.Other...) {
			if c := villageCore(n); c != "" {
				if _, ok := p.byCore[c]; !ok {
					p.byCore[c] = v
				}
			}
		}
	}
	return p
}

var (
	placePart = regexp.MustCompile(`^(?:.*?(?:省|自治区))?(?:.*?(?:市|自治州|地区))?(?:.*?(?:县|区))?(?:[^村]*?(?:镇|乡|街道办事处|街道))?`)
	groupPart = regexp.MustCompile(`^(.*?(?:村民委员会|居民委员会|村委会|居委会|社区|村))?第?([0-9]{1,3}|[一二三四五六七八九十]{1,3})(村民小组|居民小组|小组|组|社|队)`)
	namedPart = regexp.MustCompile(`^(.*?(?:村民委员会|居民委员会|村委会|居委会|社区|村))(\p{Han}{1,6}(?:组|社|队|寨|屯|坝|湾))`)
	barePart  = regexp.MustCompile(`^(\p{Han}{2,6}?)第?([0-9]{1,3}|[一二三四五六七八九十]{1,3})(村民小组|居民小组|小组|组|社|队)$`)
	onlyPart  = regexp.MustCompile(`^(.*?(?:村民委员会|居民委员会|村委会|居委会|社区|村))`)
)

// villageCore is a village's name without 村, 村委会, 社区 and what stands before it.
func villageCore(s string) string {
	t := identity.Squeeze(s)
	if len(t) > 120 {
		return ""
	}
	t = strings.Trim(t, ":：、.。，,;；*()（）")
	for _, end := range []string{"村民委员会", "居民委员会", "社区居委会", "村委会", "居委会", "村两委", "社区", "村"} {
		if c, ok := strings.CutSuffix(t, end); ok && c != "" {
			return c
		}
	}
	return t
}

// find resolves a text to a village and the group that stands in the same cell.
func (p *places) find(text string) (v KnownVillage, group string, ok bool) {
	t := identity.Squeeze(text)
	if t == "" || len(t) > 200 {
		return v, "", false
	}
	village, group := cutGroup(t)
	for _, cand := range []string{village, t, placePart.ReplaceAllString(village, "")} {
		if got, hit := p.byCore[villageCore(cand)]; hit {
			if cand == t {
				group = ""
			}
			return got, group, true
		}
	}
	// 松林3社: the village without 村, when it is one we know.
	if m := barePart.FindStringSubmatch(placePart.ReplaceAllString(t, "")); m != nil {
		if got, hit := p.byCore[m[1]]; hit {
			return got, m[2] + m[3], true
		}
	}
	if p.open {
		name := placePart.ReplaceAllString(village, "")
		if name == "" {
			name = village
		}
		if c := villageCore(name); c != "" && (!p.strict || p.listed[c] || p.counted[c] > 1) {
			if c == name {
				name += "村"
			}
			return KnownVillage{Name: name}, group, true
		}
	}
	return v, group, false
}

// cutGroup parts 松林村8组 into village and group.
func cutGroup(t string) (village, group string) {
	if m := groupPart.FindStringSubmatch(t); m != nil && m[1] != "" {
		return m[1], m[2] + m[3]
	}
	if m := namedPart.FindStringSubmatch(t); m != nil {
		return m[1], m[2]
	}
	return t, ""
}

// within looks for a known village anywhere in a longer text: an address, a title, a sheet's name.
func (p *places) within(text string) (v KnownVillage, group string, ok bool) {
	t := identity.Squeeze(text)
	if t == "" || len(t) > 400 {
		return v, "", false
	}
	if got, g, hit := p.find(t); hit && !p.open {
		return got, g, true
	}
	rest := placePart.ReplaceAllString(t, "")
	for _, cand := range []string{rest, t} {
		m := onlyPart.FindString(cand)
		if m == "" {
			continue
		}
		if got, _, hit := p.find(m); hit {
			if gm := groupPart.FindStringSubmatch(cand); gm != nil {
				group = gm[2] + gm[3]
			}
			return got, group, true
		}
	}
	best := -1
	for core, got := range p.byCore {
		if len([]rune(core)) >= 2 {
			if i := strings.Index(t, core); i >= 0 && (best < 0 || i < best || i == best && len(got.Name) > len(v.Name)) {
				best, v, ok = i, got, true
			}
		}
	}
	return v, "", ok
}

// suggest gives up to three known villages spelled much like the one in the text.
func (p *places) suggest(text string) []string {
	village, _ := cutGroup(identity.Squeeze(text))
	core := villageCore(village)
	if got, ok := p.near[core]; ok {
		return got
	}
	if len(p.near) > maxSuggest {
		return nil
	}
	names := p.names
	if p.open {
		names = p.order
	}
	var others []string // in an open list the odd name itself is one of those counted
	for _, n := range names {
		if villageCore(n) != core {
			others = append(others, n)
		}
	}
	out := nearest(core, others, villageCore)
	p.near[core] = out
	return out
}

// maxSuggest bounds the different values for which neighbours are looked for, maxNames the names
// looked at for each.
const (
	maxSuggest = 100
	maxNames   = 3000
)

// nearest sorts names by their distance to s and keeps those that share enough with it; key is
// what is compared.
func nearest(s string, names []string, key func(string) string) []string {
	type cand struct {
		name string
		d    int
	}
	var list []cand
	n := len([]rune(s))
	if n == 0 || n > 20 {
		return nil
	}
	for _, name := range names[:min(len(names), maxNames)] {
		k := key(name)
		m := len([]rune(k))
		if m == 0 || m > 20 || m-n > 2 || n-m > 2 {
			continue
		}
		if d := distance(s, k); d < max(n, m) && d <= max(1, min(n, m)/2) {
			list = append(list, cand{name, d})
		}
	}
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].d != list[j].d {
			return list[i].d < list[j].d
		}
		return list[i].name < list[j].name
	})
	var out []string
	for _, c := range list {
		if len(out) < 3 && !contains(out, c.name) {
			out = append(out, c.name)
		}
	}
	return out
}

// distance counts the characters to insert, drop, change or exchange with a neighbour.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	prev2, prev, cur := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(y)]
}

var groupNumber = regexp.MustCompile(`^第?(?:([0-9]{1,4})|([一二三四五六七八九十〇零]{1,3}))(村民小组|居民小组|村小组|小组|组|社|队|生产队)?$`)
var groupAfter = regexp.MustCompile(`^(村民小组|小组|组|社|队)([0-9]{1,3}|[一二三四五六七八九十]{1,3})$`)

// parseGroup reads 3, 3组, 第三组, 三社, 组3 as number 3 with the office's own word for group; other
// names stay as they are. head is the column's head, whose word is used for bare numbers.
func parseGroup(text, head string) (name string, number int) {
	t := identity.Squeeze(text)
	if identity.Nothing(t) {
		return "", 0
	}
	if rs := []rune(t); len(rs) > 40 {
		t = string(rs[:40])
	}
	unit, digits := "", ""
	if m := groupNumber.FindStringSubmatch(t); m != nil {
		digits, unit = m[1]+m[2], m[3]
	} else if m := groupAfter.FindStringSubmatch(t); m != nil {
		unit, digits = m[1], m[2]
	} else {
		return t, 0
	}
	n, ok := identity.HanNumber(digits)
	if !ok || n == 0 {
		return t, 0
	}
	switch {
	case strings.HasSuffix(unit, "社"):
		unit = "社"
	case strings.HasSuffix(unit, "队"):
		unit = "队"
	case unit == "" && has(head, "社") && !has(head, "组", "社区"):
		unit = "社"
	case unit == "" && has(head, "队") && !has(head, "组"):
		unit = "队"
	default:
		unit = "组"
	}
	return fmt.Sprintf("%d%s", n, unit), n
}
