package sample

// Level is the place of a region in the tree.
type Level string

// The levels, top down.
const (
	LevelProvince   Level = "province"
	LevelPrefecture Level = "prefecture"
	LevelCounty     Level = "county"
	LevelTownship   Level = "township"
	LevelVillage    Level = "village"
	LevelGroup      Level = "group"
)

// Region is a node of the division tree. Codes have 2, 4, 6, 9, 12 or 15 digits.
type Region struct {
	Code, Parent, Name string
	Level              Level
}

// Township is one township with everything that happened in it. Ids are unique
// within the county; every id that is mentioned exists in the same township.
type Township struct {
	Code, Name string
	Regions    []Region // the township, its villages, their groups; parents first
	Units      []Unit
	Cadres     []Cadre
	Households []Household
	Pairings   []Pairing
	Visits     []Visit // by day and clock
	Promises   []Promise
	Practical  []PracticalItem
	Stays      []Stay
	Thoughts   []Thought
	Briefings  []Briefing
	Group      []GroupMember
}

// Unit is an office whose people the plan may bind (domain c12).
type Unit struct {
	ID, Name string
	Region   string // township, or village for a village committee
	Kind     string // 领导班子, 机关, 站所, 派驻, 村“两委”
	Bound    bool   // 纳入本方案
	Head     string // cadre on Today; empty for 领导班子
}

// Rank decides duties (A2, B4–B7).
type Rank string

// Leader is 班子成员; Section is 副科以上 outside the leading body; Staff is
// 乡镇干部, heads of stations included; Village is 村“两委”.
const (
	RankLeader  Rank = "leader"
	RankSection Rank = "section"
	RankStaff   Rank = "staff"
	RankVillage Rank = "village"
)

// Post is a position held from–to; To is empty while it is held.
type Post struct {
	Title  string // 农技站站长
	Rank   Rank
	Grade  string // 正科, 副科, 股级, 科员, 专技, 村干部; research duty (B4) from 副科 up
	Unit   string // unit id
	Head   bool   // heads the unit
	From   string
	To     string
	Reason string // why it ended: 调动, 退休, 改任
}

// Leave is an absence of more than 30 days (domain c14).
type Leave struct {
	From, To string
	Kind     string // 产假, 病假, 脱产培训, 借调
}

// Cadre is an official.
type Cadre struct {
	ID, Name, Sex string // 男, 女
	Birth         string
	Ethnic        string
	Phone         string
	Education     string
	Party         bool
	Village       string // posted village (region code); empty: none
	Posts         []Post // in time order, without gaps
	Leaves        []Leave
	From          string // first day in the township
	To            string // last day in the township; empty while here
}

// Household is a home. Status on Today: living, moved, deceased or merged.
type Household struct {
	ID       string
	Region   string // group code
	Number   string // 户编号, unique in the county
	Address  string
	Phone    string // best number to reach the home; may be empty
	Kind     string // 一般户, 低保户, 特困供养户, 防返贫监测户
	Housing  Housing
	LandMu   float64
	Income   string // band a head and year: 5千以下 …
	Earns    []string
	Water    string
	Consent  Consent
	Notes    string
	From     string // in the register since
	To       string // last day; empty while living here
	Status   string
	SplitOff string // household it was split from
	MergedIn string // household it was merged into
	Members  []Member
	Tags     []CareTag
}

// Housing describes the house.
type Housing struct {
	Form   string // 砖混平房 …
	AreaM2 int
	Built  int
	Danger string // A, B, C, D
}

// Consent says whether the home agreed to its data being kept, and how.
type Consent struct {
	Given bool
	How   string // 书面, 口头（见证）, 监护人书面, 拒绝部分内容
	On    string
	By    string // member
	Limit string // what was refused, if anything
}

