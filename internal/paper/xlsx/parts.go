package xlsx

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"
)

// sharedStrings reads the table of texts; how something is read aloud (rPh) is left out.
func (b *reader) sharedStrings(part string) error {
	if b.strings != nil {
		return nil
	}
	b.strings = []string{}
	var kept int64
	return b.walk(part, func(d *xml.Decoder, el xml.StartElement) error {
		if el.Name.Local != "si" {
			return nil
		}
		t, err := b.richText(d)
		if err != nil {
			return err
		}
		kept += int64(len(t)) + 16
		if kept > b.lim.Text {
			return refuse(KeyCells)
		}
		b.strings = append(b.strings, t)
		return nil
	})
}

// richText gathers the <t> below an element just opened, until it closes.
func (b *reader) richText(d *xml.Decoder) (string, error) {
	var sb strings.Builder
	depth, skip, in := 1, 0, false
	for depth > 0 {
		tok, err := d.RawToken()
		if err != nil {
			return "", asRefusal(err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			depth++
			if depth > 20 {
				return "", refuse(KeyDamaged)
			}
			if t.Name.Local == "rPh" || skip > 0 {
				skip++
			}
			in = t.Name.Local == "t" && skip == 0
		case xml.EndElement:
			depth--
			if skip > 0 {
				skip--
			}
			in = false
		case xml.CharData:
			if in {
				sb.Write(t)
				if sb.Len() > b.lim.Cell {
					return "", refuse(KeyCellLong, "limit", strconv.Itoa(b.lim.Cell))
				}
			}
		}
	}
	return unescape(sb.String()), nil
}

// styles learns which cell styles show a number as a date.
func (b *reader) styles(part string) error {
	formats := map[int]string{}
	inXfs := false
	return b.walkEnds(part, func(d *xml.Decoder, el xml.StartElement) error {
		switch el.Name.Local {
		case "numFmt":
			if id, err := strconv.Atoi(attr(el, "numFmtId")); err == nil {
				formats[id] = attr(el, "formatCode")
			}
		case "cellXfs":
			inXfs = true
		case "xf":
			if inXfs && len(b.dates) < 70000 {
				id, _ := strconv.Atoi(attr(el, "numFmtId"))
				b.dates = append(b.dates, isDateFormat(id, formats[id]))
			}
		}
		return nil
	}, func(name string) {
		if name == "cellXfs" {
			inXfs = false
		}
	})
}

// isDateFormat: 14–17, 22 and the East Asian 27–36, 50–58 are dates; own formats are when they
// show a year or a day outside quotes and brackets.
func isDateFormat(id int, code string) bool {
	if code == "" {
		return id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 58
	}
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case bracket:
		case c == 'y' || c == 'Y' || c == 'd' || c == 'D' || c == 'e' && !strings.ContainsAny(code, "0#"):
			return true
		}
	}
	return false
}

// walk calls f for every element that opens in a part; a part that is not there is empty.
// A document type or an entity of its own is refused: spreadsheets have none.
func (b *archive) walk(part string, f func(*xml.Decoder, xml.StartElement) error) error {
	return b.walkEnds(part, f, nil)
}

func (b *archive) walkEnds(part string, f func(*xml.Decoder, xml.StartElement) error, end func(string)) error {
	rc, err := b.part(part)
	if err != nil {
		return err
	}
	if rc == nil {
		return nil
	}
	defer func() { _ = rc.Close() }()
	d := newDecoder(rc)
	for {
		tok, err := d.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return asRefusal(err)
		}
		switch t := tok.(type) {
		case xml.Directive:
			return refuse(KeyDamaged)
		case xml.StartElement:
			if err := f(d, t); err != nil {
				return err
			}
		case xml.EndElement:
			if end != nil {
				end(t.Name.Local)
			}
		}
	}
}

func newDecoder(r io.Reader) *xml.Decoder {
	d := xml.NewDecoder(r)
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		return nil, refuse(KeyDamaged) // the standard asks for UTF-8 or UTF-16; every program writes UTF-8
	}
	return d
}

func attr(el xml.StartElement, name string) string {
	for _, a := range el.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// unescape reads _x000D_ as the control sign it stands for (ECMA-376 22.4.2.4) and unifies line ends.
func unescape(s string) string {
	if strings.Contains(s, "_x") {
		var sb strings.Builder
		for i := 0; i < len(s); i++ {
			if i+7 <= len(s) && s[i] == '_' && s[i+1] == 'x' && s[i+6] == '_' {
				if n, err := strconv.ParseUint(s[i+2:i+6], 16, 16); err == nil && (n < 0xD800 || n > 0xDFFF) {
					sb.WriteRune(rune(n))
					i += 6
					continue
				}
			}
			sb.WriteByte(s[i])
		}
		s = sb.String()
	}
	if strings.ContainsRune(s, '\r') {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	return s
}
