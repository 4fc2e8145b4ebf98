package cadre_test

import (
	"fmt"
	"strings"
	"testing"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	. "lianxin/internal/work/worktest"
)

const today = calendar.Day("2026-11-23")

func add(t *testing.T, d *db.DB, who access.Actor, in cadre.AddInput) error {
	t.Helper()
	return db.Do(t.Context(), d, func(tx *db.Tx) error { _, err := cadre.Add(t.Context(), tx, who, in); return err })
}

func TestAdd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		good := cadre.PostInput{UnitName: "财政所", Title: "所长", Rank: cadre.TownshipStaff, Village: Lijiawan, From: "2025-03-01"}
		for i, x := range []struct {
			name   string
			who    access.Actor
			change func(*cadre.AddInput)
			want   fault.Kind
		}{
			{"complete", Office(today), func(*cadre.AddInput) {}, ""},
			{"a phone too short", Office(today), func(in *cadre.AddInput) { in.Phone = "1380000" }, fault.Invalid},
			{"no name", Office(today), func(in *cadre.AddInput) { in.Name = "" }, fault.Invalid},
			{"a rank that is none", Office(today), func(in *cadre.AddInput) { in.Post.Rank = "mayor" }, fault.Invalid},
			{"posted to another township's village", Office(today), func(in *cadre.AddInput) { in.Post.Village = Baisha }, fault.Invalid},
			{"into a village", Office(today), func(in *cadre.AddInput) { in.Region = Lijiawan }, fault.Invalid},
			{"into another township", Office(today), func(in *cadre.AddInput) { in.Region = Baihe }, fault.NotFound},
			{"by an official", Who(access.Cadre, Qingshi, LiMing, today), func(*cadre.AddInput) {}, fault.Forbidden},
		} {
			in := cadre.AddInput{ID: fmt.Sprintf("cadre-%04d", i), Region: Qingshi, Name: "欧阳雪梅", Phone: "13800001050", Post: good}
			x.change(&in)
			if err := add(t, d, x.who, in); fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%s: %v, want %q", x.name, err, x.want)
			}
		}
		raw, err := db.One(t.Context(), d, db.Text, `SELECT phone FROM cadres WHERE id = 'cadre-0000'`)
		if err != nil || strings.Contains(raw, "1380000") {
			t.Error("the phone lies open", err)
		}
	})
}

