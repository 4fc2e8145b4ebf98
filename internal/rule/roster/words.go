package roster

import (
	"regexp"
	"strings"

	"lianxin/internal/rule/identity"
)

// exact lists the heads that offices write, by field. They are compared without spaces, line
// breaks, brackets and signs.
var exact = index(map[Field]string{
	FieldSerial:      "序号 编号 序 号 顺序号 流水号 NO No no",
	FieldHouseholdNo: "户号 户编号 户序号 户口编号 家庭编号 户口号 户口簿号 户别号 农户编号",
	FieldHead: "户主 户主姓名 户主名 户主名字 农户姓名 农户 农户户主 农户名 联系对象 联系对象姓名 结对对象 结对对象姓名 帮扶对象 帮扶对象姓名 联系户 联系户姓名 联系户户主 联系户户主姓名 " +
		"结对户 结对户姓名 结对户户主 帮扶户 帮扶户姓名 帮扶户户主 群众姓名 被联系人 对象姓名 服务对象 家庭户主 贫困户 贫困户姓名 贫困户户主 脱贫户 脱贫户姓名 脱贫户户主 监测户 联系群众 联系群众姓名 " +
		"联系农户 联系农户姓名 结对农户 结对群众 村民姓名 户名 户主或联系人 居民姓名 包联户 包保户 挂联户 挂包户 联系家庭 户代表 户主人",
	FieldMember:     "成员姓名 家庭成员姓名 家庭成员 家人姓名 人员姓名 家庭人员 成员 家庭人员姓名",
	FieldRelation:   "与户主关系 与户主的关系 关系 户主关系 家庭关系 与户主之关系 称谓 成员关系 与联系对象关系 与户主间关系 家庭成员关系 家庭成员与户主关系 和户主关系",
	FieldSex:        "性别 男女 户主性别",
	FieldID:         "公民身份号码 公民身份证号码 公民身份证号 身份证号 身份证号码 身份证 居民身份证号码 居民身份证号 居民身份证 身份号码 证件号码 证件号 户主身份证号 户主身份证号码 户主身份证 身份证件号码 户主公民身份号码 身份证编号",
	FieldBirth:      "出生日期 出生年月 出生年月日 生日 出生 出生时间",
	FieldVillage:    "村 村名 行政村 所在村 所属村 村委会 村社区 村居 社区 村别 居住村 村委 村民委员会 所在村社区 村组 村委会名称 行政村名称 村名称 所属行政村 所在行政村 村居名称 居委会 所在村委会 户籍村",
	FieldGroup:      "组 社 村民小组 组别 小组 所在组 居民小组 组号 社别 所在社 村小组 生产队 队 自然村 寨 屯 村民组 所属小组 社组 组社 几组 所在小组 所属组 组名 自然村组 村民小组名称",
	FieldTown:       "乡镇 镇 乡 镇乡 所在乡镇 街道 乡镇街道 镇街 所属乡镇 乡镇名称",
	FieldAddress:    "家庭住址 住址 地址 家庭地址 详细地址 居住地址 现住址 户籍地址 常住地址 居住地 家庭详细住址 住所 详细住址 家庭居住地址 门牌号 户籍所在地",
	FieldPhone:      "联系电话 电话 手机 手机号 手机号码 电话号码 联系方式 联系号码 移动电话 户主电话 户主联系电话 户主手机 农户电话 固定电话 座机 联系手机 本人电话 家庭电话 农户联系电话 群众电话 户主联系方式 户主手机号 户主电话号码 联系户电话 群众联系电话",
	FieldSize:       "家庭人口 人口 人口数 家庭人口数 人数 家庭人数 户籍人口 家庭成员数 家庭成员人数 户人口 家庭总人口 总人口",
	FieldCare:       "对象类别 困难类型 困难类别 类别 重点对象 重点对象类别 困难原因 户属性 户类型 户类别 农户类型 农户属性 家庭类型 对象类型 致贫原因 贫困类型 帮扶类别 家庭类别 困难情况 特殊群体 特殊类型 类型 身份类别 低保类别 重点群体 重点人群 主要困难 联系对象类别 联系户类别 联系户类型 困难类别重点对象 群体类别 特殊情况 主要致贫原因 特殊困难",
	FieldHousing:    "住房 住房情况 房屋结构 住房结构 房屋情况 住房状况",
	FieldIncome:     "家庭收入 年收入 人均收入 家庭年收入 年人均纯收入 收入 人均年收入 收入情况 经济来源 家庭经济状况 人均纯收入 主要收入来源",
	FieldHealth:     "健康状况 身体状况 健康情况 健康",
	FieldEducation:  "文化程度 学历 文化",
	FieldEthnic:     "民族",
	FieldOccupation: "职业 务工情况 务工地点 从业情况 从业 务工",
	FieldNote:       "备注 说明 附注 其他 备考",
	FieldCadre: "联系干部 结对干部 包户干部 帮扶责任人 挂联人 挂联干部 帮扶人 责任人 联系人 包保干部 包联干部 挂包干部 帮扶干部 帮扶联系人 联户干部 责任干部 包户责任人 包保责任人 联系责任人 " +
		"结对帮扶人 结对帮扶干部 结对责任人 结对帮扶责任人 干部姓名 联系干部姓名 联系领导 包户领导 挂钩干部 挂钩人 挂户干部 机关干部 走访干部 干部 联系党员 定点联系干部 挂联责任人 挂包人 包户人 结对人 包联责任人 包联人 " +
		"联系人姓名 帮扶人姓名 帮扶责任人姓名 结对干部姓名 包户干部姓名 挂联干部姓名 挂联人姓名 责任人姓名 结对党员 帮联干部 帮联人 直接联系干部 联系户干部 挂包帮干部 联系机关干部 包干干部 包干责任人 联系责任干部",
	FieldPairedFrom: "结对时间 结对日期 联系时间 包户时间 帮扶时间 开始时间 挂联时间 结对起始时间 联系起始时间 结对年月",
	FieldName:       "姓名 名字 干部名单 职工姓名",
	FieldPost:       "职务 现任职务 职位 岗位 职务职级 工作岗位 党政职务 职务名称 行政职务",
	FieldRank:       "职级 职务层次 级别 干部类别 身份 职级类别 人员类别 职务类别 人员性质 层级 干部类型 人员类型",
	FieldUnit:       "单位 所在单位 部门 站所 工作单位 所属单位 科室 办公室 所在部门 股室 内设机构 所在站所 所属部门 单位名称 部门站所 工作部门",
	FieldPosted:     "驻村 驻村点 联系村 包村 包片村 所驻村 驻点村 挂点村 挂联村 联系点 分管村 包联村 包村情况 驻点 挂村 所包村 包干村 驻村名称 联系村社区 驻村情况 联系村居 所联系村",
})

