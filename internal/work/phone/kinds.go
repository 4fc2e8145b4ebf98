package phone

import (
	"context"
	"strconv"

	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/strict"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/arrival"
	"lianxin/internal/work/advice"
	"lianxin/internal/work/appeal"
	"lianxin/internal/work/stay"
	"lianxin/internal/work/visit"
)

// Operation is one thing a person did, as a phone sends it.
type Operation struct {
	ID      string `json:"id"` // operation id, made on the phone
	Kind    string `json:"kind"`
	Version int    `json:"version"`
	Device  string `json:"device,omitempty"`
	Seq     int64  `json:"seq"`
	Elapsed int64  `json:"elapsed"` // milliseconds since it was saved
	Clock   string `json:"clock"`   // the device's claim when that was
	Body    Body   `json:"body"`
	Prev    string `json:"prev,omitempty"`
	Sig     string `json:"sig,omitempty"`
}

// Body is an object or a sealed string, kept as it was sent.
type Body []byte

// MarshalJSON gives the body as it came.
func (b Body) MarshalJSON() ([]byte, error) {
	if len(b) == 0 {
		return []byte("null"), nil
	}
	return b, nil
}

// UnmarshalJSON keeps the body as it came.
func (b *Body) UnmarshalJSON(raw []byte) error { *b = append((*b)[:0], raw...); return nil }

// deed is a decoded operation, ready to be done by somebody.
type deed struct {
	about string // the thing it changes, "visit:<id>", for showing both texts
	do    func(ctx context.Context, tx *db.Tx, who access.Actor, k *Desk) (string, error)
	// merged gives the deed with the version that stands now, for "mine"; with the
	// line that goes between the two texts, for "both".
	merged func(now any, between string) deed
	// worded gives the deed with words for the ones that were missing.
	worded func(words string) deed
}

// decoder makes a deed of a body. The moment moves the times in it.
type decoder func(op string, m arrival.Moment, body []byte) (deed, error)

// decoders by kind and version. A line is never taken away: a phone that lay in
// a drawer for two releases still delivers. When an input changes, its present
// decoder is kept and translates.
var decoders = map[string]decoder{
	"visit.record/1":  visitRecord1,
	"visit.amend/1":   visitAmend1,
	"visit.photo/1":   visitPhoto1,
	"thought.write/1": thoughtWrite1,
	"matter.move/1":   matterMove1,
	"matter.open/1":   matterOpen1,
	"stay.week/1":     stayWeek1,
	"advice.send/1":   adviceSend1,
}

// decoderOf gives the decoder of a kind and version. A choice about a held record
// reads the table itself, so it cannot stand in it.
func decoderOf(kind string, version int) (decoder, bool) {
	if kind == KindChoose && version == 1 {
		return heldChoose1, true
	}
	d, ok := decoders[kind+"/"+strconv.Itoa(version)]
	return d, ok
}

// Kinds lists kinds and versions that can be decoded.
func Kinds() []string {
	out := []string{KindChoose + "/1"}
	for k := range decoders {
		out = append(out, k)
	}
	return out
}

// Readable reports whether a body of a kind and version can be decoded.
func Readable(kind string, version int, body []byte) error {
	d, ok := decoderOf(kind, version)
	if !ok {
		return errUnknown
	}
	_, err := d("operation-of-a-test", arrival.Moment{}, body)
	return err
}

func visitRecord1(op string, m arrival.Moment, body []byte) (deed, error) {
	var in visit.RecordInput
	if err := strict.Decode(body, &in); err != nil {
		return deed{}, err
	}
	in.ID, in.At = op, m.Time(in.At)
	for i := range in.Promises {
		in.Promises[i].Due = m.Day(in.Promises[i].Due)
	}
	return deed{do: func(ctx context.Context, tx *db.Tx, who access.Actor, k *Desk) (string, error) {
		cal, err := k.Days(ctx, tx, who.County())
		if err != nil {
			return "", err
		}
		v, _, err := visit.Record(ctx, tx, who, in, cal)
		return "visit:" + v.ID, err
	}}, nil
}

func visitAmend1(op string, m arrival.Moment, body []byte) (deed, error) {
	var in visit.AmendInput
	if err := strict.Decode(body, &in); err != nil {
		return deed{}, err
	}
	in.ID = op
	if in.At != "" {
		in.At = m.Time(in.At)
	}
	return amend(in), nil
}

