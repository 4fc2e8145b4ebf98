// Command tiny is the smallest server over the base: one write with its stored
// answer, audit row and job, and one read of all. The kill trial uses it to try
// the base by itself. With -lie it acknowledges before it commits, so that the
// trial can be seen to find losses.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"flag"
	"log"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/jobs"
	"lianxin/internal/base/once"
	"lianxin/internal/base/vault"
)

type sender struct{}

func (sender) Trace() (county, account, roles, door, request string) {
	return "990101", "tiny", "cadre", "api", "r"
}

func main() {
	listen := flag.String("listen", "", "address")
	data := flag.String("data", "", "folder")
	dsn := flag.String("database", "", "database, the embedded one in the folder when empty")
	lie := flag.Bool("lie", false, "acknowledge before the commit")
	flag.Parse()
	ctx := context.Background()
	v, err := vault.Open(filepath.Join(*data, "key"), func(string) string { return "" }, true, rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	if *dsn == "" {
		*dsn = filepath.Join(*data, "tiny.db")
	}
	d, err := db.Open(ctx, *dsn, db.Options{Now: time.Now, Rand: rand.Reader, Vault: v})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := db.Migrate(ctx, d); err != nil {
		log.Fatal(err)
	}
	if err := jobs.Migrate(ctx, d, 0); err != nil {
		log.Fatal(err)
	}
	put := func(ctx context.Context, op string) error {
		return db.Do(ctx, d, func(tx *db.Tx) error {
			_, _, err := once.Do(ctx, tx, sender{}, "tiny", op, op, func() (string, error) {
				audit.Note(tx, sender{}, "tiny.put", op, "/99/")
				return op, jobs.Insert(ctx, tx, "tiny", map[string]string{"op": op})
			})
			return err
		})
	}
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		if err := d.Ping(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	})
	var late sync.WaitGroup // what a lying server still has to write
	http.HandleFunc("POST /put/{op}", func(w http.ResponseWriter, r *http.Request) {
		op := r.PathValue("op")
		if *lie {
			late.Go(func() {
				time.Sleep(20 * time.Millisecond)
				if err := put(ctx, op); err != nil {
					log.Print(err)
				}
			})
			time.Sleep(5 * time.Millisecond)
			return
		}
		if err := put(r.Context(), op); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	})
	// An operation counts as stored as often as its least complete part: the
	// parts must agree.
	http.HandleFunc("GET /all", func(w http.ResponseWriter, r *http.Request) {
		late.Wait()
		counts := map[string][3]int{}
		for i, q := range []string{`SELECT id FROM operations`, `SELECT object FROM audit_rows`} {
			l, err := db.All(r.Context(), d, db.Text, q)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			for _, op := range l {
				c := counts[op]
				c[i]++
				counts[op] = c
			}
		}
		q, err := jobs.Look(d)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer q.Close()
		jobRows, err := db.One(r.Context(), d, db.Int, `SELECT COUNT(*) FROM river_job`)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, found, err := audit.Verify(r.Context(), d, nil, nil)
		out := struct {
			Stored map[string]int
			Wrong  []string
		}{Stored: map[string]int{}}
		if err != nil {
			out.Wrong = append(out.Wrong, err.Error())
		}
		for _, f := range found {
			out.Wrong = append(out.Wrong, f.String())
		}
		for op, c := range counts {
			out.Stored[op] = max(c[0], c[1])
			if c[0] != c[1] {
				out.Wrong = append(out.Wrong, op+" lacks a part")
			}
		}
		if jobRows != len(counts) {
			out.Wrong = append(out.Wrong, "jobs and operations differ in number")
		}
		if err := json.NewEncoder(w).Encode(out); err != nil {
			log.Print(err)
		}
	})
	srv := &http.Server{Addr: *listen, ReadHeaderTimeout: 5 * time.Second}
	if err := srv.ListenAndServe(); err != nil && !strings.Contains(err.Error(), "closed") {
		log.Fatal(err)
	}
}
