package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/lang"
	"lianxin/internal/base/login"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/campaign"
	"lianxin/internal/work/region"
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
	Roles  []Say
	Noun   Say    // what kind of thing the object is
	ID     string // which one, "" where the place or the actor says it
	Name   string // what it is called, where that is nothing personal of a home
	Detail []auditPair
}

// auditPair is a reference of a row with its name.
type auditPair struct{ Name, Value Say }

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
var auditNouns = []string{"account", "grant", "login", "access", "household", "cadre", "pairing", "card", "visit", "note", "appeal", "practical", "stay", "campaign", "roster", "region", "feedback", "export", "audit", "backup", "setup", "leading", "meeting", "reception", "opinion", "complaint", "advice", "notice", "calendar", "phone", "minors"}

func (w *Web) auditShown(c *door.Call) (*auditPage, error) {
	p := &auditPage{Base: Base{Title: K("web.menu.audit")}, Nouns: []Option{{Value: "", Key: "page_account.any"}}}
	for _, n := range auditNouns {
		p.Nouns = append(p.Nouns, Option{Value: n + ".", Key: "page_audit.noun." + n})
	}
	p.Results = anyOf("page_account.any", catalogue("page_audit.result.", []string{audit.Done, audit.Refused}))
	f := audit.Filter{County: c.Who.County(), Object: strings.TrimSpace(c.Query("object")), Action: strings.TrimSpace(c.Query("action")), Result: c.Query("result"), Limit: 50}
	if err := scope.Known("result", f.Result, "page_audit.result.", audit.Done, audit.Refused); err != nil {
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
	called, err := w.auditNames(c, rows, places)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		l := auditLine{Row: r, Where: w.whereIs(c, places, r.Region), Door: K("page_audit.door.other")}
		if l.Who, err = w.auditName(c, known, r.Actor); err != nil {
			return nil, err
		}
		noun, verb, _ := strings.Cut(r.Action, ".")
		l.What = w.worded(r.Action, "page_audit.act."+r.Action, noun+".move."+verb, noun+".step."+verb)
		if key := "page_audit.door." + r.Door; w.Texts.Has(key) {
			l.Door = K(key)
		}
		if l.Roles, err = w.auditRoles(c, places, r.Roles); err != nil {
			return nil, err
		}
		noun, l.ID, _ = strings.Cut(r.Object, ":")
		l.Noun = w.worded(noun, "page_audit.thing."+noun)
		if noun == "account" {
			if name, err := w.auditName(c, known, l.ID); err != nil {
				return nil, err
			} else if name != l.ID {
				l.Name = name
			}
		} else {
			l.Name = called(noun, l.ID)
		}
		l.Detail = w.detailOf(r.Action, r.Detail, called)
		p.Rows = append(p.Rows, l)
	}
	return p, nil
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
		} else if actor == "demo" || strings.HasPrefix(actor, "demo-") {
			s = w.T(c.Lang, "page_audit.demo")
		}
	}
	known[actor] = s
	return s, nil
}

// worded gives the first text there is for a code, and the code itself where
// there is none.
func (w *Web) worded(code string, keys ...string) Say {
	for _, k := range keys {
		if w.Texts.Has(k) {
			return K(k)
		}
	}
	return Plain(code)
}

// auditRoles tells the roles of an actor as the record keeps them: role@place.
func (w *Web) auditRoles(c *door.Call, places map[string]string, roles string) ([]Say, error) {
	var out []Say
	for x := range strings.FieldsSeq(strings.ReplaceAll(roles, ",", " ")) {
		role, code, _ := strings.Cut(x, "@")
		say := w.worded(role, "web.role."+role, "login.class."+role, "page_audit.role."+role)
		if code != "" {
			if _, ok := places[code]; !ok {
				r, err := region.Get(c.Context(), w.DB, c.Who.County(), code)
				if err != nil && !fault.Is(err, fault.NotFound) {
					return nil, err
				}
				if places[code] = r.Name; r.Name == "" {
					places[code] = code
				}
			}
			say = K("page_audit.role_at", "role", say, "place", places[code])
		}
		out = append(out, say)
	}
	return out, nil
}

