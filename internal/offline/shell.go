package offline

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/door"
)

// sheets are the style sheets the app shares with the pages, in their order; its
// own lie in its folder.
var sheets = []string{"css/tokens.css", "css/base.css"}

// said are the texts that the server names to the app by key, beside those its
// modules name themselves.
var said = []string{"phone.", "phonebox.", "visit.how.", "visit.topic.", "visit.weather.", "appeal.state.", "appeal.outcome.", "stay.kind.", "stay.state.", "household.tag.", "quota."}

// apart are files of the folder that the browser does not load with the app.
var apart = map[string]bool{"phone/types.js": true, "phone/sw.js": true, "phone/tsconfig.json": true}

// Shell is the app as a browser receives it: one page, its files under an
// address that carries the build, the service worker that keeps them, and the
// manifest. Everything is made once, at start.
type Shell struct {
	build     string
	texts     *lang.Catalog
	files     map[string]part
	names     []string // of files, sorted
	pages     map[string]part
	worker    part
	manifests map[string]part
	icons     map[string]func() ([]byte, error)
}

type part struct {
	kind       string
	plain, zip []byte
}

var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
}

func newPart(kind string, b []byte) part {
	var z bytes.Buffer
	g, _ := gzip.NewWriterLevel(&z, gzip.BestCompression)
	_, _ = g.Write(b)
	_ = g.Close()
	return part{kind, b, z.Bytes()}
}

// NewShell makes the shell from the embedded tree (phone, css, mark.svg) and
// the catalogue.
func NewShell(tree fs.FS, texts *lang.Catalog) (*Shell, error) {
	s := &Shell{texts: texts, files: map[string]part{}, pages: map[string]part{}, manifests: map[string]part{}, icons: map[string]func() ([]byte, error){}}
	var modules []byte
	err := fs.WalkDir(tree, "phone", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || apart[name] || kinds[path.Ext(name)] == "" {
			return err
		}
		b, err := fs.ReadFile(tree, name)
		if path.Ext(name) == ".js" {
			modules = append(append(modules, b...), '\n')
		}
		s.files[name] = newPart(kinds[path.Ext(name)], b)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, name := range sheets {
		b, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, err
		}
		s.files[name] = newPart(kinds[".css"], b)
	}
	for _, tag := range []string{lang.Chinese, lang.English} {
		b, err := module(texts, tag, modules)
		if err != nil {
			return nil, err
		}
		s.files["phone/texts-"+tag+".js"] = newPart(kinds[".js"], b)
	}
	mark, err := fs.ReadFile(tree, "mark.svg")
	if err != nil {
		return nil, err
	}
	for name, size := range icons {
		// Half a second of drawing that only an installation asks for.
		s.icons[name] = sync.OnceValues(func() ([]byte, error) { return drawMark(mark, size.pixels, size.bleed) })
	}
	for n := range s.files {
		s.names = append(s.names, n)
	}
	slices.Sort(s.names)
	worker, err := fs.ReadFile(tree, "phone/sw.js")
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	for _, n := range s.names {
		fmt.Fprintf(h, "%s %d\n", n, len(s.files[n].plain))
		h.Write(s.files[n].plain)
	}
	h.Write(worker)
	h.Write(mark)
	h.Write(s.page(lang.Chinese))
	s.build = hex.EncodeToString(h.Sum(nil)[:8])
	for _, tag := range []string{lang.Chinese, lang.English} {
		s.pages[tag] = newPart("text/html; charset=utf-8", s.page(tag))
		b, err := s.manifest(tag)
		if err != nil {
			return nil, err
		}
		s.manifests[tag] = newPart("application/manifest+json", b)
	}
	kept := []string{"/m/"}
	for _, n := range s.names {
		kept = append(kept, s.at(n))
	}
	list, err := json.Marshal(kept)
	if err != nil {
		return nil, err
	}
	s.worker = newPart(kinds[".js"], fmt.Appendf(nil, "const BUILD = %q;\nconst FILES = %s;\n%s", s.build, list, worker))
	return s, nil
}

