package paper

import (
	"slices"
	"strings"
	"time"

	"lianxin/internal/paper/doc"
)

// Sample records with what breaks layouts in them: the longest names, long addresses,
// texts of many lines, empty lists. The people are invented.

func sampleCadre() Person {
	return Person{Name: "李晓燕", Unit: "农业农村办公室", Post: "主任", Phone: "13800001234"}
}

func longCadre() Person {
	return Person{Name: hardCards()[1].CadreName, Unit: "社会治安综合治理和应急管理办公室", Post: hardCards()[1].CadrePost, Phone: "0838-6601234转8012"}
}

func sampleDiary() DiaryData {
	return DiaryData{Cadre: sampleCadre(), Township: "青石镇", From: day(2026, 1, 1), To: day(2026, 6, 30), Printed: day(2026, 7, 1), Overall: "谢志远（镇党委书记）", Office: "0999-6601100", Heard: DiaryHeard{Visits: 4, Phone: 1, Absent: 1},
		Entries: []DiaryEntry{
			{At: at(2026, 4, 2, 9, 30), Household: hardCards()[1].Householder, Place: hardCards()[1].Address, Way: "入户走访",
				People: []string{"李晓燕", hardCards()[1].CadreName, "张建国"}, Topics: []string{"住房", "就业", "子女上学"},
				Learned: "儿子去年在东莞打工，腊月回来后一直没有出去，想在家门口找活路。老人说“房子后面的排水沟一下雨就堵”，去年夏天水漫进了灶房；问起合作医疗，说缴费的短信看不懂，不知道今年交了没有。\n孙女在镇中心校读三年级，住校，每周五回家，路上有一段没有路灯。",
				Measures: []DiaryMeasure{
					{Words: "联系村里组织两个人把屋后排水沟清理疏通，换掉断了的盖板。", Due: day(2026, 4, 10), Result: "4月9日办结，当面看过"},
					{Words: "请镇便民服务中心查合作医疗缴费情况，电话告诉老人。", Due: day(2026, 4, 7), Result: "已办结"},
					{Words: "把镇里春季招聘会的岗位单送到家里。", Result: "正在办"}},
				Thoughts: "缴费提醒短信字多，老人看不懂，建议改成一句话，并由村里在院坝会上念一遍。"},
			{At: at(2026, 3, 5, 15, 20), Household: "王桂兰", Place: "李家湾村3组", Way: "入户走访", People: []string{"李晓燕"}},
			{At: day(2026, 3, 18), Household: "赵大海", Place: "大河村1组", Way: "电话", People: []string{"李晓燕"}, Learned: "在外务工，清明回来祭祖，商量到时候见面。",
				WrittenOn: day(2026, 3, 25), WrittenFor: "村文书 陈娟", Amended: day(2026, 4, 1), Result: "无诉求"},
		}}
}

func sampleLedger() LedgerData {
	home := LedgerHousehold{Village: "李家湾村3组", Householder: "王桂兰", People: 3, Kind: "低收入", Address: "李家湾村3组12号", Phone: "13800002222",
		From: day(2026, 1, 10), CardNo: "QS-2026-0001", CardOn: day(2026, 3, 5), Visits: 7, Raised: 3, Solved: 2,
		Items: []LedgerItem{{Name: "屋后排水沟疏通", DoneOn: day(2026, 4, 9), Confirmed: true}, {Name: "申请危房改造"}}}
	long := home
	long.Householder, long.Address, long.Remark, long.Items = hardCards()[1].Householder, hardCards()[1].Address, "4月起由村委会副主任协助联系", nil
	long.To = day(2026, 6, 30)
	plain := LedgerHousehold{Village: "大河村1组", Householder: "赵大海", People: 5, Kind: "一般", Address: "大河村1组8号", Phone: "无，联系邻居0838-6600001", From: day(2025, 11, 1)}
	d := LedgerData{Unit: "青石镇人民政府", Year: 2026, FilledBy: "陈娟", On: day(2026, 6, 30), Overall: "谢志远（镇党委书记）", Office: "0999-6601100"}
	for i := range 12 {
		c := LedgerCadre{Person: sampleCadre(), Households: []LedgerHousehold{home, long, plain}}
		switch i % 4 {
		case 1:
			c = LedgerCadre{Person: longCadre(), Households: []LedgerHousehold{plain}}
		case 2:
			c = LedgerCadre{Person: Person{Name: "周敏", Unit: "党政办公室", Post: "干事", Phone: "13800003333"}}
		}
		d.Cadres = append(d.Cadres, c)
	}
	return d
}

