package browsertest

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Lying finds texts in the files of a browser's folder: as they are, in two
// bytes a sign, escaped, and in base64. A test that relies on finding nothing
// first calls Finds, to know that it would.
func Lying(t testing.TB, folder string, words ...string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(folder, func(name string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil // a file that went while we looked
		}
		b, err := os.ReadFile(name) // #nosec G304 G122 -- the test's own folder
		if err != nil {
			return nil
		}
		for _, w := range words {
			for how, form := range forms(w) {
				if strings.Contains(string(b), form) {
					found = append(found, w+" ("+how+") in "+strings.TrimPrefix(name, folder))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var foreign = regexp.MustCompile(`[^\x00-\x7f]`)

// forms are the ways in which a text can lie in a file.
func forms(w string) map[string]string {
	var wide []byte
	for _, r := range w {
		wide = append(wide, byte(r), byte(r>>8)) // #nosec G115 -- signs of the basic plane
	}
	out := map[string]string{"plain": w, "wide": string(wide), "escaped": foreign.ReplaceAllStringFunc(w, func(s string) string {
		return "\\u" + strconv.FormatInt(0x10000+int64([]rune(s)[0]), 16)[1:]
	})}
	// Within a longer text it may begin at any of three places of a group of four
	// signs; what its neighbours share with it is left out.
	for i := range 3 {
		s := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", i) + w))
		if from, to := (i*4+2)/3, (len(w)+i)*4/3-1; to-from >= 12 {
			out["base64 "+strconv.Itoa(i)] = s[from:to]
		}
	}
	return out
}

// Finds is the control of Lying: it puts words into the places a program keeps
// something in, in a browser of its own, kills it, and fails unless each of
// them is found. address is a page of the server to be tested.
func Finds(t testing.TB, address string, words ...string) {
	t.Helper()
	folder := t.TempDir()
	b := StartIn(t, folder)
	p := b.Tab(Phone)
	p.Go(address)
	for i, w := range words {
		_ = Await[bool](p, `(async () => {
			const w = `+strconv.Quote(w)+`, n = '`+strconv.Itoa(i)+`';
			const db = await new Promise((y, x) => { const r = indexedDB.open('plain', 1); r.onupgradeneeded = () => r.result.createObjectStore('s'); r.onsuccess = () => y(r.result); r.onerror = () => x(r.error); });
			const tx = db.transaction('s', 'readwrite', {durability: 'strict'});
			tx.objectStore('s').put({text: w}, 'text-' + n);
			tx.objectStore('s').put(new TextEncoder().encode(w), 'bytes-' + n);
			tx.objectStore('s').put('xy' + btoa(String.fromCharCode(...new TextEncoder().encode('z' + w + 'z'))), 'base64-' + n);
			await new Promise((y, x) => { tx.oncomplete = y; tx.onerror = () => x(tx.error); });
			db.close();
			await (await caches.open('plain')).put('/plain-' + n, new Response(JSON.stringify({text: w})));
			return true; })()`)
	}
	b.Kill()
	found := strings.Join(Lying(t, folder, words...), "\n")
	for _, w := range words {
		for _, where := range []string{"IndexedDB", "CacheStorage"} {
			if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(w) + ` .*` + where).MatchString(found) {
				t.Errorf("%q lies in plain in %s and is not found; found are\n%s", w, where, found)
			}
		}
	}
}
