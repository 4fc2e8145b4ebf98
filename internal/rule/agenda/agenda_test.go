package agenda

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lianxin/internal/rule/calendar"
)

var update = flag.Bool("update", false, "write the golden table anew")

const (
	town = "/99/9901/990101/990101100/"
	a    = town + "990101100201/"
	b    = town + "990101100202/"
)

func facts() Facts {
	return Facts{Whole: town, Days: 60, Today: "2026-10-05",
		Counts: []Count{
			{Matters, "road", a, 7, []int{2, 2, 1, 3}},      // rises
			{Matters, "water", a, 5, []int{4, 4, 4, 4}},     // recurs only
			{Matters, "jobs", a, 2, []int{0, 0, 0, 0}},      // neither
			{Matters, "disaster", a, 3, []int{0, 0, 1, 0}},  // with the next one the whole rises, recurs alone
			{Matters, "disaster", b, 2, []int{1, 0, 0, 0}},  //
			{Diaries, "health", b, 20, []int{10, 9, 11, 0}}, // twice the mean and more
			{Diaries, "income", b, 4, []int{4}},             // one period says nothing
			{Matters, "", b, 9, []int{0, 0, 0, 0}},          // nobody sorted them
		},
		Disputed:  []Matter{{ID: "m-1", Place: b, Topic: "road", Rank: 0, On: "2026-10-02"}},
		Overdue:   []Matter{{ID: "m-3", Place: b, Rank: 2, On: "2026-09-01", Why: "ask"}, {ID: "m-2", Place: a, Rank: 2, On: "2026-09-09", Why: "transfer"}, {ID: "m-4", Place: a, Rank: 0, On: "2026-09-20", State: "registered"}},
		Shelved:   []Matter{{ID: "m-5", Place: a, On: "2026-10-01"}},
		Decisions: []Decision{{Meeting: "meet-1", Item: "i-2", Appeal: "m-9", Place: town, State: "handling", Due: "2026-09-30"}, {Meeting: "meet-1", Item: "i-1", Place: town}},
		Homes:     []Homes{{a, 3}, {b, 0}}}
}

// TestGolden: the whole agenda of a quarter, as written down.
func TestGolden(t *testing.T) {
	var lines []string
	for _, i := range Propose(facts(), Usual) {
		key, args := i.Text()
		lines = append(lines, fmt.Sprintf("%s | %s %v | %s | %v", i.Key, key, args, i.Mean, i.Refs))
	}
	got := strings.Join(lines, "\n") + "\n"
	const file = "testdata/agenda.txt"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != got {
		t.Errorf("%v\n%s", err, got)
	}
}

func TestRises(t *testing.T) {
	for _, x := range []struct {
		n      int
		before []int
		want   bool
		mean   string
	}{
		{7, []int{2, 2, 1, 3}, true, "2"},
		{4, []int{1, 1, 1, 1}, true, "1"},
		{4, []int{1, 1, 2, 1}, false, "1.3"}, // less than 3 more
		{3, []int{0, 0, 0, 0}, false, "0"},   // too few
		{4, []int{0, 0, 0, 0}, true, "0"},
		{19, []int{10, 10}, false, "10"}, // not twice
		{20, []int{10, 10}, true, "10"},
		{9, []int{1}, false, "1"}, // one period is no usual level
		{9, nil, false, "0"},
		{5, []int{1, 2, 2}, true, "1.7"},
	} {
		if got := Rises(x.n, x.before, Usual); got != x.want || Mean(x.before) != x.mean {
			t.Errorf("%d after %v: %v, mean %s", x.n, x.before, got, Mean(x.before))
		}
	}
}

func TestBefore(t *testing.T) {
	for _, x := range []struct{ from, to, want string }{
		{"2026-10-01", "2026-12-31", "[{2026-07-01 2026-09-30} {2026-04-01 2026-06-30} {2026-01-01 2026-03-31} {2025-10-01 2025-12-31}]"},
		{"2026-03-01", "2026-03-31", "[{2026-02-01 2026-02-28} {2026-01-01 2026-01-31} {2025-12-01 2025-12-31} {2025-11-01 2025-11-30}]"},
		{"2026-01-01", "2026-12-31", "[{2025-01-01 2025-12-31} {2024-01-01 2024-12-31} {2023-01-01 2023-12-31} {2022-01-01 2022-12-31}]"},
		{"2026-03-02", "2026-03-11", "[{2026-02-20 2026-03-01} {2026-02-10 2026-02-19} {2026-01-31 2026-02-09} {2026-01-21 2026-01-30}]"},
	} {
		if got := fmt.Sprint(Before(calendar.Span{From: calendar.Day(x.from), To: calendar.Day(x.to)}, 4)); got != x.want {
			t.Errorf("%s–%s: %s", x.from, x.to, got)
		}
	}
}

