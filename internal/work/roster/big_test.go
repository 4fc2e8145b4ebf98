package roster_test

import (
	"bytes"
	"fmt"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/paper/xlsx"
	"lianxin/internal/rule/identity"
	"lianxin/internal/work/roster"
)

// bigList is a workbook of homes with four people each and 110 officials.
func bigList(t testing.TB, people int) []byte {
	t.Helper()
	w, err := xlsx.NewWriter()
	if err != nil {
		t.Fatal(err)
	}
	var cols []xlsx.Column
	for _, h := range []string{"序号", "户主", "与户主关系", "姓名", "身份证号", "村", "组", "联系电话", "住址", "对象类别", "联系干部", "干部电话"} {
		cols = append(cols, xlsx.Column{Title: h})
	}
	rows, err := w.Table(xlsx.Table{Sheet: "户", Columns: cols})
	if err != nil {
		t.Fatal(err)
	}
	signs := []rune("桂兰国强建军秀英志明红霞春梅海波玉珍文华")
	given := func(n int) string {
		return string(signs[n%20]) + string(signs[n/20%20]) + string(signs[n/400%20])
	}
	for n := range people {
		h := n / 4
		number := fmt.Sprintf("990101%04d%02d%02d%03d", 1940+n%80, 1+n/80%12, 1+n%28, 1+n/960)
		number += string(identity.IDCheck(number))
		rel, name := "户主", "王"+given(h)
		if n%4 > 0 {
			rel, name = "子女", "李"+given(n)
		}
		if _, err := rows.Add(n+1, "王"+given(h), rel, name, number, villages[h%6], fmt.Sprintf("%d组", 1+h%9), fmt.Sprintf("138%08d", n), fmt.Sprintf("村口第%d号", h), []string{"一般户", "低保户", "残疾"}[h%3],
			"赵"+given(h%110), fmt.Sprintf("139%08d", h%110)); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := w.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWholeList: a list is previewed as it is then written, and comes in a
// second time without any change. A fifth of a township shows it; the speed of
// the whole is BenchmarkImport's.
func TestWholeList(t *testing.T) {
	const people = 1400
	b := bigList(t, people)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		who := town(t, d)
		for i := range 2 {
			x := upload(t, d, who, fmt.Sprintf("upload-%02d", i), "全镇.xlsx", b)
			p, err := roster.See(t.Context(), d, who, x.ID)
			if err != nil {
				t.Fatal(err)
			}
			done, err := confirm(t, d, who, roster.ConfirmInput{ID: fmt.Sprintf("confirm-%02d", i), Import: x.ID})
			if err != nil {
				t.Fatal(err)
			}
			c := done.Counts
			if c.Members != people || c.Households != people/4 || c.Cadres != 110 || c.Errors != 0 || c != p.Counts {
				t.Fatalf("%+v %v", c, p.Problems[:min(3, len(p.Problems))])
			}
			if want := [2]int{people / 4, 0}[i]; c.NewHomes != want || c.NewPairings != want {
				t.Errorf("round %d: %+v", i, c)
			}
		}
	})
}

// BenchmarkImport measures reading, comparing and writing 7,000 people: a first
// time, and once more when all of them are there.
func BenchmarkImport(b *testing.B) {
	file := bigList(b, 7000)
	for _, again := range []bool{false, true} {
		b.Run(map[bool]string{false: "first", true: "again"}[again], func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				d, _ := dbtest.SQLite(b)
				who := town(b, d)
				bring := func(n string) {
					x := upload(b, d, who, "upload-"+n, "全镇.xlsx", file)
					if _, err := confirm(b, d, who, roster.ConfirmInput{ID: "confirm-" + n, Import: x.ID}); err != nil {
						b.Fatal(err)
					}
				}
				if again {
					bring("00")
				}
				b.StartTimer()
				bring("01")
			}
		})
	}
}
