package sample

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// spec is the size and shape of one township.
type spec struct {
	index      int
	code, name string
	villages   []string
	groupCount []int // per village
	leaders    int
	committee  int // members of each village committee
	units      []unitSpec
	households int
	visits     float64 // visits a household and year that officials aim at
	changes    int     // officials who left and were replaced
	anchors    bool    // the people of the design's mock-up live here
}

type unitSpec struct {
	name, kind, head string
	size             int
	bound            bool
}

// townUnits are the offices of a township (b16); police and school keep their
// own superiors and are not bound by the plan.
func townUnits() []unitSpec {
	return []unitSpec{
		{"党政办", "机关", "主任", 7, true},
		{"组织办", "机关", "主任", 4, true},
		{"民政办", "机关", "主任", 5, true},
		{"乡村振兴办", "机关", "主任", 6, true},
		{"农技站", "站所", "站长", 7, true},
		{"林业站", "站所", "站长", 5, true},
		{"水务站", "站所", "站长", 4, true},
		{"村建站", "站所", "站长", 5, true},
		{"财政所", "站所", "所长", 4, true},
		{"司法所", "站所", "所长", 3, true},
		{"文化站", "站所", "站长", 3, true},
		{"派出所", "派驻", "所长", 5, false},
		{"中心校", "派驻", "校长", 5, false},
	}
}

func specsFor(scale Scale) ([]spec, error) {
	qingshi := spec{
		code: "990101100", name: "青石镇",
		villages:   strings.Fields("李家湾村 大河村 石桥村 上寨村 松林村 龙潭村"),
		groupCount: []int{7, 6, 5, 4, 8, 5},
		leaders:    11, committee: 6, units: townUnits(), households: 640, visits: 7.2, changes: 5, anchors: true,
	}
	baihe := spec{
		index: 1, code: "990101101", name: "白河镇",
		villages: strings.Fields("白河村 柳树村 双桥村"), groupCount: []int{4, 4, 5},
		leaders: 2, committee: 2, households: 60, visits: 7.2, changes: 0,
		units: []unitSpec{
			{"党政办", "机关", "主任", 2, true},
			{"民政办", "机关", "主任", 1, true},
			{"农技站", "站所", "站长", 1, true},
		},
	}
	switch scale {
	case ScaleTownship:
		return []spec{qingshi, baihe}, nil
	case ScaleCounty:
		out := []spec{qingshi, baihe}
		for i := 2; i < 24; i++ {
			out = append(out, larger(i))
		}
		return out, nil
	}
	return nil, fmt.Errorf("sample: unknown scale %q", scale)
}

// larger describes the other townships of a whole county: eight villages, 131
// officials and 1,059 households each.
func larger(i int) spec {
	names := strings.Fields("黄坪 清水 大坝 红岩 马街 白沙 三江 永和 高桥 凤山 石门 云台 新街 柳溪 太平 罗平坝 黑井口 金沙 杉木 半坡 大营 沙坝")
	front := strings.Fields("上 下 大 小 前 后 东 西 新 老 长 横")
	back := strings.Fields("坪 坝 湾 箐 岭 沟 田 坡 营 寨 河 塘")
	units := townUnits()
	for k := range units {
		switch k {
		case 0, 3, 4, 11, 12:
			units[k].size++
		case 7, 9:
			units[k].size += 2
		}
	}
	kind := "镇"
	code := 100 + i
	if i%3 == 0 {
		kind, code = "乡", 200+i
	}
	s := spec{
		index: i, code: "990101" + strconv.Itoa(code), name: names[i-2] + kind,
		leaders: 11, committee: 6, units: units, households: 1059, visits: 4.6, changes: 4,
	}
	for v := range 8 {
		s.villages = append(s.villages, front[(i+v*5)%12]+back[(i*7+v)%12]+"村")
		s.groupCount = append(s.groupCount, 4+(i+v)%5)
	}
	return s
}

// builder holds what the steps of one township share.
type builder struct {
	spec
	seed         uint64
	today, first day
	texts        *lexicon
	t            Township

	villageCodes []string
	groupsOf     map[string][]string // village → group codes
	regionName   map[string]string
	groupName    map[string]string // group code → 三组
	cadres       []*cadreState
	homes        []*homeState
	phones       int // household numbers handed out
	serials      map[string]int
	years        []day
	pairs        []*pairState
	visitSeq     int
	lying        int // promises that fell due lately
}

// stream opens the random stream of one step; streams do not touch each other.
func (b *builder) stream(step uint64) *rand.Rand {
	// #nosec G404 G115 -- must be reproducible; nothing secret is drawn here
	return rand.New(rand.NewPCG(b.seed, uint64(b.index)<<16|step))
}

func (b *builder) id(kind string, n int) string { return b.code + "-" + kind + pad(n, 4) }

// cadrePhone gives each official of the county a number of its own: 140 numbers
// a township out of 1380000-0000 to -3999, scattered by a factor prime to 4000.
func (b *builder) cadrePhone(n int) string {
	return "1380000" + pad((b.index*140+n)*1231%4000, 4)
}

// homePhone gives numbers from 1380000-4000 up, unique within a township and
// between the two townships of the demo.
func (b *builder) homePhone() string {
	n := (b.index*1700 + b.phones) * 1231 % 6000
	b.phones++
	return "1380000" + pad(4000+n, 4)
}

func (b *builder) regions() {
	b.years = newYears()
	b.groupsOf, b.regionName, b.groupName = map[string][]string{}, map[string]string{}, map[string]string{}
	b.serials = map[string]int{}
	b.t.Code, b.t.Name = b.code, b.name
	add := func(code, parent, name string, l Level) {
		b.t.Regions = append(b.t.Regions, Region{code, parent, name, l})
		b.regionName[code] = name
	}
	add(b.code, "990101", b.name, LevelTownship)
	digits := []rune("一二三四五六七八九")
	for i, v := range b.villages {
		code := b.code + strconv.Itoa(201+i)
		b.villageCodes = append(b.villageCodes, code)
		add(code, b.code, v, LevelVillage)
		for g := range b.groupCount[i] {
			gc := code + pad(g+1, 3)
			b.groupsOf[code] = append(b.groupsOf[code], gc)
			b.groupName[gc] = string(digits[g]) + "组"
			add(gc, code, strconv.Itoa(g+1)+"组", LevelGroup)
		}
	}
}
