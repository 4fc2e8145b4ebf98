package identity

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var today = Date{2026, 3, 15}

func TestParseID(t *testing.T) {
	good := []struct {
		in, text string
		kind     IDKind
		birth    Date
		sex      Sex
	}{
		{"11010519491231002X", "11010519491231002X", IDResident, Date{1949, 12, 31}, Female}, // the standard's own
		{"440524188001010014", "440524188001010014", IDResident, Date{1880, 1, 1}, Male},     // the standard's own
		{"11010519491231002x", "11010519491231002X", IDResident, Date{1949, 12, 31}, Female}, // lower case
		{"１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X", IDResident, Date{1949, 12, 31}, Female},
		{" 110105 19491231 002X ", "11010519491231002X", IDResident, Date{1949, 12, 31}, Female},
		{"110105-19491231-002X", "11010519491231002X", IDResident, Date{1949, 12, 31}, Female},
		{"'11010519491231002X", "11010519491231002X", IDResident, Date{1949, 12, 31}, Female}, // typed with an apostrophe
		{"身份证号：11010519491231002X", "11010519491231002X", IDResident, Date{1949, 12, 31}, Female},
		{"11010519491231002×", "11010519491231002X", IDResident, Date{1949, 12, 31}, Female}, // multiplication sign
		{"110105491231002", "110105491231002", IDOld, Date{1949, 12, 31}, Female},
		{"H12345678", "H12345678", IDOther, Date{}, SexUnknown},
	}
	for _, c := range good {
		got, why := ParseID(c.in, today)
		if why != "" || got.Text != c.text || got.Kind != c.kind || got.Birth != c.birth || got.Sex != c.sex {
			t.Errorf("ParseID(%q) = %+v, %q", c.in, got, why)
		}
	}
	bad := map[string]Reason{
		"": IDBlank, "无": IDBlank, "—": IDBlank, "-": IDBlank, "110105194912310021": IDChecksum,
		"99010119410215973Q": IDChecksum, "1101051949123100": IDLength, "11010519491331002X": IDChecksum,
		"9.90101E+17": IDPrecision, "9.90101195412247E+17": IDPrecision, "990101195412247000": IDPrecision,
		"110105********002X": IDMasked, "１１０１０５王": IDCharacters, "见户口本": IDCharacters, "1101054912310021": IDLength,
		"110105491331002": IDBirth,
	}
	for in, want := range bad {
		if _, why := ParseID(in, today); why != want {
			t.Errorf("ParseID(%q) says %q, want %q", in, why, want)
		}
	}
	future := "11010120270101001"
	if _, why := ParseID(future+string(IDCheck(future)), today); why != IDBirth {
		t.Errorf("a birth date ahead: %q", why)
	}
	permit := "81000019900101001"
	if got, why := ParseID(permit+string(IDCheck(permit)), today); why != "" || got.Kind != IDPermit {
		t.Errorf("permit: %+v %q", got, why)
	}
	old, _ := ParseID("110105491231002", today)
	if old.Canonical() != "11010519491231002X" {
		t.Errorf("carried over: %s", old.Canonical())
	}
}

// Any single wrong digit and any two neighbours exchanged must be seen (that is what the check is for).
func TestIDChecksumProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := genID(t)
		if n, why := ParseID(id, today); why != "" || n.Canonical() != id {
			t.Fatalf("%s: %v %q", id, n, why)
		}
		i := rapid.IntRange(0, 16).Draw(t, "place")
		d := byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		b := []byte(id)
		if b[i] != d {
			b[i] = d
			if _, why := ParseID(string(b), today); why == "" {
				t.Fatalf("%s passes as well as %s", b, id)
			}
		}
		b = []byte(id)
		if j := min(i+1, 16); b[i] != b[j] {
			b[i], b[j] = b[j], b[i]
			if _, why := ParseID(string(b), today); why == "" {
				t.Fatalf("%s passes as well as %s", b, id)
			}
		}
	})
}

func genID(t *rapid.T) string {
	d := Date{rapid.IntRange(1930, 2025).Draw(t, "y"), rapid.IntRange(1, 12).Draw(t, "m"), rapid.IntRange(1, 28).Draw(t, "d")}
	body := "990101" + strings.ReplaceAll(d.String(), "-", "") + rapid.StringMatching("[0-9]{2}[1-9]").Draw(t, "seq")
	return body + string(IDCheck(body))
}

