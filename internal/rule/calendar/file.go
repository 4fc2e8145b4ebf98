package calendar

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

//go:embed years/*.json
var years embed.FS

// Bounds of a holiday file. The longest notice so far names 45 days.
const (
	MaxFile   = 64 << 10
	MaxDays   = 120
	MaxName   = 30
	MaxSource = 300
)

// Problem is one thing wrong with a holiday file: the line it stands on, and
// the message with its arguments, of which {line} is always one.
type Problem struct {
	Line int
	Key  string
	Args []any
}

// Error says the problem for logs; people read [Problem.Text].
func (p Problem) Error() string { return fmt.Sprintf("line %d: %s %v", p.Line, p.Key, p.Args) }

// Text is the problem in the words of a catalog.
func (p Problem) Text(t func(key string, args ...any) string) string { return t(p.Key, p.Args...) }

// Read reads the holiday file of one year,
//
//	{"year": 2026, "source": "国办发明电…", "days": [{"name": "元旦", "date": "2026-01-01", "off": true}]}
//
// or one in the public holiday-cn shape ("papers", "isOffDay"), so that the
// next year can be loaded without a new program. It tells everything that is
// wrong at once. Besides mistakes of form it refuses what no notice says: a day
// of another year (but December before, which New Year's holiday reaches), a
// day given twice, an exchanged working day in the middle of the week, and a
// year without its fixed holidays, which is one that was not finished.
func Read(data []byte) (Notice, []Problem) {
	var ps []Problem
	add := func(line int, key string, args ...any) {
		if len(ps) < 20 {
			ps = append(ps, Problem{line, "calendar.file." + key, append(args, "line", line)})
		}
	}
	if len(data) > MaxFile {
		add(1, "large", "kb", MaxFile>>10)
		return Notice{}, ps
	}
	f, line, err := decode(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if err != nil {
		add(line, "form")
		return Notice{}, ps
	}
	if f.year < 1949 || f.year > 9998 {
		add(max(f.yearLine, 1), "year")
		return Notice{}, ps
	}
	n := Notice{Year: f.year, Source: strings.TrimSpace(f.source)}
	switch {
	case n.Source == "":
		add(max(f.sourceLine, 1), "source")
	case utf8.RuneCountInString(n.Source) > MaxSource:
		add(f.sourceLine, "source_long", "n", MaxSource)
	}
	if len(f.days) == 0 {
		// A year always has holidays: an empty list is a notice not yet issued.
		add(max(f.daysLine, 1), "no_days", "year", f.year)
		return n, ps
	}
	if len(f.days) > MaxDays {
		add(f.daysLine, "many", "n", MaxDays)
		return n, ps
	}
	seen := map[Day]bool{}
	for _, r := range f.days {
		d, err := Parse(r.Date)
		if err != nil {
			add(r.line, "date", "date", clip(r.Date))
			continue
		}
		off, foreign := r.Off, false
		if off == nil {
			off, foreign = r.IsOffDay, true
		}
		w := d.Weekday()
		switch {
		case d.Year() != f.year && (d.Year() != f.year-1 || d.Month() != 12):
			add(r.line, "other_year", "date", r.Date, "year", f.year)
		case seen[d]:
			add(r.line, "twice", "date", r.Date)
		case off == nil:
			add(r.line, "off", "date", r.Date)
		case strings.TrimSpace(r.Name) == "" || utf8.RuneCountInString(r.Name) > MaxName:
			add(r.line, "name", "date", r.Date, "n", MaxName)
		case !*off && w != time.Saturday && w != time.Sunday:
			// holiday-cn notes the first day of work after a holiday that was made
			// longer; in a file of ours it is a slip of the pen.
			if !foreign {
				add(r.line, "weekday", "date", r.Date)
			}
		default:
			n.Days = append(n.Days, Holiday{strings.TrimSpace(r.Name), d, *off})
		}
		seen[d] = true
	}
	if len(ps) == 0 {
		for _, d := range fixed(f.year) {
			if !slices.ContainsFunc(n.Days, func(h Holiday) bool { return h.Off && h.Date == d }) {
				add(max(f.daysLine, 1), "missing", "date", string(d))
			}
		}
	}
	slices.SortFunc(n.Days, func(a, b Holiday) int { return cmpDay(a.Date, b.Date) })
	return n, ps
}

// fixed gives the days off of every year whose date does not move: 新年, 劳动节
// and three days of 国庆节 (全国年节及纪念日放假办法).
func fixed(year int) []Day {
	return []Day{Date(year, 1, 1), Date(year, 5, 1), Date(year, 10, 1), Date(year, 10, 2), Date(year, 10, 3)}
}

func clip(s string) string {
	if r := []rune(s); len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return s
}

// file is a holiday file with the lines its parts stand on.
type file struct {
	year, yearLine int
	source         string
	sourceLine     int
	days           []fileDay
	daysLine       int
}

type fileDay struct {
	Name     string
	Date     string
	Off      *bool
	IsOffDay *bool
	line     int
}

var errForm = errors.New("calendar: not a holiday file")

// decode takes a file apart. line is where it could not go on.
func decode(data []byte) (f file, line int, err error) {
	at := func(offset int64) int {
		return 1 + bytes.Count(data[:min(max(int(offset), 0), len(data))], []byte("\n"))
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	// part reads the next value into v and gives the line it begins on.
	part := func(v any) (int, error) {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			var se *json.SyntaxError
			if errors.As(err, &se) {
				return at(se.Offset - 1), err
			}
			if errors.Is(err, io.ErrUnexpectedEOF) {
				return at(int64(len(data))), err
			}
			return at(dec.InputOffset()), err
		}
		line := at(dec.InputOffset() - int64(len(raw)))
		return line, json.Unmarshal(raw, v)
	}
	open := func(want json.Delim) error {
		t, err := dec.Token()
		if err == nil && t != want {
			err = errForm
		}
		return err
	}
	if err := open('{'); err != nil {
		return f, at(dec.InputOffset()), err
	}
	papers := []string{}
	papersLine := 0
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return f, at(dec.InputOffset()), err
		}
		switch key {
		case "year":
			f.yearLine, err = part(&f.year)
			line = f.yearLine
		case "source":
			f.sourceLine, err = part(&f.source)
			line = f.sourceLine
		case "papers":
			papersLine, err = part(&papers)
			line = papersLine
		case "days":
			if err = open('['); err != nil {
				return f, at(dec.InputOffset()), err
			}
			f.daysLine = at(dec.InputOffset())
			for dec.More() {
				var d fileDay
				if d.line, err = part(&d); err != nil {
					return f, d.line, err
				}
				f.days = append(f.days, d)
			}
			err = open(']')
			line = at(dec.InputOffset())
		default:
			var skip json.RawMessage
			line, err = part(&skip)
		}
		if err != nil {
			return f, line, err
		}
	}
	if err := open('}'); err != nil || dec.More() {
		return f, at(dec.InputOffset()), errForm
	}
	if f.source == "" {
		f.source, f.sourceLine = strings.Join(papers, " "), papersLine
	}
	return f, 0, nil
}

