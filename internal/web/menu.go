package web

import (
	"context"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/complaint"
	"lianxin/internal/work/feedback"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/phone"
)

// Entry is one line of the menu or one tab.
type Entry struct {
	Path  string
	Key   string
	Icon  string
	Need  access.Action // shown when the person may do this somewhere
	Count int
	Here  bool
	Main  bool // the raised tab in the middle
	Only  bool // shown only while its figure is above zero
}

// Group is a part of the menu under a heading; the first has none.
type Group struct {
	Key     string
	Entries []Entry
}

// desk is the menu of content roles.
var desk = []Group{
	{"", []Entry{
		{Path: "/today", Key: "web.menu.today", Icon: "today", Need: access.PlanRead},
		{Path: "/complaints", Key: "complaint_page.menu", Icon: "eye", Need: access.ComplaintRead},
		{Path: "/openings", Key: "complaint_page.openings_menu", Icon: "key", Need: access.ComplaintSecond, Only: true},
		{Path: "/complaints/sealed", Key: "complaint_page.sealed_menu", Icon: "alert", Need: access.ComplaintSeats, Only: true},
		{Path: "/held", Key: "page_phone.held", Icon: "alert", Need: access.CadreChange, Only: true},
		{Path: "/inspections", Key: "page_inspection.title", Icon: "eye", Need: access.InspectionRead},
		{Path: "/search", Key: "web.menu.search", Icon: "search", Need: access.Search},
	}},
	{"web.menu.contact", []Entry{
		{Path: "/households", Key: "web.menu.households", Icon: "home", Need: access.HouseholdList},
		{Path: "/cadres", Key: "web.menu.cadres", Icon: "pair", Need: access.CadreRead},
		{Path: "/visits", Key: "web.menu.visits", Icon: "pen", Need: access.VisitList},
		{Path: "/diary", Key: "web.menu.diary", Icon: "book", Need: access.VisitRead},
		{Path: "/stays", Key: "web.menu.stays", Icon: "bed", Need: access.StayRead},
	}},
	{"web.menu.matters", []Entry{
		{Path: "/matters", Key: "matter.menu", Icon: "list", Need: access.AppealRead},
		{Path: "/meetings", Key: "page_meeting.title", Icon: "pair", Need: access.MeetingRead},
		{Path: "/receptions", Key: "reception.menu", Icon: "me", Need: access.ReceptionRead},
		{Path: "/practical", Key: "practical_page.menu", Icon: "check", Need: access.PracticalRead},
		{Path: "/opinions", Key: "opinion_page.menu", Icon: "send", Need: access.OpinionRead},
	}},
	{"web.menu.tools", []Entry{
		{Path: "/phones", Key: "page_phone.phones", Icon: "phone", Need: access.CadreChange},
		{Path: "/imports", Key: "web.menu.imports", Icon: "upload", Need: access.RosterImport},
		{Path: "/cards", Key: "web.menu.cards", Icon: "card", Need: access.CardPrint},
		{Path: "/plans", Key: "web.menu.plans", Icon: "plan", Need: access.PlanRead},
		{Path: "/leading", Key: "web.menu.leading", Icon: "pair", Need: access.LeadingRead},
		{Path: "/minors", Key: "page_minors.menu", Icon: "eye", Need: access.MinorsList},
		{Path: "/progress", Key: "web.menu.progress", Icon: "bars", Need: access.ProgressSums},
		{Path: "/exports", Key: "web.menu.exports", Icon: "download", Need: access.Export},
		{Path: "/accounts", Key: "web.menu.accounts", Icon: "me", Need: access.AccountIssue},
		{Path: "/handin", Key: "complaint_page.handin_menu", Icon: "send", Need: access.ComplaintHandOver},
		{Path: "/confide", Key: "complaint_page.mine_menu", Icon: "send", Need: access.ComplaintSend},
		{Path: "/feedback", Key: "web.menu.feedback", Icon: "send", Need: access.FeedbackAnswer},
		{Path: "/settings", Key: "web.menu.settings", Icon: "gear", Need: access.RegionChange},
	}},
}

// three is the menu of the three separate administrators; each sees only his own.
var three = []Group{{"", []Entry{
	{Path: "/accounts", Key: "web.menu.accounts", Icon: "me", Need: access.AccountManage},
	{Path: "/system", Key: "web.menu.system", Icon: "gear", Need: access.SystemManage},
	{Path: "/grants", Key: "web.menu.grants", Icon: "key", Need: access.GrantManage},
	{Path: "/openings", Key: "complaint_page.openings_menu", Icon: "key", Need: access.ComplaintSecond, Only: true},
	{Path: "/audit", Key: "web.menu.audit", Icon: "eye", Need: access.AuditRead},
}}}