// A search finds by name, its tail, pinyin, initials and whole phone; a part of
// a phone finds nobody.
func TestSearch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		if err := add(t, d, Office(today), cadre.AddInput{ID: "cadre-0001", Region: Qingshi, Name: "欧阳雪梅", Phone: "13800001050", Post: cadre.PostInput{Rank: cadre.TownshipStaff, From: "2025-03-01"}}); err != nil {
			t.Fatal(err)
		}
		for q, want := range map[string]string{
			"欧阳雪梅": "欧阳雪梅", "雪梅": "欧阳雪梅", "ouyang": "欧阳雪梅", "oyxm": "欧阳雪梅", "OuYang XueMei": "欧阳雪梅", "李": "李明", "liming": "李明", "lm": "李明",
			"13800001002": "赵伟", "138 0000 1002": "赵伟", "1380000": "", "孙悦": "", "sunyue": "", "13800001003": "", "zzz": "",
		} {
			cs, _, err := cadre.List(t.Context(), d, Office(today), cadre.Filter{Query: q})
			if err != nil {
				t.Fatal(q, err)
			}
			got := ""
			for _, c := range cs {
				got += c.Name
				if strings.Contains(c.Phone, "00001") {
					t.Errorf("%s: the phone is shown whole: %s", q, c.Phone)
				}
			}
			if got != want {
				t.Errorf("%q finds %q, want %q", q, got, want)
			}
		}
		// Renamed: found by the new name only.
		err := db.Do(t.Context(), d, func(tx *db.Tx) error {
			_, err := cadre.Amend(t.Context(), tx, Office(today), cadre.AmendInput{ID: "amend-0001", Cadre: "cadre-0001", Name: "欧阳冬梅", Phone: "13800001051"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for q, want := range map[string]int{"雪梅": 0, "冬梅": 1, "13800001050": 0, "13800001051": 1} {
			if cs, _, err := cadre.List(t.Context(), d, Office(today), cadre.Filter{Query: q}); err != nil || len(cs) != want {
				t.Errorf("%q finds %d, want %d (%v)", q, len(cs), want, err)
			}
		}
	})
}

// Posts from–to: no day without one, none with two by accident, the past stays.
func TestPosts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		ctx := t.Context()
		office := Office(today)
		appoint := func(id string, in cadre.AppointInput) error {
			in.ID, in.Cadre = id, LiMing
			return db.Do(ctx, d, func(tx *db.Tx) error { _, err := cadre.Appoint(ctx, tx, office, in); return err })
		}
		if err := appoint("appoint-1", cadre.AppointInput{End: true, Post: cadre.PostInput{UnitName: "党政办", Title: "副镇长", Rank: cadre.TownshipLeader, Village: Dahe, From: "2026-07-01", Reason: "任命"}}); err != nil {
			t.Fatal(err)
		}
		c, err := cadre.Get(ctx, d, County, LiMing)
		if err != nil {
			t.Fatal(err)
		}
		for day, want := range map[calendar.Day]string{"2023-12-31": "", "2024-01-01": cadre.TownshipStaff, "2026-06-30": cadre.TownshipStaff, "2026-07-01": cadre.TownshipLeader, today: cadre.TownshipLeader} {
			if p, ok := c.Post(day); p.Rank != want || ok != (want != "") {
				t.Errorf("on %s: %q, want %q", day, p.Rank, want)
			}
			n := 0
			for _, p := range c.Posts {
				if p.At(day) {
					n++
				}
			}
			if n > 1 {
				t.Errorf("on %s: %d posts", day, n)
			}
		}
		if p, _ := c.Post(today); !p.TeamMember || !p.SectionLevel || !p.Bound || p.UnitName != "党政办" {
			t.Errorf("%+v", p)
		}
		// The same unit is not made twice.
		if us, err := cadre.Units(ctx, d, office, ""); err != nil || len(us) != 1 {
			t.Errorf("%+v %v", us, err)
		}
		end := func(id string, in cadre.EndPostInput) error {
			in.ID, in.Cadre = id, LiMing
			return db.Do(ctx, d, func(tx *db.Tx) error { _, err := cadre.EndPost(ctx, tx, office, in); return err })
		}
		if err := end("endpost-1", cadre.EndPostInput{To: today}); !fault.Is(err, fault.Invalid) {
			t.Error("without a reason", err)
		}
		if err := end("endpost-2", cadre.EndPostInput{To: today, Reason: "调县里", Leave: true}); err != nil {
			t.Error(err)
		}
		if err := end("endpost-3", cadre.EndPostInput{To: today, Reason: "调县里"}); !fault.Is(err, fault.Conflict) {
			t.Error("ended twice", err)
		}
		for left, want := range map[bool]int{false: 1, true: 1} {
			if cs, _, err := cadre.List(ctx, d, office, cadre.Filter{Left: left}); err != nil || len(cs) != want {
				t.Errorf("left %v: %d (%v)", left, len(cs), err)
			}
		}
	})
}

