package web

import (
	"mime"
	"net/url"
	"strconv"

	"lianxin/internal/door"
)

const (
	typeDocx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	typePDF  = "application/pdf"
	typeZip  = "application/zip"
)

// download is a row for a file that leaves the program.
func (w *Web) download(method, pattern string, p door.Policy, h func(*door.Call) error) door.Route {
	return door.Route{Kind: door.File, Method: method, Pattern: pattern, Policy: p, Limits: door.Large, Audit: door.Exports, Handle: h}
}

// send hands a file to the browser under a Chinese name; plain is the name for
// browsers that know ASCII only.
func (w *Web) send(c *door.Call, kind, plain, name string, body []byte) error {
	h := c.W.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": plain})+"; filename*=UTF-8''"+url.PathEscape(name))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	_, _ = c.W.Write(body) // the reader may have gone away; there is nobody to tell
	return nil
}
