package login_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
)

func TestPasswordPolicy(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	b := login.New(d, login.Options{Params: quick, Words: func(c string) []string {
		if c == county {
			return []string{"青石镇", "白河镇", "连心县"}
		}
		return nil
	}})
	about := login.About{County: county, Username: "wangxiaolan", Name: "王小兰"}
	const ok, short, long, form, simple, common, context = "", "login.password_short", "login.password_long", "login.password_form", "login.password_simple", "login.password_common", "login.password_context"
	for _, x := range []struct{ password, want string }{
		{"", short}, {"a", short}, {"elevenchars", short}, {"雨后山路三只白鹭", short}, {"           ", short},
		{strings.Repeat("长", 129), long}, {strings.Repeat("x", 5000), form}, {"line\nbreak in here", form}, {"nul\x00 byte in here", form}, {"bad utf8 \xff\xfe here", form},
		{"aaaaaaaaaaaa", simple}, {"            ", simple}, {"121212121212", simple}, {"abcdabcdabcd", simple}, {"abcdeabcdeab", simple}, {"走访走访走访走访走访走访", simple}, {strings.Repeat("q1w2e3", 4), simple},
		{"password1234", common}, {"Password2026!", common}, {"P@ssw0rd2026", common}, {"p4ssw0rd!!!!", common}, {"123456789012", common}, {"0987654321098", common},
		{"qwertyuiop12", common}, {"qwertyuiop[]", common}, {"1qaz2wsx3edc", common}, {"qazwsxedcrfv", common}, {"asdfghjkl123", common}, {"zxcvbnm123456", common}, {"abcdefghijkl", common},
		{"zyxwvutsrqpo", common}, {"iloveyou2026", common}, {"woaini5201314", common}, {"WoAiNi5201314", common}, {"ｐａｓｓｗｏｒｄ１２３４", common}, {"admin123456!", common}, {"admin@2026..", common},
		{"letmein123456", common}, {"19880312123456", common}, {"198803121988", common}, {"13800001234a", common}, {"138000012341", common}, {"20261123hello", common}, {"20262027abcd", common}, {"aaaabbbbcccc", simple},
		{"qwerty123456", common}, {"为人民服务2026年啊", short}, {"为人民服务为人民服务20261", common}, {"我的密码我爱你12345678", common}, {"!@#$%^&*()_+", common}, {"mima20261123", common}, {"correcthorsebatterystaple", common}, {"741852963741", common},
		{"wangxiaolan1", context}, {"WangXiaoLan!23", context}, {"王小兰王小兰王小兰王小兰", simple}, {"王小兰20261123啊啊", context}, {"qingshi20260101", context}, {"qingshizhen#1a", context}, {"青石镇2026年1月1日", context}, {"王小兰青石镇白河镇王小兰啊", context}, {"baihezhenwxl9", context}, {"lianxinxian-8k", context},
		{"n4lox4igniw.", ok}, {good, ok}, {other, ok}, {"k7$Qm2x!Rv9p", ok}, {"tomorrow we plant rapeseed", ok}, {"河边三棵老槐树都开花啦", short}, {"河边的三棵老槐树都开花啦", ok}, {" leading and trailing ", ok}, {"ünïcödé wörks hêre", ok}, {"9f86d081884c7d65", ok}, {strings.Repeat("江河湖海", 31) + "云雾霜露", ok}, {"🌾🐂🏡🌧️🍚🥢🪵🔥🌙⭐️", ok},
		{"zhuzi luo di sheng", ok}, {"tieguo dunyu hua3juan", ok},
	} {
		_, err := b.Choose(t.Context(), x.password, about)
		got := ""
		var e *fault.Error
		if errors.As(err, &e) && len(e.Fields) == 1 && e.Fields[0].Name == "password" {
			got = e.Fields[0].Key
		} else if err != nil {
			t.Errorf("%q: %v", x.password, err)
		}
		if got != x.want {
			t.Errorf("%q: %q, want %q", x.password, got, x.want)
		}
	}
	// The same words mean nothing in another county, and a name nothing for somebody else.
	if _, err := b.Choose(t.Context(), "qingshizhen#1a", login.About{County: "990102", Username: "u", Name: "某人"}); err != nil {
		t.Error(err)
	}
}

