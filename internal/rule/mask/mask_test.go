package mask

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lianxin/internal/rule/identity"
)

func TestForms(t *testing.T) {
	for _, c := range []struct {
		what     string
		f        func(string) string
		in, want string
	}{
		{"name", Name, "李明", "李*"}, {"name", Name, "王小兰", "王*兰"}, {"name", Name, "王 兰", "王*"}, {"name", Name, "欧阳建国", "欧**国"},
		{"name", Name, "阿依古丽·买买提", "阿******提"}, {"name", Name, "", ""}, {"name", Name, "王", "*"},
		{"phone", Phone, "13812345678", "138****5678"}, {"phone", Phone, "+86 138 1234 5678", "138****5678"}, {"phone", Phone, "0838-2234567", "0838-****567"},
		{"phone", Phone, "2234567", "*****67"}, {"phone", Phone, "138123", "****23"}, {"phone", Phone, "不是电话", "****"}, {"phone", Phone, "", ""},
		{"id", IDNumber, "11010519491231002X", "110***********002X"}, {"id", IDNumber, "110105491231002", "110********1002"}, {"id", IDNumber, "11010519491231002", "****"},
		{"card", BankCard, "6222 0212 3456 7890 123", "***************0123"}, {"card", BankCard, "12", "****"},
		{"address", Address, "青石镇松林村8组29号", "青石镇松林村8组**"}, {"address", Address, "青石镇松林村八组", "青石镇松林村八组"},
		{"address", Address, "青石镇松林村29号", "青石镇松林村**"}, {"address", Address, "青石镇东街5号", "青石镇**"}, {"address", Address, "青石镇东风社区3栋2单元", "青石镇东风社区**"},
		{"address", Address, "东街5号", "****"}, {"address", Address, "", ""},
	} {
		if got := c.f(c.in); got != c.want {
			t.Errorf("%s(%q) = %q, want %q", c.what, c.in, got, c.want)
		}
	}
}

func TestScan(t *testing.T) {
	text := "王芳（身份证11010519491231002x，电话１３８００００１２３４）卡号6222 0212 3456 7890 128，0838-2234567；2026年3月1日，8组29号，编号20260301001"
	var got []string
	for _, l := range Scan(text) {
		got = append(got, string(l.Kind)+" "+text[l.Start:l.End]+" "+l.Masked)
	}
	want := []string{
		"id_number 11010519491231002x 110***********002X",
		"phone １３８００００１２３４ 138****1234",
		"bank_card 6222 0212 3456 7890 128 ***************0128",
		"phone 0838-2234567 0838-****567",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for text, want := range map[string]Kind{
		"110105 1949 1231 0020": KindID, // wrong check digit, but somebody's
		"138-0000-1234":         KindPhone,
		"+8613800001234":        KindPhone,
		"4111 1111 1111 1111":   KindBankCard,
		"110105491231002":       KindID,
	} {
		if l := Scan(text); len(l) != 1 || l[0].Kind != want {
			t.Errorf("Scan(%q) = %+v", text, l)
		}
	}
	for _, text := range []string{"2026-03-01 8:30", "共 120 户 480 人", "邮编 618000", "3.1415926535", ""} {
		if l := Scan(text); len(l) != 0 {
			t.Errorf("Scan(%q) = %+v", text, l)
		}
	}
}

// What was redacted holds nothing any more, whatever stood around it.
func TestRedactLeavesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"王芳", " ", "，", "13800001234", "11010519491231002X", "0838-2234567", "4111111111111111", "３", "8组", "-", "x"}), 0, 12).Draw(t, "words")
		text := strings.Join(words, "")
		if l := Scan(Redact(text)); len(l) > 0 {
			t.Fatalf("%q → %q still holds %+v", text, Redact(text), l)
		}
	})
}

// No masked form shows more than it promises.
func TestMaskHides(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := "138" + rapid.StringMatching("[0-9]{8}").Draw(t, "n")
		if m := Phone(n); strings.Count(m, "*") != 4 || strings.Contains(m, n) {
			t.Fatal(m)
		}
		name := rapid.StringMatching("[王李张欧阳][芳明小兰建国]{1,3}").Draw(t, "name")
		if m := Name(name); strings.Count(m, "*") != max(1, len([]rune(name))-2) {
			t.Fatalf("%s → %s", name, m)
		}
	})
}

func FuzzScan(f *testing.F) {
	f.Add("电话１３８-００００ 1234X")
	f.Add("6222 0212 3456 7890 123")
	f.Fuzz(func(t *testing.T, s string) {
		last := 0
		for _, l := range Scan(s) {
			if l.Start < last || l.End <= l.Start || l.End > len(s) {
				t.Fatalf("%q: %+v", s, l)
			}
			last = l.End
		}
		Redact(s)
		Address(s)
		if n, why := identity.ParseID(s, identity.Date{}); why == "" && len(n.Text) == 18 && IDNumber(s) == n.Text {
			t.Fatal("unmasked")
		}
	})
}
