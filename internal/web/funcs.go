package web

import (
	"fmt"
	"html/template"
	"maps"
	"strconv"
	"strings"
	"time"

	"lianxin/internal/base/lang"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/mask"
)

// funcs are the functions of templates in one language.
func (w *Web) funcs(tag string) template.FuncMap {
	t := func(what any, args ...any) string { return w.tell(tag, what, args...) }
	m := template.FuncMap{
		"t":         t,
		"say":       func(key string, args ...any) Say { return K(key, args...) },
		"icon":      w.icon,
		"asset":     w.files.path,
		"dict":      dict,
		"day":       func(d any) string { return w.day(tag, d, false) },
		"fullday":   func(d any) string { return w.day(tag, d, true) },
		"weekday":   func(d any) string { return w.weekday(tag, d) },
		"clock":     func(at any) string { return chinaTime(at).Format("15:04") },
		"moment":    func(at any) string { return w.day(tag, at, false) + " " + chinaTime(at).Format("15:04") },
		"yuan":      func(fen int64) string { return t("web.yuan", "amount", Yuan(fen)) },
		"maskname":  mask.Name,
		"maskphone": mask.Phone,
		"veil":      mask.Redact,
		"join":      func(s []string) string { return strings.Join(s, t("web.comma")) },
		"add":       func(a, b int) int { return a + b },
		"spaced":    spacedPhone,
		"date":      func(d any) string { return string(dayOf(d)) },
	}
	maps.Copy(m, refine)
	return m
}

// tell gives the words for a key, a Say, an Option or plain text data.
func (w *Web) tell(tag string, what any, args ...any) string {
	switch v := what.(type) {
	case string:
		return w.Config.Texts.T(tag, v, w.args(tag, args)...)
	case Say:
		if v.Key == "" {
			return v.Text
		}
		return w.Config.Texts.T(tag, v.Key, w.args(tag, append(v.Args, args...))...)
	case Option:
		return w.tell(tag, v.Says())
	}
	return fmt.Sprint(what)
}

// args writes days as people read them and tells nested Says.
func (w *Web) args(tag string, args []any) []any {
	out := append([]any(nil), args...)
	for i := 1; i < len(out); i += 2 {
		switch v := out[i].(type) {
		case Say:
			out[i] = w.tell(tag, v)
		case calendar.Day:
			out[i] = w.day(tag, v, false)
		case time.Time:
			out[i] = w.day(tag, v, false)
		}
	}
	return out
}

// T tells something in the language of a call's page.
func (w *Web) T(tag string, what any, args ...any) string { return w.tell(tag, what, args...) }

// dayOf takes a calendar day, a date text, a time or milliseconds since 1970.
func dayOf(d any) calendar.Day {
	switch v := d.(type) {
	case calendar.Day:
		return v
	case string:
		return calendar.Day(v)
	}
	if t := chinaTime(d); !t.IsZero() {
		return calendar.FromTime(t)
	}
	return ""
}

func chinaTime(at any) time.Time {
	switch v := at.(type) {
	case time.Time:
		if v.IsZero() {
			return v
		}
		return v.In(calendar.China())
	case int64:
		if v == 0 {
			return time.Time{}
		}
		return time.UnixMilli(v).In(calendar.China())
	}
	return time.Time{}
}

// day writes 11月23日, with its year when asked for or when it is another year
// than the present one.
func (w *Web) day(tag string, d any, full bool) string {
	v := dayOf(d)
	if !v.Valid() {
		return string(v)
	}
	if !full && w.DB != nil && v.Year() != calendar.FromTime(w.DB.Now()).Year() {
		full = true
	}
	if tag == lang.English {
		if full {
			return v.Time().Format("2 Jan 2006")
		}
		return v.Time().Format("2 Jan")
	}
	if full {
		return fmt.Sprintf("%d年%d月%d日", v.Year(), v.Month(), v.DayOfMonth())
	}
	return fmt.Sprintf("%d月%d日", v.Month(), v.DayOfMonth())
}

func (w *Web) weekday(tag string, d any) string {
	v := dayOf(d)
	if !v.Valid() {
		return ""
	}
	return w.tell(tag, "web.weekday."+strconv.Itoa(int(v.Weekday())))
}

// Yuan writes an amount of fen as yuan: 1,234.50, or 1,234 when there are no fen.
func Yuan(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "−", -fen
	}
	s := strconv.FormatInt(fen/100, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if fen%100 != 0 {
		s += fmt.Sprintf(".%02d", fen%100)
	}
	return sign + s
}

// spacedPhone writes 138 0000 1234, as people read numbers aloud.
func spacedPhone(s string) string {
	if len(s) == 11 && s[0] == '1' && strings.Trim(s, "0123456789*") == "" {
		return s[:3] + " " + s[3:7] + " " + s[7:]
	}
	return s
}

func dict(kv ...any) (map[string]any, error) {
	if len(kv)%2 != 0 {
		return nil, fmt.Errorf("dict: %d arguments", len(kv))
	}
	m := map[string]any{}
	for i := 0; i < len(kv); i += 2 {
		k, ok := kv[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: key %v is not text", kv[i])
		}
		m[k] = kv[i+1]
	}
	return m, nil
}

// icon draws a symbol of the sprite. It is decoration; a word stands beside it.
func (w *Web) icon(name string) template.HTML {
	// #nosec G203 -- both parts are ours: the hash and a literal name, escaped
	return template.HTML(`<svg class="i" aria-hidden="true" focusable="false"><use href="` +
		w.files.path("icons.svg") + "#" + template.HTMLEscapeString(name) + `"/></svg>`)
}
