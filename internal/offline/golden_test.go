package offline_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/work/phone"
)

// TestOldOperations: what a phone of any release ever sent is decoded and done.
// The files are never changed and none is taken away; a new kind or version gets
// a new file. They are done in the order of their names, in one township.
func TestOldOperations(t *testing.T) {
	files, err := filepath.Glob("testdata/v1/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	slices.Sort(files)
	d, c := dbtest.SQLite(t)
	w := newTown(t, d, c)
	seen := map[string]bool{}
	for i, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var o phone.Operation
		if err := json.Unmarshal(b, &o); err != nil {
			t.Fatal(name, err)
		}
		seen[o.Kind+"/"+strconv.Itoa(o.Version)] = true
		if err := phone.Readable(o.Kind, o.Version, o.Body); err != nil {
			t.Errorf("%s is not decoded any more: %v", name, err)
			continue
		}
		if o.Kind == phone.KindChoose { // the number of what it chooses about is made by the server
			held := w.push("li", "old-phone-1", w.op("golden-held-amend", "visit.amend", map[string]any{"visit": "golden-1-visit.record", "version": 1, "how": "home", "words": "另写的一段"}))[0].Held
			o.Body = phone.Body(strings.Replace(string(o.Body), "held-of-the-test", held, 1))
		}
		for _, sealed := range []bool{false, true} { // the second time it was here already
			if sealed {
				o = w.sealed(o, "old-phone-1")
			}
			rs := w.push("li", "old-phone-1", o)
			if want := []string{phone.Done, phone.Again}[btoi(sealed)]; len(rs) != 1 || rs[0].Status != want {
				t.Errorf("%s (%d): %+v, want %s", name, i, rs, want)
			}
		}
	}
	for _, k := range phone.Kinds() {
		if !seen[k] {
			t.Errorf("no file shows %s as a phone sends it", k)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
