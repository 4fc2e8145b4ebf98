package web

import (
	"net/url"
	"slices"
	"strings"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/door"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/notice"
	"lianxin/internal/work/region"
)

func noticePages() []Page {
	return []Page{
		{"notice/list", &noticePage{}},
		{"notice/channels", &channelsPage{}},
		{"notice/channel", &channelPage{}},
	}
}

func (w *Web) noticeRoutes() []door.Route {
	self, change := door.Need(access.Self), door.Need(access.NoticeChannel)
	return []door.Route{
		Get("/notices", self, door.Quiet, w.notices),
		Post("/notices/read", self, door.Writes, w.noticesRead),
		Post("/notices/{id}/open", self, door.Writes, w.noticeOpen),
		Get("/settings/channels", door.Need(access.NoticeWatch), door.Quiet, w.channels),
		Post("/settings/channels", change, door.Writes, w.channelSaved),
		Get("/settings/channels/new", change, door.Quiet, w.channelNew),
		Get("/settings/channels/{id}", change, door.Quiet, w.channelEdit),
		Post("/settings/channels/{id}", change, door.Writes, w.channelSaved),
		Post("/settings/channels/{id}/switch", change, door.Writes, w.channelSwitched),
		Post("/settings/channels/{id}/try", change, door.Writes, w.channelTried),
		Post("/settings/channels/{id}/remove", change, door.Writes, w.channelRemoved),
	}
}

// things are the pages of what a notice can be about, by the noun of its
// reference. A noun whose page is not there leads to the list of notices.
var things = map[string]string{
	"appeal":    "/matters/{id}",
	"meeting":   "/meetings/{id}",
	"opinion":   "/opinions/{id}",
	"complaint": "/complaints/{id}",
	"feedback":  "/feedback/{id}",
	"calendar":  "/settings/holidays",
	"account":   "/me",
	"stay":      "/stays/{id}",
	"stays":     "/stays/waiting",
}

// noticeHref is NoticePath for a reader: a page he may open, and what climbed up
// the ladder in a township as the queue of those matters.
func (w *Web) noticeHref(c *door.Call, ref string) string {
	noun, id, _ := strings.Cut(ref, ":")
	if noun == "township" && w.paths["/matters"] && access.May(c.Who, access.AppealRead) && region.PathOf(id) != "" {
		return "/matters?" + url.Values{"view": {"county"}, "place": {region.PathOf(id)}}.Encode()
	}
	return w.NoticePath(ref)
}

// NoticePath gives the address of the page a notice leads to.
func (w *Web) NoticePath(ref string) string {
	noun, id, _ := strings.Cut(ref, ":")
	pattern := things[noun]
	if pattern == "" || !w.paths[pattern] {
		return "/notices"
	}
	return strings.Replace(pattern, "{id}", id, 1)
}

type noticePage struct {
	Base
	Rows   []noticeLine
	Unread bool // only those are listed
	Views  []Pill
	Newest string // the newest id, up to which all can be marked
	Pager  Pager
}

type noticeLine struct {
	notice.Item
	Text  Say
	Opens bool // there is a page behind it
}

func (w *Web) notices(c *door.Call) error {
	p := &noticePage{Base: Base{Title: K("page_notice.menu")}, Unread: c.Query("view") == "unread"}
	items, next, err := notice.List(c.Context(), w.DB, c.Who, notice.Filter{Unread: p.Unread, After: c.Query("after")})
	if err != nil {
		return err
	}
	n, err := notice.Unread(c.Context(), w.DB, c.Who)
	if err != nil {
		return err
	}
	p.Views = []Pill{{Text: K("page_notice.all"), Href: "/notices", Here: !p.Unread}, {Text: K("page_notice.unread"), Href: "/notices?view=unread", Here: p.Unread, Count: min(n, notice.Most)}}
	for _, i := range items {
		key, args := i.Text()
		l := noticeLine{Item: i, Text: K(key, args...)}
		l.Opens = i.Ref != "" && w.noticeHref(c, i.Ref) != "/notices"
		p.Rows = append(p.Rows, l)
	}
	if n > 0 && len(items) > 0 && c.Query("after") == "" {
		p.Newest = items[0].ID
	}
	p.Pager = w.Pages(c, next)
	return w.Render(c, "notice/list", p)
}