// Write gives a notice as a file, one day a line.
func Write(n Notice) []byte {
	q := func(s string) string {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		_ = e.Encode(s) // a string can always be written
		return strings.TrimSpace(b.String())
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n  \"year\": %d,\n  \"source\": %s,\n  \"days\": [", n.Year, q(n.Source))
	for i, h := range n.Days {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n    {\"name\": %s, \"date\": %q, \"off\": %t}", q(h.Name), string(h.Date), h.Off)
	}
	b.WriteString("\n  ]\n}\n")
	return b.Bytes()
}

// Load builds a calendar from holiday files. The first problem of the first
// bad file is its error.
func Load(files ...[]byte) (Calendar, error) {
	var ns []Notice
	for i, data := range files {
		n, ps := Read(data)
		if len(ps) > 0 {
			return Calendar{}, fmt.Errorf("calendar.Load(file %d): %w", i+1, ps[0])
		}
		ns = append(ns, n)
	}
	return Calendar{}.With(ns...), nil
}

// Shipped returns the calendar of the years that come with the program: those
// from 2007 on whose notices have been published.
func Shipped() (Calendar, error) { return shippedOnce() }

var shippedOnce = sync.OnceValues(func() (Calendar, error) {
	names, err := fs.Glob(years, "years/*.json")
	if err != nil {
		return Calendar{}, err
	}
	var files [][]byte
	for _, name := range names {
		data, err := years.ReadFile(name)
		if err != nil {
			return Calendar{}, err
		}
		files = append(files, data)
	}
	return Load(files...)
})
