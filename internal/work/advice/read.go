package advice

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/mask"
	"lianxin/internal/work/household"
	"lianxin/internal/work/scope"
)

const columns = `a.id, a.household, a.kind, a.member, a.value, a.words, a.sender, a.cadre, a.day, a.at, a.state, a.applied, a.answer, a.answered_on, h.region`

const from = ` FROM household_advice a JOIN households h ON h.county = a.county AND h.id = a.household `

func scanner(r db.Reader, who access.Actor) func(db.Row) (Advice, error) {
	return func(w db.Row) (a Advice, err error) {
		if err = w.Scan(&a.ID, &a.Household, &a.Kind, &a.Member, &a.Value, &a.Words, &a.sender, &a.Cadre, &a.Day, &a.at, &a.State, &a.Applied, &a.Answer, &a.AnsweredOn, &a.region); err != nil {
			return a, err
		}
		a.Mine = a.sender == who.Account()
		for _, c := range []struct {
			name string
			text *string
		}{{"value", &a.Value}, {"words", &a.Words}, {"answer", &a.Answer}} {
			if *c.text == "" {
				continue
			}
			if *c.text, err = r.Vault().Open(place(who.County(), a.ID, c.name), *c.text); err != nil {
				return a, err
			}
		}
		return a, nil
	}
}

func get(ctx context.Context, r db.Reader, who access.Actor, id string) (Advice, error) {
	return db.One(ctx, r, scanner(r, who), `SELECT `+columns+from+`WHERE a.county = $1 AND a.id = $2`, who.County(), id)
}

// Masked hides numbers and addresses: those of the value, and those that
// somebody wrote into the words.
func Masked(a Advice) Advice {
	switch a.Kind {
	case Phone:
		a.Value = mask.Phone(a.Value)
	case Address:
		a.Value = mask.Address(a.Value)
	}
	a.Words, a.Answer = mask.Redact(a.Words), mask.Redact(a.Answer)
	return a
}

// Show gives one suggestion to those who may make one for the home.
func Show(ctx context.Context, r db.Reader, who access.Actor, id string) (Advice, error) {
	a, err := get(ctx, r, who, id)
	if err != nil {
		return a, err
	}
	if err := may(ctx, r, who, access.HouseholdAdvise, a.Household, a.region); err != nil {
		return Advice{}, err
	}
	return Masked(a), nil
}

// Reveal gives the whole value to those who may open the home's numbers, and
// records for what.
func Reveal(ctx context.Context, tx *db.Tx, who access.Actor, id, purpose string) (string, error) {
	a, err := get(ctx, tx, who, id)
	if err != nil {
		return "", err
	}
	if err := may(ctx, tx, who, access.HouseholdReveal, a.Household, a.region); err != nil {
		return "", err
	}
	if !slices.Contains(household.Purposes, purpose) {
		return "", &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "purpose", Key: "household.purpose_needed"}}}
	}
	audit.Note(tx, who, "advice.reveal", "advice:"+a.ID, a.region, "household", a.Household, "kind", a.Kind, "purpose", purpose)
	return a.Value, nil
}

// Filter narrows a list.
type Filter struct {
	Household string
	Place     string
	State     string // "" for all
	Mine      bool   // only those the reader sent
	After     string
	Limit     int
}

// List gives suggestions about homes the reader may make one for, the newest first.
func List(ctx context.Context, r db.Reader, who access.Actor, f Filter) ([]Advice, string, error) {
	if f.Household != "" {
		h, err := household.Brief(ctx, r, who.County(), f.Household)
		if err != nil {
			return nil, "", err
		}
		if err := may(ctx, r, who, access.HouseholdAdvise, h.ID, h.Region); err != nil {
			return nil, "", err
		}
	}
	s, err := scope.Reach(who, access.HouseholdAdvise, f.Place)
	if err != nil {
		return nil, "", err
	}
	var args scope.Args
	where := scope.Where(s, &args, "h.region", household.OwnSQL(&args, "h.id", who.Today()), scope.Nobody) + " AND a.county = " + args.Add(who.County())
	if f.Household != "" {
		where += " AND a.household = " + args.Add(f.Household)
	}
	if f.Place != "" {
		lo, hi := db.Under(f.Place)
		where += " AND h.region >= " + args.Add(lo) + " AND h.region < " + args.Add(hi)
	}
	switch f.State {
	case "":
	case Open:
		where += " AND a.state = 'open'"
	default:
		where += " AND a.state = " + args.Add(f.State)
	}
	if f.Mine {
		where += " AND a.sender = " + args.Add(who.Account())
	}
	if at, id, ok := strings.Cut(f.After, "~"); ok {
		n, err := strconv.ParseInt(at, 10, 64)
		if err != nil {
			return nil, "", nil //nolint:nilerr // a key nobody gave leads nowhere
		}
		where += " AND (a.at, a.id) < (" + args.Add(n) + ", " + args.Add(id) + ")"
	}
	n := scope.Limit(f.Limit)
	as, err := db.All(ctx, r, scanner(r, who), `SELECT `+columns+from+`WHERE `+where+` ORDER BY a.at DESC, a.id DESC LIMIT `+args.Add(n+1), args...)
	if err != nil {
		return nil, "", err
	}
	as, next := scope.Cut(as, n, func(a Advice) string { return strconv.FormatInt(a.at, 10) + "~" + a.ID })
	for i := range as {
		as[i] = Masked(as[i])
	}
	return as, next, nil
}

// Helpers gives what waits of proposals who should help a home, the oldest
// first, to the office that pairs in a place.
func Helpers(ctx context.Context, r db.Reader, who access.Actor, at string) (map[string][]Advice, error) {
	s, err := scope.Reach(who, access.PairingChange, at)
	if err != nil {
		return nil, err
	}
	var args scope.Args
	where := scope.Where(s, &args, "h.region", nil, scope.Nobody) + " AND a.county = " + args.Add(who.County())
	as, err := db.All(ctx, r, scanner(r, who), `SELECT `+columns+from+`WHERE `+where+` AND a.state = 'open' AND a.kind = 'helper' ORDER BY a.at, a.id`, args...)
	out := map[string][]Advice{}
	for _, a := range as {
		out[a.Household] = append(out[a.Household], Masked(a))
	}
	return out, err
}

// Waiting counts the suggestions the reader may answer.
func Waiting(ctx context.Context, r db.Reader, who access.Actor) (int, error) {
	s := access.Reaches(who, access.HouseholdChange)
	if s.Empty() {
		return 0, nil
	}
	var args scope.Args
	where := scope.Where(s, &args, "h.region", nil, scope.Nobody) + " AND a.county = " + args.Add(who.County())
	return db.One(ctx, r, db.Int, `SELECT COUNT(*)`+from+`WHERE `+where+` AND a.state = 'open'`, args...)
}
