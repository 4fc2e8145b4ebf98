package pairing

import (
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/cadre"
	"lianxin/internal/work/household"
)

// judge fills what was left open in a new pairing, checks it against what the
// home, the official and the home's other pairings allow, and gives it as it
// will stand. Pair and PairMany ask it alike.
func judge(today calendar.Day, in *PairInput, h household.Household, c cadre.Cadre, others []Pairing) (Pairing, error) {
	if in.From == "" {
		in.From = today
	}
	if in.Role == "" {
		in.Role = Lead
	}
	if in.Reason == "" {
		in.Reason = "plan"
	}
	var f fault.Fields
	f.Check(id.Valid(in.ID), "id", "fault.id_needed")
	f.Check(oneOf(in.Role, Roles), "role", "pairing.role_bad")
	f.Check(in.From.Valid() && in.From >= "1990-01-01" && in.From <= today.Add(366), "from", "pairing.day_bad")
	f.Check(oneOf(in.Reason, BeginReasons), "reason", "pairing.reason_bad")
	if err := f.Err(); err != nil {
		return Pairing{}, err
	}
	if h.State != household.Active {
		return Pairing{}, fault.New(fault.Conflict, "pairing.household_ended")
	}
	if c.State != "active" {
		return Pairing{}, fault.New(fault.Conflict, "pairing.cadre_left")
	}
	for _, o := range others {
		meets := o.To == "" || o.To >= in.From
		switch {
		case meets && o.Cadre == c.ID:
			return Pairing{}, fault.New(fault.Conflict, "pairing.already", "cadre", c.Name, "head", h.Head)
		case meets && o.Role == Lead && in.Role == Lead:
			return Pairing{}, fault.New(fault.Conflict, "pairing.has_lead", "head", h.Head)
		}
	}
	return Pairing{ID: in.ID, Household: h.ID, Cadre: c.ID, Region: h.Region, Role: in.Role, From: in.From, Reason: in.Reason, Outside: outside(c, h.Region, in.From)}, nil
}

const pairingInsert = `INSERT INTO pairings (county, id, household, cadre, region, role, valid_from, valid_to, reason, end_reason, source)`

func pairingRow(county string, p Pairing, source string) []any {
	return []any{county, p.ID, p.Household, p.Cadre, p.Region, p.Role, string(p.From), "", p.Reason, "", source}
}
