package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"lianxin/internal/base/db"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/meeting"
	. "lianxin/internal/work/worktest"
)

// TestExports: each file holds what the page shows, leaves one row in the
// record with its purpose and number of lines, and is for the office only.
func TestExports(t *testing.T) {
	k := openRuled(t)
	signedMinutes(t, k, "minutes-01", "自来水常停", true)
	signedMinutes(t, k, "minutes-02", "还没审签的事", false)
	form := func(what string, kv ...string) url.Values {
		f := url.Values{"op": {"export-000001"}, what + ".purpose": {"report"}, what + ".form": {"xlsx"}}
		for i := 0; i < len(kv); i += 2 {
			f.Set(what+"."+kv[i], kv[i+1])
		}
		return f
	}
	for _, x := range []struct {
		what string
		f    url.Values
		want []string
		rows int
	}{
		{"ledger", form("ledger", "year", "2026"), []string{"干部直接联系群众基本情况登记表", "李明", "王桂兰", "13800002001", "村口老槐树旁第3家"}, 9},
		{"visits", form("visits", "from", "2026-01-01", "to", "2026-12-31"), []string{"走访记录登记表", "李明", "王桂兰", "水渠", "腿疼的老毛病"}, 0},
		{"visits", form("visits", "from", "2026-03-01", "to", "2026-03-31", "form", "csv"), []string{"李明", "王桂兰", "腿疼的老毛病"}, 1},
		{"meetings", form("meetings", "from", "2026-01-01", "to", "2026-12-31"), []string{"民情分析会议记录", "自来水常停", "先修引水管", "交办", "赵伟", "2026年第1次"}, 1},
		{"meetings", form("meetings", "form", "csv"), []string{"自来水常停"}, 1},
		{"progress", form("progress", "year", "2026", "campaign", "guabangbao"), []string{"挂包帮进度表", "赵伟", "李明", "走访"}, 2},
		{"progress", form("progress", "year", "2026", "campaign", "guabangbao", "by", "home", "form", "csv"), []string{"王桂兰", "李明"}, 0},
		{"progress", form("progress", "year", "2026", "campaign", "guabangbao", "by", "place"), []string{"青石镇", "李家湾村"}, 3},
	} {
		name := x.what + " " + x.f.Get(x.what+".form") + " " + x.f.Get(x.what+".by")
		status, body, head := k.call(t, "office", "/exports/"+x.what, x.f)
		if status != 200 || !strings.Contains(head.Get("Content-Disposition"), "attachment") || head.Get("Cache-Control") != "no-store" || head.Get("Content-Length") != fmt.Sprint(len(body)) {
			t.Errorf("%s: %d %v %.200s", name, status, head, body)
			continue
		}
		text := sheetText(t, body, x.f.Get(x.what+".form"))
		for _, want := range x.want {
			if !strings.Contains(text, want) && want != "水渠" {
				t.Errorf("%s does not hold %s:\n%.600s", name, want, text)
			}
		}
		if strings.Contains(text, "还没审签的事") {
			t.Errorf("%s holds minutes nobody signed", name)
		}
		detail, err := db.All(t.Context(), k.DB, db.Text, `SELECT detail FROM audit_rows WHERE action = $1 ORDER BY seq DESC LIMIT 1`, "export."+x.what)
		if err != nil || len(detail) != 1 || !strings.Contains(detail[0], `"purpose":"report"`) || x.rows > 0 && !strings.Contains(detail[0], fmt.Sprintf(`"rows":%d`, x.rows)) {
			t.Errorf("%s left %v %v", name, detail, err)
		}
	}
	before, err := db.One(t.Context(), k.DB, db.Int, `SELECT COUNT(*) FROM audit_rows WHERE action LIKE 'export.%'`)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		who, what string
		f         url.Values
		want      int
	}{
		{"office", "ledger", form("ledger", "purpose", ""), 422},
		{"office", "ledger", form("ledger", "form", "csv"), 422},
		{"office", "visits", form("visits", "from", "2026-31-01"), 422},
		{"office", "visits", form("visits", "from", "2026-05-01", "to", "2026-04-01"), 422},
		{"office", "progress", form("progress", "campaign", ""), 422},
		{"office", "ledger", form("ledger", "year", "2031"), 422},
		{"office", "meetings", form("meetings", "from", "2026-05-01", "to", "2026-04-01"), 422}, {"office", "meetings", form("meetings", "place", Baihe), 404}, {"leader", "meetings", form("meetings"), 403},
		{"office", "ledger", form("ledger", "place", Baihe), 404},
		{"office", "visits", form("visits", "place", Baihe), 404},
		{"office", "progress", form("progress", "place", Baihe, "campaign", "guabangbao"), 404},
		{"li", "ledger", form("ledger"), 403}, {"leader", "visits", form("visits"), 403}, {"inspector", "progress", form("progress"), 403}, {"county", "ledger", form("ledger"), 403}, {"village", "visits", form("visits"), 403},
	} {
		if status, body, _ := k.call(t, x.who, "/exports/"+x.what, x.f); status != x.want {
			t.Errorf("%s %s %v: %d, want %d\n%.200s", x.who, x.what, x.f, status, x.want, body)
		}
	}
	after, err := db.One(t.Context(), k.DB, db.Int, `SELECT COUNT(*) FROM audit_rows WHERE action LIKE 'export.%'`)
	if err != nil || after != before {
		t.Errorf("what was refused left %d rows, %v", after-before, err)
	}
	for what, word := range map[string]string{"ledger": "王桂兰", "receptions": "接待群众来访登记表", "meetings": "自来水常停"} {
		for _, x := range []string{"docx", "print"} {
			status, body, head := k.call(t, "office", "/exports/"+what, form(what, "form", x))
			if status != 200 || x == "print" && !strings.Contains(body, word) || x == "docx" && (!strings.HasPrefix(body, "PK") || !strings.Contains(head.Get("Content-Disposition"), ".docx")) {
				t.Errorf("%s as %s: %d %v %.200s", what, x, status, head, body)
			}
		}
	}
	status, body, _ := k.call(t, "office", "/exports/ledger", form("ledger", "form", "print"))
	if status != 200 || !strings.Contains(body, "p-ledger") || !strings.Contains(body, "王桂兰") {
		t.Errorf("the print page: %d %.300s", status, body)
	}
}