func TestLeavesAndBinding(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		ctx := t.Context()
		for i, x := range []struct {
			name     string
			kind     string
			from, to calendar.Day
			want     fault.Kind
		}{
			{"a week", "annual", "2026-08-03", "2026-08-07", ""},
			{"one day of it again", "sick", "2026-08-07", "2026-08-09", fault.Conflict},
			{"the day after", "sick", "2026-08-08", "2026-08-09", ""},
			{"open", "secondment", "2026-11-01", "", ""},
			{"within the open one", "sick", "2027-02-01", "2027-02-02", fault.Conflict},
			{"backwards", "sick", "2026-09-02", "2026-09-01", fault.Invalid},
			{"a kind that is none", "holiday", "2026-09-02", "2026-09-02", fault.Invalid},
		} {
			err := db.Do(ctx, d, func(tx *db.Tx) error {
				_, err := cadre.TakeLeave(ctx, tx, Office(today), cadre.LeaveInput{ID: fmt.Sprintf("leave-%04d", i), Cadre: LiMing, Kind: x.kind, From: x.from, To: x.to})
				return err
			})
			if fault.Of(err) != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%s: %v, want %q", x.name, err, x.want)
			}
		}
		if ls, err := cadre.LeavesOf(ctx, d, County, []string{LiMing, ZhaoWei}); err != nil || len(ls) != 3 {
			t.Errorf("%+v %v", ls, err)
		}
		us, err := cadre.Units(ctx, d, Office(today), Qingshi)
		if err != nil || len(us) != 1 {
			t.Fatal(us, err)
		}
		bind := func(id string, who access.Actor) error {
			return db.Do(ctx, d, func(tx *db.Tx) error {
				_, err := cadre.Bind(ctx, tx, who, cadre.BindInput{ID: id, Unit: us[0].ID})
				return err
			})
		}
		if err := bind("bind-0001", Who(access.Office, Baihe, "", today)); !fault.Is(err, fault.NotFound) {
			t.Error("another township binds it", err)
		}
		if err := bind("bind-0002", Office(today)); err != nil {
			t.Fatal(err)
		}
		if c, err := cadre.Get(ctx, d, County, LiMing); err != nil || c.Posts[0].Bound {
			t.Errorf("%+v %v", c.Posts, err)
		}
	})
}

func TestReveal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		reveal := func(who access.Actor, id string) (string, error) {
			return db.Write(t.Context(), d, func(tx *db.Tx) (string, error) { return cadre.Reveal(t.Context(), tx, who, id, "contact") })
		}
		if got, err := reveal(Office(today), LiMing); err != nil || got != "13800001001" {
			t.Error(got, err)
		}
		n, err := db.One(t.Context(), d, db.Int, `SELECT COUNT(*) FROM audit_rows WHERE action = 'cadre.reveal'`)
		if n != 1 || err != nil {
			t.Error("the reveal is not on record", n, err)
		}
		for name, who := range map[string]access.Actor{"a colleague": Who(access.Cadre, Qingshi, ZhaoWei, today), "an inspector": Who(access.Inspector, Qingshi, "", today), "another township": Who(access.Office, Baihe, "", today), "the system administrator": Who(access.SysAdmin, Root, "", today)} {
			if got, err := reveal(who, LiMing); err == nil || got != "" {
				t.Errorf("%s reads %q", name, got)
			}
		}
		if _, bad, err := audit.Verify(t.Context(), d, nil, nil); err != nil || len(bad) > 0 {
			t.Error(bad, err)
		}
	})
}

func TestCalled(t *testing.T) {
	for _, x := range [][3]string{{"乡村振兴办", "乡村振兴办主任", "乡村振兴办主任"}, {"水务站", "站长", "水务站站长"}, {"", "镇长", "镇长"}, {"党政办", "", "党政办"}} {
		if got := (cadre.Post{UnitName: x[0], Title: x[1]}).Called(""); got != x[2] {
			t.Errorf("%v: %s", x, got)
		}
	}
}

// TestHeadsVillage: whose title makes him a village's first secretary.
func TestHeadsVillage(t *testing.T) {
	for title, want := range map[string]bool{
		"村总支书记": true, "党总支书记": true, "李家湾村党总支书记、村委会主任": true, "党支部书记兼村委会主任": true, "村支书": true, "村党委书记": true, "书记、主任": true, "村委会主任、党总支书记": true, "社区党委书记": true,
		"党总支副书记": false, "副支书": false, "团支部书记、文书": false, "第一书记": false, "驻村第一书记": false, "一组党支部书记": false, "村委会主任": false, "文书": false, "书记员": false, "书记助理": false, "妇联主席": false, "原党支部书记": false, "": false,
	} {
		if got := (cadre.Post{Rank: cadre.VillageCommittee, Village: "/99/9901/990101/990101100/990101100201/", Title: title}).HeadsVillage(); got != want {
			t.Errorf("%s: %v", title, got)
		}
	}
	if (cadre.Post{Rank: cadre.TownshipStaff, Village: "/1/", Title: "党总支书记"}).HeadsVillage() || (cadre.Post{Rank: cadre.VillageCommittee, Title: "党总支书记"}).HeadsVillage() {
		t.Error("a post outside the village committee, or without a village")
	}
}