// detailWords are where the words for a code are looked up, by the name it has
// in a row; the noun of the action comes first ("stay.kind.research").
var detailWords = map[string][]string{
	"class":    {"login.class."},
	"decision": {"meeting.decision."},
	"do":       {"complaint.move."},
	"field":    {"page_audit.field."},
	"form":     {"page_export.form."},
	"kind":     {"login.kind.", "notice.channel.", "meeting.kind.", "stay.kind."},
	"level":    {"appeal.level.", "region.level."},
	"move":     {"appeal.move."},
	"owner":    {"page_audit.owner."},
	"purpose":  {"complaint.purpose.", "household.purpose.", "appeal.purpose.", "page_cadre.purpose.", "page_export.purpose."},
	"rank":     {"page_cadre.rank."},
	"reason":   {"pairing.reason."},
	"role":     {"web.role.", "pairing.role."},
	"source":   {"appeal.source."},
	"way":      {"reception.done.", "appeal.way."},
	"why":      {"notice.why.", "pairing.void."},
}

// auditNames gives a function that puts names to the ids of rows: officials,
// campaigns and places. What belongs to a home keeps its number; the three
// administrators read no personal content.
func (w *Web) auditNames(c *door.Call, rows []audit.Row, places map[string]string) (func(noun, id string) string, error) {
	var ids []string
	for _, r := range rows {
		if noun, id, _ := strings.Cut(r.Object, ":"); noun == "cadre" {
			ids = append(ids, id)
		}
		var m map[string]any
		if r.Detail != "" && json.Unmarshal([]byte(r.Detail), &m) == nil {
			for _, k := range auditCadres {
				if id, ok := m[k].(string); ok {
					ids = append(ids, id)
				}
			}
		}
	}
	officials, err := cadre.Names(c.Context(), w.DB, c.Who.County(), distinct(ids))
	if err != nil {
		return nil, err
	}
	campaigns, err := campaign.Names(c.Context(), w.DB, c.Who.County())
	if err != nil {
		return nil, err
	}
	of := func(id string) string {
		n := campaigns[id]
		if c.Lang == lang.English && n[1] != "" {
			return n[1]
		}
		return n[0]
	}
	return func(noun, id string) string {
		switch {
		case noun == "campaigns":
			var all []string
			for x := range strings.SplitSeq(id, ",") {
				all = append(all, either(of(x), x))
			}
			return strings.Join(all, w.T(c.Lang, "web.comma"))
		case noun == "campaign" || noun == "plan" || noun == "version" || noun == "from" || noun == "to":
			return of(id)
		case slices.Contains(auditCadres, noun):
			return officials[id]
		case strings.HasPrefix(id, "/"):
			return w.whereIs(c, places, id)
		case noun == "region" || noun == "place":
			if r, err := region.Get(c.Context(), w.DB, c.Who.County(), id); err == nil {
				return w.whereIs(c, places, r.Path)
			}
		}
		return ""
	}, nil
}

// auditCadres are the names under which a row refers to an official.
var auditCadres = []string{"cadre", "owner", "for", "helper", "before", "after", "receiver", "chair", "recorder", "lead"}

// detailOf lists the references of a row in words.
func (w *Web) detailOf(action, text string, called func(noun, id string) string) []auditPair {
	m := map[string]any{}
	if text == "" || json.Unmarshal([]byte(text), &m) != nil {
		return nil
	}
	noun, _, _ := strings.Cut(action, ".")
	out := make([]auditPair, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if m[name] == "" {
			continue
		}
		p := auditPair{Name: w.worded(name, "page_audit.key."+name)}
		switch v := m[name].(type) {
		case bool:
			p.Value = K(map[bool]string{true: "page_audit.yes", false: "page_audit.no"}[v])
		case string:
			keys := []string{noun + "." + name + "." + v}
			for _, prefix := range detailWords[name] {
				keys = append(keys, prefix+v)
			}
			if name == "because" {
				keys = []string{v}
			}
			if name := called(name, v); name != "" {
				p.Value = Plain(name)
			} else if d := calendar.Day(v); d.Valid() {
				p.Value = Say{Key: "page_audit.day", Args: []any{"day", d}}
			} else {
				p.Value = w.worded(v, keys...)
			}
		default:
			p.Value = Plain(fmt.Sprint(v))
		}
		out = append(out, p)
	}
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