func index(m map[Field]string) map[string]Field {
	out := map[string]Field{}
	for f, words := range m {
		for _, w := range strings.Fields(words) {
			out[w] = f
		}
	}
	return out
}

var (
	brackets = regexp.MustCompile(`[(\[【〔{<][^)\]】〕}>]*[)\]】〕}>]?`)
	signs    = regexp.MustCompile(`[\s*:：、,，.。;；/\\|_\-—?？!！"'“”‘’#＊]+`)
)

// plainHead is a head without the signs around its words. The words in brackets are dropped, unless
// nothing else is left.
func plainHead(s string) string {
	t := identity.Squeeze(s)
	if len(t) > 200 {
		return ""
	}
	cut := signs.ReplaceAllString(brackets.ReplaceAllString(t, ""), "")
	if cut == "" {
		cut = signs.ReplaceAllString(strings.Trim(t, "()[]【】〔〕"), "")
	}
	return strings.TrimLeft(cut, "0123456789")
}

// maxHead is the longest head taken for one; longer texts are titles or notes.
const maxHead = 18

// oneHead maps the words of a single head.
func oneHead(s string) (Field, float64) {
	h := plainHead(s)
	n := len([]rune(h))
	if n == 0 || n > maxHead {
		return FieldNone, 0
	}
	if f, ok := exact[h]; ok {
		return f, 1
	}
	return byRule(h)
}

