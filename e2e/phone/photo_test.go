package phone_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/rule/access"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/photo"
	"lianxin/internal/web/browsertest"
	"lianxin/internal/work/visit"
	"lianxin/internal/work/worktest"
)

const beside = "东经109度的老槐树"

// camera makes a file as a phone's camera does: lying on its side with a note
// how it is to be turned, with the place, and with words beside it. Turned right
// it stands upright with its red corner at the upper right.
func camera(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 2000, 1500))
	for y := range 1500 {
		for x := range 2000 {
			c := color.RGBA{uint8((x * y) % 251), uint8(x % 255), uint8(y % 253), 255} // #nosec G115 -- below 256
			if x < 400 && y < 400 {
				c = color.RGBA{255, 0, 0, 255}
			}
			m.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	// TIFF: orientation 6, and a directory of GPS with a latitude.
	tiff := "MM\x00*\x00\x00\x00\x08" + "\x00\x02" +
		"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00" + "\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x26" + "\x00\x00\x00\x00" +
		"\x00\x02" + "\x00\x01\x00\x02\x00\x00\x00\x02N\x00\x00\x00" + "\x00\x02\x00\x05\x00\x00\x00\x03\x00\x00\x00\x44" + "\x00\x00\x00\x00" +
		"\x00\x00\x00\x21\x00\x00\x00\x01" + "\x00\x00\x00\x0c\x00\x00\x00\x01" + "\x00\x00\x00\x07\x00\x00\x00\x01"
	exif := "Exif\x00\x00" + tiff + beside
	head := binary.BigEndian.AppendUint16([]byte{0xFF, 0xD8, 0xFF, 0xE1}, uint16(len(exif)+2)) // #nosec G115 -- short
	return append(append(head, exif...), b.Bytes()[2:]...)
}

// TestPhotograph: chosen without signal from the folder of pictures, taken back
// once, kept over the death of the browser, delivered once behind its visit,
// upright and with nothing of where it was taken.
func TestPhotograph(t *testing.T) {
	v := newVillage(t)
	file := filepath.Join(t.TempDir(), "IMG_20261126.jpg")
	raw := camera(t)
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(raw, []byte("Exif")) || !bytes.Contains(raw, []byte(beside)) {
		t.Fatal("the camera writes nothing")
	}
	folder := t.TempDir()
	b := browsertest.StartIn(t, folder)
	p := b.Tab(browsertest.Phone)
	p.Before(welcomed)
	p.Go(v.URL + "/m/")
	signIn(p)
	waitFor(t, p, "the list", func() bool { return says(p, "共联系1户") })
	v.net(none)
	form := v.URL + "/m/#/visit/" + worktest.WangHome
	p.Go(form)
	p.Wait("#v-need")
	if p.Has(".snaps:not([hidden])") || browsertest.Eval[bool](p, `document.querySelector('.more.fold').open`) {
		t.Error("a photograph is in the way")
	}
	p.Tap("#v-need label")
	_ = browsertest.Eval[bool](p, `document.querySelector('.more.fold').scrollIntoView({block: 'center'}), true`)
	p.Tap(".more.fold summary")
	p.Upload("#v-photo", file)
	p.Wait(".snaps img")
	_ = browsertest.Eval[bool](p, `document.querySelector('#v-photos').scrollIntoView({block: 'center'}), true`)
	p.Sound()
	p.Axe()
	p.Shot("photo-added")
	p.Tap(".foot .btn.p")
	waitFor(t, p, "已存手机", func() bool { return says(p, "已存手机") })
	p.Tap(".toast button") // taken back: visit and photograph are drafts again
	p.Wait(".snaps img")
	p.Tap(".foot .btn.p")
	waitFor(t, p, "已存手机", func() bool { return says(p, "已存手机") })
	p.Go(v.URL + "/m/#/box")
	waitFor(t, p, "both in the box", func() bool { return says(p, "照片（") && says(p, "2条") })
	p.Shot("photo-box")
	// Something else of a second photograph is left in an unfinished record.
	p.Go(form)
	p.Wait("#v-need")
	if p.Has(".snaps:not([hidden])") {
		t.Error("the photograph is still in the next record")
	}
	p.Upload("#v-photo", file)
	waitFor(t, p, "a second photograph", func() bool { return p.Has(".snaps img") })
	jpegs := browsertest.Eval[string](p, `document.querySelector('.snaps img').src`)
	b.Kill()
	sent, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(jpegs, "data:image/jpeg;base64,"))
	if err != nil || len(sent) < 10_000 || len(sent) > photo.MaxBytes || bytes.Contains(sent, []byte("Exif")) || bytes.Contains(sent, []byte(beside)) {
		t.Error("what the phone makes of it:", len(sent), err)
	}
	mid := sent[len(sent)/2:][:40]
	if found := browsertest.Lying(t, folder, append([]string{beside, string(mid)}, secrets...)...); len(found) > 0 {
		t.Errorf("a finder sees %q", found)
	}

	v.net(nil)
	b = browsertest.StartIn(t, folder)
	p = b.Tab(browsertest.Phone)
	p.Before(welcomed)
	p.Forget() // it is killed before or after it wrote its cookies
	p.Go(v.URL + "/m/")
	waitFor(t, p, "the strip of an ended session", func() bool { return says(p, "登录过期了") })
	p.Go(v.URL + "/m/#/enter")
	signIn(p)
	waitFor(t, p, "the delivery", func() bool { return v.count(`SELECT COUNT(*) FROM visit_photos`) == 1 })
	if n := v.count(`SELECT COUNT(*) FROM visits WHERE county = $1`, worktest.County); n != 1 {
		t.Errorf("%d visits", n)
	}
	p.Go(v.URL + "/m/#/box")
	waitFor(t, p, "an empty box", func() bool { return !says(p, "存在手机里") })
	p.Go(form)
	p.Wait(".snaps img") // the unfinished one is as it was
	if n := v.count(`SELECT COUNT(*) FROM visit_photos`) + v.count(`SELECT COUNT(*) FROM phone_held`); n != 1 {
		t.Errorf("%d photographs and held records", n)
	}
	id, err := db.One(t.Context(), v.app.DB, db.Text, `SELECT visit FROM visit_photos`)
	if err != nil {
		t.Fatal(err)
	}
	li := worktest.Who(access.Cadre, worktest.Qingshi, worktest.LiMing, calendar.FromTime(v.app.DB.Now()))
	ps, err := visit.Photos(t.Context(), v.app.DB, li, id)
	if err != nil || len(ps) != 1 {
		t.Fatal(ps, err)
	}
	got, err := db.Write(t.Context(), v.app.DB, func(tx *db.Tx) ([]byte, error) {
		return visit.OpenPhoto(t.Context(), tx, li, id, ps[0].ID)
	})
	if err != nil || bytes.Contains(got, []byte("Exif")) || bytes.Contains(got, []byte(beside)) || bytes.Contains(got, []byte("\x88\x25")) && bytes.Contains(got, []byte("MM\x00*")) {
		t.Error("place and camera came along", err)
	}
	m, err := jpeg.Decode(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	red := func(x, y int) bool {
		r, g, b, _ := m.At(x, y).RGBA()
		return r>>8 > 200 && g>>8 < 60 && b>>8 < 60
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	if w >= h || h > 1280 || !red(w-w/10, h/20) || red(w/10, h/20) {
		t.Errorf("it lies on its side: %d by %d", w, h)
	}
	small := b.Tab(browsertest.Small)
	small.Before(welcomed)
	small.Go(form)
	small.Wait(".snaps img")
	small.Sound()
	small.Long("photo-small")
	small.Letters(2)
	small.Sound()
	small.Long("photo-200")
	b.Kill()
	if found := browsertest.Lying(t, folder, append([]string{beside, string(mid)}, secrets...)...); len(found) > 0 {
		t.Errorf("a finder sees %q", found)
	}

	// At the desk it lies behind a button, and looking stands in the record.
	looks := v.count(`SELECT COUNT(*) FROM audit_rows WHERE action = 'visit.photo_reveal'`)
	d := v.office(browsertest.Start(t), browsertest.Desk)
	d.Go(v.URL + "/visits/" + id)
	if d.Has("img") || !d.Has(`a[href*="/photos/"]`) {
		t.Error("the page shows a photograph nobody asked for:", d.Text("main"))
	}
	d.Sound()
	d.Shot("photo-desk")
	d.Follow(`a[href*="/photos/"]`)
	if n := browsertest.Eval[int](d, `document.images[0].naturalHeight`); n != h {
		t.Error("the photograph is", n, "high")
	}
	d.Shot("photo-seen")
	if n := v.count(`SELECT COUNT(*) FROM audit_rows WHERE action = 'visit.photo_reveal'`); n != looks+1 {
		t.Error(n-looks, "looks")
	}
}
