// Package access says who may do what where, and why not.
//
// A grant gives an account a role in a region (省—县—镇—村—组) for a time. The
// table in policy.go gives each role its reach for each action: the whole
// region of the grant, only what is the actor's own (his pairings, his
// records), only what was drawn for him, or nothing. Outside the actor's regions a thing does not exist for
// him; inside them, what he may not do is refused openly.
//
// Sources: programme/domain.md §6.1–6.3; requirements A12, B5–B7; GB/T 22239
// 8.1.4.2 and 8.1.5.1–3 (three separate administrators).
package access

import (
	"slices"
	"strings"

	"lianxin/internal/rule/calendar"
)

// Role is what an account may be granted.
type Role string

// The roles. The last three are the separate administrators (三员): none of
// them reads personal content.
const (
	CountyAdmin Role = "county_admin" // 县管理员
	Office      Role = "office"       // 镇办公室
	Leader      Role = "leader"       // 领导
	Inspector   Role = "inspector"    // 检查人员
	Cadre       Role = "cadre"        // 干部
	Committee   Role = "committee"    // 村“两委”
	VillageHead Role = "village_head" // 村总支书记: the committee's, and what its village answers for
	Handler     Role = "handler"      // 站所承办人: sees only what is given to him
	Discipline  Role = "discipline"   // 纪委: what is confidential
	SysAdmin    Role = "sysadmin"     // 系统管理员
	SecAdmin    Role = "secadmin"     // 安全管理员
	Auditor     Role = "auditor"      // 审计管理员
)

// Roles lists all roles in the order they are shown.
var Roles = []Role{CountyAdmin, Office, Leader, Inspector, Cadre, Committee, VillageHead, Handler, Discipline, SysAdmin, SecAdmin, Auditor}

// OfVillage are the roles that are held for a village.
var OfVillage = []Role{Committee, VillageHead}

// Village reports whether the role is one of a village's own people, whose
// grant lies below the township.
func (r Role) Village() bool { return r == Committee || r == VillageHead }

// Fits reports whether a role may be given for a place: a village head answers
// for one village and not for a township, or a group of homes.
func (r Role) Fits(path string) bool { return r != VillageHead || strings.Count(path, "/") == 6 }

// Class is the kind of power a role belongs to; an account has exactly one.
type Class string

// The classes. The database refuses a second one for an account.
const (
	Content  Class = "content"
	System   Class = "sysadmin"
	Security Class = "secadmin"
	Audit    Class = "auditor"
)

// Class of a role.
func (r Role) Class() Class {
	switch r {
	case SysAdmin:
		return System
	case SecAdmin:
		return Security
	case Auditor:
		return Audit
	}
	return Content
}

// Valid reports whether the role exists.
func (r Role) Valid() bool {
	for _, x := range Roles {
		if x == r {
			return true
		}
	}
	return false
}

// Door is the way somebody came in; the audit record keeps it.
type Door string

// The doors.
const (
	Page   Door = "page"
	API    Door = "api"
	CLI    Door = "cli"
	Import Door = "import"
	Job    Door = "job"
)

// Grant is a role in a region, given as the region's path "/99/9901/990101/".
type Grant struct {
	Role   Role
	Region string
}

// Actor is who acts, in which regions, through which door. Its fields are
// closed: only New makes one, and only the doors call New.
type Actor struct {
	account, cadre, county string
	grants                 []Grant
	door                   Door
	request                string
	fresh                  bool
	today                  calendar.Day
	sample                 Sample
}

// Sample is what was drawn for an inspector in the inspections that are in force
// on his day: it is all he sees of homes and of their officials (domain.md §6.1,
// R10). The doors look it up for each request, so that it ends with its day.
type Sample struct {
	Checks    []string // inspections in force he belongs to
	Homes     []string // drawn there
	Officials []string // the present lead helpers of those homes
}

// ofOfficials are the actions on what belongs to an official and to no home. For
// all others an official is not drawn with his home: what he does elsewhere is not.
var ofOfficials = map[Action]bool{ProgressRead: true, StayRead: true}

// holds reports whether a target was drawn.
func (s Sample) holds(do Action, at Target) bool {
	if ofOfficials[do] {
		return among(s.Officials, at.Official)
	}
	return among(s.Homes, at.Home)
}

func among(ids []string, id string) bool {
	_, ok := slices.BinarySearch(ids, id)
	return ok && id != ""
}

func (s Sample) sorted() Sample {
	for _, ids := range []*[]string{&s.Checks, &s.Homes, &s.Officials} {
		*ids = slices.Compact(slices.Sorted(slices.Values(*ids)))
	}
	return s
}

