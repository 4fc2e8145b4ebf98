package config

import (
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
)

func TestOrderOfSources(t *testing.T) {
	text := "listen = \"0.0.0.0:1\"\n[jobs]\nworkers = 2\n[backup]\nrecipients = [\"age1a\", \"age1b\"]\n"
	c, err := Load(text, []string{"LIANXIN_LISTEN=0.0.0.0:2", "LIANXIN_JOBS_WORKERS=3", "LIANXIN_KEY=not ours", "HOME=/h"}, map[string]string{"jobs.workers": "5", "proxy": "true"})
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Listen, want.Jobs.Workers, want.Proxy, want.Backup.Recipients = "0.0.0.0:2", 5, true, []string{"age1a", "age1b"}
	if d := cmp.Diff(want, c); d != "" {
		t.Error(d)
	}
}

func TestProblemsAreAllTold(t *testing.T) {
	for _, x := range []struct {
		text  string
		env   []string
		flags map[string]string
		want  []string
	}{
		{text: "lisen = \"x\"\n[backup]\nwhen = 1\n", want: []string{"lisen: unknown", "backup.when: unknown"}},
		{text: "listen = ", want: []string{"line 1"}},
		{text: "listen = 5", want: []string{"listen"}},
		{env: []string{"LIANXIN_LISTN=a", "LIANXIN_READERS=many"}, want: []string{"LIANXIN_LISTN: unknown", "LIANXIN_READERS: must be a whole number"}},
		{flags: map[string]string{"nothing": "1", "proxy": "perhaps"}, want: []string{"nothing: unknown", "proxy: must be true or false"}},
		{text: "listen=\"8080\"\nlanguage=\"fr\"\npublic_url=\"lianxin\"\n[backup]\nat=\"25:00\"\nrecipients=[\"x\"]\n[tls]\ncert=\"c\"\n[keep]\noperation_days=3\n[outbound]\nallow=[\"https://x/\"]\n",
			want: []string{"listen: must", "language: must", "public_url: must", "backup.at: must", "backup.recipients: must", "tls: cert and key", "keep.operation_days: must", "outbound.allow: must"}},
	} {
		_, err := Load(x.text, x.env, x.flags)
		if err == nil {
			t.Errorf("%q %v %v: accepted", x.text, x.env, x.flags)
			continue
		}
		for _, w := range x.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q: %q is not told:\n%v", x.text, w, err)
			}
		}
	}
}

// The sample must be a valid file as it stands, and still be one, meaning the
// same, when every setting in it is put in force.
func TestSampleIsTheDefault(t *testing.T) {
	var b strings.Builder
	if err := Describe(&b); err != nil {
		t.Fatal(err)
	}
	for _, f := range Fields() {
		if f.Zh == "" || f.En == "" {
			t.Errorf("%s is not explained in both languages", f.Name)
		}
		if !strings.Contains(b.String(), f.Env+"\n") {
			t.Errorf("%s is missing from the sample", f.Env)
		}
	}
	live := strings.Builder{}
	for line := range strings.SplitSeq(b.String(), "\n") {
		if s, ok := strings.CutPrefix(line, "# "); ok && strings.Contains(s, " = ") {
			var probe map[string]any
			if _, err := toml.Decode(s, &probe); err == nil {
				line = s
			}
		}
		live.WriteString(line + "\n")
	}
	if strings.Count(live.String(), "\nworkers = 4\n") != 1 {
		t.Fatalf("the sample was not put in force:\n%s", live.String())
	}
	for _, text := range []string{b.String(), live.String()} {
		c, err := Load(text, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(Default(), c, cmp.Transformer("empty", func(l []string) string { return strings.Join(l, ",") })); d != "" {
			t.Error(d)
		}
	}
}

func TestShowHidesTheDatabasePassword(t *testing.T) {
	c, err := Load("database = \"postgres://lianxin:geheim@db/lianxin\"", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := Show(&b, c); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "geheim") || !strings.Contains(b.String(), "database = \"***\"") {
		t.Error(b.String())
	}
}

func TestDerived(t *testing.T) {
	for _, x := range []struct{ text, url string }{
		{"", "http://127.0.0.1:8080"},
		{"listen=\"0.0.0.0:80\"", "http://127.0.0.1:80"},
		{"listen=\":80\"", "http://127.0.0.1:80"},
		{"public_url=\"https://lianxin.example/\"", "https://lianxin.example"},
		{"[tls]\ncert=\"c\"\nkey=\"k\"", "https://127.0.0.1:8080"},
	} {
		c, err := Load(x.text, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.URL() != x.url || c.Secure() != strings.HasPrefix(x.url, "https") {
			t.Errorf("%q: %s %v", x.text, c.URL(), c.Secure())
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("listen = \"0.0.0.0:1\"\n[jobs]\nworkers = 2\n")
	f.Add("[backup]\nrecipients = [\"age1a\"]")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := Load(text, nil, nil); err == nil {
			var b strings.Builder
			if err := Show(&b, c); err != nil {
				t.Fatal(err)
			}
			if _, err := toml.Decode(b.String(), new(Config)); err != nil {
				t.Fatalf("shown settings do not parse: %v\n%s", err, b.String())
			}
		}
	})
}
