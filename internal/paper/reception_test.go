package paper

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/paper/html"
	"lianxin/internal/paper/pdf"
)

func sampleReceipts() []ReceiptData {
	at := day(2026, 11, 23)
	whole := ReceiptData{Township: "青石镇", Number: "2026-0012", At: at, Title: "三组水渠堵了，地浇不上水", Done: "转为诉求办理", Due: day(2026, 12, 14), Code: "123456789012", Site: "https://lianxin.example/c", Phone: "0838-6600110"}
	long := whole
	long.Title, long.Done = strings.Repeat("路", 60), strings.Repeat("当场答复讲清政策。", 12)
	bare := ReceiptData{Township: "青石镇", Number: "2026-0013", At: at, Title: "问低保条件", Done: "当场答复"}
	return []ReceiptData{whole, long, bare}
}

func sampleReception() ReceptionRow {
	return ReceptionRow{Number: "2026-0012", At: day(2026, 11, 23), Name: "王桂兰", Sex: "女", Age: 76, Phone: "13800002001", Address: "李家湾村1组", People: 6, Speakers: []string{"王桂兰", "杨加旺"}, Place: "镇接待室", Words: "三组水渠堵了，地浇不上水。已经半个月了。", Topic: "道路水利",
		Receiver: "李明", Post: "农技站干部", Opinion: "转为诉求办理", Told: "回执", State: "关闭", Due: day(2026, 12, 14), Result: "办成。挖通了", Face: "满意", Earlier: "2026-0003", Urgent: true, Remarks: "耳背"}
}

// TestReceipts: a slip for each, on paper of its own; without a title there is none.
func TestReceipts(t *testing.T) {
	f, err := pdf.Open()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Receipts(&b, f, day(2026, 11, 23), slices.Values(sampleReceipts())); err != nil || !bytes.HasPrefix(b.Bytes(), []byte("%PDF")) {
		t.Fatal(err, b.Len())
	}
	b.Reset()
	if err := Receipts(&b, f, day(2026, 11, 23), slices.Values([]ReceiptData{{Township: "青石镇", Number: "1"}})); err == nil || b.Len() > 0 {
		t.Error("a slip without what was raised:", err, b.Len())
	}
	if fours("123456789012") != "1234 5678 9012" || fours("12") != "12" {
		t.Error(fours("123456789012"))
	}
}

// TestReceptionRegister: every field of the form stands in the table too.
func TestReceptionRegister(t *testing.T) {
	r := Receptions(ReceptionsData{Scope: "青石镇", Rows: slices.Values([]ReceptionRow{sampleReception(), {Number: "2026-0013", People: 1}})})
	n := 0
	for row := range r.Rows {
		if n++; len(row) != len(r.Columns) {
			t.Fatalf("%d values, %d columns", len(row), len(r.Columns))
		}
	}
	if n != 2 {
		t.Error(n)
	}
	x := sampleReception()
	if x.kind() != "集体访（6人）" || x.remarks() != "紧急；代表：王桂兰、杨加旺；重复来访，前次2026-0003；耳背" || (ReceptionRow{}).kind() != "单访" {
		t.Error(x.kind(), x.remarks())
	}
}

// A day that may change says so on every paper it stands on.
func TestReceptionDoubt(t *testing.T) {
	x := sampleReception()
	x.Due, x.Doubt, x.Remarks, x.Speakers, x.Earlier, x.Urgent = day(2027, 1, 6), true, "", nil, "", false
	var b strings.Builder
	if err := Receptions(ReceptionsData{Scope: "青石镇", Rows: slices.Values([]ReceptionRow{x})}).WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "办理期限暂定") {
		t.Error(b.String())
	}
	sheet, err := html.Fragment(Reception("青石镇", []ReceptionRow{x}))
	if err != nil || !strings.Contains(string(sheet), "2027年1月6日（暂定）") {
		t.Error(err, sheet)
	}
}
