package mask

import "testing"

func TestPublic(t *testing.T) {
	for _, x := range []struct {
		in, want string
		ok       bool
	}{
		{"村口路灯不亮", "村口路灯不亮", true},
		{"王桂兰家的水管漏", "王*兰家的水管漏", true},
		{"桂兰家的水管漏，电话13800002001", "**家的水管漏，电话138****2001", true},
		{"老槐树旁第3家门口积水", "**门口积水", true},
		{"身份证990101195003070025丢了", "身份证990***********0025丢了", true},
		{"请兽医到王桂兰家看猪", "请兽医到王*兰家看猪", true},
		{"请医生来看", "", false},
		{"给王桂兰办残疾证", "", false},
		{"想看病", "", false},
		{"", "", true},
	} {
		got, ok := Public(x.in, []string{"王桂兰", "李"}, []string{"老槐树旁第3家", ""})
		if got != x.want || ok != x.ok {
			t.Errorf("%q: %q %v, want %q %v", x.in, got, ok, x.want, x.ok)
		}
	}
}
