package offline_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/photo"
	"lianxin/internal/work/phone"
	"lianxin/internal/work/visit"
	"lianxin/internal/work/worktest"
)

// noise draws a photograph that does not get smaller: some 180 KB.
func noise(t *testing.T) string {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- a test's dice
	m := image.NewGray(image.Rect(0, 0, 640, 480))
	for i := range m.Pix {
		m.Pix[i] = byte(r.IntN(256)) // #nosec G115 -- below 256
	}
	var b bytes.Buffer
	for q := 90; ; q -= 5 {
		b.Reset()
		if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: q}); err != nil {
			t.Fatal(err)
		}
		if b.Len() <= photo.MaxBytes {
			break
		}
	}
	if b.Len() < 120<<10 {
		t.Fatal("the photograph is small:", b.Len())
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// TestPhotoArrives: a photograph comes after its visit and once; without the
// visit it is held whole, does not travel back to the phone, and is let through
// when the visit is there.
func TestPhotoArrives(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		pic := noise(t)
		op := func(id, visit string) phone.Operation {
			return w.op(id, "visit.photo", map[string]any{"id": id, "visit": visit, "jpeg": pic})
		}
		o := w.sealed(op("photo-op-1", "visit-0001"), "first-phone")
		v := w.visit("visit-0001", "来过")
		o.Seq = 2
		if got := told(w.push("li", "first-phone", o, v)) + " " + told(w.push("li", "first-phone", o)); got != "visit-0001=done photo-op-1=done photo-op-1=again" {
			t.Error(got)
		}
		rs := w.push("li", "first-phone", op("photo-op-2", "visit-0002"))
		if told(rs) != "photo-op-2=held" || rs[0].Reasons[0].Key != "visit.photo_no_visit" {
			t.Fatalf("%+v", rs)
		}
		h, err := w.desk.HeldShow(t.Context(), w.d, w.who("li"), rs[0].Held, "")
		if err != nil || h.Raw || !strings.Contains(string(h.Body), pic) {
			t.Error("the photograph was cut", err, h.Raw, len(h.Body))
		}
		for _, x := range w.pull("li", "first-phone", "").Put {
			if strings.Contains(string(x.V), pic[:200]) {
				t.Error(x.K, "carries the photograph back")
			}
			if x.K == "held:"+rs[0].Held && !strings.Contains(string(x.V), `"visit":"visit-0002"`) {
				t.Errorf("%s", x.V)
			}
		}
		w.push("li", "first-phone", w.visit("visit-0002", "也来过"))
		if _, err := db.Write(t.Context(), w.d, func(tx *db.Tx) (phone.Holding, error) {
			return w.desk.Decide(t.Context(), tx, w.who("office"), phone.DecideInput{ID: "decide-photo", Held: rs[0].Held, Choice: phone.Let})
		}); err != nil {
			t.Fatal(err)
		}
		if got := told(w.push("li", "first-phone", op("photo-op-2", "visit-0002"))); got != "photo-op-2=done" {
			t.Error(got)
		}
		for _, id := range []string{"visit-0001", "visit-0002"} {
			if ps, err := visit.Photos(t.Context(), w.d, w.who("li"), id); err != nil || len(ps) != 1 {
				t.Error(id, ps, err)
			}
		}
		if n := w.count(`SELECT COUNT(*) FROM visit_photos WHERE county = $1`, worktest.County); n != 2 {
			t.Error(n, "photographs")
		}
		for name, body := range map[string]any{
			"not a picture": map[string]any{"visit": "visit-0001", "jpeg": base64.StdEncoding.EncodeToString([]byte("<svg/>"))},
			"another's":     map[string]any{"visit": "visit-0001", "jpeg": pic},
		} {
			who, device := "li", "first-phone"
			if name == "another's" {
				who, device = "zhao", "phone-of-zhao"
			}
			if got := told(w.push(who, device, w.op("bad-photo-of-"+who, "visit.photo", body))); got != "bad-photo-of-"+who+"=held" {
				t.Error(name, got)
			}
		}
	})
}
