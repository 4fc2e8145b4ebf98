// Package ui holds everything a browser receives: page templates, style sheets,
// scripts, icons and the texts of both languages. They are embedded as they
// lie here; nothing is generated and nothing comes from another server, so the
// program works on an office network without Internet.
package ui

import "embed"

// Files is the whole tree: pages/<noun>/<page>.html, parts/*.html,
// public/<page>.html of the villagers' door, the officials' phone app, css, js,
// icons.svg, mark.svg and lang/<tag>/<noun>.json.
//
//go:embed all:pages all:public parts phone css js lang icons.svg mark.svg
var Files embed.FS

// Served are the folders and files a browser may ask for; templates and texts
// are not among them.
var Served = []string{"css", "js", "icons.svg", "mark.svg"}
