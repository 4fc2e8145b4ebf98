package reception

import (
	"context"
	"encoding/json"
	"strings"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/work/scope"
)

// ReceiveInput says what was done about somebody who waited.
type ReceiveInput struct {
	ID        string `json:"id"` // operation id
	Reception string `json:"reception"`
	Receiver  string `json:"receiver,omitempty"`
	Handling
}

// Receive takes somebody who was only written down.
func Receive(ctx context.Context, tx *db.Tx, who access.Actor, in ReceiveInput, cal calendar.Calendar) (Reception, error) {
	x, _, err := once.Do(ctx, tx, who, "reception.receive", in.ID, in, func() (Reception, error) {
		x, err := mine(ctx, tx, who, in.Reception)
		if err != nil {
			return x, err
		}
		if x.Way != "" {
			return Reception{}, fault.New(fault.Conflict, "reception.received_before")
		}
		var f fault.Fields
		f.Check(in.Way != "", "way", "reception.way_bad")
		handling(&f, in.Handling)
		if in.Receiver != "" {
			x.Receiver = in.Receiver
		} else if who.Cadre() != "" {
			x.Receiver = who.Cadre()
		}
		if err := officials(ctx, tx, who.County(), &f, x.Region, map[string]string{"receiver": x.Receiver, "owner": in.Owner}); err != nil {
			return Reception{}, err
		}
		if err := f.Err(); err != nil {
			return Reception{}, err
		}
		if err := handle(ctx, tx, who, &x, in.Handling, cal); err != nil {
			return Reception{}, err
		}
		s := sealer(tx, who.County(), x.ID)
		if err := put(ctx, tx, `UPDATE receptions SET receiver = $3, way = $4, route = $5, opinion = $6, appeal = $7, told = $8, told_on = $9, version = version + 1 WHERE county = $1 AND id = $2 AND version = $10`,
			who.County(), x.ID, x.Receiver, x.Way, x.Route, s("opinion", x.Opinion), x.Appeal, x.Told, string(x.ToldOn), x.Version); err != nil {
			return Reception{}, err
		}
		x.Version++
		audit.Note(tx, who, "reception.receive", "reception:"+x.ID, x.Region, "way", x.Way, "appeal", x.Appeal)
		return Masked(x), change(ctx, tx, who, x.ID, "received", "", "")
	})
	return x, err
}

// AmendInput corrects a line. What was decided is not corrected here: the
// matter has moves of its own.
type AmendInput struct {
	ID        string   `json:"id"` // operation id
	Reception string   `json:"reception"`
	Version   int      `json:"version"`
	Name      string   `json:"name,omitempty"`
	Sex       string   `json:"sex,omitempty"`
	Age       int      `json:"age,omitempty"`
	Phone     string   `json:"phone,omitempty"` // "" leaves it as it is
	NoPhone   bool     `json:"no_phone,omitempty"`
	Address   string   `json:"address,omitempty"`
	People    int      `json:"people,omitempty"`
	Speakers  []string `json:"speakers,omitempty"`
	Place     string   `json:"place,omitempty"`
	Words     string   `json:"words"`
	Topic     string   `json:"topic,omitempty"` // "" leaves it; a matter's is changed on the matter
	Receiver  string   `json:"receiver,omitempty"`
	Opinion   string   `json:"opinion,omitempty"`
	Urgent    bool     `json:"urgent,omitempty"`
	Remarks   string   `json:"remarks,omitempty"`
	Why       string   `json:"why"`
}

// said is what a correction may change, as its history keeps it.
type said struct {
	Name     string   `json:"name,omitempty"`
	Sex      string   `json:"sex,omitempty"`
	Age      int      `json:"age,omitempty"`
	Phone    string   `json:"phone,omitempty"`
	Address  string   `json:"address,omitempty"`
	People   int      `json:"people,omitempty"`
	Speakers []string `json:"speakers,omitempty"`
	Place    string   `json:"place,omitempty"`
	Words    string   `json:"words,omitempty"`
	Topic    string   `json:"topic,omitempty"`
	Receiver string   `json:"receiver,omitempty"`
	Opinion  string   `json:"opinion,omitempty"`
	Urgent   bool     `json:"urgent,omitempty"`
	Remarks  string   `json:"remarks,omitempty"`
}

func (x Reception) said() said {
	return said{x.Name, x.Sex, x.Age, x.Phone, x.Address, x.People, x.Speakers, x.Place, x.Words, x.Topic, x.Receiver, x.Opinion, x.Urgent, x.Remarks}
}

