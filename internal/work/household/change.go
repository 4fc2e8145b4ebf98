package household

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/identity"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
)

// AmendInput corrects what is known about a home. Version is the one that was
// read: a second editor is told instead of overwriting the first.
type AmendInput struct {
	ID        string `json:"id"` // operation id
	Household string `json:"household"`
	Version   int    `json:"version"`
	Head      string `json:"head"`
	Address   string `json:"address"`
	Phone     string `json:"phone"`
	Housing   string `json:"housing"`
	Income    string `json:"income"`
	Notes     string `json:"notes"`
	Why       string `json:"why"`
}

// Amend corrects a home and keeps what stood there before.
func Amend(ctx context.Context, tx *db.Tx, who access.Actor, in AmendInput) (Household, error) {
	h, _, err := once.Do(ctx, tx, who, "household.amend", in.ID, in, func() (Household, error) {
		h, err := changeable(ctx, tx, who, in.Household)
		if err != nil {
			return h, err
		}
		if in.Version != 0 && in.Version != h.Version {
			return h, fault.New(fault.Conflict, "household.changed_meanwhile")
		}
		var f fault.Fields
		head, _, why := identity.ParseName(in.Head)
		f.Check(why == "", "head", string(why))
		phone := phoneField(&f, "phone", in.Phone)
		lengths(&f, in.Address, in.Housing, in.Income, in.Notes)
		if err := f.Err(); err != nil {
			return h, err
		}
		county, v := who.County(), tx.Vault()
		if err := event(ctx, tx, who, h.ID, "corrected", "", before(h), in.Why); err != nil {
			return h, err
		}
		if in.Notes == Hidden {
			in.Notes = h.Notes // not opened, not changed
		}
		h.Head, h.Phone, h.Address, h.Housing, h.Income, h.Notes = head, phone, strings.TrimSpace(in.Address), in.Housing, in.Income, strings.TrimSpace(in.Notes)
		h.Version++
		_, err = tx.Exec(ctx, `UPDATE households SET head = $3, name_key = $4, address = $5, phone = $6, phone_index = $7, housing = $8, income = $9, notes = $10, version = $11 WHERE county = $1 AND id = $2`,
			county, h.ID, h.Head, nameKey(h.Head), v.Seal(at("households", "address", county, h.ID), h.Address), v.Seal(at("households", "phone", county, h.ID), h.Phone), v.Index(county, "phone", h.Phone),
			h.Housing, h.Income, v.Seal(at("households", "notes", county, h.ID), h.Notes), h.Version)
		if err != nil {
			return h, err
		}
		audit.Note(tx, who, "household.amend", "household:"+h.ID, h.Region, "version", h.Version)
		return h, writeKeys(ctx, tx, county, h.ID)
	})
	return h, err
}

// MemberChange adds, corrects or ends one person of a home.
type MemberChange struct {
	ID        string       `json:"id"` // operation id; becomes the id of a new member
	Household string       `json:"household"`
	Member    string       `json:"member"` // "" for a new one
	State     string       `json:"state"`  // "" keeps; active, deceased, left
	On        calendar.Day `json:"on"`
	MemberInput
}