func TestPhones(t *testing.T) {
	for in, want := range map[string]Phone{
		"13800001234":       {"13800001234", Mobile, ""},
		"+86 138-0000-1234": {"13800001234", Mobile, ""},
		"008613800001234":   {"13800001234", Mobile, ""},
		"１３８００００１２３４":       {"13800001234", Mobile, ""},
		"13800001234.0":     {"13800001234", Mobile, ""},
		"013800001234":      {"13800001234", Mobile, ""},
		"13800001234（儿子）":   {"13800001234", Mobile, "儿子"},
		"手机：138 0000 1234":  {"13800001234", Mobile, ""},
		"0838-1234567":      {"", "", ""},
		"0838-2234567":      {"0838-2234567", Landline, ""},
		"（0838）2234567":     {"0838-2234567", Landline, ""},
		"02886543210":       {"028-86543210", Landline, ""},
		"8606541":           {"8606541", Local, ""},
		"6789":              {"6789", Short, ""},
		"4008001234":        {"4008001234", Short, ""},
	} {
		got, why := ParsePhone(in)
		if want.Number == "" {
			if why != PhonePattern {
				t.Errorf("ParsePhone(%q) = %+v %q, want refusal", in, got, why)
			}
			continue
		}
		if why != "" || got != want {
			t.Errorf("ParsePhone(%q) = %+v, %q", in, got, why)
		}
	}
	for in, want := range map[string]Reason{
		"": PhoneBlank, "无": PhoneBlank, "1380000123": PhoneLength, "138000012345": PhoneLength,
		"12800001234": PhonePattern, "问邻居": PhoneNoDigits, "1.38E+10": PhonePrecision, "138****1234": PhoneMasked,
	} {
		if got, why := ParsePhone(in); why != want {
			t.Errorf("ParsePhone(%q) = %+v says %q, want %q", in, got, why, want)
		}
	}
}

func TestSplitPhones(t *testing.T) {
	for in, want := range map[string]string{
		"13800001234、13900001234":                       "13800001234 13900001234",
		"13800001234/13900001234":                       "13800001234 13900001234",
		"13800001234；13900001234":                       "13800001234 13900001234",
		"13800001234\n13900001234":                      "13800001234 13900001234",
		"13800001234 13900001234":                       "13800001234 13900001234",
		"138 0000 1234 139 0000 1234":                   "13800001234 13900001234",
		"1380000123413900001234":                        "13800001234 13900001234",
		"13800001234，13800001234":                       "13800001234",
		"无":                                             "",
		"0838-2234567，１３８００００１２３４":                      "0838-2234567 13800001234",
		"138-0000-1234":                                 "13800001234",
		"138000012":                                     "!138000012",
		"13800001234、123456789012345678901234567890123": "13800001234 !123456789012345678901234567890123",
	} {
		good, bad := SplitPhones(in)
		var got []string
		for _, p := range good {
			got = append(got, p.Number)
		}
		for _, b := range bad {
			got = append(got, "!"+b.Text)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("SplitPhones(%q) = %q, want %q", in, s, want)
		}
	}
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{
		"王 芳": "王芳", "王　芳": "王芳", " 李明 ": "李明", "阿依古丽•买买提": "阿依古丽·买买提", "阿依古丽．买买提": "阿依古丽·买买提",
		"阿依古丽 · 买买提": "阿依古丽·买买提", "王芳（户主）": "王芳", "李㛃": "李㛃", "Ｊｏｈｎ Smith": "John Smith", "王\n芳": "王芳", "王芳*": "王芳",
	} {
		if got, _, why := ParseName(in); got != want || why != "" {
			t.Errorf("ParseName(%q) = %q, %q", in, got, why)
		}
	}
	if _, note, _ := ParseName("王芳（已故）"); note != "已故" {
		t.Errorf("note %q", note)
	}
	for in, want := range map[string]Reason{"": NameBlank, "无": NameBlank, "王": NameLength, "王芳2": NameCharacters,
		strings.Repeat("王", 26): NameLength, "=王芳": NameCharacters} {
		if _, _, why := ParseName(in); why != want {
			t.Errorf("ParseName(%q) says %q, want %q", in, why, want)
		}
	}
}

func TestSplitNames(t *testing.T) {
	for in, want := range map[string][]Named{
		"王芳、李明":              {{Name: "王芳"}, {Name: "李明"}},
		"王芳 李明":              {{Name: "王芳"}, {Name: "李明"}},
		"王 芳":                {{Name: "王芳"}},
		"王 小 芳":              {{Name: "王小芳"}},
		"王 芳 李 明":            {{Name: "王芳"}, {Name: "李明"}},
		"欧阳 建国":              {{Name: "欧阳建国"}},
		"王芳\n李明":             {{Name: "王芳"}, {Name: "李明"}},
		"王芳（镇长、书记）/李明":       {{Name: "王芳", Note: "镇长、书记"}, {Name: "李明"}},
		"王芳13800001234":      {{Name: "王芳", Phone: "13800001234"}},
		"王芳（13800001234）；和平": {{Name: "王芳", Phone: "13800001234"}, {Name: "和平"}},
		"王芳\n13800001234":    {{Name: "王芳", Phone: "13800001234"}},
		"阿依古丽·买买提，王芳":        {{Name: "阿依古丽·买买提"}, {Name: "王芳"}},
		"无":                  nil,
		"王芳、王芳":              {{Name: "王芳"}},
		"联系人：王芳":             {{Name: "联系人:王芳"}},
	} {
		if diff := cmp.Diff(want, SplitNames(in)); diff != "" {
			t.Errorf("SplitNames(%q): %s", in, diff)
		}
	}
}

