package phone

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
	"lianxin/internal/base/fault"
	"lianxin/internal/base/id"
	"lianxin/internal/base/strict"
	"lianxin/internal/rule/access"
)

// Bounds of a file that is brought by hand. A year of records without signal
// is some hundreds.
const (
	MaxFile    = 16 << 20
	MaxRecords = 5000
	fileFormat = "lianxin-outbox-1"
)

// File is what an official's phone saved for the office: a head and the signed
// operations, one a line.
type File struct {
	Format  string `json:"format"`
	Device  string `json:"device"`
	Account string `json:"account"` // the official's id
	Key     string `json:"key"`
	Made    string `json:"made"`

	Lines []FileLine `json:"-"`
}

// FileLine is one line of a file: an operation, or why there is none.
type FileLine struct {
	N   int // its number in the file; the head is 1
	Op  Operation
	Bad string // message key
}

func badFile(key string, args ...any) error {
	return &fault.Error{Kind: fault.Invalid, Key: "fault.invalid", Fields: []fault.Field{{Name: "file", Key: key, Args: args}}}
}

// ReadFile reads a file. A line that cannot be read does not keep the others
// from being taken: each is signed by itself.
func ReadFile(b []byte) (File, error) {
	var f File
	switch {
	case len(b) > MaxFile:
		return f, badFile("offline.file_huge", "mb", MaxFile>>20)
	case len(bytes.TrimSpace(b)) == 0:
		return f, badFile("offline.file_empty")
	}
	b = bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF"))
	head, rest, _ := bytes.Cut(b, []byte("\n"))
	if strict.Decode(bytes.TrimSpace(head), &f) != nil || f.Format != fileFormat || !id.Valid(f.Device) {
		return File{}, badFile("offline.file_not_ours")
	}
	n := 1
	for len(rest) > 0 {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		n++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if len(f.Lines) == MaxRecords {
			return File{}, badFile("offline.file_many", "n", MaxRecords)
		}
		l := FileLine{N: n}
		if err := strict.Decode(line, &l.Op); err != nil || !id.Valid(l.Op.ID) {
			l.Bad = "offline.line_broken"
			if len(rest) == 0 {
				l.Bad = "offline.line_cut"
			}
			l.Op = Operation{}
		}
		f.Lines = append(f.Lines, l)
	}
	if len(f.Lines) == 0 {
		return f, badFile("offline.file_nothing")
	}
	return f, nil
}

// FileRow says what became of one line.
type FileRow struct {
	N      int     `json:"line"`
	Kind   string  `json:"kind,omitempty"`
	Bad    string  `json:"problem,omitempty"` // message key; nothing was taken of this line
	Result *Result `json:"result,omitempty"`
}

// FileReport is the answer to a file.
type FileReport struct {
	Device Device    `json:"device"`
	Rows   []FileRow `json:"rows"`
	Done   int       `json:"done"`
	Again  int       `json:"again"`
	Held   int       `json:"held"`
	Bad    int       `json:"bad"`
}

// TakeFile takes in what a phone saved as a file. Every record is proved by the
// phone's signature and done as its official's own, under the id his phone made:
// the file may come twice, and the phone may still send the same. Of a phone that
// was reported lost everything goes to 待核处.
func (k *Desk) TakeFile(ctx context.Context, d *db.DB, who access.Actor, f File, lang string, tell func(error)) (FileReport, error) {
	device, err := Find(ctx, d, who.County(), f.Device)
	if err == nil {
		err = may(who, device)
	}
	if fault.Is(err, fault.NotFound) || err == nil && device.Key == "" {
		return FileReport{}, badFile("offline.file_foreign")
	}
	if err != nil {
		return FileReport{}, err
	}
	if f.Key != device.Key {
		return FileReport{}, badFile("offline.file_changed")
	}
	_, _, _, _, request := who.Trace()
	var sender access.Actor
	if device.State != Lost {
		if sender, err = k.As(ctx, d, device.County, device.Account, request); err != nil {
			return FileReport{}, err
		}
	}
	rep := FileReport{Device: device}
	since := sinceMade(d.Now(), f.Made, device)
	var ops []Operation
	at := map[string]int{}
	for _, l := range f.Lines {
		row := FileRow{N: l.N, Kind: l.Op.Kind, Bad: l.Bad}
		if _, twice := at[l.Op.ID]; row.Bad == "" && twice {
			row.Bad = "offline.line_twice"
		}
		if row.Bad == "" && !l.Op.SignedBy(device) {
			row.Bad = "offline.not_signed"
		}
		if row.Bad == "" {
			at[l.Op.ID] = len(rep.Rows)
			if l.Op.Elapsed >= 0 && l.Op.Elapsed < 1<<50 {
				l.Op.Elapsed += since
			}
			ops = append(ops, l.Op)
		}
		rep.Rows = append(rep.Rows, row)
	}
	if len(ops) == 0 {
		return FileReport{}, badFile("offline.file_changed")
	}
	slices.SortStableFunc(ops, func(a, b Operation) int { return cmp.Compare(a.Seq, b.Seq) })
	for part := range slices.Chunk(ops, MaxOperations) {
		rs, err := k.Receive(ctx, d, sender, device, part, ByFile, lang, tell)
		if err != nil {
			return FileReport{}, err
		}
		for _, r := range rs {
			rep.Rows[at[r.ID]].Result = &r
		}
	}
	for i := range rep.Rows {
		switch r := rep.Rows[i].Result; {
		case r == nil && rep.Rows[i].Bad == "":
			rep.Rows[i].Bad = "offline.line_again"
			rep.Bad++
		case r == nil:
			rep.Bad++
		case r.Status == Held:
			rep.Held++
		case r.Status == Again:
			rep.Again++
		default:
			rep.Done++
		}
	}
	return rep, db.Do(ctx, d, func(tx *db.Tx) error {
		audit.Note(tx, who, "phone.file", "phone:"+device.ID, device.Region, "account", device.Account, "records", len(rep.Rows), "done", rep.Done, "again", rep.Again, "held", rep.Held, "bad", rep.Bad)
		return nil
	})
}

// sinceMade is how long ago the phone says it made the file, in milliseconds.
// The head is not signed and the phone's clock may be wrong: what cannot be adds
// nothing, and the records carry the mark of a wrong clock then.
func sinceMade(now time.Time, made string, d Device) int64 {
	t, err := time.Parse(time.RFC3339, made)
	if err != nil || t.After(now) || t.UnixMilli() < d.Since {
		return 0
	}
	return now.Sub(t).Milliseconds()
}