// Every much-used root with the usual decorations is refused: more than ten
// thousand passwords (security AUTH-1).
func TestTenThousandCommonPasswords(t *testing.T) {
	tails := []string{"", "1", "12", "123", "1234", "12345", "123456", "!", "!!", "@123", "#1", "2024", "2025", "2026", "2026!", "@2026", "1988", "888", "666", "520", "521", "1314", "5201314", "000", "111", "abc", "..", "_1", "19900101", "20260101"}
	n := 0
	for _, root := range login.Common() {
		for _, tail := range tails {
			for _, form := range []string{root + tail, tail + root, strings.ToUpper(root) + tail} {
				for utf8.RuneCountInString(form) < login.MinPassword {
					form += "123456"
				}
				n++
				if login.Guessable(form, nil) == "" {
					t.Errorf("%q is accepted", form)
				}
			}
		}
	}
	if n < 10_000 {
		t.Fatalf("only %d", n)
	}
}

// Random passwords of 12 letters and digits are hardly ever refused.
func TestRandomPasswordsPass(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	const letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	refused := 0
	for range 5_000 {
		p := make([]byte, 12)
		for i := range p {
			p[i] = letters[rng.IntN(len(letters))]
		}
		if login.Guessable(string(p), []string{"王小兰", "wangxiaolan", "青石镇"}) != "" {
			refused++
		}
	}
	if refused > 5 {
		t.Fatalf("%d of 5,000 random passwords were refused", refused)
	}
}

// Whatever a person chooses lets him in again, composed or not, up to the last
// character.
func TestPasswordsRoundTrip(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	b := book(d)
	a, _ := made(t, d, b, "round", "cadre")
	i := 0
	rapid.Check(t, func(rt *rapid.T) {
		p := rapid.StringOfN(rapid.RuneFrom([]rune("abcdefghijklmnopqrstuvwxyzéüñ走访民情日记山水田园 !?#%🌾")), 12, 128, -1).Draw(rt, "password")
		if i++; i > 30 { // each takes several commits
			return
		}
		s := slips(t, d, b, a.ID)[0]
		if _, err := b.Activate(t.Context(), login.Activation{Code: s.Code, Password: norm.NFD.String(p)}); fault.Is(err, fault.Invalid) {
			return
		} else if err != nil {
			rt.Fatal(err)
		}
		enters(t, b, "round", norm.NFC.String(p), "")
		runes := []rune(norm.NFC.String(p))
		if _, err := try(b, "round", string(runes[:len(runes)-1]), ""); err == nil {
			rt.Fatal("the last character does not count")
		}
		enters(t, b, "round", norm.NFD.String(p), "")
	})
}

func FuzzReadCode(f *testing.F) {
	for _, s := range []string{"4T7K-M2QX-09ZR", "4t7k m2qx o9zr", "４Ｔ７Ｋ－Ｍ２ＱＸ－０９ＺＲ", "", "走访", "4T7K-M2QX-09ZU"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := login.ReadCode(s)
		if c == "" {
			return
		}
		if len(c) != 12 || login.ReadCode(c) != c || login.ReadCode(login.ShowCode(c)) != c || login.ReadCode(strings.ToLower(login.ShowCode(c))) != c {
			t.Fatalf("%q read as %q", s, c)
		}
	})
}

func FuzzGuessable(f *testing.F) {
	for _, s := range []string{"password1234", good, "王小兰20261123", "\xff\xfe", strings.Repeat("a", 128)} {
		f.Add(s, "王小兰")
	}
	f.Fuzz(func(t *testing.T, p, name string) {
		if len(p) > 512 || len(name) > 64 {
			return
		}
		// Halves of characters at both ends would join into another one.
		if why := login.Guessable(p+p+p, []string{name}); p != "" && utf8.ValidString(p) && why == "" && len([]rune(norm.NFKC.String(p))) < 8 {
			t.Fatalf("%q three times is accepted", p)
		}
	})
}

// Every key used here has its sentence in both languages.
func TestTexts(t *testing.T) {
	keys := map[string]map[string]string{}
	for _, tag := range []string{"zh-CN", "en"} {
		raw, err := os.ReadFile(fmt.Sprintf("../../../ui/lang/%s/login.json", tag))
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]string{}
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		keys[tag] = m
	}
	for k := range keys["zh-CN"] {
		if keys["en"][k] == "" || keys["zh-CN"][k] == "" {
			t.Errorf("%s lacks a text", k)
		}
	}
	for _, k := range []string{login.NoticeActivated, login.NoticeCode, login.NoticeNewDevice, login.NoticePassword} {
		if keys["zh-CN"]["login.notice."+k] == "" {
			t.Errorf("notice %s has no text", k)
		}
	}
	if len(keys["en"]) != len(keys["zh-CN"]) {
		t.Errorf("%d English texts, %d Chinese", len(keys["en"]), len(keys["zh-CN"]))
	}
}
