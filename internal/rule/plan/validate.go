package plan

import (
	"fmt"
	"slices"
	"strconv"

	"lianxin/internal/rule/calendar"
)

// validate looks for values that are well written but make no sense.
func validate(p Plan) []Problem {
	v := validator{at: p.Lines}
	v.head(p)
	v.duties(p)
	if p.Stays != nil {
		v.oneOf("stays.counts_when", p.Stays.CountsWhen, StaysConfirmed, StaysDeclared)
	}
	v.catalogues(p)
	v.times(p)
	v.matters(p)
	v.appraisal(p)
	for _, x := range p.Values() {
		if !x.Source.Given() && x.sourced {
			v.no(x.path, "no_source")
		}
	}
	return v.problems
}

type validator struct {
	at       map[string]int
	problems []Problem
}

func (v *validator) no(path, msg string, args ...any) {
	p := Problem{Line: lineOf(v.at, path), Key: path, Msg: "plan.problem." + msg, Args: args}
	if !slices.ContainsFunc(v.problems, func(q Problem) bool { return q.Line == p.Line && q.Key == p.Key && q.Msg == p.Msg }) {
		v.problems = append(v.problems, p)
	}
}

func (v *validator) head(p Plan) {
	if p.Campaign == "" {
		v.no("campaign", "missing")
	} else if !identifier(p.Campaign) {
		v.no("campaign", "bad_id", "id", p.Campaign)
	}
	if p.Version < 1 {
		v.no("version", "too_small", "min", "1")
	}
	if p.Effective == "" {
		v.no("effective", "missing")
	}
	if p.Started != "" && p.Effective != "" && p.Started > p.Effective {
		v.no("started", "started_after_effective", "effective", string(p.Effective))
	}
	for path, s := range map[string]string{"names.zh": p.Names.ZH, "names.short": p.Names.Short, "document.issuer": p.Document.Issuer} {
		if s == "" {
			v.no(path, "missing")
		}
	}
	if p.Document.Date == "" {
		v.no("document.date", "missing")
	}
	if len(p.Duties) == 0 {
		v.no("duty", "missing")
	}
}

func (v *validator) duties(p Plan) {
	seen := map[Rank]bool{}
	for i, d := range p.Duties {
		at := fmt.Sprintf("duty[%d]", i+1)
		if len(d.Ranks) == 0 {
			v.no(at+".ranks", "missing")
		}
		for j, r := range d.Ranks {
			path := fmt.Sprintf("%s.ranks[%d]", at, j+1)
			if seen[r] {
				v.no(path, "rank_twice", "rank", Word("plan.rank."+string(r)))
			}
			if r == OtherRank {
				v.no(path, "rank_not_bound", "rank", Word("plan.rank."+string(r)))
			}
			seen[r] = true
		}
		if d.Households == nil && d.Visits == nil && d.Practical == nil && d.StayDays == nil && d.ResearchDays == nil {
			v.no(at, "duty_empty")
		}
		v.duty(at, d)
	}
}

func (v *validator) duty(at string, d Duty) {
	if h := d.Households; h != nil {
		v.atLeast(at+".households.min", h.Min, 1, 1000)
		if h.Target != 0 && h.Target < h.Min {
			v.no(at+".households.target", "target_below_min", "min", strconv.Itoa(h.Min))
		}
	}
	if x := d.Visits; x != nil {
		v.atLeast(at+".visits.min", x.Min, 1, 1000)
		v.oneOf(at+".visits.period", x.Period, calendar.PeriodYear, calendar.PeriodHalfYear, calendar.PeriodQuarter)
		v.oneOf(at+".visits.basis", x.Basis, PerHousehold, PerOfficialTotal, PerOfficialDays)
		if len(x.Counts) == 0 {
			v.no(at+".visits.counts", "missing")
		}
		for j, how := range x.Counts {
			path := fmt.Sprintf("%s.visits.counts[%d]", at, j+1)
			switch how {
			case HowAbsent, HowDeclined: // recorded, never counted (c4, c24)
				v.no(path, "how_never_counts", "how", Word("plan.word."+how))
			case HowMeeting:
				v.no(path, "meeting_is_group", "how", Word("plan.word."+how))
			}
		}
		for j, how := range x.GroupWays {
			v.oneOf(fmt.Sprintf("%s.visits.group_ways[%d]", at, j+1), how, HowMeeting)
		}
	}
	if x := d.Practical; x != nil {
		v.atLeast(at+".practical.min", x.Min, 1, 1000)
		v.oneOf(at+".practical.basis", x.Basis, PerOfficial, PerHousehold)
		v.oneOf(at+".practical.counts_when", x.CountsWhen, HouseholdConfirmed, WhenDone)
	}
	if x := d.StayDays; x != nil {
		v.atLeast(at+".stay_days.min", x.Min, 1, 365)
		v.oneOf(at+".stay_days.unit", x.Unit, UnitDay, UnitNight)
	}
	if x := d.ResearchDays; x != nil {
		v.atLeast(at+".research_days.min", x.Min, 1, 365)
	}
}