// Identity is what New needs.
type Identity struct {
	Account string  // account id
	Cadre   string  // the official behind the account, "" when none
	County  string  // six-digit code: the county whose rows he writes
	Grants  []Grant // those in force now
	Door    Door
	Request string // number of the request, for the record
	Fresh   bool   // the password was given within the last minutes (for stepped-up acts)
	Today   calendar.Day
	Sample  Sample // of an inspector
}

// New makes an actor.
func New(i Identity) Actor {
	return Actor{i.Account, i.Cadre, i.County, append([]Grant(nil), i.Grants...), i.Door, i.Request, i.Fresh, i.Today, i.Sample.sorted()}
}

// Account of the actor.
func (a Actor) Account() string { return a.account }

// Cadre is the official he is, "" when he is none.
func (a Actor) Cadre() string { return a.cadre }

// County whose rows he writes and reads.
func (a Actor) County() string { return a.county }

// Door he came through.
func (a Actor) Door() Door { return a.door }

// Today is the day on which he acts: pairings and grants are judged by it.
func (a Actor) Today() calendar.Day { return a.today }

// Fresh reports whether he gave his password a short while ago.
func (a Actor) Fresh() bool { return a.fresh }

// Sample is what was drawn for him as an inspector.
func (a Actor) Sample() Sample { return a.sample }

// Grants in force.
func (a Actor) Grants() []Grant { return append([]Grant(nil), a.grants...) }

// Anonymous reports whether nobody is logged in.
func (a Actor) Anonymous() bool { return a.account == "" }

// Has reports whether he holds a role anywhere.
func (a Actor) Has(r Role) bool {
	for _, g := range a.grants {
		if g.Role == r {
			return true
		}
	}
	return false
}

// OfVillage reports whether he is one of a village's own people.
func (a Actor) OfVillage() bool {
	for _, g := range a.grants {
		if g.Role.Village() {
			return true
		}
	}
	return false
}

// Trace gives what the audit record and the operation store need.
func (a Actor) Trace() (county, account, roles, door, request string) {
	for i, g := range a.grants {
		if i > 0 {
			roles += " "
		}
		roles += string(g.Role) + "@" + strings.Trim(g.Region[strings.LastIndex(strings.TrimSuffix(g.Region, "/"), "/")+1:], "/")
	}
	return a.county, a.account, roles, string(a.door), a.request
}

// Target is what is acted upon.
type Target struct {
	Region string // path of the place it belongs to
	Own    bool   // it is the actor's own: a present pairing of his, a record he wrote or was part of
	// Brought: own only as whoever brought it, not as whoever it was given to. A
	// station's handler has what is given to him and nothing else (§6.2, R6).
	Brought bool
	// Home and Official are whose thing it is: it was drawn for an inspector, or he
	// does not see it.
	Home, Official string
}

// Outcome of a question.
type Outcome int

// The outcomes: a door answers Outside as "not found", Refused as "forbidden".
const (
	Allowed Outcome = iota
	Refused
	Outside
)

// Decision carries its reason as a message key.
type Decision struct {
	Outcome Outcome
	Because string
	Role    Role // the role that allowed it
}

// OK reports whether it is allowed.
func (d Decision) OK() bool { return d.Outcome == Allowed }

// Covers reports whether a grant's region contains the path.
func (g Grant) Covers(path string) bool { return strings.HasPrefix(path, g.Region) }

// inTown reports whether the grant is for a township or a part of one; paths are
// /province/county/township/….
func (g Grant) inTown() bool { return strings.Count(g.Region, "/") > 4 }

// Can decides one act on one target.
func Can(a Actor, do Action, at Target) Decision {
	inside := false
	for _, g := range a.grants {
		if !g.Covers(at.Region) {
			continue
		}
		inside = true
		switch policy[do][g.Role] {
		case TownOnly:
			if g.inTown() {
				return Decision{Allowed, "", g.Role}
			}
		case InRegion:
			return Decision{Allowed, "", g.Role}
		case OwnOnly:
			if at.Own && !(at.Brought && g.Role == Handler) {
				return Decision{Allowed, "", g.Role}
			}
		case Drawn:
			if a.sample.holds(do, at) {
				return Decision{Allowed, "", g.Role}
			}
		}
	}
	if !inside {
		return Decision{Outcome: Outside, Because: "access.outside"}
	}
	switch {
	case reaches(a, do, Drawn) && len(a.sample.Checks) == 0:
		return Decision{Outcome: Refused, Because: "access.no_inspection"}
	case reaches(a, do, Drawn):
		return Decision{Outcome: Refused, Because: "access.not_drawn"}
	case !reaches(a, do, OwnOnly):
	case a.given(do):
		return Decision{Outcome: Refused, Because: "access.not_given"}
	default:
		return Decision{Outcome: Refused, Because: "access.not_own"}
	}
	return Decision{Outcome: Refused, Because: "access.not_role"}
}

