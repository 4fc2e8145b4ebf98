package visit

import (
	"context"
	"encoding/base64"
	"errors"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/once"
	"lianxin/internal/base/vault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/photo"
	"lianxin/internal/work/scope"
)

// Photo is a photograph somebody added to a visit of his own will. What it shows
// is opened by OpenPhoto only.
type Photo struct {
	ID     string       `json:"id"`
	Visit  string       `json:"visit"`
	Day    calendar.Day `json:"day"`    // it was added
	Writer string       `json:"writer"` // account that added it
	Bytes  int          `json:"bytes"`
}

// KB is its size, for people.
func (p Photo) KB() int { return (p.Bytes + 1023) / 1024 }

// PhotoInput adds a photograph to a visit.
type PhotoInput struct {
	ID    string `json:"id"` // operation id; becomes the photograph's id
	Visit string `json:"visit"`
	JPEG  string `json:"jpeg"` // base64
}

func jpegAt(county, id string) vault.Place {
	return vault.Place{Table: "visit_photos", Column: "jpeg", County: county, Row: id}
}

func wrongPhoto(key string, args ...any) error {
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "jpeg", Key: key, Args: args}}}
}

// AddPhoto keeps a photograph with a visit: the picture and nothing that came
// with it. The same picture on the same visit is kept once.
func AddPhoto(ctx context.Context, tx *db.Tx, who access.Actor, in PhotoInput) (Photo, error) {
	p, _, err := once.Do(ctx, tx, who, "visit.photo", in.ID, in, func() (Photo, error) {
		v, err := changeable(ctx, tx, who, in.Visit)
		if err != nil {
			return Photo{}, err
		}
		if len(in.JPEG) > base64.StdEncoding.EncodedLen(photo.MaxBytes) {
			return Photo{}, wrongPhoto("visit.photo_large", "kb", photo.MaxBytes>>10, "side", photo.MaxSide)
		}
		b, err := base64.StdEncoding.DecodeString(in.JPEG)
		if err == nil {
			b, err = photo.Plain(b)
		}
		switch {
		case errors.Is(err, photo.ErrLarge):
			return Photo{}, wrongPhoto("visit.photo_large", "kb", photo.MaxBytes>>10, "side", photo.MaxSide)
		case err != nil:
			return Photo{}, wrongPhoto("visit.photo_not")
		}
		there, err := photos(ctx, tx, who.County(), v.ID)
		if err != nil {
			return Photo{}, err
		}
		sum := tx.Vault().Index(who.County(), "visit_photo", string(b))
		for _, x := range there {
			if x.sum == sum {
				return x.Photo, nil
			}
		}
		if len(there) >= photo.Most {
			return Photo{}, wrongPhoto("visit.photo_many", "n", photo.Most)
		}
		p := Photo{ID: in.ID, Visit: v.ID, Day: calendar.FromTime(tx.Now), Writer: who.Account(), Bytes: len(b)}
		_, err = tx.Exec(ctx, `INSERT INTO visit_photos (county, visit, id, day, writer, bytes, sum, jpeg) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			who.County(), p.Visit, p.ID, string(p.Day), p.Writer, p.Bytes, sum, tx.Vault().SealBytes(jpegAt(who.County(), p.ID), b))
		audit.Note(tx, who, "visit.photo", "visit:"+v.ID, v.Region, "photo", p.ID)
		return p, err
	})
	return p, err
}

type summed struct {
	Photo
	sum string
}

func photos(ctx context.Context, r db.Reader, county, visit string) ([]summed, error) {
	return db.All(ctx, r, func(w db.Row) (p summed, err error) {
		return p, w.Scan(&p.ID, &p.Visit, &p.Day, &p.Writer, &p.Bytes, &p.sum)
	}, `SELECT id, visit, day, writer, bytes, sum FROM visit_photos WHERE county = $1 AND visit = $2 ORDER BY id`, county, visit)
}

// Photos tells of the photographs of a visit those who may read its words.
func Photos(ctx context.Context, r db.Reader, who access.Actor, visit string) ([]Photo, error) {
	if _, err := readable(ctx, r, who, visit); err != nil {
		return nil, err
	}
	ps, err := photos(ctx, r, who.County(), visit)
	out := make([]Photo, len(ps))
	for i, p := range ps {
		out[i] = p.Photo
	}
	return out, err
}

// readable gives a visit to those who may read its words.
func readable(ctx context.Context, r db.Reader, who access.Actor, id string) (Visit, error) {
	v, err := Get(ctx, r, who.County(), id)
	if err == nil {
		err = scope.At(who, access.VisitRead, target(who, v))
	}
	if err != nil {
		return Visit{}, err
	}
	return v, nil
}

// OpenPhoto gives the picture to those who may read the visit's words, and
// leaves a row in the record.
func OpenPhoto(ctx context.Context, tx *db.Tx, who access.Actor, visit, id string) ([]byte, error) {
	v, err := readable(ctx, tx, who, visit)
	if err != nil {
		return nil, err
	}
	sealed, err := db.One(ctx, tx, db.Text, `SELECT jpeg FROM visit_photos WHERE county = $1 AND visit = $2 AND id = $3`, who.County(), v.ID, id)
	if err != nil {
		return nil, err
	}
	b, err := tx.Vault().Open(jpegAt(who.County(), id), sealed)
	audit.Note(tx, who, "visit.photo_reveal", "visit:"+v.ID, v.Region, "photo", id)
	return []byte(b), err
}

// DropPhotoInput takes a photograph away for good.
type DropPhotoInput struct {
	ID    string `json:"id"` // operation id
	Visit string `json:"visit"`
	Photo string `json:"photo"`
}

// DropPhoto deletes a photograph; whoever may correct the visit may, also when
// the visit itself was voided. What is gone is gone: nobody keeps a copy.
func DropPhoto(ctx context.Context, tx *db.Tx, who access.Actor, in DropPhotoInput) error {
	_, _, err := once.Do(ctx, tx, who, "visit.photo_drop", in.ID, in, func() (struct{}, error) {
		v, err := Get(ctx, tx, who.County(), in.Visit)
		if err != nil {
			return struct{}{}, err
		}
		if err := scope.Can(who, access.VisitAmend, v.Region, corrects(who, v)); err != nil {
			return struct{}{}, err
		}
		n, err := tx.Exec(ctx, `DELETE FROM visit_photos WHERE county = $1 AND visit = $2 AND id = $3`, who.County(), v.ID, in.Photo)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "visit.photo_gone")
		}
		audit.Note(tx, who, "visit.photo_drop", "visit:"+v.ID, v.Region, "photo", in.Photo)
		return struct{}{}, err
	})
	return err
}

// corrects: whose visit it is, and who wrote it.
func corrects(who access.Actor, v Visit) bool {
	return v.Writer == who.Account() || who.Cadre() != "" && v.Cadre == who.Cadre()
}
