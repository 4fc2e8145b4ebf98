package identity

import (
	"strings"

	"github.com/mozillazg/go-pinyin"
)

// surnames lists the surnames whose reading differs from the usual reading of the character; the
// usual readings stay valid for searching because people type those too.
var surnames = map[rune][]string{
	'单': {"shan"}, '解': {"xie"}, '仇': {"qiu"}, '曾': {"zeng"}, '查': {"zha"}, '区': {"ou"}, '朴': {"piao"},
	'任': {"ren"}, '盖': {"ge", "gai"}, '华': {"hua"}, '翟': {"zhai", "di"}, '缪': {"miao"}, '乐': {"yue", "le"},
	'冼': {"xian"}, '员': {"yun"}, '秘': {"bi"}, '黑': {"he"}, '折': {"she"}, '召': {"shao"}, '逄': {"pang"},
	'阚': {"kan"}, '郗': {"xi", "chi"}, '种': {"chong"}, '覃': {"qin", "tan"}, '谌': {"chen", "shen"},
	'柏': {"bai", "bo"}, '隗': {"wei", "kui"}, '繁': {"po"}, '祭': {"zhai"}, '牟': {"mu", "mou"}, '那': {"na"},
	'宁': {"ning"}, '佘': {"she"}, '莘': {"shen", "xin"}, '应': {"ying"}, '於': {"yu"}, '燕': {"yan"},
	'纪': {"ji"}, '葛': {"ge"}, '尉': {"wei", "yu"}, '洗': {"xian"}, '角': {"jue", "jiao"}, '褚': {"chu"},
	'晁': {"chao"}, '适': {"kuo"}, '都': {"du"}, '句': {"gou"}, '贾': {"jia"}, '石': {"shi"},
	'车': {"che"}, '万': {"wan"}, '洪': {"hong"}, '过': {"guo"}, '哈': {"ha"}, '幺': {"yao"}, '么': {"yao"},
	'撒': {"sa"}, '曲': {"qu"}, '强': {"qiang"}, '相': {"xiang"}, '卜': {"bu"}, '臧': {"zang"}, '沈': {"shen"},
	'尹': {"yin"}, '藏': {"zang"}, '占': {"zhan"}, '奇': {"qi"}, '朝': {"chao"}, '长': {"chang", "zhang"},
	'降': {"jiang"}, '扎': {"zha"}, '重': {"chong", "zhong"}, '行': {"xing"}, '薄': {"bo"}, '仉': {"zhang"}, '俞': {"yu"},
}

// compoundSurnames have two characters; those with a reading of their own carry it in compounds.
var compoundSurnames = map[string]bool{
	"欧阳": true, "太史": true, "端木": true, "上官": true, "司马": true, "东方": true, "独孤": true, "南宫": true,
	"万俟": true, "闻人": true, "夏侯": true, "诸葛": true, "尉迟": true, "公羊": true, "赫连": true, "澹台": true,
	"皇甫": true, "宗政": true, "濮阳": true, "公冶": true, "太叔": true, "申屠": true, "公孙": true, "慕容": true,
	"仲孙": true, "钟离": true, "长孙": true, "宇文": true, "司徒": true, "鲜于": true, "司空": true, "令狐": true,
	"单于": true, "呼延": true, "轩辕": true, "东郭": true, "西门": true, "百里": true, "拓跋": true, "纳兰": true, "欧侯": true,
}

var compounds = map[string][]string{
	"万俟": {"mo", "qi"}, "尉迟": {"yu", "chi"}, "澹台": {"tan", "tai"}, "长孙": {"zhang", "sun"}, "鲜于": {"xian", "yu"},
	"单于": {"chan", "yu"}, "令狐": {"ling", "hu"}, "宓": {"mi"},
}

// SearchKeys are the spellings by which a name is found; the first of each is the proper one.
type SearchKeys struct {
	Full     []string // wangxiaolan
	Initials []string // wxl
}

// maxKeys bounds the readings kept for one name.
const maxKeys = 8

// Keys gives pinyin and initials of a name, with the surname's own reading first and the usual
// readings after it. Letters stay as they are; characters without a known reading stay too, so
// that a rare name is still found by itself.
func Keys(name string) SearchKeys {
	n, _, _ := ParseName(name)
	rs := []rune(strings.ReplaceAll(strings.ToLower(n), " ", ""))
	if len(rs) > MaxName {
		rs = rs[:MaxName]
	}
	var syllables [][]string
	for i := 0; i < len(rs); i++ {
		if i == 0 && len(rs) > 2 {
			if own, ok := compounds[string(rs[:2])]; ok && len(own) == 2 {
				syllables = append(syllables, []string{own[0]}, []string{own[1]})
				i++
				continue
			}
		}
		if rs[i] == '·' {
			continue
		}
		syllables = append(syllables, readings(rs[i], i == 0))
	}
	var k SearchKeys
	for _, combo := range combine(syllables) {
		var full, first strings.Builder
		for _, s := range combo {
			full.WriteString(s)
			first.WriteString(string([]rune(s)[0]))
		}
		k.Full = addNew(k.Full, full.String())
		k.Initials = addNew(k.Initials, first.String())
	}
	return k
}

func readings(r rune, surname bool) []string {
	a := pinyin.NewArgs()
	a.Heteronym = true
	var out []string
	if surname {
		out = append(out, surnames[r]...)
	}
	if got := pinyin.SinglePinyin(r, a); len(got) > 0 {
		for _, g := range got {
			out = addNew(out, strings.ReplaceAll(g, "ü", "v"))
		}
	}
	if len(out) == 0 {
		out = []string{string(r)}
	}
	if len(out) > 3 {
		out = out[:3]
	}
	return out
}

// combine gives at most maxKeys combinations, the first readings first.
func combine(syllables [][]string) [][]string {
	out := [][]string{nil}
	if len(syllables) == 0 {
		return nil
	}
	for _, choices := range syllables {
		var next [][]string
		for ci, c := range choices {
			if ci > 0 && len(out)*len(choices) > maxKeys {
				break
			}
			for _, head := range out {
				next = append(next, append(append([]string{}, head...), c))
			}
		}
		out = next
	}
	return out
}

func addNew(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

// Bigrams gives the pairs of neighbouring characters of a text, without spaces and signs, in
// order and without repeats; a single character gives itself. They are what the search index keeps.
func Bigrams(s string) []string {
	var rs []rune
	for _, r := range strings.ToLower(Squeeze(s)) {
		if isHan(r) || private(r) || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r > 0xFF {
			if !isDot(r) && !strings.ContainsRune("，。、；：？！“”‘’（）《》【】—…", r) {
				rs = append(rs, r)
			}
		}
	}
	if len(rs) == 1 {
		return []string{string(rs)}
	}
	seen := make(map[[2]rune]bool, len(rs))
	var out []string
	for i := 0; i+1 < len(rs); i++ {
		k := [2]rune{rs[i], rs[i+1]}
		if !seen[k] {
			seen[k] = true
			out = append(out, string(k[:]))
		}
	}
	return out
}
