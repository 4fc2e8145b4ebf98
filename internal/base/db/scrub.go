package db

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

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
		return fmt.Errorf("db: %s is not a database: %w", file, err)
	}
	size := int(binary.BigEndian.Uint16(head[16:]))
	if size == 1 {
		size = 65536
	}
	if size < 512 || head[20] != 8 {
		return fmt.Errorf("db: %s carries no page checksums", file)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	page := make([]byte, size)
	for n := 1; ; n++ {
		if _, err := io.ReadFull(f, page); err == io.EOF {
			break
		} else if err != nil {
			return fmt.Errorf("db: page %d is cut short", n)
		}
		for try := 0; !checksumFits(page); try++ {
			if try == 5 {
				return fmt.Errorf("db: page %d was changed outside the program", n)
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
				return ctx.Err()
			}
			if _, err := f.ReadAt(page, int64(n-1)*int64(size)); err != nil {
				return fmt.Errorf("db: page %d is cut short", n)
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
		return fmt.Errorf("db: quick check: %s", s)
	}
	return nil
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