// ChangeMember adds a person, corrects one, or notes that one died or left.
// Former values are kept in the home's history.
func ChangeMember(ctx context.Context, tx *db.Tx, who access.Actor, in MemberChange) (Household, error) {
	h, _, err := once.Do(ctx, tx, who, "household.member", in.ID, in, func() (Household, error) {
		h, err := changeable(ctx, tx, who, in.Household)
		if err != nil {
			return h, err
		}
		county := who.County()
		today := calendar.FromTime(tx.Now)
		if in.On == "" {
			in.On = today
		}
		var f fault.Fields
		f.Check(in.On.Valid() && in.On <= today, "on", "household.day_bad")
		f.Check(in.State == "" || slices.Contains(MemberStates, in.State), "state", "household.state_bad")
		if in.Member == "" || in.State == "" {
			cleanMember(&f, &in.MemberInput, today)
		}
		if err := f.Err(); err != nil {
			return h, err
		}
		switch {
		case in.Member == "":
			if err := insertMember(ctx, tx, county, h.ID, in.ID, len(h.Members), in.MemberInput, in.On); err != nil {
				return h, err
			}
			if err := event(ctx, tx, who, h.ID, "member_added", in.ID, "", ""); err != nil {
				return h, err
			}
		default:
			old, ok := find(h.Members, in.Member)
			if !ok {
				return h, fault.New(fault.NotFound, "household.member_unknown")
			}
			b, _ := json.Marshal(old)
			kind := "member_corrected"
			if in.State != "" {
				kind = "member_" + in.State
				_, err = tx.Exec(ctx, `UPDATE members SET state = $3, since = $4 WHERE county = $1 AND id = $2`, county, old.ID, in.State, string(in.On))
			} else {
				v := tx.Vault()
				if in.IDNumber == "" {
					in.IDNumber = old.IDNumber // an empty field in the form means "unchanged": the number is not shown
				}
				if in.Born == "" {
					in.Born = calendar.Day(old.Born) // nor is the day of birth
				}
				if in.Health == Hidden {
					in.Health = old.Health
				}
				_, err = tx.Exec(ctx, `UPDATE members SET name = $3, relation = $4, sex = $5, born = $6, id_number = $7, id_index = $8, phone = $9, phone_index = $10, education = $11, labour = $12, health = $13 WHERE county = $1 AND id = $2`,
					county, old.ID, in.Name, in.Relation, in.Sex, string(in.Born), v.Seal(at("members", "id_number", county, old.ID), in.IDNumber), v.Index(county, "id_number", canonicalID(in.IDNumber)),
					v.Seal(at("members", "phone", county, old.ID), in.Phone), v.Index(county, "phone", in.Phone), in.Education, in.Labour, v.Seal(at("members", "health", county, old.ID), in.Health))
			}
			if err != nil {
				return h, err
			}
			if err := event(ctx, tx, who, h.ID, kind, old.ID, string(b), ""); err != nil {
				return h, err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE households SET version = version + 1, size = (SELECT COUNT(*) FROM members m WHERE m.county = $1 AND m.household = $2 AND m.state = 'active') WHERE county = $1 AND id = $2`, county, h.ID); err != nil {
			return h, err
		}
		audit.Note(tx, who, "household.member", "household:"+h.ID, h.Region)
		if err := writeKeys(ctx, tx, county, h.ID); err != nil {
			return h, err
		}
		return Get(ctx, tx, county, h.ID)
	})
	return h, err
}

func find(ms []Member, id string) (Member, bool) {
	for _, m := range ms {
		if m.ID == id {
			return m, true
		}
	}
	return Member{}, false
}

// TagChange gives a care tag, or ends one.
type TagChange struct {
	ID        string       `json:"id"` // operation id
	Household string       `json:"household"`
	End       string       `json:"end"` // id of the tag to end, "" to give one
	On        calendar.Day `json:"on"`
	Why       string       `json:"why"`
	TagInput
}

// ChangeTag gives or ends a care tag (A3). Evidence and validity are kept.
func ChangeTag(ctx context.Context, tx *db.Tx, who access.Actor, in TagChange) (Household, error) {
	h, _, err := once.Do(ctx, tx, who, "household.tag", in.ID, in, func() (Household, error) {
		h, err := changeable(ctx, tx, who, in.Household)
		if err != nil {
			return h, err
		}
		county := who.County()
		today := calendar.FromTime(tx.Now)
		if in.On == "" {
			in.On = today
		}
		if !in.On.Valid() {
			return h, &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "on", Key: "household.day_bad"}}}
		}
		if in.End != "" {
			n, err := tx.Exec(ctx, `UPDATE care_tags SET valid_to = $4, end_reason = $5 WHERE county = $1 AND household = $2 AND id = $3`,
				county, h.ID, in.End, string(in.On), tx.Vault().Seal(at("care_tags", "end_reason", county, in.End), in.Why))
			if err != nil {
				return h, err
			}
			if n == 0 {
				return h, fault.New(fault.NotFound, "household.tag_unknown")
			}
		} else if _, err := insertTag(ctx, tx, county, h.ID, in.TagInput, in.On); err != nil {
			return h, err
		}
		if err := refreshPriority(ctx, tx, county, h.ID, today); err != nil {
			return h, err
		}
		audit.Note(tx, who, "household.tag", "household:"+h.ID, h.Region, "ended", in.End != "")
		return Get(ctx, tx, county, h.ID)
	})
	return h, err
}

func refreshPriority(ctx context.Context, tx *db.Tx, county, household string, today calendar.Day) error {
	_, err := tx.Exec(ctx, `UPDATE households SET priority = EXISTS (SELECT 1 FROM care_tags t WHERE t.county = $1 AND t.household = $2 AND t.valid_from <= $3 AND (t.valid_to = '' OR t.valid_to >= $3)) WHERE county = $1 AND id = $2`,
		county, household, string(today))
	return err
}

// ConsentChange records notice and consent, or its withdrawal.
type ConsentChange struct {
	ID        string       `json:"id"` // operation id
	Household string       `json:"household"`
	Withdraw  string       `json:"withdraw"` // id of a consent that ends
	On        calendar.Day `json:"on"`
	ConsentInput
}

// RecordConsent records a consent or withdraws one.
func RecordConsent(ctx context.Context, tx *db.Tx, who access.Actor, in ConsentChange) (Household, error) {
	h, _, err := once.Do(ctx, tx, who, "household.consent", in.ID, in, func() (Household, error) {
		h, err := changeable(ctx, tx, who, in.Household)
		if err != nil {
			return h, err
		}
		if in.On == "" {
			in.On = calendar.FromTime(tx.Now)
		}
		in.ConsentInput.On = in.On
		if in.Withdraw != "" {
			n, werr := tx.Exec(ctx, `UPDATE consents SET ended_on = $4 WHERE county = $1 AND household = $2 AND id = $3 AND ended_on = ''`, who.County(), h.ID, in.Withdraw, string(in.On))
			if err = werr; err == nil && n == 0 {
				err = fault.New(fault.NotFound, "household.consent_unknown")
			}
		} else {
			var f fault.Fields
			f.Check(slices.Contains(ConsentFor, in.Purpose), "purpose", "household.consent_purpose")
			f.Check(slices.Contains(ConsentWays, in.Way), "way", "household.consent_way")
			f.Check(in.Purpose != "minor" || strings.TrimSpace(in.Guardian) != "", "guardian", "household.guardian_needed")
			if err := f.Err(); err != nil {
				return h, err
			}
			err = insertConsent(ctx, tx, who.County(), h.ID, in.ConsentInput)
		}
		if err != nil {
			return h, err
		}
		audit.Note(tx, who, "household.consent", "household:"+h.ID, h.Region, "purpose", in.Purpose, "withdrawn", in.Withdraw != "")
		return Get(ctx, tx, who.County(), h.ID)
	})
	return h, err
}

// MoveInput says that a home moved within the county, moved away, or that its
// people have died.
type MoveInput struct {
	ID        string       `json:"id"` // operation id
	Household string       `json:"household"`
	To        string       `json:"to"`    // path of the new place, "" when it left or ended
	State     string       `json:"state"` // active with To; moved or deceased without
	Address   string       `json:"address"`
	On        calendar.Day `json:"on"`
	Note      string       `json:"note"`
}

// Move changes where a home is, or ends it. Whoever ends a home ends its
// pairing next; the desk lists such pairings.
func Move(ctx context.Context, tx *db.Tx, who access.Actor, in MoveInput) (Household, error) {
	h, _, err := once.Do(ctx, tx, who, "household.move", in.ID, in, func() (Household, error) {
		h, err := changeable(ctx, tx, who, in.Household)
		if err != nil {
			return h, err
		}
		today := calendar.FromTime(tx.Now)
		if in.On == "" {
			in.On = today
		}
		var f fault.Fields
		f.Check(in.On.Valid() && in.On <= today, "on", "household.day_bad")
		f.Check((in.To != "") == (in.State == Active) && (in.State == Active || in.State == Moved || in.State == Deceased), "state", "household.state_bad")
		f.Check(in.To == "" || region.Upto(in.To, region.Village) != "", "to", "household.village_needed")
		if err := f.Err(); err != nil {
			return h, err
		}
		if in.To != "" {
			if err := scope.Can(who, access.HouseholdChange, in.To, false); err != nil {
				return h, err
			}
			if _, err := region.ByPath(ctx, tx, in.To); err != nil {
				return h, err
			}
		}
		kind := map[string]string{Active: "moved", Moved: "moved_away", Deceased: "deceased"}[in.State]
		if err := event(ctx, tx, who, h.ID, kind, in.To, before(h), in.Note); err != nil {
			return h, err
		}
		h.State, h.Since = in.State, in.On
		if in.To != "" {
			h.Region = in.To
			if strings.TrimSpace(in.Address) != "" {
				h.Address = strings.TrimSpace(in.Address)
			}
		}
		h.Version++
		_, err = tx.Exec(ctx, `UPDATE households SET region = $3, state = $4, since = $5, address = $6, version = $7 WHERE county = $1 AND id = $2`,
			who.County(), h.ID, h.Region, h.State, string(h.Since), tx.Vault().Seal(at("households", "address", who.County(), h.ID), h.Address), h.Version)
		audit.Note(tx, who, "household."+kind, "household:"+h.ID, h.Region)
		return h, err
	})
	return h, err
}

// SplitInput makes a second home out of some people of one (分户).
type SplitInput struct {
	ID        string       `json:"id"` // operation id; becomes the new home's id
	Household string       `json:"household"`
	Members   []string     `json:"members"` // ids of those who go
	Head      string       `json:"head"`    // member id of the new householder
	Address   string       `json:"address"`
	On        calendar.Day `json:"on"`
	Note      string       `json:"note"`
}

// Split makes a new home; both keep each other's id in their history. Care
// tags of the members who go follow them.
func Split(ctx context.Context, tx *db.Tx, who access.Actor, in SplitInput) (Household, error) {
	h, _, err := once.Do(ctx, tx, who, "household.split", in.ID, in, func() (Household, error) {
		old, err := changeable(ctx, tx, who, in.Household)
		if err != nil {
			return old, err
		}
		today := calendar.FromTime(tx.Now)
		if in.On == "" {
			in.On = today
		}
		head, ok := find(old.Members, in.Head)
		going := map[string]bool{}
		for _, m := range in.Members {
			_, known := find(old.Members, m)
			ok = ok && known
			going[m] = true
		}
		if !ok || !going[in.Head] || len(going) >= len(active(old.Members)) || !in.On.Valid() || in.On > today {
			return old, fault.New(fault.Invalid, "household.split_bad")
		}
		county, v := who.County(), tx.Vault()
		n := Household{ID: in.ID, Region: old.Region, Head: head.Name, Address: old.Address, Phone: head.Phone, Housing: old.Housing, Income: old.Income, Size: len(going), State: Active, Since: in.On, Version: 1}
		if strings.TrimSpace(in.Address) != "" {
			n.Address = strings.TrimSpace(in.Address)
		}
		_, err = tx.Exec(ctx, `INSERT INTO households (county, id, region, head, name_key, address, phone, phone_index, housing, income, notes, size, priority, state, since, successor, version, source)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, FALSE, 'active', $12, '', 1, $13)`,
			county, n.ID, n.Region, n.Head, nameKey(n.Head), v.Seal(at("households", "address", county, n.ID), n.Address), v.Seal(at("households", "phone", county, n.ID), n.Phone), v.Index(county, "phone", n.Phone),
			n.Housing, n.Income, n.Size, string(n.Since), "split:"+old.ID)
		if err != nil {
			return n, err
		}
		for m := range going {
			relation := ""
			if m == in.Head {
				relation = "户主"
			}
			if _, err := tx.Exec(ctx, `UPDATE members SET household = $3, relation = CASE WHEN $4 = '' THEN relation ELSE $4 END, since = $5 WHERE county = $1 AND id = $2`, county, m, n.ID, relation, string(in.On)); err != nil {
				return n, err
			}
			if _, err := tx.Exec(ctx, `UPDATE care_tags SET household = $3 WHERE county = $1 AND member = $2`, county, m, n.ID); err != nil {
				return n, err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE households SET size = size - $3, version = version + 1 WHERE county = $1 AND id = $2`, county, old.ID, len(going)); err != nil {
			return n, err
		}
		for _, x := range []string{old.ID, n.ID} {
			other := n.ID
			if x == n.ID {
				other = old.ID
			}
			if err := event(ctx, tx, who, x, "split", other, "", in.Note); err != nil {
				return n, err
			}
			if err := refreshPriority(ctx, tx, county, x, today); err != nil {
				return n, err
			}
			if err := writeKeys(ctx, tx, county, x); err != nil {
				return n, err
			}
		}
		audit.Note(tx, who, "household.split", "household:"+old.ID, old.Region, "into", n.ID)
		return Get(ctx, tx, county, n.ID)
	})
	return h, err
}

