package sample

import (
	"math/rand/v2"
	"strings"
)

const (
	male   = "男"
	female = "女"
)

// surnames stand in order of how often they are drawn; the list is doubled at
// its head by commonSurnames.
var (
	commonSurnames = strings.Fields("李 王 张 杨 陈 赵 刘 罗 周 马 和 黄 何 段 尹")
	surnames       = strings.Fields("李 王 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹 袁 邓 许 傅 沈 曾 彭 吕 苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 范 方 石 姚 谭 廖 邹 熊 金 陆 郝 孔 白 崔 康 毛 邱 秦 江 史 顾 侯 邵 孟 龙 万 段 尹 和 木 字 茶 施 普 自 起 矣")

	oldMale   = strings.Fields("有福 加旺 水生 老四 大有 发旺 正明 国安 朝贵 文德 永昌 德顺 满堂 宗林 成林 家富 兴才 树森 光明 学文 万才 绍武 廷选 开福 连生 启华 世荣 金贵 长寿 应祥 保山 玉林 顺才 天福 自成 双全 春生 银山 从德 必昌")
	oldFemale = strings.Fields("桂兰 桂芬 秀英 秀芳 玉珍 凤仙 琼芬 菊香 翠莲 兰英 素珍 金凤 桂英 美仙 玉兰 秀兰 会英 德芬 云仙 春香 银花 菊芬 树珍 莲芝 朝芬 琼仙 存英 彩凤 巧珍 惠仙 有珍 小妹 二妹 翠芬 荷花")
	midMale   = strings.Fields("建国 建华 志强 国庆 伟 军 勇 正华 学军 海峰 云龙 光荣 文忠 志平 永刚 建明 国平 新华 晓东 世平 红兵 正荣 家祥 林 涛 荣 江 保全 利军 爱民 绍华 春林 平 文军 建昌 正兴 跃华 向东 东升 雄")
	midFemale = strings.Fields("丽萍 丽华 琼 红梅 晓燕 文英 志芬 学琴 海燕 春梅 艳 芳 丽 霞 燕 玉梅 建芬 美琼 云芬 彩云 雪梅 永琴 正芬 丽芬 秋菊 菊 梅 惠琼 朝霞 小琴 兰 金花 红英 晓兰 艳琼 爱华 静")
	youngMale = strings.Fields("浩 磊 鹏 俊杰 子豪 宇航 浩然 文博 家豪 天佑 嘉诚 子轩 明轩 思远 俊宇 泽宇 志远 凯 阳 锦程 云帆 晨 睿 博文 一鸣 子墨 宏宇 梓睿 承志 家俊 宇轩 浩宇 文杰 星宇 正阳 润泽")
	youngFem  = strings.Fields("婷 雪 佳怡 欣怡 思雨 雨涵 梦琪 子涵 诗涵 梓萱 静怡 雅婷 晓彤 紫萱 雨欣 佳琪 若曦 思彤 可欣 艺涵 心怡 慧 琳 颖 婉婷 春燕 云霞 梦瑶 嘉怡 语桐 依诺 欣悦 诗雨 小雨 彩霞 瑾")
	rareGiven = strings.Fields("䶮 堃 翀 喆 祎 旻 犇 淼 燚 𬱖 珺 㛃 玥瑄 𣗋 晟熹 垚")

	minorityFirst = strings.Fields("吉克 沙马 阿尔 曲木 勒格 海来 阿余 金古 俄木 普米 斯那 扎西")
	minorityLast  = strings.Fields("阿依 木呷 尔布 铁日 伍呷 拉铁 阿嘎 子古 此里 央宗 卓玛 取次 农布 次姆")
	ethnics       = strings.Fields("彝族 傈僳族 白族 藏族 纳西族 苗族")
)

func pick[T any](r *rand.Rand, s []T) T { return s[r.IntN(len(s))] }

func chance(r *rand.Rand, p float64) bool { return r.Float64() < p }

// between draws from lo to hi, both included.
func between(r *rand.Rand, lo, hi int) int {
	if hi <= lo {
		return lo
	}
	return lo + r.IntN(hi-lo+1)
}

func surname(r *rand.Rand) string {
	if chance(r, 0.45) {
		return pick(r, commonSurnames)
	}
	return pick(r, surnames)
}

// given draws a given name fitting the year of birth.
func given(r *rand.Rand, sex string, born int) string {
	if chance(r, 0.012) {
		return pick(r, rareGiven)
	}
	lists := [3][2][]string{{oldMale, oldFemale}, {midMale, midFemale}, {youngMale, youngFem}}
	gen := 0
	if born >= 1962 {
		gen = 1
	}
	if born >= 1992 {
		gen = 2
	}
	s := 0
	if sex == female {
		s = 1
	}
	list := lists[gen][s]
	if gen < 2 && chance(r, 0.35) { // two drawn characters, so that names spread
		a, b := []rune(pick(r, list)), []rune(pick(r, list))
		if a[0] != b[len(b)-1] && a[0] != '老' && a[0] != '小' && a[0] != '二' {
			return string(a[0]) + string(b[len(b)-1])
		}
	}
	return pick(r, list)
}

func minorityName(r *rand.Rand) string { return pick(r, minorityFirst) + "·" + pick(r, minorityLast) }

// familyOf takes the family part of a name and the given part.
func familyOf(name string) (family, rest string) {
	if a, b, ok := strings.Cut(name, "·"); ok {
		return a + "·", b
	}
	rs := []rune(name)
	return string(rs[:1]), string(rs[1:])
}

// IDNumber completes an area code of six digits, a birth day 2026-11-23 and a
// serial of 0–999 (odd for men) with the check digit of GB 11643.
func IDNumber(area, birth string, serial int) string {
	s := area + strings.ReplaceAll(birth, "-", "") + pad(serial%1000, 3)
	sum := 0
	for i, w := range [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(s[i]-'0')
	}
	return s + string("10X98765432"[sum%11])
}