// at gives the address of a file.
func (s *Shell) at(name string) string { return "/m/a/" + s.build + "/" + name }

var (
	literal = regexp.MustCompile("['\"`]([a-z][a-z0-9_]*(?:\\.[a-z0-9_-]+)*\\.?[a-z0-9_]*)(['\"`]|\\$\\{)")
	reason  = regexp.MustCompile(`^[a-z][a-z0-9_]*\.`)
)

// module writes the texts the app can come to need in one language: those its
// modules name, whole or by their beginning, and those the server names to it.
func module(texts *lang.Catalog, tag string, modules []byte) ([]byte, error) {
	whole, begins := map[string]bool{}, slices.Clone(said)
	for _, m := range literal.FindAllSubmatch(modules, -1) {
		k := string(m[1])
		if !reason.MatchString(k) {
			continue
		}
		if strings.HasSuffix(k, ".") || strings.HasSuffix(k, "_") || string(m[2]) == "${" {
			begins = append(begins, k)
		} else {
			whole[k] = true
		}
	}
	out := map[string]string{}
	for _, k := range texts.Keys(lang.Chinese) {
		if whole[k] || slices.ContainsFunc(begins, func(p string) bool { return strings.HasPrefix(k, p) }) {
			out[k] = texts.T(tag, k)
		}
	}
	b, err := json.Marshal(out) // sorted, and safe inside a script
	if err != nil {
		return nil, err
	}
	return append(append([]byte("export default "), b...), ";\n"...), nil
}

// page is the one page: nothing personal is in it and every browser may keep it.
// All modules are named at once, so that a slow network is asked once and not
// once for each step of imports.
func (s *Shell) page(tag string) []byte {
	say := func(key string) string { return html.EscapeString(s.texts.T(tag, key)) }
	at := s.at("")
	var b bytes.Buffer
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=\"%s\" data-build=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n<title>%s</title>\n", tag, s.build, say("phonebox.title"))
	b.WriteString("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1, viewport-fit=cover\">\n<meta name=\"theme-color\" content=\"#9b2a20\">\n<meta name=\"format-detection\" content=\"telephone=no\">\n")
	fmt.Fprintf(&b, "<meta name=\"apple-mobile-web-app-capable\" content=\"yes\">\n<meta name=\"mobile-web-app-capable\" content=\"yes\">\n<meta name=\"apple-mobile-web-app-title\" content=\"%s\">\n", say("phonebox.name"))
	fmt.Fprintf(&b, "<link rel=\"manifest\" href=\"/m/manifest.webmanifest\">\n<link rel=\"icon\" href=\"%sphone/icon-192.png\">\n<link rel=\"apple-touch-icon\" href=\"%sphone/icon-180.png\">\n", at, at)
	first := slices.Clone(sheets)
	for _, n := range s.names {
		if path.Ext(n) == ".css" && !slices.Contains(first, n) {
			first = append(first, n)
		}
	}
	for _, n := range first {
		fmt.Fprintf(&b, "<link rel=\"stylesheet\" href=\"%s%s\">\n", at, n)
	}
	fmt.Fprintf(&b, "<script type=\"module\" src=\"%sphone/app.js\"></script>\n", at)
	for _, n := range s.names {
		if path.Ext(n) == ".js" && n != "phone/app.js" && (!strings.HasPrefix(n, "phone/texts-") || n == "phone/texts-"+tag+".js") {
			fmt.Fprintf(&b, "<link rel=\"modulepreload\" href=\"%s%s\">\n", at, n)
		}
	}
	fmt.Fprintf(&b, "</head>\n<body class=\"field phone\">\n<div id=\"app\"><p class=\"opening\">%s</p></div>\n<noscript><p class=\"opening\">%s</p></noscript>\n</body>\n</html>\n", say("phonebox.opening"), say("phonebox.no_script"))
	return b.Bytes()
}