// tabs is the phone's bar for those who visit.
var tabs = []Entry{
	{Path: "/today", Key: "web.tab.today", Icon: "today"},
	{Path: "/households", Key: "web.tab.households", Icon: "home"},
	{Path: "/visits/new", Key: "web.tab.record", Icon: "pen", Main: true},
	{Path: "/matters", Key: "web.tab.promises", Icon: "list"},
	{Path: "/me", Key: "web.tab.me", Icon: "me"},
}

// Counts gives the figures beside the menu: matters due within three days,
// open matters, what waits for the county's answer, and unread notices. Short
// questions, each answered by an index.
func Counts(r *db.DB) func(context.Context, access.Actor) (map[string]int, error) {
	return func(ctx context.Context, who access.Actor) (map[string]int, error) {
		m := map[string]int{}
		if access.May(who, access.AppealRead) {
			q, err := appeal.Count(ctx, r, who, "", 3)
			if err != nil {
				return nil, err
			}
			m["/today"], m["/matters"] = q.Soon+q.Over, q.Live
		}
		if access.May(who, access.FeedbackAnswer) {
			n, err := feedback.Waiting(ctx, r, who)
			if err != nil {
				return nil, err
			}
			m["/feedback"] = n
		}
		if access.May(who, access.CadreChange) {
			n, err := phone.Waiting(ctx, r, who)
			if err != nil {
				return nil, err
			}
			m["/held"] = n
		}
		n, err := notice.Unread(ctx, r, who)
		if err != nil {
			return nil, err
		}
		m["/notices"] = n
		// Complaints are counted for those who may read them, and for the county
		// where nobody can; nobody else learns even a number.
		if access.May(who, access.ComplaintRead) {
			n, err := complaint.Waiting(ctx, r, who)
			if err != nil {
				return nil, err
			}
			m["/complaints"] = n
		}
		if access.May(who, access.ComplaintSecond) {
			os, err := complaint.Asks(ctx, r, who, r.Now())
			if err != nil {
				return nil, err
			}
			m["/openings"] = len(os)
		}
		if access.May(who, access.ComplaintSeats) {
			n, err := complaint.Sealed(ctx, r, who)
			if err != nil {
				return nil, err
			}
			m["/complaints/sealed"] = n
		}
		return m, nil
	}
}

// counts gives the figures of the menu and the bell; a page is shown without
// them rather than not at all.
func (w *Web) counts(ctx context.Context, who access.Actor) map[string]int {
	if w.Counts == nil || who.Anonymous() {
		return nil
	}
	counts, err := w.Counts(ctx, who)
	if err != nil {
		w.Log.Warn("menu figures", "error", err.Error())
	}
	return counts
}

// menu gives the entries the person may use and that lead somewhere.
func (w *Web) menu(who access.Actor, at string, counts map[string]int) ([]Group, []Entry) {
	if who.Anonymous() {
		return nil, nil
	}
	all := desk
	if separate(who) {
		all = three
	}
	var out []Group
	for _, g := range all {
		var es []Entry
		for _, e := range g.Entries {
			if !access.May(who, e.Need) || !w.paths[e.Path] || e.Only && counts[e.Path] == 0 {
				continue
			}
			e.Count, e.Here = counts[e.Path], e.Path == at
			es = append(es, e)
		}
		if es != nil {
			out = append(out, Group{g.Key, es})
		}
	}
	var bar []Entry
	if who.Cadre() != "" && access.May(who, access.VisitRecord) {
		for _, e := range tabs {
			if w.paths[e.Path] {
				e.Here = e.Path == at
				bar = append(bar, e)
			}
		}
	}
	return out, bar
}

// separate reports whether the person is one of the three administrators.
func separate(who access.Actor) bool {
	return who.Has(access.SysAdmin) || who.Has(access.SecAdmin) || who.Has(access.Auditor)
}

// first gives the page a person starts on.
func (w *Web) first(who access.Actor) string {
	gs, _ := w.menu(who, "", nil)
	// Somebody who is only given matters starts with them, not with the roster.
	if !access.May(who, access.PlanRead) && access.May(who, access.AppealRead) && w.paths["/matters"] {
		return "/matters"
	}
	if len(gs) > 0 {
		return gs[0].Entries[0].Path
	}
	return "/me"
}

// section is the menu entry an address belongs to: its first segment, except
// for the form of the raised tab.
func section(path string) string {
	if path == "/visits/new" {
		return path
	}
	rest := strings.TrimPrefix(path, "/")
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		rest = rest[:i]
	}
	return "/" + rest
}
