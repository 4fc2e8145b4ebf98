package visit_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/db/dbtest"
	"lianxin/internal/base/fault"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/photo"
	"lianxin/internal/work/visit"
	. "lianxin/internal/work/worktest"
)

// snap draws a photograph with words in its comment, as base64.
func snap(t *testing.T, shade uint8) string {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 40, 30))
	m.Set(3, 4, color.Gray{shade})
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	const words = "Exif\x00\x00村口老槐树"
	out := append([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, byte(len(words) + 2)}, words...)
	return base64.StdEncoding.EncodeToString(append(out, b.Bytes()[2:]...))
}

// TestPhotos: a photograph is added by whose visit it is, seen by who may read
// the visit, with a row for each look, and gone when it is deleted; nothing of
// where it was taken is kept, and nothing of it lies open.
func TestPhotos(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		Seed(t, d)
		ctx := t.Context()
		li, zhao := Who(access.Cadre, Qingshi, LiMing, today), Who(access.Cadre, Qingshi, ZhaoWei, today)
		office, elsewhere := Who(access.Office, Qingshi, "", today), Who(access.Office, Baihe, "", today)
		if _, err := record(t, d, li, visit.RecordInput{ID: "visit-with-photo", Household: WangHome, How: "home", At: "2026-11-23"}); err != nil {
			t.Fatal(err)
		}
		add := func(who access.Actor, id, jpeg string) (visit.Photo, error) {
			return db.Write(ctx, d, func(tx *db.Tx) (visit.Photo, error) {
				return visit.AddPhoto(ctx, tx, who, visit.PhotoInput{ID: id, Visit: "visit-with-photo", JPEG: jpeg})
			})
		}
		open := func(who access.Actor, id string) ([]byte, error) {
			return db.Write(ctx, d, func(tx *db.Tx) ([]byte, error) { return visit.OpenPhoto(ctx, tx, who, "visit-with-photo", id) })
		}
		count := func(q string) int {
			n, err := db.One(ctx, d, db.Int, q)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		p, err := add(li, "photo-0001", snap(t, 10))
		if err != nil || p.ID != "photo-0001" || p.Bytes == 0 {
			t.Fatal(p, err)
		}
		if again, err := add(li, "photo-0001", snap(t, 10)); err != nil || again != p {
			t.Error("sent again:", again, err)
		}
		if same, err := add(li, "photo-0002", snap(t, 10)); err != nil || same.ID != "photo-0001" {
			t.Error("the same picture twice:", same, err)
		}
		if n := count(`SELECT COUNT(*) FROM visit_photos`); n != 1 {
			t.Error(n, "photographs")
		}
		if raw, err := db.One(ctx, d, db.Text, `SELECT jpeg FROM visit_photos`); err != nil || raw[0] == 0xFF || strings.Contains(raw, "JFIF") || strings.HasPrefix(raw, "/9j") {
			t.Error("the picture lies open", err)
		}
		b, err := open(li, "photo-0001")
		if err != nil || bytes.Contains(b, []byte("Exif")) || bytes.Contains(b, []byte("老槐树")) {
			t.Error("place and time are kept", err)
		}
		if _, err := jpeg.Decode(bytes.NewReader(b)); err != nil {
			t.Error(err)
		}
		if _, err := open(office, "photo-0001"); err != nil {
			t.Error("the office reads the words:", err)
		}
		for name, who := range map[string]access.Actor{"a colleague": zhao, "another township": elsewhere} {
			if _, err := open(who, "photo-0001"); err == nil {
				t.Error(name, "sees it")
			}
			if _, err := visit.Photos(ctx, d, who, "visit-with-photo"); err == nil {
				t.Error(name, "is told of it")
			}
			if _, err := add(who, "photo-of-"+strings.ReplaceAll(name, " ", "-"), snap(t, 200)); err == nil {
				t.Error(name, "adds one")
			}
		}
		if n := count(`SELECT COUNT(*) FROM audit_rows WHERE action = 'visit.photo_reveal'`); n != 2 {
			t.Error(n, "looks stand in the record")
		}
		for i, id := range []string{"photo-0003", "photo-0004"} {
			if _, err := add(li, id, snap(t, uint8(90+60*i))); err != nil { // #nosec G115 -- small
				t.Fatal(err)
			}
		}
		for _, x := range []struct{ id, jpeg, want string }{
			{"photo-0005", snap(t, 255), "visit.photo_many"}, {"photo-0006", "not base64", "visit.photo_not"}, {"photo-0007", base64.StdEncoding.EncodeToString([]byte("<svg/>")), "visit.photo_not"},
			{"photo-0008", base64.StdEncoding.EncodeToString(make([]byte, photo.MaxBytes+3)), "visit.photo_large"},
		} {
			_, err := add(li, x.id, x.jpeg)
			if e, ok := err.(*fault.Error); !ok || len(e.Fields) != 1 || e.Fields[0].Key != x.want {
				t.Errorf("%s: %v", x.want, err)
			}
		}
		drop := func(who access.Actor, op string) error {
			return db.Do(ctx, d, func(tx *db.Tx) error {
				return visit.DropPhoto(ctx, tx, who, visit.DropPhotoInput{ID: op, Visit: "visit-with-photo", Photo: "photo-0001"})
			})
		}
		if err := drop(zhao, "drop-0001"); err == nil {
			t.Error("a colleague deletes it")
		}
		if err := drop(li, "drop-0002"); err != nil {
			t.Error(err)
		}
		if err := drop(li, "drop-0002"); err != nil {
			t.Error("deleted again:", err)
		}
		if _, err := open(li, "photo-0001"); !fault.Is(err, fault.NotFound) {
			t.Error("it is still there:", err)
		}
		if _, err := add(li, "photo-0001", snap(t, 10)); err != nil {
			t.Error(err)
		}
		if n := count(`SELECT COUNT(*) FROM visit_photos`); n != 2 {
			t.Error("a late repetition brings it back:", n)
		}
	})
}
