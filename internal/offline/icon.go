package offline

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"strconv"
	"strings"
)

// icons of the home screen, in pixels. One that bleeds fills its square, for
// systems that cut their own shape out of it.
var icons = map[string]struct {
	pixels int
	bleed  bool
}{
	"phone/icon-180.png":  {180, true}, // iOS cuts the corners itself
	"phone/icon-192.png":  {192, false},
	"phone/icon-512.png":  {512, false},
	"phone/icon-mask.png": {512, true},
}

type point struct{ x, y float64 }

type segment struct{ a, b point }

// drawMark draws ui/mark.svg: a rounded square and a few strokes with round
// ends. It reads just what that file uses, so that the mark is drawn once.
func drawMark(svg []byte, size int, bleed bool) ([]byte, error) {
	var doc struct {
		Rect struct {
			Radius float64 `xml:"rx,attr"`
			Fill   string  `xml:"fill,attr"`
		} `xml:"rect"`
		G struct {
			Stroke string  `xml:"stroke,attr"`
			Width  float64 `xml:"stroke-width,attr"`
			Paths  []struct {
				D string `xml:"d,attr"`
			} `xml:"path"`
		} `xml:"g"`
	}
	if err := xml.Unmarshal(svg, &doc); err != nil {
		return nil, err
	}
	ground, err := colour(doc.Rect.Fill)
	if err != nil {
		return nil, err
	}
	ink, err := colour(doc.G.Stroke)
	if err != nil {
		return nil, err
	}
	var lines []segment
	for _, p := range doc.G.Paths {
		s, err := flatten(p.D)
		if err != nil {
			return nil, err
		}
		lines = append(lines, s...)
	}
	const box = 64.0 // side of the drawing
	scale := float64(size) / box
	shrink := 1.0
	if bleed {
		shrink = 0.8 // a maskable icon keeps its sense within a circle of 80 %
	}
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			at := point{(float64(x) + 0.5) / scale, (float64(y) + 0.5) / scale}
			shape := 1.0
			if !bleed {
				shape = cover(-corner(at, box, doc.Rect.Radius), scale)
			}
			in := point{box/2 + (at.x-box/2)/shrink, box/2 + (at.y-box/2)/shrink}
			d := math.Inf(1)
			for _, l := range lines {
				d = math.Min(d, l.distance(in))
			}
			k := cover(doc.G.Width/2-d, scale*shrink)
			img.SetNRGBA(x, y, color.NRGBA{mix(ground.R, ink.R, k), mix(ground.G, ink.G, k), mix(ground.B, ink.B, k), uint8(math.Round(255 * shape))})
		}
	}
	var out bytes.Buffer
	err = png.Encode(&out, img)
	return out.Bytes(), err
}

func mix(a, b uint8, k float64) uint8 {
	return uint8(math.Round(float64(a)*(1-k) + float64(b)*k)) // #nosec G115 -- between two bytes
}

// cover is how much of a pixel lies inside an edge at a signed distance.
func cover(inside, scale float64) float64 { return math.Max(0, math.Min(1, inside*scale+0.5)) }

// corner is the distance to a rounded square, negative inside.
func corner(p point, box, r float64) float64 {
	dx, dy := math.Abs(p.x-box/2)-(box/2-r), math.Abs(p.y-box/2)-(box/2-r)
	return math.Hypot(math.Max(dx, 0), math.Max(dy, 0)) + math.Min(math.Max(dx, dy), 0) - r
}

func (s segment) distance(p point) float64 {
	vx, vy := s.b.x-s.a.x, s.b.y-s.a.y
	k := 0.0
	if l := vx*vx + vy*vy; l > 0 {
		k = math.Max(0, math.Min(1, ((p.x-s.a.x)*vx+(p.y-s.a.y)*vy)/l))
	}
	return math.Hypot(p.x-s.a.x-k*vx, p.y-s.a.y-k*vy)
}

var errPath = errors.New("a path this program does not draw")

// flatten turns a path of M, c, v and h into short lines.
func flatten(d string) ([]segment, error) {
	var out []segment
	var at point
	line := func(to point) {
		out = append(out, segment{at, to})
		at = to
	}
	for d = strings.TrimSpace(d); d != ""; {
		op := d[0]
		end := strings.IndexAny(d[1:], "MmCcVvHhLl") + 1
		if end == 0 {
			end = len(d)
		}
		n, err := numbers(d[1:end])
		if err != nil {
			return nil, err
		}
		d = d[end:]
		switch {
		case op == 'M' && len(n) == 2:
			at = point{n[0], n[1]}
		case op == 'h' && len(n) == 1:
			line(point{at.x + n[0], at.y})
		case op == 'v' && len(n) == 1:
			line(point{at.x, at.y + n[0]})
		case op == 'c' && len(n) > 0 && len(n)%6 == 0:
			for ; len(n) > 0; n = n[6:] {
				p := [4]point{at, {at.x + n[0], at.y + n[1]}, {at.x + n[2], at.y + n[3]}, {at.x + n[4], at.y + n[5]}}
				for i := 1; i <= 16; i++ {
					line(bezier(p, float64(i)/16))
				}
			}
		default:
			return nil, errPath
		}
	}
	return out, nil
}

func bezier(p [4]point, t float64) point {
	a, b, c, d := (1-t)*(1-t)*(1-t), 3*(1-t)*(1-t)*t, 3*(1-t)*t*t, t*t*t
	return point{a*p[0].x + b*p[1].x + c*p[2].x + d*p[3].x, a*p[0].y + b*p[1].y + c*p[2].y + d*p[3].y}
}

// numbers reads "15 30", "5-1" and "0-1.5".
func numbers(s string) ([]float64, error) {
	s = strings.NewReplacer("-", " -", ",", " ").Replace(s)
	var out []float64
	for f := range strings.FieldsSeq(s) {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func colour(s string) (color.NRGBA, error) {
	s = strings.TrimPrefix(s, "#")
	if len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	v, err := strconv.ParseUint(s, 16, 24)
	if err != nil || len(s) != 6 {
		return color.NRGBA{}, errors.New("a colour this program does not read")
	}
	return color.NRGBA{uint8(v >> 16), uint8(v >> 8 & 255), uint8(v & 255), 255}, nil // #nosec G115 -- six hexadecimal digits
}
