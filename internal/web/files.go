package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"sort"
	"strings"

	"lianxin/internal/base/fault"
	"lianxin/internal/door"
)

// files are the static files, hashed together at start: one changed byte gives
// all of them a new address, so browsers may keep them for ever, and relative
// imports between modules need no rewriting.
type files struct {
	hash string
	m    map[string]file
}

type file struct {
	kind       string
	plain, zip []byte
}

var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".json": "application/json", ".webmanifest": "application/manifest+json", ".png": "image/png",
}

func hashFiles(f fs.FS, roots []string) (*files, error) {
	out := &files{m: map[string]file{}}
	for _, root := range roots {
		err := fs.WalkDir(f, root, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			b, err := fs.ReadFile(f, name)
			if err != nil {
				return err
			}
			kind := kinds[path.Ext(name)]
			if kind == "" {
				if kind = mime.TypeByExtension(path.Ext(name)); kind == "" {
					return fmt.Errorf("web: %s has no known type", name)
				}
			}
			var z bytes.Buffer
			g, _ := gzip.NewWriterLevel(&z, gzip.BestCompression)
			_, _ = g.Write(b)
			_ = g.Close()
			out.m[name] = file{kind, b, z.Bytes()}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	names := make([]string, 0, len(out.m))
	for n := range out.m {
		names = append(names, n)
	}
	sort.Strings(names)
	h := sha256.New()
	for _, n := range names {
		fmt.Fprintf(h, "%s %d\n", n, len(out.m[n].plain))
		h.Write(out.m[n].plain)
	}
	out.hash = hex.EncodeToString(h.Sum(nil)[:8])
	return out, nil
}

// path gives the address of a file. A file that does not exist is a mistake of
// ours that a test finds; the page still renders.
func (f *files) path(name string) string { return "/a/" + f.hash + "/" + name }

func (w *Web) fileRoutes() []door.Route {
	return []door.Route{
		{Kind: door.File, Method: "GET", Pattern: "/a/{hash}/{file...}", Policy: door.Open, Limits: door.Medium, Audit: door.Quiet, Handle: w.file},
	}
}

// Asset gives the address of a style sheet, a script or the icons, for the other
// doors that show pages.
func (w *Web) Asset(name string) string { return w.files.path(name) }

func (w *Web) file(c *door.Call) error {
	f, ok := w.files.m[c.Path("file")]
	if !ok || c.Path("hash") != w.files.hash {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	h := c.W.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := f.plain
	if zips(c.R) && len(f.zip) < len(f.plain) {
		h.Set("Content-Encoding", "gzip")
		body = f.zip
	}
	_, _ = c.W.Write(body) // the reader may have gone away; there is nobody to tell
	return nil
}

func zips(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") }