// MergeInput merges a home into another (并户).
type MergeInput struct {
	ID   string       `json:"id"` // operation id
	From string       `json:"from"`
	Into string       `json:"into"`
	On   calendar.Day `json:"on"`
	Note string       `json:"note"`
}

// Merge moves the people and care tags of one home into another and ends the
// first, which keeps its records and names its successor.
func Merge(ctx context.Context, tx *db.Tx, who access.Actor, in MergeInput) (Household, error) {
	h, _, err := once.Do(ctx, tx, who, "household.merge", in.ID, in, func() (Household, error) {
		from, err := changeable(ctx, tx, who, in.From)
		if err != nil {
			return from, err
		}
		into, err := changeable(ctx, tx, who, in.Into)
		if err != nil {
			return into, err
		}
		today := calendar.FromTime(tx.Now)
		if in.On == "" {
			in.On = today
		}
		if from.ID == into.ID || !in.On.Valid() || in.On > today {
			return into, fault.New(fault.Invalid, "household.merge_same")
		}
		county := who.County()
		for _, q := range []string{
			`UPDATE members SET household = $3, place = place + 20 WHERE county = $1 AND household = $2`,
			`UPDATE care_tags SET household = $3 WHERE county = $1 AND household = $2`,
		} {
			if _, err := tx.Exec(ctx, q, county, from.ID, into.ID); err != nil {
				return into, err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE households SET state = 'merged', since = $3, successor = $4, version = version + 1, size = 0, priority = FALSE WHERE county = $1 AND id = $2`, county, from.ID, string(in.On), into.ID); err != nil {
			return into, err
		}
		if _, err := tx.Exec(ctx, `UPDATE households SET version = version + 1, size = (SELECT COUNT(*) FROM members m WHERE m.county = $1 AND m.household = $2 AND m.state = 'active') WHERE county = $1 AND id = $2`, county, into.ID); err != nil {
			return into, err
		}
		for x, other := range map[string]string{from.ID: into.ID, into.ID: from.ID} {
			if err := event(ctx, tx, who, x, "merged", other, "", in.Note); err != nil {
				return into, err
			}
		}
		if err := refreshPriority(ctx, tx, county, into.ID, today); err != nil {
			return into, err
		}
		if err := writeKeys(ctx, tx, county, into.ID); err != nil {
			return into, err
		}
		audit.Note(tx, who, "household.merge", "household:"+from.ID, from.Region, "into", into.ID)
		return Get(ctx, tx, county, into.ID)
	})
	return h, err
}

func active(ms []Member) (out []Member) {
	for _, m := range ms {
		if m.State == Active {
			out = append(out, m)
		}
	}
	return out
}

// before is what a correction replaces, for the history.
func before(h Household) string {
	b, _ := json.Marshal(map[string]any{"head": h.Head, "region": h.Region, "address": h.Address, "phone": h.Phone, "housing": h.Housing, "income": h.Income, "notes": h.Notes, "state": h.State, "since": h.Since})
	return string(b)
}

func event(ctx context.Context, tx *db.Tx, who access.Actor, household, kind, other, was, note string) error {
	eid, county, v := tx.NewID(), who.County(), tx.Vault()
	_, err := tx.Exec(ctx, `INSERT INTO household_events (county, id, household, kind, day, other, before, note, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		county, eid, household, kind, string(calendar.FromTime(tx.Now)), other, v.Seal(at("household_events", "before", county, eid), was), v.Seal(at("household_events", "note", county, eid), strings.TrimSpace(note)), who.Account())
	return err
}

func changeable(ctx context.Context, tx *db.Tx, who access.Actor, household string) (Household, error) {
	h, err := Get(ctx, tx, who.County(), household)
	if err != nil {
		return h, err
	}
	if err := scope.Can(who, access.HouseholdChange, h.Region, false); err != nil {
		return Household{}, err
	}
	if h.State == Merged {
		return h, fault.New(fault.Gone, "household.merged_away")
	}
	return h, nil
}
