package paper

import (
	"strings"
	"time"

	"lianxin/internal/paper/doc"
)

// RegistrationData fills 民情登记卡 (B8), kept by the official: the home's basic facts,
// what it raised, what was done, what others say. The zero value prints the blank form.
// ID numbers and illnesses are not on it: the work does not need them, and paper cannot be
// called back (个人信息保护法, art. 6).
type RegistrationData struct {
	CardNo      string
	Township    string
	Village     string
	Group       string
	Householder string
	Phone       string
	Address     string
	Kind        string // of household, in words: 一般农户, 低保户 …
	People      int
	Income      string // in words, with year and source
	Housing     string
	Land        string
	Living      string // 生产生活状况
	Members     []RegistrationMember
	Raised      string // 反映的事项
	Wanted      string // 需要解决的问题
	Done        string // 落实情况
	OrgOpinion  string // 基层组织评议
	Villagers   string // 群众评议
	Cadre       Person
	FilledOn    time.Time
}

// RegistrationMember is one person of the home.
type RegistrationMember struct {
	Name     string
	Sex      string
	Born     string // year and month
	Relation string
	Schooling,
	Work string
}

const memberLines = 6

// RegistrationCard makes the one-page 民情登记卡, blank or filled. A home of more than six
// people takes more lines, and then may take a second page.
func RegistrationCard(d RegistrationData) doc.Document {
	village := strings.TrimSpace(d.Village + d.Group)
	t := doc.Table{Widths: []float64{22, 27, 13, 23, 30, 21, 29}, Size: doc.Size5, Rows: []doc.Row{
		doc.R(doc.L("户　　主"), doc.C(d.Householder).Span(2, 1), doc.L("联系电话"), doc.C(grouped(d.Phone)), doc.L("人　　口"), doc.C(unit(d.People, "人"))).High(1),
		doc.R(doc.L("村、组"), doc.C(village).Span(2, 1), doc.L("住　　址"), doc.C(d.Address).Span(3, 1)).High(1),
		doc.R(doc.L("户 类 别"), doc.C(d.Kind).Span(2, 1), doc.L("家庭收入"), doc.C(d.Income).Span(3, 1)).High(1),
		doc.R(doc.L("住　　房"), doc.C(d.Housing).Span(2, 1), doc.L("承包土地"), doc.C(d.Land).Span(3, 1)).High(1),
	}}
	t.Rows = append(t.Rows, memberRows(d.Members)...)
	room := 4 // lines to write by hand on the blank form
	if d.Householder != "" {
		room = 3
	}
	for _, p := range []struct {
		label, words string
		lines        int
	}{
		{"生产生活\n状　　况", d.Living, room}, {"反 映 的\n事　　项", d.Raised, room}, {"需要解决\n的 问 题", d.Wanted, room},
		{"落实情况", d.Done, room}, {"基层组织\n评　　议", d.OrgOpinion, 2}, {"群众评议", d.Villagers, 2},
	} {
		t.Rows = append(t.Rows, doc.R(doc.L(p.label), doc.C(p.words).Span(6, 1)).High(p.lines))
	}
	t.Rows = append(t.Rows, doc.R(doc.L("联系干部"), doc.C(personLine(d.Cadre)).Span(3, 1), doc.L("填表日期"), doc.M(dateOrBlank(d.FilledOn)).Span(2, 1)).High(1))
	return oneForm("民情登记卡", d.Township, d.CardNo, t)
}

func memberRows(members []RegistrationMember) []doc.Row {
	n := max(len(members), memberLines)
	rows := []doc.Row{{Cells: []doc.Cell{doc.L("家庭成员").Span(1, n+1), doc.L("姓名"), doc.L("性别"), doc.L("出生年月"), doc.L("与户主关系"), doc.L("文化程度"), doc.L("从业或就学")}, KeepNext: true}}
	for i := range n {
		m := RegistrationMember{}
		if i < len(members) {
			m = members[i]
		}
		rows = append(rows, doc.R(doc.M(m.Name), doc.M(m.Sex), doc.M(m.Born), doc.M(m.Relation), doc.M(m.Schooling), doc.M(m.Work)).High(1))
	}
	return rows
}

func unit(n int, word string) string {
	if n == 0 {
		return ""
	}
	return count(n) + word
}

// oneForm puts a form's table on one page under its title, with township and number above.
func oneForm(title, township, cardNo string, t doc.Table) doc.Document {
	left := "填表单位："
	if township != "" {
		left += township
	}
	top := doc.Table{Widths: []float64{100, 65}, Size: doc.Size5, Bare: true,
		Rows: []doc.Row{doc.R(doc.C(left), doc.Cell{Runs: []doc.Run{doc.T("编号：" + cardNo + blankIf(cardNo == "", "　　　　　　"))}, Align: doc.Right})}}
	return doc.Document{Title: title, Page: doc.FormPage(), Blocks: []doc.Block{doc.Title{Lines: []string{title}}, top, t}}
}

func blankIf(empty bool, room string) string {
	if empty {
		return room
	}
	return ""
}