func TestKeys(t *testing.T) {
	for name, want := range map[string][2]string{
		"单小兰": {"shanxiaolan", "sxl"}, "解放": {"xiefang", "xf"}, "仇英": {"qiuying", "qy"}, "曾国": {"zengguo", "zg"},
		"查良": {"zhaliang", "zl"}, "区大": {"ouda", "od"}, "尉迟恭": {"yuchigong", "ycg"}, "欧阳建国": {"ouyangjianguo", "oyjg"},
		"王 芳": {"wangfang", "wf"}, "吕布": {"lvbu", "lb"}, "万俟卨": {"moqixie", "mqx"}, "任盈": {"renying", "ry"}, "覃石木": {"qinshimu", "qsm"},
	} {
		k := Keys(name)
		if len(k.Full) == 0 || k.Full[0] != want[0] || k.Initials[0] != want[1] {
			t.Errorf("Keys(%s) = %v, want %v first", name, k, want)
		}
		if len(k.Full) > 4*maxKeys {
			t.Errorf("Keys(%s): %d spellings", name, len(k.Full))
		}
	}
	if k := Keys("单小兰"); !contains(k.Full, "danxiaolan") { // people type the usual reading too
		t.Errorf("no danxiaolan in %v", k.Full)
	}
	if k := Keys("李㛃"); len(k.Full) == 0 {
		t.Error("a rare character leaves no key")
	}
	if k := Keys(""); len(k.Full) != 0 {
		t.Error(k)
	}
}

func contains(l []string, s string) bool {
	for _, x := range l {
		if x == s {
			return true
		}
	}
	return false
}

func TestBigrams(t *testing.T) {
	if diff := cmp.Diff([]string{"松林", "林村", "村8", "8组"}, Bigrams("松林村 ８组。")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"王"}, Bigrams("王")); diff != "" {
		t.Error(diff)
	}
}

func TestParseDate(t *testing.T) {
	for in, want := range map[string]string{
		"2026-3-1": "2026-03-01", "2026/03/01": "2026-03-01", "2026.3.1": "2026-03-01", "2026.3": "2026-03", "2026年3月1日": "2026-03-01",
		"2026年3月": "2026-03", "20260301": "2026-03-01", "202603": "2026-03", "2026": "2026", "46082": "2026-03-01", "46082.5": "2026-03-01",
		"二〇二六年三月一日": "2026-03-01", "二○二六年三月": "2026-03", "一九五四年十二月二十四日": "1954-12-24", "2026-03-01 00:00:00": "2026-03-01",
		"2026-03-01T08:30:00Z": "2026-03-01", "２０２６－３－１": "2026-03-01", "1954年12月24日生": "1954-12-24", "2026年3月1日 星期日": "2026-03-01",
		"2026、3、1": "2026-03-01", "25/12/2025": "2025-12-25", "12/25/2025": "2025-12-25", "2026年": "2026", "2024-02-29": "2024-02-29",
		"'2026-3-1": "2026-03-01", "2026-3-1 8:30": "2026-03-01", "2026 年 3 月 1 日": "2026-03-01",
	} {
		got, why := ParseDate(in, today)
		if why != "" || got.String() != want {
			t.Errorf("ParseDate(%q) = %s, %q; want %s", in, got, why, want)
		}
	}
	for in, want := range map[string]Reason{
		"": DateBlank, "无": DateBlank, "2026-2-30": DateNone, "2025-02-29": DateNone, "2027-1-1": DateAhead, "3/4/2026": DateAmbiguous,
		"去年": DateUnknown, "腊月二十三": DateUnknown, "26.3.1": DateUnknown, "2026-13": DateNone, "12": DateUnknown, "13800001234": DateUnknown, "2026-0-1": DateNone,
	} {
		if got, why := ParseDate(in, today); why != want {
			t.Errorf("ParseDate(%q) = %s says %q, want %q", in, got, why, want)
		}
	}
}