// Member is a person of a household.
type Member struct {
	ID, Name   string
	Relation   string // to the householder: 户主, 配偶, 儿子, 儿媳, 孙子 …
	Sex        string
	Birth      string
	IDNumber   string
	Ethnic     string
	Phone      string
	Education  string
	School     string // 在校: 小学三年级 …
	Health     string // 健康, 长期慢性病, 大病, 残疾
	Illness    string
	Disability string // kind and degree: 肢体二级
	Labour     string // 普通劳动力, 技能劳动力, 弱劳动力, 丧失劳动力, 无劳动力
	Work       string // 务农, 务工, 在校, 公益岗位, 经商 …
	WorkPlace  string // where, when away
	Away       bool   // lives elsewhere most of the year
	Party      bool
	Left       string // day of leaving the household
	LeftWhy    string // 去世, 外嫁, 迁出, 分户
}

// CareTag says why a home needs more attention (A3), on what evidence, how long.
type CareTag struct {
	Kind     string // 孤儿, 孤寡老人, 残疾, 留守学生, 低收入, 大病, 独居, 高龄, 单亲, 突发困难
	Member   string // empty when it is about the home
	Evidence string
	Source   string // 部门数据, 村里提供, 本人陈述
	From, To string // To is empty: without end
}

// Pairing is official–household from–to. Joint helpers stand beside the main one.
type Pairing struct {
	ID, Cadre, Household string
	From, To             string
	Joint                bool
	Reason               string // why it began
	EndReason            string // 调动, 退休, 轮换, 迁出, 去世, 并户, 群众要求, 长期请假
}

// Visit is one call at a home (A7, A12).
type Visit struct {
	ID, Household, Cadre string
	Companions           []string
	Recorder             string // cadre who wrote it down; differs from Cadre: 代记
	Day, Clock           string // when it happened, 8–20 h
	Minutes              int
	How                  string // home, phone, met, absent, declined
	Place                string
	Met                  string // member met; empty for absent
	Topics               []string
	Policies             []string // policy topics explained
	Mood                 string   // 晴, 多云, 阴, 雨; empty when not tapped
	AsUsual              bool     // 一切如常
	Words                string   // diary text
	Measures             string   // what is going to be done about it
	Result               string   // none, handled, promised
	RecordedDay          string
	RecordedClock        string
	Late                 bool // 补记: more than three days after
	OutsidePairing       bool // done for a home that had no official at the time
}

// Promise is a measure with a time limit.
type Promise struct {
	ID, Visit, Household string
	Owner                string // cadre
	Title, Topic         string
	Made, Due            string
	State                string // open, soon (due within 3 days), overdue, done, withdrawn
	Done, Result         string
	Withdrawn, Reason    string
}

// PracticalItem is a concrete thing done for a home (A8).
type PracticalItem struct {
	ID, Household, Cadre string
	Promise              string // that it came from; may be empty
	Kind, Title          string
	AmountFen            int64
	Funding              string
	Proposed, Started    string
	Done                 string
	Confirmed            string
	ConfirmedBy          string // member
	ConfirmedHow         string // 签字, 按手印, 第三人电话, 见证人
	State                string // proposed, started, done, confirmed, cancelled
	CancelReason         string
}

// Stay is a declared range of village-stay or research days, with half days.
// FromHalf am begins in the morning, pm at noon; ToHalf am ends at noon, pm in
// the evening. Ranges of one official never overlap each other or his leaves.
type Stay struct {
	ID, Cadre, Village string
	Kind               string // stay, research
	From, FromHalf     string
	To, ToHalf         string
	HalfDays           int
	Nights             int
	Topic, Note        string
	ConfirmedBy        string // village cadre; empty while not confirmed
}

// Thought is a 想法和建议 added to a diary.
type Thought struct {
	ID, Cadre, Day, Clock, Text string
	Village                     string
}

// Briefing is a policy briefing (A11).
type Briefing struct {
	ID, Speaker  string // cadre
	Topic, Title string
	Day, Clock   string
	Village      string
	Place        string
	Audience     int
	Material     string
	Homes        []string // households that were present
}

// GroupMember is a seat in a campaign's leading group or its office (A1, B1, B2).
type GroupMember struct {
	ID, Campaign string // A 挂包帮, B 四群教育
	Body         string // group, office
	Role         string // 组长, 副组长, 成员, 主任, 副主任, 工作人员
	Cadre        string
	Post         string // post at appointment
	Duty         string
	From, To     string
}
