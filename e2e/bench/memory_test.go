package bench

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"lianxin/internal/base/id"
	"lianxin/internal/demo"
)

// BenchmarkMemory starts the program as it is delivered on the demonstration's
// data, opens the pages of the desk once, lets 64 clients record visits through
// HTTP, waits half a minute and says how much memory the process holds: before,
// at most, right after the load and at rest. Each operation is one visit.
//
//	go test ./e2e/bench -run '^$' -bench Memory -benchtime 30000x
func BenchmarkMemory(b *testing.B) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		b.Skip("memory of another process is read from /proc")
	}
	dir := b.TempDir()
	bin, data := filepath.Join(dir, "lianxin"), filepath.Join(dir, "data")
	build := exec.CommandContext(b.Context(), "go", "build", "-ldflags", "-s -w", "-o", bin, "lianxin/cmd/lianxin")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	_, _, filled := serve(b, bin, "demo", data)
	filled()
	url, pid, stop := serve(b, bin, "serve", data)
	defer stop()
	token, home := official(b, url, data)
	for _, page := range []string{"/today", "/households", "/households/" + home, "/cadres", "/pairings", "/visits", "/visits/new?household=" + home, "/diary", "/stays", "/matters", "/practical", "/progress", "/cards", "/plans", "/settings", "/me"} {
		if code, _ := call(http.DefaultClient, "GET", url+page, token, ""); code >= 500 || code == 401 {
			b.Fatal(page, code)
		}
	}
	b.Log("before:", memory(pid))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	var wg sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(b.N))
	day := time.Now().UTC().Add(8 * time.Hour).Format("2006-01-02")
	b.ResetTimer()
	for range 64 {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				body := fmt.Sprintf(`{"id":%q,"household":%q,"at":%q,"how":"home","topics":["health","farming"],"words":"家里收了四十来袋玉米，猪卖了两头。腿疼得厉害，想去镇卫生院看看，没人送。"}`, id.New(time.Now(), rand.Reader), home, day)
				if code, answer := call(client, "POST", url+"/api/v1/visits", token, body); code != 201 {
					b.Error(code, string(answer))
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(kilobytes(pid, "VmRSS"))/1000, "MB-after")
	b.ReportMetric(float64(kilobytes(pid, "VmHWM"))/1000, "MB-at-most")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
	b.Log("after:", memory(pid))
	if b.N > 1 { // the first run is only to find the way
		time.Sleep(30 * time.Second)
		b.ReportMetric(float64(kilobytes(pid, "VmRSS"))/1000, "MB-at-rest")
		b.Log("at rest:", memory(pid))
	}
}

// serve starts the program, waits until it answers and gives what ends it.
func serve(b *testing.B, bin, verb, data string) (url string, pid int, stop func()) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	at := ln.Addr().String()
	if err := ln.Close(); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(bin, verb, "--data", data, "--listen", at)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	for range 1200 {
		if code, _ := call(http.DefaultClient, "GET", "http://"+at+"/healthz", "", ""); code == 200 {
			return "http://" + at, cmd.Process.Pid, stop
		}
		time.Sleep(100 * time.Millisecond)
	}
	stop()
	b.Fatalf("%s does not answer:\n%s", verb, said.String())
	return "", 0, nil
}

// official logs an official of the demonstration in and finds a home of his.
func official(b *testing.B, url, data string) (token, home string) {
	text, err := os.ReadFile(filepath.Join(data, "accounts.json"))
	if err != nil {
		b.Fatal(err)
	}
	var accounts []demo.Account
	if err := json.Unmarshal(text, &accounts); err != nil {
		b.Fatal(err)
	}
	for _, a := range accounts {
		in, _ := json.Marshal(map[string]string{"username": a.Username, "password": a.Password})
		var login struct{ Token string }
		if code, answer := call(http.DefaultClient, "POST", url+"/api/v1/login", "", string(in)); code != 200 || json.Unmarshal(answer, &login) != nil {
			b.Fatal(a.Username, code, string(answer))
		}
		var homes struct{ Items []struct{ ID string } }
		_, answer := call(http.DefaultClient, "GET", url+"/api/v1/households?mine=true", login.Token, "")
		if json.Unmarshal(answer, &homes) == nil && len(homes.Items) > 0 {
			return login.Token, homes.Items[0].ID
		}
	}
	b.Fatal("no account has a home")
	return "", ""
}

func call(c *http.Client, method, url, token, body string) (int, []byte) {
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return 0, []byte(err.Error())
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := c.Do(r)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, []byte(err.Error())
	}
	return res.StatusCode, answer
}

func memory(pid int) string {
	return fmt.Sprintf("resident %d kB (at most %d), own pages %d kB, pages of files %d kB", kilobytes(pid, "VmRSS"), kilobytes(pid, "VmHWM"), kilobytes(pid, "RssAnon"), kilobytes(pid, "RssFile"))
}

func kilobytes(pid int, name string) (n int) {
	s, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.SplitSeq(string(s), "\n") {
		if v, ok := strings.CutPrefix(line, name+":"); ok {
			_, _ = fmt.Sscan(v, &n)
		}
	}
	return n
}