func sampleHandover() HandoverData {
	return HandoverData{Township: "青石镇", From: sampleCadre(), To: longCadre(), Reason: "工作调动", On: day(2026, 6, 30), Overall: "谢志远（镇党委书记）", Office: "0999-6601100", Households: []HandoverHousehold{
		{Householder: "王桂兰", Address: "李家湾村3组12号", Phone: "13800002222", PairedFrom: day(2026, 1, 10), PairedTo: day(2026, 6, 30),
			Promises:   []HandoverPromise{{Title: "申请危房改造，材料已交镇规划建设办公室，等县里批复", Due: day(2026, 7, 15), State: "正在办"}, {Title: "送春季招聘会岗位单", State: "已延期"}},
			LastVisits: []HandoverVisit{{On: day(2026, 6, 12), Way: "入户走访", Gist: "看了房子裂缝，拍照交建设办；老人身体还好。"}, {On: day(2026, 5, 3), Way: "电话", Gist: "一切如常。"}},
			Cautions:   "听力不好，打电话请打儿子的号码；家里有狗，进门先喊。"},
		{Householder: hardCards()[1].Householder, Address: hardCards()[1].Address, PairedFrom: day(2025, 11, 1)},
	}}
}

func sampleRegistration() RegistrationData {
	return RegistrationData{CardNo: "QS-DJ-0001", Township: "青石镇", Village: "李家湾村", Group: "3组", Householder: "王桂兰", Phone: "13800002222",
		Address: hardCards()[1].Address, Kind: "一般农户", People: 3, Income: "约2.4万元（2025年，本人陈述）", Housing: "砖混，96平方米，2011年建", Land: "耕地3.2亩，林地5亩",
		Living: "种玉米、养猪两头；儿子在东莞打工，每年春节回来一次，家里的重活靠邻居帮忙。", Raised: "屋后排水沟下雨就堵，去年夏天水漫进灶房。",
		Wanted: "疏通排水沟；危房改造。", Done: "4月9日排水沟疏通；危房改造材料已交。", Cadre: sampleCadre(), FilledOn: day(2026, 3, 5),
		Members: []RegistrationMember{{"王桂兰", "女", "1956-03", "户主", "小学", "务农"}, {hardCards()[1].Householder, "男", "1980-11", "儿子", "初中", "广东东莞务工"}, {"王小雨", "女", "2016-09", "孙女", "小学在读", "镇中心校"}}}
}

func sampleContactForm() ContactFormData {
	return ContactFormData{CardNo: "QS-2026-0001", Township: "青石镇", Cadre: longCadre(), SecondName: "张建国", SecondPhone: "13800005678",
		Householder: hardCards()[1].Householder, Address: hardCards()[1].Address,
		Services: []string{"政策咨询和办事指引", "反映生产生活困难", "代办低保、医保、户籍等手续"}, Promises: []string{"每年上门不少于6次", "反映的事3个工作日内回话", "每年办成实事不少于2件"},
		ComplaintPhone: "0838-6600110", IssuedOn: day(2026, 3, 5), Link: sampleCard().Link}
}

func sampleVisits() VisitsData {
	return VisitsData{Scope: "青石镇", From: day(2026, 1, 1), To: day(2026, 6, 30), Made: day(2026, 7, 1), Visits: slices.Values([]VisitRow{
		{At: at(2026, 3, 5, 15, 20), Cadre: "李晓燕", Unit: "农业农村办公室", Companions: []string{"张建国"}, Village: "李家湾村", Household: "王桂兰", Way: "入户走访",
			Topics: []string{"住房"}, Learned: "=HYPERLINK(\"http://x\") 屋后排水沟堵了，\n去年水漫进灶房。", Measures: "疏通排水沟", Due: day(2026, 4, 10), State: "已办结", Marks: []string{"补记"}},
		{At: day(2026, 3, 18), Cadre: hardCards()[1].CadreName, Unit: "党政办公室", Village: "大河村", Household: "赵大海", Way: "电话", Learned: "一切如常。"},
	})}
}

