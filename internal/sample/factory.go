package sample

// The factories give tests one plain, complete value each, to be changed where
// the test cares: h := sample.NewHousehold(); h.Phone = "". They fit together:
// the visit is by the official at the household, under the pairing.

// NewCadre returns an official on the staff of 青石镇, posted to 李家湾村.
func NewCadre() Cadre {
	return Cadre{
		ID: "990101100-c0001", Name: "李明", Sex: male, Birth: "1988-04-12", Ethnic: "汉族",
		Phone: "13800000001", Education: "本科", Party: true, Village: "990101100201",
		Posts: []Post{{Title: "党政办科员", Rank: RankStaff, Grade: "科员", Unit: "990101100-u0001", From: "2023-07-01"}},
		From:  "2023-07-01",
	}
}

// NewHousehold returns a home of two, grandmother and schoolchild, in 李家湾村三组.
func NewHousehold() Household {
	return Household{
		ID: "990101100-h0001", Region: "990101100201003", Number: "0110020100001",
		Address: "青石镇李家湾村三组12号", Phone: "13800004001", Kind: "低保户",
		Housing: Housing{Form: "土木瓦房", AreaM2: 80, Built: 1986, Danger: "B"},
		LandMu:  2.6, Income: "7千—1万", Earns: []string{"玉米"}, Water: "自来水",
		Consent: Consent{Given: true, How: "书面", On: "2025-09-20", By: "990101100-h0001-1"},
		From:    "2020-01-01", Status: "living",
		Members: []Member{
			{ID: "990101100-h0001-1", Name: "王桂兰", Relation: "户主", Sex: female, Birth: "1947-03-08",
				IDNumber: IDNumber("990101", "1947-03-08", 2), Ethnic: "汉族", Phone: "13800004001", Education: "小学",
				Health: "长期慢性病", Illness: "风湿关节炎", Labour: "丧失劳动力", Work: "养老"},
			{ID: "990101100-h0001-2", Name: "李子涵", Relation: "孙女", Sex: female, Birth: "2015-10-02",
				IDNumber: IDNumber("990101", "2015-10-02", 4), Ethnic: "汉族", Education: "在读", School: "小学五年级",
				Health: "健康", Labour: "无劳动力", Work: "在校"},
		},
		Tags: []CareTag{
			{Kind: "留守学生", Member: "990101100-h0001-2", Evidence: "中心校名单", Source: "部门数据", From: "2025-09-20", To: "2027-09-01"},
			{Kind: "低收入", Evidence: "低保证，民政名单", Source: "部门数据", From: "2024-01-01", To: "2027-01-01"},
		},
	}
}

// NewPairing pairs NewCadre with NewHousehold.
func NewPairing() Pairing {
	return Pairing{ID: "990101100-k0001", Cadre: "990101100-c0001", Household: "990101100-h0001", From: "2025-09-20", Reason: "方案启动，按所驻村安排"}
}

// NewVisit is a call of NewCadre at NewHousehold on an ordinary afternoon.
func NewVisit() Visit {
	return Visit{
		ID: "990101100-v00001", Household: "990101100-h0001", Cadre: "990101100-c0001", Recorder: "990101100-c0001",
		Day: "2026-03-05", Clock: "15:20", Minutes: 35, How: howHome, Place: "家中", Met: "990101100-h0001-1",
		Topics: []string{"health"}, Mood: "多云", Words: "腿疼得厉害，想去镇卫生院看，没人送。",
		Measures: "联系卫生院，约好时间开车送去。", Result: "promised", RecordedDay: "2026-03-05", RecordedClock: "16:40",
	}
}

// NewPromise came out of NewVisit.
func NewPromise() Promise {
	return Promise{ID: "990101100-p0001", Visit: "990101100-v00001", Household: "990101100-h0001", Owner: "990101100-c0001",
		Title: "送王桂兰去镇卫生院看腿", Topic: "health", Made: "2026-03-05", Due: "2026-03-10", State: "open"}
}
