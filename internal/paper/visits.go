package paper

import (
	"iter"
	"strings"
	"time"
)

// VisitsData fills the register of visits of a unit, a village or an official. Rows come
// in the order of the caller, usually by time.
type VisitsData struct {
	Scope    string // whose: 青石镇, 李家湾村 …
	From, To time.Time
	Made     time.Time
	Visits   iter.Seq[VisitRow]
}

// VisitRow is one visit in a line.
type VisitRow struct {
	At         time.Time
	Cadre      string
	Unit       string
	Companions []string
	Village    string
	Household  string
	Way        string
	Topics     []string
	Learned    string
	Measures   string
	Due        time.Time
	State      string   // of the measure, in words
	Marks      []string // 补记, 代记, 更正
}

// Visits makes the register of visits, for .xlsx and .csv.
func Visits(d VisitsData) Register {
	r := Register{Title: "走访记录登记表", Notes: notes(d.Scope, period(d.From, d.To), d.Made), Empty: "这段时间没有走访记录。",
		Columns: []Column{{Name: "序号", Width: 6, Kind: Number}, {Name: "日期", Width: 11, Kind: Day}, {Name: "时间", Width: 7},
			{Name: "走访干部", Width: 11}, {Name: "单位", Width: 12}, {Name: "同行人员", Width: 12}, {Name: "村", Width: 11},
			{Name: "联系户", Width: 11}, {Name: "方式", Width: 9}, {Name: "谈到的事", Width: 12}, {Name: "了解到的情况", Width: 34},
			{Name: "措施办法", Width: 22}, {Name: "办结时限", Width: 11, Kind: Day}, {Name: "办理情况", Width: 12}, {Name: "标记", Width: 9}}}
	r.Rows = func(yield func([]any) bool) {
		n := 0
		for v := range d.Visits {
			n++
			clock := ""
			if v.At.Hour() != 0 || v.At.Minute() != 0 {
				clock = v.At.Format("15:04")
			}
			if !yield([]any{n, dayOf(v.At), clock, v.Cadre, v.Unit, strings.Join(v.Companions, "、"), v.Village, v.Household, v.Way,
				strings.Join(v.Topics, "、"), v.Learned, v.Measures, v.Due, v.State, strings.Join(v.Marks, "、")}) {
				return
			}
		}
	}
	return r
}

// dayOf drops the time of day, so that a sheet can filter by date.
func dayOf(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

func notes(scope, span string, made time.Time) []string {
	var parts []string
	if scope != "" {
		parts = append(parts, "范围："+scope)
	}
	if span != "" {
		parts = append(parts, "时间："+span)
	}
	if !made.IsZero() {
		parts = append(parts, "导出日期："+date(made))
	}
	return []string{strings.Join(parts, "　　")}
}

// ProgressData fills the table of progress under one campaign. Rows stay in the caller's
// administrative order: the table ranks nobody.
type ProgressData struct {
	Scope    string
	Campaign string
	From, To time.Time
	Made     time.Time
	Duties   []string // names of the duties with their unit: 走访（次）…
	Rows     iter.Seq[ProgressRow]
}

// ProgressRow is one official, household, village or township.
type ProgressRow struct {
	Village string
	Name    string
	Unit    string
	Post    string
	Duties  []ProgressDuty // in the order of ProgressData.Duties
	Note    string
}

// ProgressDuty is what is due by today and what counts. A duty that does not bind this
// person leaves both fields empty.
type ProgressDuty struct {
	Binds     bool
	Due, Done float64
}

// Progress makes the table of progress, for .xlsx and .csv.
func Progress(d ProgressData) Register {
	r := Register{Title: d.Campaign + "进度表", Notes: notes(d.Scope, period(d.From, d.To), d.Made), Empty: "没有可列的人员。",
		Columns: []Column{{Name: "序号", Width: 6, Kind: Number}, {Name: "村", Width: 11}, {Name: "姓名", Width: 12}, {Name: "单位", Width: 16}, {Name: "职务", Width: 14}}}
	for _, duty := range d.Duties {
		r.Columns = append(r.Columns, Column{Group: duty, Name: "应完成", Width: 8, Kind: Number}, Column{Group: duty, Name: "已完成", Width: 8, Kind: Number})
	}
	r.Columns = append(r.Columns, Column{Name: "说明", Width: 24})
	r.Rows = func(yield func([]any) bool) {
		n := 0
		for p := range d.Rows {
			n++
			line := []any{n, p.Village, p.Name, p.Unit, p.Post}
			for i := range d.Duties {
				if i < len(p.Duties) && p.Duties[i].Binds {
					line = append(line, p.Duties[i].Due, p.Duties[i].Done)
				} else {
					line = append(line, nil, nil)
				}
			}
			if !yield(append(line, p.Note)) {
				return
			}
		}
	}
	return r
}