func (v *validator) catalogues(p Plan) {
	for path, c := range map[string]Catalogue{
		"care_tags": p.CareTags, "catalogue.topics": p.Catalogue.Topics, "catalogue.policy_topics": p.Catalogue.PolicyTopics,
		"catalogue.ways": p.Catalogue.Ways, "catalogue.activities": p.Catalogue.Activities,
		"catalogue.tiers": p.Catalogue.Tiers, "catalogue.emphases": p.Catalogue.Emphases,
	} {
		var ids []string
		for i, e := range c.Entries {
			at := fmt.Sprintf("%s.entries[%d]", path, i+1)
			ids = v.id(at+".id", e.ID, ids)
			if e.Name == "" {
				v.no(at+".name", "missing")
			}
			if path == "catalogue.ways" {
				v.oneOf(at+".how", e.How, HowHome, HowMet, HowMeeting, HowPhone, HowReception)
			}
		}
	}
	var cards, checks, meetings, stages, links []string
	for i, c := range p.Cards {
		at := fmt.Sprintf("card[%d]", i+1)
		cards = v.id(at+".id", c.ID, cards)
		if c.Template == "" {
			v.no(at+".template", "missing")
		}
	}
	for i, c := range p.Checks {
		at := fmt.Sprintf("check[%d]", i+1)
		checks = v.id(at+".id", c.ID, checks)
		v.oneOf(at+".period", c.Period, vocabulary("period")...)
		v.oneOf(at+".kind", c.Kind, vocabulary("kind")...)
		if s := c.Sample; s != nil {
			v.atLeast(at+".sample.villages_one_in", s.VillagesOneIn, 1, 1000)
			v.atLeast(at+".sample.villages_min", s.VillagesMin, 1, 1000)
			v.atLeast(at+".sample.households", s.Households, 1, 1000)
		}
	}
	for i, m := range p.Meetings {
		meetings = v.id(fmt.Sprintf("meeting[%d].id", i+1), m.ID, meetings)
		v.oneOf(fmt.Sprintf("meeting[%d].period", i+1), m.Period, vocabulary("period")...)
	}
	for i, s := range p.Stages {
		stages = v.id(fmt.Sprintf("stage[%d].id", i+1), s.ID, stages)
	}
	for i, l := range p.Links {
		links = v.id(fmt.Sprintf("link[%d].id", i+1), l.ID, links)
	}
}

func (v *validator) times(p Plan) {
	var ids []string
	for i, d := range p.Dues {
		at := fmt.Sprintf("due[%d]", i+1)
		ids = v.id(at+".id", d.ID, ids)
		switch {
		case (d.On == "") == (d.Before == ""):
			v.no(at, "due_one_of")
		case d.On != "":
			if _, ok := monthDay(2026, d.On); !ok { // 2026 has no 29 February: the date must exist in every year
				v.no(at+".on", "want_month_day")
			}
		}
	}
	if r := p.Report; r != nil {
		v.oneOf("report.period", r.Period.Is, vocabulary("period")...)
		v.atLeast("report.due_working_days", r.DueWorkingDays.Is, 1, 100)
		if r.To.Is == "" {
			v.no("report.to", "missing")
		}
	}
	if x := p.Posting; x != nil {
		v.atLeast("posting.days", x.Days, 1, 365)
		if !x.MaskHouseholds {
			// Publishing names of helped homes is not ours to switch on (c10).
			v.no("posting.mask_households", "must_mask")
		}
	}
	if p.Counting.LeaveOverDays.Is == 0 {
		v.no("counting.leave_over_days", "missing")
	}
	if !p.Counting.HighestOfTwo.Is {
		v.no("counting.highest_of_two", "never_the_sum")
	}
}

func (v *validator) appraisal(p Plan) {
	a := p.Appraisal
	if a == nil {
		return
	}
	if a.Org+a.Mass != 100 {
		v.no("appraisal.org", "not_hundred", "sum", strconv.Itoa(a.Org+a.Mass))
	}
	v.atLeast("appraisal.min_ballots", a.MinBallots, 5, 1000) // fewer would show who said what
	sums := map[string]int{}
	var ids []string
	for i, x := range a.Parts {
		at := fmt.Sprintf("appraisal.part[%d]", i+1)
		ids = v.id(at+".id", x.ID, ids)
		v.oneOf(at+".side", x.Side, "org", "mass")
		sums[x.Side] += x.Points
	}
	for side, want := range map[string]int{"org": a.Org, "mass": a.Mass} {
		if sums[side] != want {
			v.no("appraisal.part", "parts_sum", "side", Word("plan.word."+side), "sum", strconv.Itoa(sums[side]), "want", strconv.Itoa(want))
		}
	}
}

func (v *validator) atLeast(path string, n, least, most int) {
	if n < least {
		v.no(path, "too_small", "min", strconv.Itoa(least))
	}
	if n > most {
		v.no(path, "too_big_number", "max", strconv.Itoa(most))
	}
}

func (v *validator) oneOf(path, word string, words ...string) {
	switch {
	case word == "":
		v.no(path, "missing")
	case !slices.Contains(words, word):
		list := ""
		for i, w := range words {
			if i > 0 {
				list += ", "
			}
			list += w
		}
		v.no(path, "unknown_word", "word", word, "known", list)
	}
}

func (v *validator) id(path, id string, seen []string) []string {
	if id == "" {
		v.no(path, "missing")
	} else if !identifier(id) {
		v.no(path, "bad_id", "id", id)
	} else if slices.Contains(seen, id) {
		v.no(path, "id_twice", "id", id)
	}
	return append(seen, id)
}

// identifier: small letters, digits and _; starts with a letter.
func identifier(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