func has(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

func ends(s string, words ...string) bool {
	for _, w := range words {
		if strings.HasSuffix(s, w) {
			return true
		}
	}
	return false
}

var cadreWords = []string{"干部", "责任人", "帮扶人", "挂联人", "挂钩人", "包户", "结对", "联户", "帮扶", "挂联", "挂包", "包保", "包联", "帮联"}

// byRule maps heads that are put together from known words.
func byRule(h string) (Field, float64) {
	const sure = 0.8
	if has(h, "措施", "需求", "成效", "计划", "记录", "次数", "内容", "签字", "签名", "金额", "事项", "盖章", "填报", "填表", "花名册", "登记表", "一览表", "名单", "台账", "统计") {
		return FieldNone, 0
	}
	if name, rest, ok := strings.Cut(h, "及"); ok && exact[name] == FieldCadre && has(rest, "电话", "手机", "联系方式", "职务", "单位") {
		return FieldCadre, sure
	}
	if has(h, cadreWords...) && !ends(h, "户", "对象", "户主", "户主姓名", "户姓名", "对象姓名", "农户姓名") {
		switch {
		case has(h, "电话", "手机", "联系方式", "号码"):
			return FieldCadrePhone, sure
		case has(h, "职务", "职级", "岗位"):
			return FieldCadrePost, sure
		case has(h, "单位", "部门", "站所"):
			return FieldCadreUnit, sure
		case has(h, "时间", "日期", "年月"):
			return FieldPairedFrom, sure
		case has(h, "身份证", "性别", "类别", "情况", "类型"):
			return FieldNone, 0
		case ends(h, "姓名", "人", "干部", "领导", "党员", "责任人"):
			return FieldCadre, sure
		}
		return FieldNone, 0
	}
	// 户主姓名及电话: the cell holds the name with what goes with it, and is read as such.
	for _, and := range []string{"及", "和", "与", "、"} {
		if name, _, ok := strings.Cut(h, and); ok {
			if f := exact[name]; f == FieldHead || f == FieldName || f == FieldMember {
				return f, sure
			}
		}
	}
	switch {
	case has(h, "与户主", "和户主"):
		return FieldRelation, sure
	case has(h, "身份证", "身份号", "公民身份"):
		return FieldID, sure
	case has(h, "电话", "手机", "联系方式"):
		return FieldPhone, sure
	case has(h, "住址", "地址"):
		return FieldAddress, sure
	case has(h, "出生"):
		return FieldBirth, sure
	case has(h, "性别"):
		return FieldSex, sure
	case has(h, "小组", "村民组"):
		return FieldGroup, sure
	case has(h, "人口") && !has(h, "劳动", "外出"):
		return FieldSize, sure
	case has(h, "困难", "重点对象", "对象类", "致贫", "户类"):
		return FieldCare, sure
	case has(h, "驻村", "包村"):
		return FieldPosted, sure
	case ends(h, "村", "村委会", "社区", "居委会"):
		return FieldVillage, sure
	case ends(h, "户主", "户主姓名", "农户", "农户姓名", "对象姓名", "户姓名", "群众姓名") || h == "户主姓名及":
		return FieldHead, sure
	case has(h, "成员") && ends(h, "姓名"):
		return FieldMember, sure
	case has(h, "收入"):
		return FieldIncome, sure
	case has(h, "住房", "房屋"):
		return FieldHousing, sure
	case has(h, "职务"):
		return FieldPost, sure
	case ends(h, "姓名"):
		return FieldName, sure
	}
	return FieldNone, 0
}

// pairHead maps a head of two rows: the upper one often says whose the lower one is.
func pairHead(upper, lower string) (Field, float64) {
	u, l := plainHead(upper), plainHead(lower)
	if l == "" || u == l {
		return oneHead(upper)
	}
	if u == "" || len([]rune(u)) > maxHead {
		return oneHead(lower)
	}
	lf, lc := oneHead(lower)
	uf, uc := oneHead(upper)
	switch {
	case uf == FieldMember || has(u, "成员", "家庭人员", "家人"):
		if lf == FieldName || lf == FieldHead && l == "名字" {
			return FieldMember, 1
		}
	case uf == FieldCadre || has(u, cadreWords...) && !ends(u, "户", "对象", "户主", "户情况", "户信息", "对象情况", "对象信息"):
		switch lf {
		case FieldName:
			return FieldCadre, 1
		case FieldPost, FieldRank:
			return FieldCadrePost, 1
		case FieldUnit:
			return FieldCadreUnit, 1
		case FieldPhone:
			return FieldCadrePhone, 1
		case FieldID, FieldSex, FieldBirth, FieldAddress:
			return FieldNone, 0
		}
	case uf == FieldHead || has(u, "户主", "农户", "对象", "联系户", "结对户", "帮扶户", "群众"):
		if lf == FieldName {
			return FieldHead, 1
		}
	}
	if lf != FieldNone {
		return lf, lc
	}
	return uf, uc * 0.7
}
