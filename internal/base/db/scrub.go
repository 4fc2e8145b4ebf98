package db

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
)

// Scrub reads every page of a SQLite file and compares it with the checksum
// kept in its last eight bytes, then asks the engine for its own quick check.
// Silent damage of a disk is found here, not by the reader of a wrong name. The
// database may be in use: a page that does not fit is read again, because it
// may just have been half written by a checkpoint.
func Scrub(ctx context.Context, file string) error {
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 100)
	if _, err := io.ReadFull(f, head); err != nil {
		return &damage{0, file + " is not a database: " + err.Error()}
	}
	size := int(binary.BigEndian.Uint16(head[16:]))
	if size == 1 {
		size = 65536
	}
	if size < 512 || head[20] != 8 {
		return &damage{0, file + " carries no page checksums"}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	page := make([]byte, size)
	for n := 1; ; n++ {
		if _, err := io.ReadFull(f, page); err == io.EOF {
			break
		} else if err != nil {
			return &damage{n, "is cut short"}
		}
		for try := 0; !checksumFits(page); try++ {
			if try == 5 {
				return &damage{n, "was changed outside the program"}
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
				return ctx.Err()
			}
			if _, err := f.ReadAt(page, int64(n-1)*int64(size)); err != nil {
				return &damage{n, "is cut short"}
			}
		}
	}
	registerVFS()
	p, err := driver.Open("file:"+(&url.URL{Path: file}).EscapedPath()+"?vfs="+vfsName+"&mode=ro&_pragma=busy_timeout(10000)", fullText)
	if err != nil {
		return err
	}
	defer p.Close()
	var s string
	if err := p.QueryRowContext(ctx, `PRAGMA quick_check`).Scan(&s); err != nil {
		return err
	}
	if s != "ok" {
		return &damage{0, "quick check: " + s}
	}
	return nil
}

// damage is a misfit that Scrub found; page is 0 where it lies in no single one.
type damage struct {
	page int
	what string
}

func (d *damage) Error() string {
	if d.page == 0 {
		return "db: " + d.what
	}
	return fmt.Sprintf("db: page %d %s", d.page, d.what)
}

// Damaged reports whether an error says that the file of an embedded database
// was changed outside the program or is damaged, and the page where it is known.
// The engine calls a page that does not fit its checksum a failure of the disk.
func Damaged(err error) (page int, ok bool) {
	if d, ok := errors.AsType[*damage](err); ok {
		return d.page, true
	}
	// The driver gives an error with its code or the bare code; Is knows both.
	return 0, errors.Is(err, sqlite3.IOERR_DATA) || errors.Is(err, sqlite3.CORRUPT) || errors.Is(err, sqlite3.NOTADB)
}

// checksumFits compares a page with the sums in its last eight bytes.
func checksumFits(page []byte) bool {
	a, b := checksum(page)
	n := len(page) - 8
	return binary.LittleEndian.Uint32(page[n:]) == a && binary.LittleEndian.Uint32(page[n+4:]) == b
}

// checksum computes SQLite's page checksum (sqlite.org/cksumvfs.html): two
// running sums over 32-bit little-endian words.
func checksum(page []byte) (a, b uint32) {
	for i := 0; i < len(page)-8; i += 8 {
		a += binary.LittleEndian.Uint32(page[i:]) + b
		b += binary.LittleEndian.Uint32(page[i+4:]) + a
	}
	return a, b
}