func sampleProgress() ProgressData {
	return ProgressData{Scope: "青石镇", Campaign: "“四群”教育干部直接联系群众", From: day(2026, 1, 1), To: day(2026, 6, 30), Made: day(2026, 7, 1),
		Duties: []string{"联系户（户）", "走访（次）", "实事（件）", "驻村（天）"}, Rows: slices.Values([]ProgressRow{
			{Village: "李家湾村", Name: "李晓燕", Unit: "农业农村办公室", Post: "主任", Duties: []ProgressDuty{{true, 5, 5}, {true, 15, 12}, {true, 1, 1}, {true, 80, 64.5}}},
			{Village: "大河村", Name: hardCards()[1].CadreName, Unit: "村“两委”", Post: "副主任", Duties: []ProgressDuty{{true, 5, 4}, {true, 12, 13}, {true, 1, 0}, {}}, Note: "3月1日到任，按在岗时间折算"},
		})}
}

// sampleDocuments are all papers made as documents, filled, hard and empty.
func sampleDocuments() map[string]doc.Document {
	filled, err := ContactForm(sampleContactForm())
	if err != nil {
		panic(err)
	}
	blank, err := ContactForm(ContactFormData{})
	if err != nil {
		panic(err)
	}
	long := sampleDiary()
	for i := range 20 {
		e := long.Entries[i%3]
		e.At = e.At.Add(time.Duration(i) * 24 * time.Hour)
		e.Learned += strings.Repeat("一件一件问清楚，记在本子上。", i)
		long.Entries = append(long.Entries, e)
	}
	return map[string]doc.Document{
		"diary": Diary(sampleDiary()), "diary-empty": Diary(DiaryData{Cadre: sampleCadre(), From: day(2026, 1, 1), To: day(2026, 3, 31)}), "diary-long": Diary(long),
		"ledger": Ledger(sampleLedger()), "ledger-empty": Ledger(LedgerData{Unit: "青石镇人民政府", Year: 2026}),
		"handover": Handover(sampleHandover()), "handover-empty": Handover(HandoverData{From: sampleCadre()}),
		"registration": RegistrationCard(sampleRegistration()), "registration-blank": RegistrationCard(RegistrationData{}),
		"leading": Leading(sampleLeading()), "opinion": Opinion(sampleOpinion(0)), "opinion-full": Opinion(sampleOpinion(1530)), "opinion-small": Opinion(sampleOpinion(440)), "opinion-middle": Opinion(sampleOpinion(640)), "opinion-large": Opinion(sampleOpinion(990)), "opinion-empty": Opinion(OpinionData{}), "leading-empty": Leading(LeadingData{Township: "青石镇", Campaign: "四群教育"}),
		"reception": Reception("青石镇", []ReceptionRow{sampleReception()}), "reception-empty": Reception("青石镇", nil), "receipt": Receipt(sampleReceipts()[0]),
		"meeting": Meeting(sampleMeeting()), "meeting-blank": Meeting(MeetingData{Kind: "民情分析会", Unit: "青石镇"}), "meeting-long": Meeting(longMeeting()), "meetings": MeetingForms([]MeetingData{sampleMeeting(), {Kind: "座谈会", Unit: "李家湾村", Year: 2026, Number: 2, On: day(2026, 11, 6), Present: []string{"王桂兰"}}}), "meetings-empty": MeetingForms(nil),
		"contactform": filled, "contactform-blank": blank,
	}
}

// sampleMeeting is a usual one: three matters, one of them decided, one explained, one
// only talked over.
func sampleMeeting() MeetingData {
	return MeetingData{Kind: "民情分析会", Unit: "青石镇", Year: 2026, Number: 4, On: day(2026, 11, 20), From: "14:30", To: "16:00", Place: "镇二楼会议室", Chair: "谢志远", Recorder: "顾正华",
		Present: []string{"谢志远（镇党委书记）", "顾正华（镇组织委员）", "赵伟（副镇长）", "周春来（李家湾村支部书记）"}, Leave: []string{"马爱民（副镇长）"}, Sitting: []string{"供水站老陶"},
		Followup: "路灯修复：办结，办成，水务站 周凯\n补贴政策讲解：在办，组织办 张敏",
		Items: []MeetingItem{
			{Title: "李家湾村自来水常停", Source: "李家湾村：用水水利：本期7件，前4期平均2件", Reporter: "周春来", Quotes: []string{"一到下午就没水，做不成饭", "去年就说了，一直没修"}, Sort: "共性、热点", Analysis: "三个村的水都从老泵站来，一到晚上压力不够。", Opinion: "换加压泵，先解决高处的两个组。", Decision: "交办", Who: "水务站 周凯", Due: day(2026, 12, 20), Result: "办结，办成"},
			{Title: "问低保、高龄补贴的多", Source: "青石镇：补贴政策：本期有9次走访聊到", Analysis: "多数是不知道条件。", Opinion: "每村开一次院坝会，当面讲、当面算。", Decision: "解释"},
			{Title: "冬春防火", Source: "会上提出"}},
		Summary: "先办群众最急的水，再把政策讲到院坝里。", Signed: "谢志远", SignedOn: day(2026, 11, 21)}
}