func (s *Shell) manifest(tag string) ([]byte, error) {
	type icon struct {
		Src     string `json:"src"`
		Sizes   string `json:"sizes"`
		Type    string `json:"type"`
		Purpose string `json:"purpose"`
	}
	return json.Marshal(map[string]any{
		"id": "/m/", "start_url": "/m/", "scope": "/m/", "display": "standalone", "orientation": "portrait-primary", "lang": tag, "dir": "ltr",
		"name": s.texts.T(tag, "phonebox.title"), "short_name": s.texts.T(tag, "phonebox.name"), "description": s.texts.T(tag, "phonebox.about"),
		"background_color": "#f6f3ed", "theme_color": "#9b2a20",
		"icons": []icon{
			{s.at("phone/icon-192.png"), "192x192", "image/png", "any"},
			{s.at("phone/icon-512.png"), "512x512", "image/png", "any"},
			{s.at("phone/icon-mask.png"), "512x512", "image/png", "maskable"},
		},
	})
}

// Routes of the shell: anybody may load it, there is nothing of anybody in it.
func (s *Shell) Routes() []door.Route {
	row := func(kind door.Kind, pattern string, h func(*door.Call) error) door.Route {
		return door.Route{Kind: kind, Method: http.MethodGet, Pattern: pattern, Policy: door.Open, Limits: door.Medium, Audit: door.Quiet, Handle: h}
	}
	return []door.Route{
		row(door.Page, "/m", func(c *door.Call) error {
			// Kept by the browser: who types the address without its last stroke is
			// taken to the app without signal, too.
			c.W.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			http.Redirect(c.W, c.R, "/m/", http.StatusMovedPermanently)
			return nil
		}),
		row(door.File, "/m/{$}", s.open),
		row(door.File, "/m/sw.js", func(c *door.Call) error { return s.fresh(c, s.worker) }),
		row(door.File, "/m/manifest.webmanifest", func(c *door.Call) error { return s.fresh(c, s.manifests[tagOf(c)]) }),
		row(door.File, "/m/a/{build}/{file...}", s.file),
	}
}

func tagOf(c *door.Call) string {
	if c.Lang == lang.English {
		return lang.English
	}
	return lang.Chinese
}

func (s *Shell) open(c *door.Call) error {
	c.W.Header().Set("X-Lianxin-Build", s.build)
	return s.fresh(c, s.pages[tagOf(c)])
}

// fresh answers with what the browser must ask for each time.
func (s *Shell) fresh(c *door.Call, p part) error {
	h := c.W.Header()
	h.Set("Cache-Control", "no-cache")
	sum := sha256.Sum256(p.plain)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	h.Set("ETag", tag)
	if c.R.Header.Get("If-None-Match") == tag {
		c.W.WriteHeader(http.StatusNotModified)
		return nil
	}
	return send(c, p)
}

func (s *Shell) file(c *door.Call) error {
	p, ok := s.files[c.Path("file")]
	if draw := s.icons[c.Path("file")]; draw != nil {
		b, err := draw()
		if err != nil {
			return err
		}
		p, ok = part{kinds[".png"], b, b}, true
	}
	if !ok || c.Path("build") != s.build {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	c.W.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return send(c, p)
}

func send(c *door.Call, p part) error {
	h := c.W.Header()
	h.Set("Content-Type", p.kind)
	h.Set("Vary", "Accept-Encoding")
	body := p.plain
	if strings.Contains(c.R.Header.Get("Accept-Encoding"), "gzip") && len(p.zip) < len(p.plain) {
		h.Set("Content-Encoding", "gzip")
		body = p.zip
	}
	_, _ = c.W.Write(body) // #nosec G705 -- the program's own files; where the reader went away there is nobody to tell
	return nil
}
