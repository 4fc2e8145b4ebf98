package campaign

import (
	"context"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/plan"
	"lianxin/internal/work/region"
	"lianxin/internal/work/scope"
	"lianxin/internal/work/tally"
)

// DraftInput keeps a text that is being worked on. It may still have mistakes.
type DraftInput struct {
	ID     string `json:"id"`    // operation id; becomes the draft's id when it is new
	Draft  string `json:"draft"` // draft to write over; "" for a new one
	Region string `json:"region"`
	Text   string `json:"text"`
	Note   string `json:"note"`
}

// MaxText is the longest plan file kept, in bytes; the shipped ones have 15,000.
const MaxText = 256 << 10

// SaveDraft keeps a draft. Nobody is bound by it.
func SaveDraft(ctx context.Context, tx *db.Tx, who access.Actor, in DraftInput) (Version, error) {
	v, _, err := once.Do(ctx, tx, who, "campaign.draft", in.ID, in, func() (Version, error) {
		v := Version{ID: in.ID, Region: in.Region, State: Draft, Author: who.Account()}
		var err error
		if in.Draft != "" {
			if v, err = draftOf(ctx, tx, who, in.Draft); err != nil {
				return v, err
			}
		}
		if err := may(who, v.Region); err != nil {
			return Version{}, err
		}
		var f fault.Fields
		f.Check(strings.TrimSpace(in.Text) != "", "text", "campaign.text_needed")
		f.Check(len(in.Text) <= MaxText, "text", "campaign.text_long", "kb", MaxText>>10)
		f.Check(len([]rune(in.Note)) <= 500, "note", "fault.too_long", "n", 500)
		if err := f.Err(); err != nil {
			return Version{}, err
		}
		p, _ := plan.Parse([]byte(in.Text))
		describe(&v, p)
		v.Text, v.Hash, v.Note = in.Text, hashOf(in.Text), strings.TrimSpace(in.Note)
		if err := write(ctx, tx, who, v, in.Draft == ""); err != nil {
			return Version{}, err
		}
		audit.Note(tx, who, "campaign.draft", "plan:"+v.ID, v.Region, "campaign", v.Campaign, "hash", v.Hash)
		v.Text = ""
		return v, nil
	})
	return v, err
}

// DropDraft throws a draft away.
func DropDraft(ctx context.Context, tx *db.Tx, who access.Actor, op, id string) error {
	_, _, err := once.Do(ctx, tx, who, "campaign.drop", op, id, func() (string, error) {
		v, err := draftOf(ctx, tx, who, id)
		if err != nil {
			return "", err
		}
		if err := may(who, v.Region); err != nil {
			return "", err
		}
		_, err = tx.Exec(ctx, `DELETE FROM plan_versions WHERE county = $1 AND id = $2 AND state = 'draft'`, who.County(), id)
		audit.Note(tx, who, "campaign.drop", "plan:"+v.ID, v.Region, "hash", v.Hash)
		return id, err
	})
	return err
}

// IssueInput puts a version in force: a draft, or a text at once.
type IssueInput struct {
	ID        string       `json:"id"` // operation id; becomes the version's id when there was no draft
	Draft     string       `json:"draft"`
	Region    string       `json:"region"`
	Text      string       `json:"text"`
	Decided   string       `json:"decided"`    // the body or meeting that decided it (b6)
	DecidedOn calendar.Day `json:"decided_on"` // "" for today
	Note      string       `json:"note"`
}

// IssueResult is the version with what follows from it.
type IssueResult struct {
	Version Version `json:"version"`
	// Below are versions of townships that fall short of a county's new floors;
	// they end the day before, and the county's version binds those townships
	// until they issue another.
	Below []Version `json:"below,omitempty"`
}

// Issue publishes a version. From its day on it replaces the one before it;
// the figures of everybody it binds are marked to be counted again.
func Issue(ctx context.Context, tx *db.Tx, who access.Actor, in IssueInput) (IssueResult, error) {
	res, _, err := once.Do(ctx, tx, who, "campaign.issue", in.ID, in, func() (IssueResult, error) { return issue(ctx, tx, who, in) })
	return res, err
}

