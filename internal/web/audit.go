package web

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/scope"
)

func auditPages() []Page { return []Page{{"audit/list", &auditPage{}}} }

func (w *Web) auditRoutes() []door.Route {
	read := door.Need(access.AuditRead)
	verify := Post("/audit/verify", read, door.Writes, w.auditVerify)
	verify.Limits = door.Large // every row of every chain is read
	return []door.Route{Get("/audit", read, door.Reads, w.auditList).With("from", "to"), verify}
}

type auditPage struct {
	Base
	Rows     []auditLine
	Pager    Pager
	Nouns    []Option
	Results  []Option
	Asked    bool
	Total    int64
	Verified *auditResult
}

// auditLine is a row with words for what it names. It holds references only.
type auditLine struct {
	audit.Row
	Who    string // name and username behind the actor
	What   Say    // the action in words
	Where  string
	Door   Say
	Detail []Sent
}

// auditResult is what the check of the whole record found.
type auditResult struct {
	Rows    int64
	Anchors int
	Found   []Say
	Others  int // findings in other counties
}

func (w *Web) auditList(c *door.Call) error {
	p, err := w.auditShown(c)
	if err != nil {
		return err
	}
	return w.Render(c, "audit/list", p)
}

// auditNouns are what actions begin with, for the choice above the list.
var auditNouns = []string{"account", "grant", "login", "access", "household", "cadre", "pairing", "card", "visit", "note", "appeal", "practical", "stay", "campaign", "roster", "region", "feedback", "export", "audit", "backup", "setup"}

func (w *Web) auditShown(c *door.Call) (*auditPage, error) {
	p := &auditPage{Base: Base{Title: K("web.menu.audit")}, Nouns: []Option{{Value: "", Key: "page_account.any"}}}
	for _, n := range auditNouns {
		p.Nouns = append(p.Nouns, Option{Value: n + ".", Key: "page_audit.noun." + n})
	}
	p.Results = anyOf("page_account.any", catalogue("page_audit.result.", []string{audit.Done, audit.Refused}))
	f := audit.Filter{County: c.Who.County(), Object: strings.TrimSpace(c.Query("object")), Action: strings.TrimSpace(c.Query("action")), Result: c.Query("result"), Limit: 50}
	if err := scope.Known("result", f.Result, audit.Done, audit.Refused); err != nil {
		return nil, err
	}
	if _, err := scope.After(c.Query("after"), scope.Number); err != nil {
		return nil, err
	}
	if d := dayQuery(c, "from"); d != "" {
		f.From = d.Time()
	}
	if d := dayQuery(c, "to"); d != "" {
		f.To = d.Add(1).Time()
	}
	f.Before, _ = strconv.ParseInt(c.Query("after"), 10, 64)
	for _, q := range []string{"actor", "object", "action", "result", "from", "to"} {
		p.Fill(q, c.Query(q))
		p.Asked = p.Asked || c.Query(q) != ""
	}
	known := map[string]string{}
	var err error
	if f.Actor, err = w.auditActor(c, strings.TrimSpace(c.Query("actor"))); err != nil {
		return nil, err
	}
	if p.Total, err = audit.Count(c.Context(), w.DB, c.Who.County()); err != nil {
		return nil, err
	}
	rows, next, err := audit.Search(c.Context(), w.DB, f)
	if err != nil {
		return nil, err
	}
	if next > 0 {
		p.Pager = w.Pages(c, strconv.FormatInt(next, 10))
	} else {
		p.Pager = w.Pages(c, "")
	}
	places := map[string]string{}
	for _, r := range rows {
		l := auditLine{Row: r, Where: w.whereIs(c, places, r.Region), Door: K("page_audit.door.other")}
		if l.Who, err = w.auditName(c, known, r.Actor); err != nil {
			return nil, err
		}
		if key := "page_audit.act." + r.Action; w.Texts.Has(key) {
			l.What = K(key)
		}
		if key := "page_audit.door." + r.Door; w.Texts.Has(key) {
			l.Door = K(key)
		}
		l.Detail = detailOf(r.Detail)
		p.Rows = append(p.Rows, l)
	}
	return p, nil
}

// Thing is the object in two parts, between which a line may break.
func (l auditLine) Thing() [2]string {
	noun, id, _ := strings.Cut(l.Object, ":")
	return [2]string{noun, id}
}

// auditActor turns what was typed, a username or an id, into the actor of rows.
func (w *Web) auditActor(c *door.Call, typed string) (string, error) {
	if typed == "" || strings.Contains(typed, ":") {
		return typed, nil
	}
	a, err := w.Book.FindUsername(c.Context(), w.DB, typed)
	if fault.Is(err, fault.NotFound) || err == nil && a.County != c.Who.County() {
		return typed, nil
	}
	return a.ID, err
}

// auditName tells who is behind an actor, asking once for each.
func (w *Web) auditName(c *door.Call, known map[string]string, actor string) (string, error) {
	if s, ok := known[actor]; ok {
		return s, nil
	}
	s := actor
	switch {
	case actor == "unnamed":
		s = w.T(c.Lang, "page_audit.unnamed")
	case strings.HasPrefix(actor, "machine:"):
		s = w.T(c.Lang, "page_audit.machine", "name", strings.TrimPrefix(actor, "machine:"))
	default:
		a, err := w.Book.Find(c.Context(), w.DB, c.Who.County(), actor)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return "", err
		}
		if err == nil {
			s = a.Name + " " + a.Username
		}
	}
	known[actor] = s
	return s, nil
}

// detailOf lists the references of a row by name.
func detailOf(text string) []Sent {
	m := map[string]any{}
	if text == "" || json.Unmarshal([]byte(text), &m) != nil {
		return nil
	}
	out := make([]Sent, 0, len(m))
	for k, v := range m {
		if v != "" {
			out = append(out, Sent{k, fmt.Sprint(v)})
		}
	}
	slices.SortFunc(out, func(a, b Sent) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// auditVerify recomputes every chain and shows what it found. That it was done
// is itself a row.
func (w *Web) auditVerify(c *door.Call) error {
	if _, err := w.Form(c); err != nil {
		return err
	}
	var anchors []audit.Anchor
	var err error
	if w.Machine.Anchors != nil {
		if anchors, err = w.Machine.Anchors(); err != nil {
			return err
		}
	}
	rows, found, err := audit.Verify(c.Context(), w.DB, anchors, nil)
	if err != nil {
		return err
	}
	res := &auditResult{Rows: rows, Anchors: len(anchors)}
	for _, x := range found {
		if x.County != c.Who.County() && x.County != login.NoCounty {
			res.Others++
			continue
		}
		res.Found = append(res.Found, K(x.Key, "seq", x.Seq))
	}
	if err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		audit.Note(tx, c.Who, "audit.verify", "audit:"+c.Who.County(), c.Who.Home(), "rows", rows, "findings", len(found))
		return nil
	}); err != nil {
		return err
	}
	p, err := w.auditShown(c)
	if err != nil {
		return err
	}
	p.Verified = res
	return w.Render(c, "audit/list", p)
}