func TestSerial(t *testing.T) {
	for n, want := range map[int]string{1: "1900-01-01", 59: "1900-02-28", 61: "1900-03-01", 25569: "1970-01-01", 46082: "2026-03-01", 36585: "2000-02-29"} {
		if d, ok := FromSerial(n, false); !ok || d.String() != want {
			t.Errorf("FromSerial(%d) = %s, want %s", n, d, want)
		}
	}
	if d, _ := FromSerial(44620, true); d.String() != "2026-03-01" {
		t.Errorf("1904: %s", d)
	}
	if _, ok := FromSerial(60, false); ok {
		t.Error("29 February 1900 accepted")
	}
}

// Every day written in each of our spellings comes back.
func TestDateSpellingsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(10000, 46000).Draw(t, "serial")
		d, _ := FromSerial(n, false)
		han := strings.NewReplacer("0", "〇", "1", "一", "2", "二", "3", "三", "4", "四", "5", "五", "6", "六", "7", "七", "8", "八", "9", "九")
		for _, s := range []string{d.String(), strings.ReplaceAll(d.String(), "-", ""), strings.ReplaceAll(d.String(), "-", "."),
			han.Replace(d.String()[:4]) + "年" + d.String()[5:7] + "月" + d.String()[8:] + "日"} {
			if got, why := ParseDate(s, Date{}); got != d {
				t.Fatalf("%s read as %s %s, want %s", s, got, why, d)
			}
		}
		if got, _ := ParseDate(strings.TrimSpace(strings.Repeat(" ", 2)+itoa(n)), Date{}); got != d {
			t.Fatalf("serial %d read as %s, want %s", n, got, d)
		}
	})
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

func TestAge(t *testing.T) {
	for _, c := range []struct {
		b, on Date
		want  int
	}{
		{Date{1954, 12, 24}, Date{2026, 12, 23}, 71}, {Date{1954, 12, 24}, Date{2026, 12, 24}, 72}, {Date{2004, 2, 29}, Date{2026, 2, 28}, 21},
		{Date{2004, 2, 29}, Date{2026, 3, 1}, 22}, {Date{2027, 1, 1}, Date{2026, 1, 1}, -1}, {Date{}, today, -1}, {Date{1954, 0, 0}, today, 72},
	} {
		if got := Age(c.b, c.on); got != c.want {
			t.Errorf("Age(%s, %s) = %d, want %d", c.b, c.on, got, c.want)
		}
	}
}

func TestSexAndHanNumber(t *testing.T) {
	if ParseSex(" 男 ") != Male || ParseSex("女性") != Female || ParseSex("?") != SexUnknown {
		t.Error("sex")
	}
	for in, want := range map[string]int{"3": 3, "三": 3, "十": 10, "十二": 12, "二十一": 21, "０８": 8} {
		if got, ok := HanNumber(in); !ok || got != want {
			t.Errorf("HanNumber(%q) = %d %v", in, got, ok)
		}
	}
	if _, ok := HanNumber("大寨"); ok {
		t.Error("大寨 is no number")
	}
}

func FuzzIDNumber(f *testing.F) {
	for _, s := range []string{"11010519491231002X", "110105491231002", "9.9E+17", "身份证：1", "\x00", "－－", "H1234567"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, why := ParseID(s, today)
		if (why == "") == (n.Text == "") {
			t.Fatalf("%q: %+v and %q", s, n, why)
		}
		if why == "" {
			again, why2 := ParseID(n.Text, today)
			if why2 != "" || again.Text != n.Text || len(n.Text) > 18 {
				t.Fatalf("%q → %q is not stable: %q %q", s, n.Text, again.Text, why2)
			}
		}
	})
}

func FuzzPhone(f *testing.F) {
	for _, s := range []string{"13800001234", "0838-2234567", "+86 1", "1380000123413900001234", "86", "0", "．0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		good, _ := SplitPhones(s)
		for _, p := range good {
			again, why := ParsePhone(p.Number)
			if why != "" || again.Number != p.Number || again.Kind != p.Kind {
				t.Fatalf("%q → %+v is not stable: %+v %q", s, p, again, why)
			}
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2026-3-1", "二〇二六年三月", "46082.5", "3/4/2026", "十十年十月", "2026年"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, why := ParseDate(s, Date{})
		if why != "" {
			return
		}
		if !d.Valid() {
			t.Fatalf("%q → %v", s, d)
		}
		if again, why := ParseDate(d.String(), Date{}); d.Year >= 1850 && d.Year <= 2150 && (again != d || why != "") {
			t.Fatalf("%q → %s → %s %s", s, d, again, why)
		}
	})
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"王 芳（镇长", "欧阳 建国 李 明", "A B", "·", "(((", "王芳13800001234"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, _, why := ParseName(s)
		if why == "" {
			if again, _, _ := ParseName(n); again != n {
				t.Fatalf("%q → %q → %q", s, n, again)
			}
		}
		SplitNames(s)
		Keys(s)
		Bigrams(s)
	})
}