func (w *Web) noticesRead(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := notice.ReadInput{Notices: f["notice"], Upto: f.Get("upto")}
	if err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error { _, err := notice.Read(c.Context(), tx, c.Who, in); return err }); err != nil {
		return err
	}
	return w.Redirect(c, local(f.Get("next"), "/notices"))
}

// noticeOpen marks a notice as read and goes to the thing, which is opened
// under the reader's own rights.
func (w *Web) noticeOpen(c *door.Call) error {
	i, err := notice.Show(c.Context(), w.DB, c.Who, c.Path("id"))
	if err != nil {
		return err
	}
	err = db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		_, err := notice.Read(c.Context(), tx, c.Who, notice.ReadInput{Notices: []string{i.ID}})
		return err
	})
	if err != nil {
		return err
	}
	return w.Redirect(c, w.noticeHref(c, i.Ref))
}

// channelsPage lists the ways out and what did not arrive.
type channelsPage struct {
	Base
	Rows     []channelLine
	Troubles []troubleLine
	Changes  bool // the reader may change them
	Pager    Pager
}

type channelLine struct {
	notice.Channel
	Where string
	By    string
	Lasts bool
	Ended bool // it was on, and its last day has passed
	Kinds []Say
}

type troubleLine struct {
	notice.Trouble
	Way string
}

func (w *Web) channels(c *door.Call) error {
	p := &channelsPage{Base: Base{Title: K("page_notice.channels"), At: "/settings", Back: "/settings"}, Changes: access.May(c.Who, access.NoticeChannel)}
	if !access.May(c.Who, access.RegionChange) {
		p.At, p.Back = "/system", "/system"
	}
	cs, err := notice.Channels(c.Context(), w.DB, c.Who)
	if err != nil {
		return err
	}
	ways := map[string]string{}
	for _, x := range cs {
		l, err := w.channelLine(c, x)
		if err != nil {
			return err
		}
		ways[x.ID] = x.Kind
		p.Rows = append(p.Rows, l)
	}
	ts, next, err := notice.Troubles(c.Context(), w.DB, c.Who, c.Query("after"), 20)
	if err != nil {
		return err
	}
	for _, t := range ts {
		p.Troubles = append(p.Troubles, troubleLine{t, ways[t.Channel]})
	}
	p.Pager = w.Pages(c, next)
	return w.Render(c, "notice/channels", p)
}

func (w *Web) channelLine(c *door.Call, x notice.Channel) (channelLine, error) {
	l := channelLine{Channel: x, Where: w.placeName(c, x.Region), Lasts: x.Lasts(c.Who.Today()), Ended: x.State == notice.On && !x.Lasts(c.Who.Today())}
	for _, k := range x.Kinds {
		l.Kinds = append(l.Kinds, K("notice.kind."+k))
	}
	if x.OnBy != "" {
		a, err := w.Book.Find(c.Context(), w.DB, c.Who.County(), x.OnBy)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return l, err
		}
		l.By = a.Name
	}
	return l, nil
}

// channelPage is one channel: what it is, whether it is on, a try.
type channelPage struct {
	Base
	Channel  channelLine
	New      bool
	Kind     string
	Kinds    []Option
	Places   []Option
	Security []Option
	Latest   calendar.Day // the last day it may be on
}

func (w *Web) channelForm(c *door.Call, id, kind string) (*channelPage, error) {
	p := &channelPage{Base: Base{Shell: Task, At: "/settings", Back: "/settings/channels"}, Kind: kind, Latest: c.Who.Today().Add(notice.LongestOn), Security: catalogue("notice.security.", []string{"tls", "starttls"})}
	if id != "" {
		x, err := notice.ShowChannel(c.Context(), w.DB, c.Who, id)
		if err != nil {
			return nil, err
		}
		if p.Channel, err = w.channelLine(c, x); err != nil {
			return nil, err
		}
		p.Kind = x.Kind
		p.Fill("host", x.Host)
		p.Fill("port", x.Port)
		p.Fill("security", x.Security)
		p.Fill("sender", x.Sender)
		p.Fill("login", x.Login)
		p.Fill("kinds", x.Kinds...)
		p.Fill("basis", x.Basis)
		p.Fill("until", string(x.Until))
	} else {
		p.New = true
		if !slices.Contains(notice.ChannelKinds, kind) {
			return nil, fault.New(fault.NotFound, "fault.not_found")
		}
		p.Fill("port", "465")
		p.Fill("security", "tls")
		towns, err := region.AtLevel(c.Context(), w.DB, c.Who.Home(), region.Township)
		if err != nil {
			return nil, err
		}
		p.Places = []Option{{Value: "", Key: "page_notice.whole_county"}}
		for _, t := range towns {
			p.Places = append(p.Places, Option{Value: t.Path, Text: t.Name})
		}
	}
	p.Title = K("notice.channel." + p.Kind)
	for _, k := range notice.Kinds {
		p.Kinds = append(p.Kinds, Option{Value: k.Key, Key: "notice.kind." + k.Key})
	}
	return p, nil
}

