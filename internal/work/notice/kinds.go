package notice

import (
	"regexp"
	"slices"
	"strings"

	"lianxin/internal/rule/calendar"
)

// Kind is one sort of notice. Its words are the message keys
// "notice.kind.<key>" (short: what the county chooses from and what goes out)
// and "notice.text.<key>" (in the list, with the arguments).
type Kind struct {
	Key  string
	For  Audience
	Args []string // the arguments its text has; all of them are needed
}

// Audience is whom a kind is usually for.
type Audience string

// The audiences: an official, or whoever holds a role in the place.
const (
	ForOfficial Audience = "official"
	ForOffice   Audience = "office"
	ForLeader   Audience = "leader"
	ForCounty   Audience = "county_admin"
	ForVillage  Audience = "village"
	// ForDiscipline: what is said in confidence about an official reaches nobody else.
	ForDiscipline Audience = "discipline"
)

// Kinds are the notices there are. Another one is a line here and two texts.
var Kinds = []Kind{
	{"appeal.given", ForOfficial, []string{"due"}},
	{"appeal.due_soon", ForOfficial, []string{"due"}},
	{"appeal.overdue", ForOfficial, []string{"due"}},
	{"appeal.escalated", ForLeader, []string{"due"}},
	{"appeal.extension_asked", ForOffice, []string{"due"}},
	{"appeal.extension_decided", ForOfficial, nil},
	{"appeal.disputed", ForOfficial, nil},
	{"appeal.decided", ForOfficial, nil},
	{"appeal.answered", ForOffice, nil},
	{"appeal.shelf_review", ForOfficial, nil},
	{"meeting.called", ForOfficial, []string{"on"}},
	{"opinion.to_approve", ForLeader, nil},
	{"opinion.returned", ForOffice, nil},
	{"opinion.answered", ForOfficial, nil},
	{"opinion.dropped", ForOfficial, nil},
	{"stay.to_confirm", ForVillage, []string{"n"}},
	{"stay.ruled", ForOfficial, nil},
	{"complaint.arrived", ForDiscipline, nil},
	{"calendar.year_missing", ForCounty, []string{"year"}},
}

// Known finds a kind.
func Known(key string) (Kind, bool) {
	i := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Key == key })
	if i < 0 {
		return Kind{}, false
	}
	return Kinds[i], true
}

var (
	// code is what an argument may be besides a number: a code, an id or a day.
	// Nothing anybody is called is written in these letters alone, and a number
	// that could be a telephone is too long.
	code    = regexp.MustCompile(`^[a-z][a-z0-9_.]{0,31}$`)
	refForm = regexp.MustCompile(`^[a-z_]{2,20}:[A-Za-z0-9_.-]{1,64}$`)
)

// plain reports whether an argument can be said in a notice.
func plain(v any) bool {
	switch x := v.(type) {
	case int:
		return x >= 0 && x < 100000
	case int64:
		return x >= 0 && x < 100000
	case calendar.Day:
		_, err := calendar.Parse(string(x))
		return err == nil
	case string:
		if _, err := calendar.Parse(x); err == nil {
			return true
		}
		return code.MatchString(x)
	}
	return false
}

// loginPrefix begins the kinds of messages about somebody's own login, which
// package login writes and this list shows among the others.
const loginPrefix = "login."

// Text gives the message key of an item and its arguments, names and values in
// turn.
func (i Item) Text() (key string, args []any) {
	if k, ok := strings.CutPrefix(i.Kind, loginPrefix); ok {
		// A browser that does not say what it is has no label.
		if i.Label == "" {
			return "login.notice." + k + "_bare", nil
		}
		return "login.notice." + k, []any{"label", i.Label}
	}
	kind, ok := Known(i.Kind)
	if !ok {
		return "notice.unknown_kind", nil // of a newer program that was taken back
	}
	for _, name := range kind.Args {
		v := i.Args[name]
		if s, ok := v.(string); ok {
			if d, err := calendar.Parse(s); err == nil {
				v = d
			}
		}
		args = append(args, name, v)
	}
	return "notice.text." + i.Kind, args
}