// longMeeting has the longest names, forty people, the longest words a field takes and as
// many matters as an agenda.
func longMeeting() MeetingData {
	d := sampleMeeting()
	d.Place, d.Chair, d.Recorder = hardCards()[1].Address, hardCards()[1].CadreName, hardCards()[1].Householder
	for range 36 {
		d.Present = append(d.Present, hardCards()[1].CadreName+"（"+hardCards()[1].CadrePost+"）")
	}
	first := d.Items[0]
	first.Analysis, first.Opinion = strings.Repeat("三个村的水都从老泵站来，一到晚上压力不够。", 190), strings.Repeat("换加压泵。\n", 60)
	first.Quotes = slices.Repeat([]string{strings.Repeat("一到下午就没水，做不成饭，", 40)}, 30)
	first.Who, first.Title = "社会治安综合治理和应急管理办公室 "+hardCards()[1].CadreName, strings.Repeat("三个村", 66)
	first.Source = "https://example.gov.cn/" + strings.Repeat("a", 120)
	d.Items = append([]MeetingItem{first}, d.Items...)
	for range 56 {
		d.Items = append(d.Items, d.Items[2])
	}
	return d
}

func sampleLeading() LeadingData {
	return LeadingData{Township: "青石镇", Campaign: "四群教育", On: day(2026, 3, 5), Seat: "镇组织办", Phone: "0999-6601100", Complaint: "0999-8801100", Overall: "谢志远（镇党委书记）", Answers: []string{"谢志远（镇党委书记）"},
		Group:  []LeadingPost{{"组长", []LeadingPerson{{Name: "谢志远", Title: "镇党委书记"}}}, {"副组长", nil}, {"成员", []LeadingPerson{{Title: "派出所所长", Phone: ""}, {Name: "马爱民", Title: "副镇长（分管农业）"}, {Name: "周正"}}}},
		Office: []LeadingPost{{"主任", []LeadingPerson{{Name: "顾正华", Title: "镇组织委员", Duties: "主持办公室工作", Phone: "13800002155"}}}, {"工作人员", []LeadingPerson{{Name: "张敏", Title: "组织办科员", Duties: "印卡"}}}}}
}

// sampleOpinion is a usual one, or one with as many characters as a size takes.
func sampleOpinion(n int) OpinionData {
	d := OpinionData{Unit: "青石镇", Place: "青石镇李家湾村", Title: "几个组共用的水渠塌方两年未修", Addressee: "县水务局", Matters: 3, Visits: 2, Homes: 12, On: day(2026, 11, 23),
		Said:       "两年来，十二户群众先后反映，三组到五组共用的引水渠在老磨坊段塌方，春灌用不上水，约八十亩地改种旱粮。\n群众自己清过两次，石方大，清不动。",
		Quotes:     []string{"渠塌了浇不上地，去年就说了", "三个组都用这条渠"},
		Suggestion: "一是请县水务局列入今冬明春小型水利维修；二是镇村先组织清淤，保春灌。"}
	if n > 0 {
		d.Draft = true
		d.Title = strings.Repeat("水", 40)
		d.Quotes = []string{strings.Repeat("去年就说了，", 10), strings.Repeat("三个组都用这条渠", 6)}
		n -= 60 + 48
		d.Suggestion = string([]rune(strings.Repeat("列入维修，先清淤再衬砌。", 50))[:n*2/5])
		d.Said = string([]rune(strings.Repeat("渠塌了没人修，地里浇不上水。", 70))[:n-n*2/5])
	}
	return d
}
