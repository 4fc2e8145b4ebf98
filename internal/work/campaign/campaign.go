// Package campaign keeps the campaigns (活动) and the versions of their plans
// (方案): the file as it was issued, whole, with its hash, from which day it
// holds, for which county or township, and which meeting decided it.
//
// A county issues the rules for all its townships; a township may issue its
// own version, which may ask for more and never for less. What binds a
// township on a day is its own version of that day, else the county's. A
// version is never changed after it is issued: a later one replaces it from a
// day on, so that last year is judged by last year's plan. Several campaigns
// run side by side over one set of records (B12).
//
// States: 起草 draft → 印发 issued → 被替代 replaced, or 终止 ended.
//
// Owns: plan_versions. Sources: A1, A18, B4–B7, B12; domain.md b6, b30, §6.4.
package campaign

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/internal/work/region"
)

// States of a version, as message keys campaign.state.<code>.
const (
	Draft    = "draft"
	Issued   = "issued"
	Replaced = "replaced"
	Ended    = "ended"
)

// Version is one version of a campaign's plan for one county or township.
type Version struct {
	ID        string       `json:"id"`
	Campaign  string       `json:"campaign"`
	Region    string       `json:"region"` // path of the county or the township
	Number    int          `json:"number"` // the version the file itself names
	Effective calendar.Day `json:"effective"`
	Ends      calendar.Day `json:"ends,omitempty"` // its last day; empty: open
	State     string       `json:"state"`
	Name      string       `json:"name"`
	Short     string       `json:"short"`
	EN        string       `json:"en"`
	Hash      string       `json:"hash"` // SHA-256 of the text
	Decided   string       `json:"decided,omitempty"`
	DecidedOn calendar.Day `json:"decided_on,omitempty"`
	Note      string       `json:"note,omitempty"`
	Author    string       `json:"author,omitempty"`
	Issuer    string       `json:"issuer,omitempty"`
	IssuedOn  calendar.Day `json:"issued_on,omitempty"`
	Successor string       `json:"successor,omitempty"` // version that replaced it
	Text      string       `json:"text,omitempty"`      // the file, in Show only
}

// Holds reports whether the version is the one in force on a day, as far as
// its own place is concerned.
func (v Version) Holds(d calendar.Day) bool {
	return v.State != Draft && v.Effective <= d && (v.Ends == "" || d <= v.Ends)
}

// Phase names how a version stands on a day, as message key
// campaign.phase.<code>: draft, coming, in_force, replaced, ended.
func (v Version) Phase(d calendar.Day) string {
	switch {
	case v.State == Draft:
		return Draft
	case v.Holds(d):
		return "in_force"
	case d < v.Effective && (v.Ends == "" || v.Effective <= v.Ends):
		return "coming"
	}
	return v.State
}

// CountyWide reports whether the version binds the whole county.
func (v Version) CountyWide() bool { return region.Upto(v.Region, region.Township) == "" }

// hashOf is the hash under which a text is kept and its parse remembered.
func hashOf(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

// level checks that a place may have a plan: the county or one of its townships.
func level(who access.Actor, place string) error {
	if place == region.PathOf(who.County()) || place != "" && region.Upto(place, region.Township) == place && strings.HasPrefix(place, region.PathOf(who.County())) {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "region", Key: "campaign.place_bad"}}}
}

// issues gives the action that publishing at a place needs: the county sets
// floors, a township its own version.
func issues(place string) access.Action {
	if region.Upto(place, region.Township) == "" {
		return access.PlanFloor
	}
	return access.PlanIssue
}

// reads reports whether an actor may read a version: his own place's, those
// below it, and the county's above it, since they bind him. Drafts are for
// those who may issue there.
func reads(who access.Actor, v Version) bool {
	if v.State == Draft {
		return access.Can(who, issues(v.Region), access.Target{Region: v.Region}).OK()
	}
	return slices.ContainsFunc(access.Reaches(who, access.PlanRead).Regions, func(g string) bool {
		return strings.HasPrefix(v.Region, g) || strings.HasPrefix(g, v.Region)
	})
}

func describe(v *Version, p plan.Plan) {
	v.Campaign, v.Number, v.Effective = p.Campaign, p.Version, p.Effective
	v.Name, v.Short, v.EN = p.Names.ZH, p.Names.Short, p.Names.EN
}
