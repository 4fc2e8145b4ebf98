package browsertest

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"io"
	"sync"
	"time"
)

// axe-core looks for what keeps people with weak eyes, without a mouse or with a
// screen reader out. It is the measure the requirements name, so it lies here
// unchanged, for tests only (npm axe-core 4.14.1, axe.min.js, MPL-2.0; its
// licence stands at its head).
//
//go:embed axe-core-4.14.1.min.js.gz
var axePacked []byte

const axeSum = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"

var axeSource = sync.OnceValue(func() string {
	z, err := gzip.NewReader(bytes.NewReader(axePacked))
	if err != nil {
		panic(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != axeSum {
		panic("axe-core was changed")
	}
	return string(b)
})

// Axe reports every violation of WCAG 2.2 AA and of axe's best practices on the
// page as it stands. One sign alone (户, 人) is content here: axe calls it too
// short to be measured, the contrast of the tokens is tested elsewhere.
func (p *Page) Axe() {
	p.t.Helper()
	if !Eval[bool](p, `typeof axe === 'object'`) {
		_ = Eval[bool](p, axeSource()+`;true`)
	}
	_ = Eval[bool](p, `window.axeSaid = '', axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(
		(r) => { window.axeSaid = JSON.stringify(r.violations.map((v) => ({ID: v.id, Help: v.help, Nodes: v.nodes.map((n) => n.html.slice(0, 160))}))); },
		(e) => { window.axeSaid = JSON.stringify([{ID: 'axe', Help: String(e), Nodes: []}]); }), true`)
	said := ""
	for range 400 {
		if said = Eval[string](p, `window.axeSaid`); said != "" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	var found []struct {
		ID, Help string
		Nodes    []string
	}
	if err := json.Unmarshal([]byte(said), &found); err != nil {
		p.t.Errorf("%s: axe said %q", p.Address(), said)
	}
	for _, v := range found {
		p.t.Errorf("%s %s: axe: %s: %s: %q", p.Address(), p.Size.Name, v.ID, v.Help, v.Nodes)
	}
}