func (w *Web) channelNew(c *door.Call) error {
	p, err := w.channelForm(c, "", c.Query("kind"))
	if err != nil {
		return err
	}
	return w.Render(c, "notice/channel", p)
}

func (w *Web) channelEdit(c *door.Call) error {
	p, err := w.channelForm(c, c.Path("id"), "")
	if err != nil {
		return err
	}
	return w.Render(c, "notice/channel", p)
}

func (w *Web) channelSaved(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	if w.Post == nil {
		return fault.New(fault.Busy, "fault.busy")
	}
	in := notice.SaveInput{ID: c.Operation, Channel: c.Path("id"), Version: number(f.Get("version")), Kind: f.Get("kind"), Region: f.Get("region"), Host: f.Get("host"), Port: f.Get("port"), Security: f.Get("security"),
		Login: f.Get("login"), Sender: f.Get("sender"), Address: f.Get("address"), Secret: f.Get("secret"), Kinds: f["kinds"]}
	x, err := db.Write(c.Context(), w.DB, func(tx *db.Tx) (notice.Channel, error) {
		return notice.SaveChannel(c.Context(), tx, c.Who, w.Post, in)
	})
	if err != nil {
		p, e := w.channelForm(c, in.Channel, in.Kind)
		if e != nil {
			return e
		}
		return w.Refill(c, "notice/channel", p, err)
	}
	return w.Done(c, "/settings/channels/"+x.ID, "page_notice.saved")
}

func (w *Web) channelSwitched(c *door.Call) error {
	f, err := w.Form(c)
	if err != nil {
		return err
	}
	in := notice.SwitchInput{ID: c.Operation, Channel: c.Path("id"), On: f.Get("on") == "1", Until: calendar.Day(f.Get("until")), Basis: f.Get("basis")}
	_, err = db.Write(c.Context(), w.DB, func(tx *db.Tx) (notice.Channel, error) {
		return notice.SwitchChannel(c.Context(), tx, c.Who, in)
	})
	if err != nil {
		p, e := w.channelForm(c, in.Channel, "")
		if e != nil {
			return e
		}
		return w.Refill(c, "notice/channel", p, err)
	}
	if in.On {
		return w.Done(c, "/settings/channels/"+in.Channel, "page_notice.switched_on")
	}
	return w.Done(c, "/settings/channels/"+in.Channel, "page_notice.switched_off")
}

func (w *Web) channelTried(c *door.Call) error {
	if w.Post == nil {
		return fault.New(fault.Busy, "fault.busy")
	}
	id := c.Path("id")
	why, err := notice.TryChannel(c.Context(), w.DB, c.Who, w.Post, id)
	if err != nil {
		return err
	}
	if why != "" {
		return w.Done(c, "/settings/channels/"+id, "")
	}
	return w.Done(c, "/settings/channels/"+id, "page_notice.tried_good")
}

func (w *Web) channelRemoved(c *door.Call) error {
	if ok, err := w.Confirmed(c, K("page_notice.remove_ask"), K("page_notice.remove")); !ok {
		return err
	}
	if err := db.Do(c.Context(), w.DB, func(tx *db.Tx) error {
		return notice.RemoveChannel(c.Context(), tx, c.Who, c.Path("id"))
	}); err != nil {
		return err
	}
	return w.Done(c, "/settings/channels", "page_notice.removed")
}