// given reports whether an actor's own things are those given to him alone: he
// reaches the action as a handler and in no other role.
func (a Actor) given(do Action) bool {
	for _, g := range a.grants {
		if r := policy[do][g.Role]; r != 0 && g.Role != Handler {
			return false
		}
	}
	return true
}

func reaches(a Actor, do Action, r Reach) bool {
	for _, g := range a.grants {
		if policy[do][g.Role] == r {
			return true
		}
	}
	return false
}

// Span is what a list may show: everything in some regions, the actor's own
// things, and what was drawn for him. It is the only way to a list's WHERE clause.
type Span struct {
	Regions []string // paths; no path lies inside another
	Cadre   string   // own things of this official, "" when none
	Given   bool     // and of those only what was given to him
	Owns    []string // paths in which he may have own things
	County  string
	// What was drawn for him: Draws are the paths in which he checks, with or
	// without anything drawn at the moment.
	Draws            []string
	Homes, Officials []string
}

// Empty reports whether nothing may be listed.
func (s Span) Empty() bool { return len(s.Regions) == 0 && s.Cadre == "" && len(s.Draws) == 0 }

// Contains reports whether a thing of a region may be shown by region alone.
func (s Span) Contains(path string) bool {
	for _, r := range s.Regions {
		if strings.HasPrefix(path, r) {
			return true
		}
	}
	return false
}

// Wide reports whether it may hold things of several officials.
func (s Span) Wide() bool { return len(s.Regions) > 0 || len(s.Draws) > 0 }

// Drew reports whether a home was drawn.
func (s Span) Drew(home string) bool { return among(s.Homes, home) }

// Reaches gives the span of an action for an actor.
func Reaches(a Actor, do Action) Span {
	s := Span{County: a.county, Given: a.given(do)}
	for _, g := range a.grants {
		switch policy[do][g.Role] {
		case TownOnly:
			if g.inTown() {
				s.Regions = addPath(s.Regions, g.Region)
			}
		case InRegion:
			s.Regions = addPath(s.Regions, g.Region)
		case OwnOnly:
			if s.Cadre = a.cadre; a.cadre != "" {
				s.Owns = addPath(s.Owns, g.Region)
			}
		case Drawn:
			s.Draws = addPath(s.Draws, g.Region)
			if ofOfficials[do] {
				s.Officials = a.sample.Officials
			} else {
				s.Homes = a.sample.Homes
			}
		}
	}
	return s
}

func addPath(ps []string, p string) []string {
	out := ps[:0:0]
	for _, q := range ps {
		if strings.HasPrefix(p, q) {
			return ps
		}
		if !strings.HasPrefix(q, p) {
			out = append(out, q)
		}
	}
	return append(out, p)
}

// Within narrows a span to one region, for a list filtered by place. ok is
// false when nothing of it can lie there: somebody who sees only what is his own
// has nothing in a place apart from his regions, and is not told that it exists.
func (s Span) Within(path string) (Span, bool) {
	out := Span{County: s.County, Owns: s.Owns, Given: s.Given}
	for _, r := range s.Owns {
		if strings.HasPrefix(path, r) || strings.HasPrefix(r, path) {
			out.Cadre = s.Cadre
		}
	}
	for _, r := range s.Draws {
		switch {
		case strings.HasPrefix(path, r):
			out.Draws = addPath(out.Draws, path)
		case strings.HasPrefix(r, path):
			out.Draws = addPath(out.Draws, r)
		default:
			continue
		}
		out.Homes, out.Officials = s.Homes, s.Officials
	}
	for _, r := range s.Regions {
		switch {
		case strings.HasPrefix(path, r):
			out.Regions = addPath(out.Regions, path)
		case strings.HasPrefix(r, path):
			out.Regions = addPath(out.Regions, r)
		}
	}
	return out, !out.Empty()
}

// byAccount are the actions on things that are one's own by having written
// them, whether one is an official or not.
var byAccount = map[Action]bool{VisitAmend: true, InspectionRead: true}

// May reports whether some role of the actor reaches the action at all; doors
// use it to decide which menu entries and buttons to show.
func May(a Actor, do Action) bool {
	return !Reaches(a, do).Empty() || byAccount[do] && reaches(a, do, OwnOnly)
}

// Home is the region the actor's first grant names: the place in the page's head.
func (a Actor) Home() string {
	if len(a.grants) == 0 {
		return ""
	}
	return a.grants[0].Region
}