// random makes facts of some topics and places.
func random(r *rand.Rand) Facts {
	f := Facts{Whole: town, Days: 60}
	places, topics := []string{a, b, town + "990101100203/"}, []string{"road", "water", "jobs", "disaster", ""}
	for _, src := range []string{Matters, Diaries} {
		for _, p := range places {
			for _, x := range topics {
				c := Count{src, x, p, r.IntN(9), make([]int, 4)}
				for i := range c.Before {
					c.Before[i] = r.IntN(4)
				}
				f.Counts = append(f.Counts, c)
			}
		}
	}
	for i := range 5 {
		m := Matter{ID: fmt.Sprintf("m-%d", i), Place: places[r.IntN(3)], Rank: r.IntN(3), On: calendar.Date(2026, 1+r.IntN(12), 1)}
		f.Overdue, f.Shelved = append(f.Overdue, m), append(f.Shelved, m)
		f.Disputed = append(f.Disputed, m)
		f.Decisions = append(f.Decisions, Decision{Meeting: "meet", Item: fmt.Sprint(i), Place: town})
	}
	for _, p := range places {
		f.Homes = append(f.Homes, Homes{p, r.IntN(3)})
	}
	return f
}

func same(x, y any) bool {
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return string(p) == string(q)
}

// TestOrderOfFacts: the agenda does not depend on the order in which facts come.
func TestOrderOfFacts(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 9))
		f := random(r)
		want := Propose(f, Usual)
		for _, s := range []any{f.Counts, f.Overdue, f.Shelved, f.Disputed, f.Decisions, f.Homes} {
			v := reflect.ValueOf(s)
			r.Shuffle(v.Len(), reflect.Swapper(s))
		}
		if got := Propose(f, Usual); !same(got, want) {
			t.Fatalf("seed %d:\n%v\n%v", seed, got, want)
		}
	}
}

// TestUnrelatedFacts: what concerns another topic changes nothing of an item,
// and a count may come in parts.
func TestUnrelatedFacts(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 10))
		f := random(r)
		before := Propose(f, Usual)
		f.Counts = append(f.Counts, Count{Matters, "other", a, 40, []int{1, 1, 1, 1}}, Count{Matters, "other", b, 1, nil})
		f.Overdue = append(f.Overdue, Matter{ID: "new", Place: a, On: "2026-01-01"})
		f.Homes = append(f.Homes, Homes{town + "990101100209/", 4})
		after := Propose(f, Usual)
		for _, i := range before {
			if !slices.ContainsFunc(after, func(j Item) bool { return same(i, j) }) {
				t.Fatalf("seed %d: %+v changed or went", seed, i)
			}
		}
		var parts Facts = f
		parts.Counts = nil
		for _, c := range f.Counts {
			half := slices.Clone(c.Before)
			for i := range half {
				half[i] = 0
			}
			parts.Counts = append(parts.Counts, Count{c.Source, c.Topic, c.Place, c.N / 2, half}, Count{c.Source, c.Topic, c.Place, c.N - c.N/2, c.Before})
		}
		if !same(Propose(parts, Usual), after) {
			t.Fatalf("seed %d: parts of a count are another count", seed)
		}
	}
}

// TestUnsorted: matters nobody gave a topic are one number at the end; they never
// spread and never recur, however many there are.
func TestUnsorted(t *testing.T) {
	f := facts()
	f.Counts = append(f.Counts, Count{Matters, "", a, 40, []int{0, 0, 0, 0}}, Count{Diaries, "", a, 9, nil})
	items := Propose(f, Usual)
	last := items[len(items)-1]
	if last.Kind != Unsorted || last.N != 49 || last.Place != town || last.Source != Matters {
		t.Errorf("%+v", last)
	}
	for _, i := range items[:len(items)-1] {
		if i.Source != "" && i.Topic == "" {
			t.Errorf("%+v", i)
		}
	}
	if last := Propose(Facts{Whole: town}, Usual); len(last) != 0 {
		t.Errorf("%+v", last)
	}
}

// TestDecidedOnce: what was decided about is there as what was decided alone.
func TestDecidedOnce(t *testing.T) {
	f := facts()
	f.Decisions = append(f.Decisions, Decision{Meeting: "meet-1", Item: "i-3", Appeal: "m-1"}, Decision{Meeting: "meet-1", Item: "i-4", Appeal: "m-2"}, Decision{Meeting: "meet-1", Item: "i-5", Appeal: "m-5"})
	seen := map[string]int{}
	for _, i := range Propose(f, Usual) {
		for _, r := range i.Refs {
			seen[r]++
			if (r == Ref("m-1") || r == Ref("m-2") || r == Ref("m-5")) && i.Kind != Standing {
				t.Errorf("%+v", i)
			}
		}
	}
	if seen[Ref("m-3")] != 1 || seen[Ref("m-2")] != 1 {
		t.Error(seen)
	}
}

// TestCarriedOnce: a matter two meetings decided about stands on the agenda once,
// as the later of them did.
func TestCarriedOnce(t *testing.T) {
	ds := []Decision{{Meeting: "meet-1", Item: "i-1", Appeal: "m-1", Place: town}, {Meeting: "meet-2", Item: "i-5", Appeal: "m-1", Place: town, State: "handling"}, {Meeting: "meet-1", Item: "i-2", Place: town}}
	for range 2 {
		got := Propose(Facts{Whole: town, Decisions: ds}, Usual)
		if len(got) != 2 || got[0].Key != "standing~meet-1~i-2" || got[1].Key != "standing~meet-2~i-5" {
			t.Errorf("%+v", got)
		}
		slices.Reverse(ds)
	}
}