func issue(ctx context.Context, tx *db.Tx, who access.Actor, in IssueInput) (res IssueResult, err error) {
	v := Version{ID: in.ID, Region: in.Region, Author: who.Account(), Text: in.Text}
	if in.Draft != "" {
		if v, err = draftOf(ctx, tx, who, in.Draft); err != nil {
			return res, err
		}
	}
	if err := may(who, v.Region); err != nil {
		return res, err
	}
	today := calendar.FromTime(tx.Now)
	if in.DecidedOn == "" {
		in.DecidedOn = today
	}
	var f fault.Fields
	f.Check(strings.TrimSpace(in.Decided) != "", "decided", "campaign.decided_needed")
	f.Check(len([]rune(in.Decided)) <= 100, "decided", "fault.too_long", "n", 100)
	f.Check(in.DecidedOn.Valid() && in.DecidedOn <= today, "decided_on", "campaign.decided_on_bad")
	f.Check(len([]rune(in.Note)) <= 500, "note", "fault.too_long", "n", 500)
	f.Check(len(v.Text) <= MaxText, "text", "campaign.text_long", "kb", MaxText>>10)
	if err := f.Err(); err != nil {
		return res, err
	}
	c, err := check(ctx, tx, who, v.Region, v.Text, v.ID)
	if err != nil {
		return res, err
	}
	if err := problems(c.Problems); err != nil {
		return res, err
	}
	if res.Below, err = publish(ctx, tx, who, &v, c.Plan, in.Draft == "", in.Decided, in.DecidedOn, in.Note); err != nil {
		return res, err
	}
	v.Text, res.Version = "", v
	return res, nil
}

// publish writes a checked version and what follows from it.
func publish(ctx context.Context, tx *db.Tx, who access.Actor, v *Version, p plan.Plan, fresh bool, decided string, on calendar.Day, note string) (below []Version, err error) {
	today, county := calendar.FromTime(tx.Now), who.County()
	describe(v, p)
	v.State, v.Hash, v.Ends = Issued, hashOf(v.Text), ""
	v.Decided, v.DecidedOn, v.Issuer, v.IssuedOn = strings.TrimSpace(decided), on, who.Account(), today
	if note = strings.TrimSpace(note); note != "" {
		v.Note = note
	}
	// The new version is written after the old one has ended: one number, one version.
	if _, err := tx.Exec(ctx, `UPDATE plan_versions SET ends = $5, state = 'replaced', successor = $6 WHERE county = $1 AND campaign = $2 AND region = $3 AND state = 'issued' AND (ends = '' OR ends >= $4)`,
		county, v.Campaign, v.Region, string(v.Effective), string(v.Effective.Add(-1)), v.ID); err != nil {
		return nil, err
	}
	if err := write(ctx, tx, who, *v, fresh); err != nil {
		return nil, err
	}
	if v.CountyWide() {
		if below, err = floor(ctx, tx, county, *v, p); err != nil {
			return nil, err
		}
	}
	audit.Note(tx, who, "campaign.issue", "plan:"+v.ID, v.Region, "campaign", v.Campaign, "number", v.Number, "effective", string(v.Effective), "hash", v.Hash, "below", len(below))
	return below, mark(ctx, tx, county, v.Region, v.Effective)
}

// floor ends the townships' versions that ask for less than the county's new one.
func floor(ctx context.Context, tx *db.Tx, county string, v Version, p plan.Plan) (below []Version, err error) {
	lo, hi := db.Under(v.Region)
	towns, err := db.All(ctx, tx, scan, `SELECT `+columns+` FROM plan_versions v WHERE v.county = $1 AND v.campaign = $2 AND v.region > $3 AND v.region < $4 AND v.state = 'issued' AND (v.ends = '' OR v.ends >= $5) ORDER BY v.region, v.effective`,
		county, v.Campaign, lo, hi, string(v.Effective))
	if err != nil {
		return nil, err
	}
	for _, t := range towns {
		own, err := parsed(ctx, tx, county, t)
		if err != nil {
			return nil, err
		}
		if len(plan.CheckFloors(p, own)) == 0 {
			continue
		}
		t.State, t.Ends, t.Successor = Replaced, v.Effective.Add(-1), v.ID
		if _, err := tx.Exec(ctx, `UPDATE plan_versions SET ends = $3, state = 'replaced', successor = $4 WHERE county = $1 AND id = $2`, county, t.ID, string(t.Ends), v.ID); err != nil {
			return nil, err
		}
		below = append(below, t)
	}
	return below, nil
}

// mark asks for the figures of everybody below a place from a day's year on;
// further back than ten years nothing is shown.
func mark(ctx context.Context, tx *db.Tx, county, place string, from calendar.Day) error {
	last := calendar.FromTime(tx.Now).Year()
	for y := max(from.Year(), last-10); y <= last; y++ {
		if err := tally.MarkPlace(ctx, tx, county, place, y); err != nil {
			return err
		}
	}
	return nil
}

func may(who access.Actor, place string) error {
	if err := level(who, place); err != nil {
		return err
	}
	return scope.Can(who, issues(place), place, false)
}

func draftOf(ctx context.Context, tx *db.Tx, who access.Actor, id string) (Version, error) {
	v, err := get(ctx, tx, who.County(), id)
	if err != nil {
		return v, err
	}
	if err := may(who, v.Region); err != nil {
		return Version{}, err
	}
	if v.State != Draft {
		return Version{}, fault.New(fault.Conflict, "campaign.issued_already")
	}
	return v, nil
}

