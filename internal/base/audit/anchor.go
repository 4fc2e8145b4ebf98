package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// AnchorFile keeps the newest seal of each county outside the database: one
// fixed-width line a county, overwritten in place after each commit. It is not
// synced, so after a power cut it may lag; it never runs ahead of the disk by
// more than the commit that was just answered.
type AnchorFile struct {
	mu   sync.Mutex
	f    *os.File
	line map[string]int64
	seq  map[string]int64
}

const anchorWidth = 96

// OpenAnchors opens or makes the file (mode 0600).
func OpenAnchors(file string) (*AnchorFile, error) {
	as, err := ReadAnchors(file)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Clean(file), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	a := &AnchorFile{f: f, line: map[string]int64{}, seq: map[string]int64{}}
	for i, x := range as {
		a.line[x.County], a.seq[x.County] = int64(i), x.Seq
	}
	return a, nil
}

// Note writes a county's newest seal. Failures are silent here: the record in
// the database is complete, and verify says when the anchor is stale.
func (a *AnchorFile) Note(county string, seq int64, seal string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if seq <= a.seq[county] {
		return // PostgreSQL callers may arrive out of order
	}
	n, ok := a.line[county]
	if !ok {
		n = int64(len(a.line))
		a.line[county] = n
	}
	a.seq[county] = seq
	s := fmt.Sprintf("%s %d %s", county, seq, seal)
	if len(s) >= anchorWidth {
		return
	}
	b := append([]byte(s), bytes.Repeat([]byte{' '}, anchorWidth-1-len(s))...)
	_, _ = a.f.WriteAt(append(b, '\n'), n*anchorWidth)
}

// Close closes the file.
func (a *AnchorFile) Close() error {
	_ = a.f.Sync()
	return a.f.Close()
}

// ReadAnchors reads the file; a missing file has no anchors.
func ReadAnchors(file string) ([]Anchor, error) {
	f, err := os.Open(filepath.Clean(file))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil, err
	}
	var out []Anchor
	for line := range strings.SplitSeq(string(b), "\n") {
		p := strings.Fields(line)
		if len(p) == 0 {
			continue
		}
		if len(p) != 3 {
			return nil, fmt.Errorf("audit: %s: a line is damaged", file)
		}
		seq, err := strconv.ParseInt(p[1], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("audit: %s: %w", file, err)
		}
		out = append(out, Anchor{p[0], seq, p[2]})
	}
	return out, nil
}
