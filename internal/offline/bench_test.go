package offline_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"crypto/rand"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/jobs"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
	"lianxin/internal/work/pairing"
	"lianxin/internal/work/phone"
	"lianxin/internal/work/visit"
	"lianxin/internal/work/worktest"
)

// BenchmarkThousandPhones: a thousand officials come into the valley at once;
// each phone delivers three records and takes what changed, against the embedded
// database as it is in use. One round is all thousand; the figures are those of
// a push and of a pull, and the commits of a push.
func BenchmarkThousandPhones(b *testing.B) {
	const homes, visits = 8, 12        // visits of each home in two years
	officials := schedules(1000, 1000) // LIANXIN_SCHEDULES sets another number
	clock := new(dbtest.Clock)
	clock.Set(dbtest.Day)
	ctx := context.Background()
	d, err := db.Open(ctx, filepath.Join(b.TempDir(), "bench.db"), db.Options{Now: clock.Now, Rand: rand.Reader, Vault: dbtest.Vault(b)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	if _, err = db.Migrate(ctx, d); err == nil {
		err = jobs.Migrate(ctx, d, 0)
	}
	if err != nil {
		b.Fatal(err)
	}
	w := newTown(b, d, clock)
	w.plans()
	cal, _ := w.desk.Days(ctx, nil, "")
	office, today := w.who("office"), calendar.FromTime(d.Now())
	for i := range officials {
		id := fmt.Sprintf("bench-cadre-%04d", i)
		accounts[id] = access.Identity{Account: "acc-" + id, Cadre: id, Grants: []access.Grant{{Role: access.Cadre, Region: worktest.Qingshi}}}
		b.Cleanup(func() { delete(accounts, id) })
		w.do(func(tx *db.Tx) error {
			_, err := cadre.Add(ctx, tx, office, cadre.AddInput{ID: id, Region: worktest.Qingshi, Name: "干部" + string(rune(0x4e00+i)), Phone: fmt.Sprintf("139%08d", i), Post: cadre.PostInput{UnitName: "农业办", Title: "干部", Rank: cadre.TownshipStaff, Village: worktest.Lijiawan, From: "2023-01-01"}})
			for h := 0; h < homes && err == nil; h++ {
				home := fmt.Sprintf("bench-home-%04d-%d", i, h)
				if _, err = household.Add(ctx, tx, office, household.AddInput{ID: home, Region: worktest.Group1, Head: "户" + string(rune(0x5000+i)) + string(rune(0x5000+h)), Address: "坡上", Phone: fmt.Sprintf("137%04d%04d", i, h), Since: "2023-01-01", Distinct: true}); err != nil {
					break
				}
				if _, err = pairing.Pair(ctx, tx, office, pairing.PairInput{ID: "pair-" + home, Household: home, Cadre: id, From: "2024-01-05", Reason: "plan"}); err != nil {
					break
				}
				for v := 0; v < visits && err == nil; v++ {
					_, _, err = visit.Record(ctx, tx, w.who(id), visit.RecordInput{ID: fmt.Sprintf("%s-%d", home, v), Household: home, How: "home", At: string(today.Add(-58 * v)), Words: "核桃要提前找买家，水渠下雨就淹。"}, cal)
				}
			}
			return err
		})
	}
	srv := httptest.NewServer(w.h)
	b.Cleanup(srv.Close)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2000}}
	var tries atomic.Int64
	call := func(who, method, path string, body any, into any) time.Duration {
		var raw []byte
		if body != nil {
			raw = object(body)
		}
		begun := time.Now()
		for {
			tries.Add(1)
			req, _ := http.NewRequestWithContext(ctx, method, srv.URL+path, bytes.NewReader(raw))
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Authorization", "Bearer "+who)
			res, err := client.Do(req)
			if err != nil {
				b.Error(err)
				return 0
			}
			text, _ := io.ReadAll(res.Body)
			_ = res.Body.Close()
			switch res.StatusCode {
			case 200:
				if err := json.Unmarshal(text, into); err != nil {
					b.Error(err)
				}
				return time.Since(begun)
			case 503: // a phone comes again when it is told to
				time.Sleep(2 * time.Second)
			default:
				b.Errorf("%d %s", res.StatusCode, text)
				return 0
			}
		}
	}
	cursors := make([]string, officials)
	var pushes, pulls []time.Duration
	var mu sync.Mutex
	round := func(n int) (served int64) {
		var wait sync.WaitGroup
		for i := range officials {
			wait.Go(func() {
				who, dev := fmt.Sprintf("bench-cadre-%04d", i), fmt.Sprintf("bench-device-%04d", i)
				ops := make([]phone.Operation, 3)
				for k := range ops {
					ops[k] = w.op(fmt.Sprintf("bench-%d-%d-%d", n, i, k), "visit.record", map[string]any{"household": fmt.Sprintf("bench-home-%04d-%d", i, k), "how": "home", "words": "在家，一切都好。"})
					ops[k].Seq = int64(n*3 + k)
					ops[k] = w.sealed(ops[k], dev)
				}
				var a answer
				pu := call(who, "POST", "/api/v1/offline/push", map[string]any{"device": dev, "operations": ops}, &a)
				var p phone.Pull
				pl := call(who, "GET", "/api/v1/offline/pull?device="+dev+"&cursor="+cursors[i], nil, &p)
				cursors[i] = p.Cursor
				mu.Lock()
				pushes, pulls = append(pushes, pu), append(pulls, pl)
				mu.Unlock()
				if len(a.Results) == 3 && a.Results[2].Status == phone.Done && p.Cursor != "" {
					atomic.AddInt64(&served, 1)
				}
			})
		}
		wait.Wait()
		return served
	}
	round(0) // the first pictures are whole
	pushes, pulls = nil, nil
	tries.Store(0)
	before := d.Commits()
	spent := cpu()
	b.ResetTimer()
	var served int64
	for n := 1; b.Loop(); n++ {
		served += round(n)
	}
	b.StopTimer()
	total := int64(len(pushes))
	if served != total {
		b.Errorf("%d of %d were served", served, total)
	}
	at := func(ds []time.Duration, share float64) float64 {
		slices.Sort(ds)
		return float64(ds[min(int(share*float64(len(ds))), len(ds)-1)].Microseconds()) / 1000
	}
	b.ReportMetric(float64((cpu()-spent).Microseconds())/1000/float64(total), "cpu-ms/phone") // the phones' own work included
	b.ReportMetric(at(pushes, 0.5), "push-median-ms")
	b.ReportMetric(at(pushes, 0.99), "push-p99-ms")
	b.ReportMetric(at(pulls, 0.5), "pull-median-ms")
	b.ReportMetric(at(pulls, 0.99), "pull-p99-ms")
	b.ReportMetric(float64(d.Commits()-before)/float64(2*total), "commits/call")
	b.ReportMetric(float64(tries.Load())/float64(2*total), "tries/call")
}

func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkPush: pushes of twenty records of one phone, one after the other.
func BenchmarkPush(b *testing.B) {
	d, c := dbtest.SQLite(b)
	w := newTown(b, d, c)
	w.push("li", "bench-phone-1")
	n := 0
	w.push("li", "bench-phone-1", w.visit("bench-first", ""))
	before := d.Commits()
	b.ResetTimer()
	for b.Loop() {
		ops := make([]phone.Operation, 20)
		for k := range ops {
			n++
			ops[k] = w.visit(fmt.Sprintf("bench-push-%d", n), "在家，一切都好。")
			ops[k].Seq = int64(n)
		}
		w.push("li", "bench-phone-1", ops...)
	}
	b.ReportMetric(float64(d.Commits()-before)/float64(b.N), "commits/push")
}
