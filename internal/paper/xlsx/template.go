package xlsx

import (
	"fmt"
	"io"
)

// The workbooks below are papers of the programme, so their words stand here, as in every paper.

// Template names a list to fill in.
type Template string

const (
	TemplateCadres     Template = "cadres"     // 干部花名册
	TemplateHouseholds Template = "households" // 联系户花名册, one row a household
	TemplatePeople     Template = "people"     // 联系户花名册, one row a person
)

// ExampleMark stands in the first column of example rows; the import leaves such rows out.
const ExampleMark = "示例"

// Templates lists the lists that WriteTemplate knows.
func Templates() []Template { return []Template{TemplateCadres, TemplateHouseholds, TemplatePeople} }

// FileName is the name to offer for download.
func (t Template) FileName() string {
	switch t {
	case TemplateCadres:
		return "干部花名册.xlsx"
	case TemplateHouseholds:
		return "联系户花名册（一行一户）.xlsx"
	case TemplatePeople:
		return "联系户花名册（一行一人）.xlsx"
	}
	return ""
}

type form struct {
	table    Table
	examples [][]any
	blank    int
	help     []string
}

// WriteTemplate writes a list to fill in: the table with example rows and prepared text cells, and a
// sheet that explains each column.
func WriteTemplate(out io.Writer, t Template) error {
	f, ok := forms()[t]
	if !ok {
		return fmt.Errorf("xlsx.WriteTemplate: no template %q", t)
	}
	w, err := NewWriter()
	if err != nil {
		return err
	}
	rows, err := w.Table(f.table)
	if err != nil {
		return err
	}
	for _, e := range f.examples {
		if _, err := rows.Add(e...); err != nil {
			return err
		}
	}
	for i := 0; i < f.blank; i++ {
		if _, err := rows.Add(); err != nil {
			return err
		}
	}
	if err := rows.Close(); err != nil {
		return err
	}
	help, err := w.Table(Table{Sheet: "填表说明", Title: "填表说明", Columns: []Column{{Title: "条", Width: 6, Center: true}, {Title: "说明", Width: 100}}, Portrait: true})
	if err != nil {
		return err
	}
	for i, line := range append(f.help, commonHelp()...) {
		if _, err := help.Add(i+1, line); err != nil {
			return err
		}
	}
	if err := help.Close(); err != nil {
		return err
	}
	return w.Write(out)
}

func commonHelp() []string {
	return []string{
		"灰色表头不要改动；列的次序可以变，不需要的列可以删去。表上方的标题可以改成本单位的名称。",
		"标有“示例”的行导入时自动跳过，也可以删去。",
		"所有单元格已设为文本格式，身份证号请直接输入；如果从别处粘贴，请选“只粘贴文本”，否则身份证号的后三位会变成 000，无法恢复。",
		"没有的内容请留空，不必填“无”。一格里写两个电话或两名干部，请用顿号（、）隔开。",
		"表中有问题的行不会影响其他行，导入时会逐行指出，并可以当场改正。",
	}
}

func forms() map[Template]form {
	return map[Template]form{
		TemplateCadres: {
			table: Table{Sheet: "干部", Title: "干部花名册", Columns: []Column{{Title: "序号", Width: 6, Center: true}, {Title: "姓名", Width: 10, Center: true},
				{Title: "单位", Width: 20}, {Title: "职务", Width: 18}, {Title: "类别", Width: 10, Center: true}, {Title: "联系电话", Width: 16}, {Title: "驻村", Width: 12, Center: true}, {Title: "备注", Width: 20}}},
			examples: [][]any{{ExampleMark, "张三", "农业综合服务中心", "主任", "镇干部", "13800000001", "李家湾村", ""}},
			blank:    60,
			help: []string{"姓名、类别必填。类别填：镇领导、镇干部、村两委。类别决定该干部的任务数。",
				"驻村填村（社区）的名称，与行政区划中的名称一致；驻多个村用顿号隔开。"},
		},
		TemplateHouseholds: {
			table: Table{Sheet: "联系户", Title: "联系户花名册", Columns: []Column{{Title: "序号", Width: 6, Center: true}, {Title: "户主", Width: 10, Center: true},
				{Title: "身份证号", Width: 22}, {Title: "村", Width: 12, Center: true}, {Title: "组", Width: 6, Center: true}, {Title: "家庭住址", Width: 26}, {Title: "联系电话", Width: 16},
				{Title: "家庭人口", Width: 9, Center: true}, {Title: "对象类别", Width: 14}, {Title: "联系干部", Width: 12, Center: true}, {Title: "备注", Width: 20}}},
			examples: [][]any{{ExampleMark, "李四", "990101195001010010", "李家湾村", "3", "青石镇李家湾村3组12号", "13800000002", "4", "低保户、残疾", "张三", ""}},
			blank:    200,
			help: []string{"一行一户。户主、村必填。", "对象类别可填：孤儿、孤寡老人、残疾、留守学生、低收入家庭、低保户、特困供养、大病、独居老人、困难户；没有的填“一般户”或留空。",
				"联系干部填姓名，应在干部花名册中；两名干部共同联系的用顿号隔开，第一名为主要联系人。"},
		},
		TemplatePeople: {
			table: Table{Sheet: "联系户", Title: "联系户花名册", Columns: []Column{{Title: "户号", Width: 6, Center: true}, {Title: "户主姓名", Width: 10, Center: true},
				{Group: "家庭成员", Title: "姓名", Width: 10, Center: true}, {Group: "家庭成员", Title: "性别", Width: 6, Center: true}, {Group: "家庭成员", Title: "与户主关系", Width: 11, Center: true},
				{Group: "家庭成员", Title: "身份证号", Width: 22}, {Group: "住址", Title: "村", Width: 12, Center: true}, {Group: "住址", Title: "组", Width: 6, Center: true},
				{Title: "联系电话", Width: 16}, {Title: "对象类别", Width: 14}, {Title: "联系干部", Width: 12, Center: true}, {Title: "备注", Width: 20}}},
			examples: [][]any{{ExampleMark, "李四", "李四", "男", "户主", "990101195001010010", "李家湾村", "3", "13800000002", "残疾", "张三", ""},
				{ExampleMark, "", "王五", "女", "配偶", "990101195202020020", "", "", "", "", "", ""}},
			blank: 300,
			help: []string{"一行一人。每户第一行是户主（与户主关系填“户主”），以下各行是家庭成员；户号、户主姓名、村、组、电话、对象类别、联系干部只填在户主一行，也可以合并单元格。",
				"户主姓名、姓名、与户主关系、村必填。"},
		},
	}
}
