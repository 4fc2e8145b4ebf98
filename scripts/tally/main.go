// Command tally reads the events of "go test -json" from its input, shows what
// failed with its output and one line a package, and appends the numbers of
// passed, failed and skipped tests to the file named by its argument. It exits
// with 1 when something failed.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

type event struct {
	Action, Package, Test, Output, ImportPath, FailedBuild string
	Elapsed                                                float64
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: tally FILE")
	}
	said := map[string]*strings.Builder{}
	var passed, failed, skipped int
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var e event
		if err := json.Unmarshal(in.Bytes(), &e); err != nil {
			fmt.Println(in.Text()) // the compiler speaks in plain lines
			continue
		}
		key := e.Package + " " + e.Test
		if e.ImportPath != "" {
			key = e.ImportPath
		}
		switch e.Action {
		case "output", "build-output":
			if said[key] == nil {
				said[key] = &strings.Builder{}
			}
			_, _ = said[key].WriteString(e.Output) // a Builder never fails
			continue
		case "build-fail":
			failed++
			fmt.Printf("FAIL build %s\n%s", e.ImportPath, text(said[key]))
		case "pass":
			if e.Test == "" {
				fmt.Printf("ok    %7.1fs  %s\n", e.Elapsed, e.Package)
			} else {
				passed++
			}
		case "skip":
			if e.Test != "" {
				skipped++
				fmt.Printf("skip  %s %s\n%s", e.Package, e.Test, text(said[key]))
			}
		case "fail":
			fmt.Printf("FAIL  %7.1fs  %s\n%s", e.Elapsed, key, text(said[key]))
			if e.Test != "" || e.FailedBuild == "" {
				failed++
			}
		default:
			continue
		}
		delete(said, key)
	}
	if err := in.Err(); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Clean(os.Args[1]), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) // #nosec G703 -- named by who runs the tests
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%d %d %d\n", passed, failed, skipped)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil && failed > 0 {
		err = fmt.Errorf("%d failed", failed)
	}
	return err
}

func text(b *strings.Builder) string {
	if b == nil {
		return ""
	}
	return b.String()
}