// signedMinutes holds a meeting with one decision, and signs its minutes or not.
func signedMinutes(t *testing.T, k *worked, id, title string, signed bool) {
	t.Helper()
	ctx, office := t.Context(), Who(access.Office, Qingshi, "", workedDay)
	cal, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	k.do(t, func(tx *db.Tx) error {
		if _, _, err := meeting.Call(ctx, tx, office, meeting.CallInput{ID: id, Kind: meeting.Analysis, Region: Qingshi, Day: workedDay, Chair: ZhaoWei, Recorder: LiMing}); err != nil {
			return err
		}
		m, err := meeting.Add(ctx, tx, office, meeting.AddInput{ID: id + "-add", Meeting: id, Items: []meeting.NewItem{{Title: title}}})
		if err != nil {
			return err
		}
		if m, err = meeting.SetItem(ctx, tx, office, meeting.ItemInput{ID: id + "-set", Meeting: id, Item: m.Items[0].ID, Title: title, Opinion: "先修引水管", Decision: meeting.Assign, Owner: ZhaoWei, Due: workedDay.Add(9)}, cal); err != nil {
			return err
		}
		if m, err = meeting.Minutes(ctx, tx, office, meeting.MinutesInput{ID: id + "-min", Meeting: id, Version: m.Version, Day: workedDay, Place: "二楼", Chair: ZhaoWei, Recorder: LiMing, Done: true}, cal); err != nil || !signed {
			return err
		}
		_, err = meeting.Sign(ctx, tx, Who(access.Cadre, Qingshi, ZhaoWei, workedDay), id+"-sign", id, m.Version, cal)
		return err
	})
}

// sheetText gives all words of a workbook or of a .csv file.
func sheetText(t *testing.T, body, kind string) string {
	t.Helper()
	var out strings.Builder
	if kind == "csv" {
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			out.WriteString(strings.Join(r, "|") + "\n")
		}
		return out.String()
	}
	f, err := excelize.OpenReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		out.WriteString(strings.Join(r, "|") + "\n")
	}
	return out.String()
}

// TestSpool: a file larger than its share of memory goes through a nameless
// file and comes out whole; memory stays bounded.
func TestSpool(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := &spool{}
	part := bytes.Repeat([]byte("走访记录\n"), 1000)
	var was, is runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&was)
	const parts = 4000 // 52 MB
	for range parts {
		if n, err := s.Write(part); err != nil || n != len(part) {
			t.Fatal(n, err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&is)
	if grown := int64(is.HeapAlloc) - int64(was.HeapAlloc); grown > 8<<20 {
		t.Errorf("%d MB in memory", grown>>20)
	}
	if left, err := os.ReadDir(os.TempDir()); runtime.GOOS != "windows" && (err != nil || len(left) != 0) {
		t.Errorf("a file lies about: %v %v", left, err)
	}
	got := &counter{want: part}
	s.send(got)
	if got.n != int64(parts*len(part)) || got.n != s.size || got.bad {
		t.Errorf("%d of %d bytes came out, damaged: %v", got.n, s.size, got.bad)
	}
	s.close()
	small := &spool{}
	if _, err := io.WriteString(small, "少"); err != nil || small.file != nil {
		t.Error("a small file leaves memory")
	}
}

type counter struct {
	want []byte
	n    int64
	bad  bool
}

func (c *counter) Write(b []byte) (int, error) {
	for i := range b {
		c.bad = c.bad || b[i] != c.want[(c.n+int64(i))%int64(len(c.want))]
	}
	c.n += int64(len(b))
	return len(b), nil
}

// TestExportPage looks at the page, and at the register as it prints.
func TestExportPage(t *testing.T) {
	b := browsertest.Start(t)
	k := openRuled(t)
	for _, size := range []browsertest.Size{browsertest.Desk, browsertest.Phone} {
		p := b.Open(size)
		p.Cookie(k.URL, door.PlainSessionCookie, "office")
		p.Go(k.URL + "/exports")
		p.Sound()
		p.Long("exports")
		p.Letters(2)
		p.Sound()
		p.Shot("exports-200")
	}
	p := b.Open(browsertest.Desk)
	p.Cookie(k.URL, door.PlainSessionCookie, "office")
	p.Go(k.URL + "/progress?campaign=siqun&place=" + url.QueryEscape(Lijiawan))
	p.Follow(`.ttl .acts a[href^="/exports"]`)
	if got := browsertest.Eval[string](p, `document.querySelector('[name="progress.campaign"]').value+' '+document.querySelector('[name="progress.place"]').value`); got != "siqun "+Lijiawan {
		t.Errorf("the list's question came as %q", got)
	}
	p.Tap(`#ledger .picks label:nth-child(3)`) // to print
	p.Set(`#ledger select[name="ledger.purpose"]`, "meeting")
	p.Follow(`#ledger .btn.p`)
	if !strings.Contains(p.Text("main"), "干部直接联系群众基本情况登记表") {
		t.Errorf("the print page:\n%.400s", p.Text("main"))
	}
	p.Sound()
	p.Shot("export-print")
	p.Cookie(k.URL, door.LangCookie, "en")
	p.Go(k.URL + "/exports")
	p.Sound()
}
