package reception_test

import (
	"testing"

	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/reception"
	. "lianxin/internal/work/worktest"
)

// said are sentences as people say them at the desk, with the topic a clerk would
// choose; "" where no word says it.
var said = []struct{ words, topic string }{
	{"我家房子漏雨，下大雨没法睡", "housing"},
	{"老房子墙裂了，怕住不得", "housing"},
	{"想申请危房改造", "housing"},
	{"儿子结婚想盖房，宅基地批不批", "housing"},
	{"易地搬迁的安置房啥时候分", "housing"},
	{"想问我家够不够吃低保", "livelihood"},
	{"老伴走不动了，想问能不能上门办残疾证", "livelihood"},
	{"我一个人独居，没人照顾", "livelihood"},
	{"家里揭不开锅了，能不能给点临时救助", "livelihood"},
	{"婆婆想住敬老院", "livelihood"},
	{"在县医院住院花了三万多，怎么报销", "medical"},
	{"今年医保在哪里交", "medical"},
	{"村卫生室老关门，买不到药", "medical"},
	{"老人得了尿毒症，每个星期要透析", "medical"},
	{"想办慢性病卡，药费太贵", "medical"},
	{"娃儿考上大学，学费凑不齐", "schooling"},
	{"孙女转学到镇中心小学，要哪些手续", "schooling"},
	{"校车不到我们组，娃娃走一个多小时", "schooling"},
	{"想给娃申请助学贷款", "schooling"},
	{"幼儿园报不上名", "schooling"},
	{"在工地干了半年，包工头不给工钱", "employment"},
	{"想找个活干，镇上有没有公益性岗位", "employment"},
	{"外地回来想开个小饭馆", "employment"},
	{"想报名电焊培训", "employment"},
	{"老板拖欠工资两个月了", "employment"},
	{"今年苹果卖不出去", "farming"},
	{"苞谷遭冰雹打了，农业保险咋个赔", "farming"},
	{"家里母猪死了三头，怕是猪瘟", "farming"},
	{"想种花椒，种子从哪里来", "farming"},
	{"化肥太贵，合作社能不能统一买", "farming"},
	{"自来水三天没来了", "water"},
	{"水渠断了，秧苗都干了", "water"},
	{"上头抢水，我们下头浇不到", "water"},
	{"吃水要去沟里挑，水窖干了", "water"},
	{"水管冻裂，全组没水", "water"},
	{"进村的路烂得车都开不进", "road"},
	{"我们组的桥塌了一角", "road"},
	{"通组路什么时候硬化", "road"},
	{"班车停了，赶场不方便", "road"},
	{"下雨就是泥巴路，老人出门摔跤", "road"},
	{"路灯坏了半个月没人修", "power"},
	{"一到晚上就停电，电压也低", "power"},
	{"手机没信号，打电话要爬到山上", "power"},
	{"电线杆歪了", "power"},
	{"电费比上个月多了一倍", "power"},
	{"隔壁组占了我们的林地", "land"},
	{"征地补偿款还没给", "land"},
	{"我家承包地没确权", "land"},
	{"责任田流转出去，地租没拿到", "land"},
	{"垃圾没人拉，臭得很", "environment"},
	{"养猪场的污水流到河里", "environment"},
	{"公共厕所没人打扫", "environment"},
	{"邻居吵架，把我打伤了", "neighbours"},
	{"隔壁家的狗咬了我家娃", "neighbours"},
	{"弟兄分家说不拢", "neighbours"},
	{"耕地补贴今年还没到账", "policy"},
	{"养老金资格认证不会弄", "policy"},
	{"退役军人优待证怎么办", "policy"},
	{"后山滑坡，石头滚下来", "safety"},
	{"有人打电话说中奖，我妈被骗了", "safety"},
	{"液化气罐放在楼道里，怕着火", "safety"},
	{"想给孩子上户口", ""},
	{"来问问身份证怎么补", ""},
	{"谢谢你们，我来坐坐", ""},
	{"想见见书记", ""},
	{"儿子在外地，回来一趟不容易", ""},
	{"帮我看看这张单子是啥意思", ""},
}

// TestGuess: what is guessed is right but for a few; where no word says it, nothing
// is guessed, and the three a tester met stay right.
func TestGuess(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	Seed(t, d)
	ts, err := appeal.Topics(t.Context(), d, County)
	if err != nil {
		t.Fatal(err)
	}
	wrong, none := 0, 0
	for _, s := range said {
		switch got := reception.Guess(s.words, ts); got {
		case s.topic:
		case "":
			none++
			t.Logf("no guess for %s, %s", s.words, s.topic)
		default:
			wrong++
			t.Logf("%s: %s, want %q", s.words, got, s.topic)
			if s.topic == "" {
				t.Errorf("a guess out of nothing: %s, %s", s.words, got)
			}
		}
	}
	if wrong > 3 || none > 6 {
		t.Errorf("%d wrong, %d without a guess, of %d", wrong, none, len(said))
	}
	for words, bad := range map[string]string{"外地回来想开个小饭馆": "land", "老伴走不动了，想问能不能上门办残疾证": "schooling", "想给孩子上户口": "schooling"} {
		if got := reception.Guess(words, ts); got == bad {
			t.Errorf("%s: %s", words, got)
		}
	}
	// A county's own topic goes by its name; one no longer used is not guessed.
	own := []appeal.Topic{{ID: "ferry", Name: "渡口", Active: true}, {ID: "old", Name: "路灯"}}
	if got := reception.Guess("渡口的船坏了，路灯也不亮", own); got != "ferry" {
		t.Error(got)
	}
}