func write(ctx context.Context, tx *db.Tx, who access.Actor, v Version, fresh bool) error {
	q := `UPDATE plan_versions SET campaign = $3, region = $4, number = $5, effective = $6, ends = $7, state = $8, name = $9, short = $10, name_en = $11, body = $12, hash = $13, decided = $14, decided_on = $15, note = $16, author = $17, issuer = $18, issued_on = $19, successor = $20 WHERE county = $1 AND id = $2`
	if fresh {
		q = `INSERT INTO plan_versions (county, id, campaign, region, number, effective, ends, state, name, short, name_en, body, hash, decided, decided_on, note, author, issuer, issued_on, successor)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`
	}
	_, err := tx.Exec(ctx, q, who.County(), v.ID, v.Campaign, v.Region, v.Number, string(v.Effective), string(v.Ends), v.State, v.Name, v.Short, v.EN, v.Text, v.Hash, v.Decided, string(v.DecidedOn), v.Note, v.Author, v.Issuer, string(v.IssuedOn), v.Successor)
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "campaign.number_taken", "number", v.Number)
	}
	return err
}

// EndInput ends a campaign in a county, or a township's own version of it.
type EndInput struct {
	ID       string       `json:"id"` // operation id
	Region   string       `json:"region"`
	Campaign string       `json:"campaign"`
	On       calendar.Day `json:"on"` // the last day; "" for today
	Decided  string       `json:"decided"`
	Note     string       `json:"note"`
}

// End ends the versions of a place after a day. For a county it ends the
// campaign, its townships' versions included; for a township its own version
// only, so that the county's binds it again.
func End(ctx context.Context, tx *db.Tx, who access.Actor, in EndInput) ([]Version, error) {
	vs, _, err := once.Do(ctx, tx, who, "campaign.end", in.ID, in, func() ([]Version, error) {
		if err := may(who, in.Region); err != nil {
			return nil, err
		}
		today := calendar.FromTime(tx.Now)
		if in.On == "" {
			in.On = today
		}
		var f fault.Fields
		f.Check(in.On.Valid() && in.On >= calendar.FirstOf(today.Year()), "on", "campaign.end_bad", "day", string(calendar.FirstOf(today.Year())))
		f.Check(strings.TrimSpace(in.Decided) != "", "decided", "campaign.decided_needed")
		f.Check(len([]rune(in.Decided)) <= 100, "decided", "fault.too_long", "n", 100)
		if err := f.Err(); err != nil {
			return nil, err
		}
		lo, hi := db.Under(in.Region)
		vs, err := db.All(ctx, tx, scan, `SELECT `+columns+` FROM plan_versions v WHERE v.county = $1 AND v.campaign = $2 AND v.region >= $3 AND v.region < $4 AND v.state <> 'draft' AND (v.ends = '' OR v.ends > $5) ORDER BY v.region, v.effective`,
			who.County(), in.Campaign, lo, hi, string(in.On))
		if err != nil {
			return nil, err
		}
		if len(vs) == 0 {
			return nil, fault.New(fault.Conflict, "campaign.not_in_force")
		}
		for i := range vs {
			v := &vs[i]
			v.State, v.Ends, v.Successor = Ended, max(in.On, v.Effective.Add(-1)), ""
			if _, err := tx.Exec(ctx, `UPDATE plan_versions SET ends = $3, state = 'ended', successor = '' WHERE county = $1 AND id = $2`, who.County(), v.ID, string(v.Ends)); err != nil {
				return nil, err
			}
		}
		audit.Note(tx, who, "campaign.end", "campaign:"+in.Campaign, in.Region, "on", string(in.On), "decided", in.Decided, "note", in.Note)
		return vs, mark(ctx, tx, who.County(), in.Region, min(in.On, today))
	})
	return vs, err
}

// Found puts plan texts in force for a whole county at set-up, where a
// campaign has none yet. Doing it again changes nothing.
func Found(ctx context.Context, tx *db.Tx, who access.Actor, decided string, texts ...[]byte) error {
	place := region.PathOf(who.County())
	for _, text := range texts {
		p, bad := plan.Parse(text)
		if err := problems(bad); err != nil {
			return err
		}
		n, err := db.One(ctx, tx, db.Int, `SELECT COUNT(*) FROM plan_versions WHERE county = $1 AND region = $2 AND campaign = $3 AND state <> 'draft'`, who.County(), place, p.Campaign)
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		v := Version{ID: tx.NewID(), Region: place, Author: who.Account(), Text: string(text)}
		if _, err := publish(ctx, tx, who, &v, p, true, decided, calendar.FromTime(tx.Now), ""); err != nil {
			return err
		}
	}
	return nil
}
