package sample

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const today = "2026-11-23"

// towns makes the townships of a seed; a scale that fails to parse ends the test.
func towns(t testing.TB, seed uint64, scale Scale) []Township {
	t.Helper()
	c, err := Generate(seed, today, scale)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(c.Townships())
}

func hash(t testing.TB, v any) [32]byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(raw)
}

func TestSameSeedSameCounty(t *testing.T) {
	a, b, c := towns(t, 7, ScaleTownship), towns(t, 7, ScaleTownship), towns(t, 8, ScaleTownship)
	if hash(t, a) != hash(t, b) {
		t.Errorf("the same seed gave two counties: %s", cmp.Diff(a[1], b[1]))
	}
	if hash(t, a) == hash(t, c) {
		t.Error("seeds 7 and 8 gave the same county")
	}
	big, err := Generate(7, today, ScaleCounty)
	if err != nil {
		t.Fatal(err)
	}
	for tw := range big.Townships() { // stops early: nothing else is made
		if hash(t, tw) != hash(t, a[0]) {
			t.Error("青石镇 differs between the scales")
		}
		break
	}
}

func TestBadArguments(t *testing.T) {
	if _, err := Generate(1, "23.11.2026", ScaleTownship); err == nil {
		t.Error("a day that is none was accepted")
	}
	if _, err := Generate(1, today, "province"); err == nil {
		t.Error("an unknown scale was accepted")
	}
}

// other days: leap day, Spring Festival, a year outside the lunar table.
func TestOtherDays(t *testing.T) {
	for _, day := range []string{"2028-02-29", "2027-02-06", "2041-01-01"} {
		c, err := Generate(3, day, ScaleTownship)
		if err != nil {
			t.Fatal(err)
		}
		for tw := range c.Townships() {
			checkTownship(t, c, tw)
		}
	}
}

func TestCounts(t *testing.T) {
	list := towns(t, 7, ScaleTownship)
	type counts struct {
		Name                      string
		Villages, Cadres, Living  int
		Leaders, Section, Village int
	}
	var got []counts
	for _, tw := range list {
		c := counts{Name: tw.Name}
		for _, r := range tw.Regions {
			c.Villages += btoi(r.Level == LevelVillage)
		}
		for _, k := range tw.Cadres {
			if k.To != "" {
				continue
			}
			c.Cadres++
			switch k.Posts[len(k.Posts)-1].Rank {
			case RankLeader:
				c.Leaders++
			case RankSection:
				c.Section++
			case RankVillage:
				c.Village++
			}
		}
		for _, h := range tw.Households {
			c.Living += btoi(h.Status == "living")
		}
		got = append(got, c)
	}
	want := []counts{{"青石镇", 6, 110, 640, 11, 4, 36}, {"白河镇", 3, 12, 60, 2, 0, 6}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if n := len(list[0].Visits); n < 5000 || n > 6500 {
		t.Errorf("%d visits in 青石镇", n)
	}
	var villages []string
	for _, r := range list[0].Regions {
		if r.Level == LevelVillage {
			villages = append(villages, r.Name)
		}
	}
	if d := cmp.Diff(strings.Fields("李家湾村 大河村 石桥村 上寨村 松林村 龙潭村"), villages); d != "" {
		t.Error(d)
	}
}

func TestWholeCounty(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 150,000 visits")
	}
	c, err := Generate(7, today, ScaleCounty)
	if err != nil {
		t.Fatal(err)
	}
	n, cadres, homes, visits := 0, 0, 0, 0
	phones, ids, codes := map[string]bool{}, map[string]string{}, map[string]bool{}
	for tw := range c.Townships() {
		n++
		checkTownship(t, c, tw)
		visits += len(tw.Visits)
		for _, r := range tw.Regions {
			if codes[r.Code] {
				t.Errorf("region %s twice", r.Code)
			}
			codes[r.Code] = true
		}
		for _, k := range tw.Cadres {
			cadres += btoi(k.To == "")
			if phones[k.Phone] {
				t.Errorf("two officials of the county share %s", k.Phone)
			}
			phones[k.Phone] = true
		}
		for _, h := range tw.Households {
			homes += btoi(h.Status == "living")
			for _, m := range h.Members {
				if m.Left != "" {
					continue // the same person stands in the new home
				}
				if o, ok := ids[m.IDNumber]; ok {
					t.Errorf("%s and %s share %s", o, m.ID, m.IDNumber)
				}
				ids[m.IDNumber] = m.ID
			}
		}
	}
	t.Logf("%d townships, %d officials, %d homes, %d visits", n, cadres, homes, visits)
	if n != 24 || n != c.Size() || cadres < 2900 || cadres > 3100 || homes < 23500 || homes > 24500 || visits < 135000 || visits > 165000 {
		t.Errorf("%d townships, %d officials, %d homes, %d visits", n, cadres, homes, visits)
	}
}

// The whole point of making it up on the fly is that it costs next to nothing.
func BenchmarkTownship(b *testing.B) {
	c, err := Generate(7, today, ScaleTownship)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for range c.Townships() {
		}
	}
}
