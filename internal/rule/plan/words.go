package plan

import (
	"slices"

	"lianxin/internal/rule/calendar"
)

// Words a plan file may use where only certain words make sense. Their texts
// are "plan.word.<word>".
const (
	PerHousehold       = "per_household"
	PerOfficial        = "per_official"
	PerOfficialTotal   = "per_official_total"
	PerOfficialDays    = "per_official_days"
	HouseholdConfirmed = "household_confirmed"
	WhenDone           = "done"
	StaysConfirmed     = "confirmed" // a stay counts once the village confirmed it
	StaysDeclared      = "declared"  // a stay counts as soon as it is declared, unless disputed
	UnitDay            = "day"
	UnitNight          = "night"

	HowHome      = "home"      // at their home
	HowMet       = "met"       // face to face elsewhere: field, road, market
	HowMeeting   = "meeting"   // a member of the home was in a talk meeting
	HowPhone     = "phone"     // telephone, video
	HowReception = "reception" // they came to the office
	HowAbsent    = "absent"    // nobody at home
	HowDeclined  = "declined"  // the household declined

	BeforeSpringFestival = "spring_festival"
	FloorsFromCounty     = "county"

	ApproverLeader = "leader" // 分管领导
	ApproverOffice = "office" // 镇办公室
)

// vocabulary lists, for each word tag of the types, the words it allows.
func vocabulary(tag string) []string {
	switch tag {
	case "rank":
		var out []string
		for _, r := range Ranks() {
			out = append(out, string(r))
		}
		return out
	case "period":
		return []string{calendar.PeriodYear, calendar.PeriodHalfYear, calendar.PeriodQuarter, calendar.PeriodMonth}
	case "basis":
		return []string{PerHousehold, PerOfficial, PerOfficialTotal, PerOfficialDays}
	case "countswhen":
		return []string{HouseholdConfirmed, WhenDone}
	case "staycounts":
		return []string{StaysConfirmed, StaysDeclared}
	case "unit":
		return []string{UnitDay, UnitNight}
	case "how":
		return []string{HowHome, HowMet, HowMeeting, HowPhone, HowReception, HowAbsent, HowDeclined}
	case "kind":
		return []string{"draw", "check", "review"}
	case "side":
		return []string{"org", "mass"}
	case "layout":
		return []string{"gbt9704_2012", "gbt9704_1999"}
	case "archive":
		return []string{"item", "volume"}
	case "before":
		return []string{BeforeSpringFestival}
	case "floors":
		return []string{FloorsFromCounty}
	case "approver":
		return []string{ApproverLeader, ApproverOffice}
	case "household":
		return []string{"living_together", "register"}
	}
	return nil
}

func monthDay(year int, s string) (calendar.Day, bool) {
	d, err := calendar.Parse(calendar.FirstOf(year).String()[:5] + s)
	return d, err == nil
}

func known(tag, word string) bool { return slices.Contains(vocabulary(tag), word) }