// Amend corrects a line; what it said before stays in its history.
func Amend(ctx context.Context, tx *db.Tx, who access.Actor, in AmendInput) (Reception, error) {
	x, _, err := once.Do(ctx, tx, who, "reception.amend", in.ID, in, func() (Reception, error) {
		x, err := mine(ctx, tx, who, in.Reception)
		if err != nil {
			return x, err
		}
		if x.Version != in.Version {
			return Reception{}, fault.New(fault.Conflict, "reception.changed_meanwhile")
		}
		was, err := json.Marshal(x.said())
		if err != nil {
			return Reception{}, err
		}
		phone := x.Phone
		x.Name, x.Sex, x.Age, x.Address, x.People, x.Speakers, x.Place, x.Words = strings.TrimSpace(in.Name), in.Sex, in.Age, strings.TrimSpace(in.Address), max(in.People, 1), in.Speakers, strings.TrimSpace(in.Place), strings.TrimSpace(in.Words)
		x.Receiver, x.Opinion, x.Urgent, x.Remarks = in.Receiver, strings.TrimSpace(in.Opinion), in.Urgent, strings.TrimSpace(in.Remarks)
		var f fault.Fields
		x.Phone = check(&f, &x, in.Phone)
		if x.Phone == "" && !in.NoPhone {
			x.Phone = phone
		}
		if in.Topic != "" && x.Appeal == "" {
			x.Topic = in.Topic
			if _, err := topic(ctx, tx, who.County(), &f, &x); err != nil {
				return Reception{}, err
			}
		}
		f.Check(in.People >= 0 && in.People <= 10000, "people", "reception.people_bad")
		f.Check(len([]rune(x.Opinion)) <= maxNote, "opinion", "fault.too_long", "n", maxNote)
		f.Check(strings.TrimSpace(in.Why) != "", "why", "reception.why_needed")
		f.Check(len([]rune(in.Why)) <= maxPlace*2, "why", "fault.too_long", "n", maxPlace*2)
		if err := officials(ctx, tx, who.County(), &f, x.Region, map[string]string{"receiver": x.Receiver}); err != nil {
			return Reception{}, err
		}
		if err := f.Err(); err != nil {
			return Reception{}, err
		}
		s := sealer(tx, who.County(), x.ID)
		if err := put(ctx, tx, `UPDATE receptions SET visitor = $3, sex = $4, age = $5, phone = $6, phone_index = $7, address = $8, people = $9, speakers = $10, spot = $11, words = $12, receiver = $13, opinion = $14, urgent = $15, remarks = $16, topic = $18, version = version + 1 WHERE county = $1 AND id = $2 AND version = $17`,
			who.County(), x.ID, s("visitor", x.Name), x.Sex, x.Age, s("phone", x.Phone), index(tx, who.County(), x.Phone), s("address", x.Address), x.People, s("speakers", strings.Join(x.Speakers, "\n")), s("spot", x.Place), s("words", x.Words), x.Receiver, s("opinion", x.Opinion), x.Urgent, s("remarks", x.Remarks), x.Version, x.Topic); err != nil {
			return Reception{}, err
		}
		x.Version++
		audit.Note(tx, who, "reception.amend", "reception:"+x.ID, x.Region)
		return Masked(x), change(ctx, tx, who, x.ID, "amended", string(was), strings.TrimSpace(in.Why))
	})
	return x, err
}

// HearInput is what the visitor says of an answer given on the spot.
type HearInput struct {
	ID        string `json:"id"` // operation id
	Reception string `json:"reception"`
	Face      int    `json:"face,omitempty"`
	Words     string `json:"words,omitempty"`
}

// Hear calls back about what was answered or led on at the desk, and closes it.
// A matter is closed by the people's word on the matter instead.
func Hear(ctx context.Context, tx *db.Tx, who access.Actor, in HearInput) (Reception, error) {
	x, _, err := once.Do(ctx, tx, who, "reception.hear", in.ID, in, func() (Reception, error) {
		x, err := mine(ctx, tx, who, in.Reception)
		if err != nil {
			return x, err
		}
		if x.State != Told {
			return Reception{}, fault.New(fault.Conflict, "reception.not_to_be_heard")
		}
		var f fault.Fields
		f.Check(in.Face >= 0 && in.Face <= 3, "face", "appeal.face_bad")
		f.Check(len([]rune(in.Words)) <= maxNote, "words", "fault.too_long", "n", maxNote)
		if err := f.Err(); err != nil {
			return Reception{}, err
		}
		x.Face, x.Heard, x.ClosedOn, x.State = in.Face, strings.TrimSpace(in.Words), calendar.FromTime(tx.Now), Closed
		if err := put(ctx, tx, `UPDATE receptions SET face = $3, heard = $4, closed_on = $5, version = version + 1 WHERE county = $1 AND id = $2 AND version = $6`,
			who.County(), x.ID, x.Face, sealer(tx, who.County(), x.ID)("heard", x.Heard), string(x.ClosedOn), x.Version); err != nil {
			return Reception{}, err
		}
		x.Version++
		audit.Note(tx, who, "reception.hear", "reception:"+x.ID, x.Region, "face", x.Face)
		return Masked(x), change(ctx, tx, who, x.ID, "heard", "", "")
	})
	return x, err
}

// mine gives a line to somebody who works at its desk, whole.
func mine(ctx context.Context, tx *db.Tx, who access.Actor, id string) (Reception, error) {
	x, err := get(ctx, tx, who.County(), id)
	if err != nil {
		return x, err
	}
	if err := scope.Can(who, access.ReceptionRecord, x.Region, false); err != nil {
		return Reception{}, err
	}
	return x, follow(ctx, tx, who, []*Reception{&x})
}

// put writes one line; a line changed in between is looked at again.
func put(ctx context.Context, tx *db.Tx, q string, args ...any) error {
	n, err := tx.Exec(ctx, q, args...)
	if err == nil && n == 0 {
		err = db.ErrAgain
	}
	return err
}