// visitPhoto1 adds a photograph to a visit that came before it. Where the visit
// itself was not taken the photograph waits beside it in 待核处.
func visitPhoto1(op string, _ arrival.Moment, body []byte) (deed, error) {
	var in visit.PhotoInput
	if err := strict.Decode(body, &in); err != nil {
		return deed{}, err
	}
	in.ID = op
	return deed{do: func(ctx context.Context, tx *db.Tx, who access.Actor, _ *Desk) (string, error) {
		p, err := visit.AddPhoto(ctx, tx, who, in)
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.NotFound, "visit.photo_no_visit")
		}
		return "visit:" + p.Visit, err
	}}, nil
}

func amend(in visit.AmendInput) deed {
	return deed{about: "visit:" + in.Visit,
		do: func(ctx context.Context, tx *db.Tx, who access.Actor, _ *Desk) (string, error) {
			v, err := visit.Amend(ctx, tx, who, in)
			return "visit:" + v.ID, err
		},
		merged: func(now any, between string) deed {
			v, ok := now.(visit.Visit)
			if !ok {
				return amend(in)
			}
			x := in
			x.Version = v.Version
			if between != "" && v.Words != "" && v.Words != x.Words {
				x.Words = v.Words + "\n\n" + between + "\n" + x.Words
			}
			return amend(x)
		}}
}

func thoughtWrite1(op string, m arrival.Moment, body []byte) (deed, error) {
	var in visit.ThinkInput
	if err := strict.Decode(body, &in); err != nil {
		return deed{}, err
	}
	in.ID, in.Day = op, m.Day(in.Day)
	if in.Day == "" && in.Visit == "" {
		in.Day = m.Today()
	}
	return think(in), nil
}

func think(in visit.ThinkInput) deed {
	return deed{do: func(ctx context.Context, tx *db.Tx, who access.Actor, _ *Desk) (string, error) {
		t, err := visit.Think(ctx, tx, who, in)
		return "thought:" + t.ID, err
	}, worded: func(words string) deed {
		in.Words = words
		return think(in)
	}}
}

func matterMove1(op string, m arrival.Moment, body []byte) (deed, error) {
	var in appeal.MoveInput
	if err := strict.Decode(body, &in); err != nil {
		return deed{}, err
	}
	in.ID, in.On, in.Due = op, m.Day(in.On), m.Day(in.Due)
	return move(in), nil
}

func move(in appeal.MoveInput) deed {
	return deed{about: "matter:" + in.Appeal,
		do: func(ctx context.Context, tx *db.Tx, who access.Actor, k *Desk) (string, error) {
			cal, err := k.Days(ctx, tx, who.County())
			if err != nil {
				return "", err
			}
			a, err := appeal.Move(ctx, tx, who, in, cal)
			return "matter:" + a.ID, err
		},
		merged: func(now any, _ string) deed {
			x := in
			if a, ok := now.(appeal.Appeal); ok && x.Version != 0 {
				x.Version = a.Version
			}
			return move(x)
		},
		worded: func(words string) deed {
			in.Words = words
			return move(in)
		}}
}

func matterOpen1(op string, m arrival.Moment, body []byte) (deed, error) {
	var in appeal.OpenInput
	if err := strict.Decode(body, &in); err != nil {
		return deed{}, err
	}
	in.ID, in.Due = op, m.Day(in.Due)
	if in.Source == "" {
		in.Source = "own"
	}
	return deed{do: func(ctx context.Context, tx *db.Tx, who access.Actor, k *Desk) (string, error) {
		cal, err := k.Days(ctx, tx, who.County())
		if err != nil {
			return "", err
		}
		a, err := appeal.Open(ctx, tx, who, in, cal)
		return "matter:" + a.ID, err
	}}, nil
}

func stayWeek1(op string, m arrival.Moment, body []byte) (deed, error) {
	var in stay.WeekInput
	if err := strict.Decode(body, &in); err != nil {
		return deed{}, err
	}
	in.ID, in.Monday = op, m.Monday(in.Monday)
	return deed{do: func(ctx context.Context, tx *db.Tx, who access.Actor, _ *Desk) (string, error) {
		ss, _, err := stay.DeclareWeek(ctx, tx, who, in)
		if err != nil || len(ss) == 0 {
			return "", err
		}
		return "stay:" + ss[0].ID, nil
	}}, nil
}

func adviceSend1(op string, _ arrival.Moment, body []byte) (deed, error) {
	var in advice.SendInput
	if err := strict.Decode(body, &in); err != nil {
		return deed{}, err
	}
	in.ID = op
	return advise(in), nil
}

func advise(in advice.SendInput) deed {
	return deed{do: func(ctx context.Context, tx *db.Tx, who access.Actor, _ *Desk) (string, error) {
		a, _, err := advice.Send(ctx, tx, who, in)
		return "advice:" + a.ID, err
	}, worded: func(words string) deed {
		in.Words = words
		return advise(in)
	}}
}
