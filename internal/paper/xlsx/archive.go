package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
)

// archive is a workbook's parts, checked from the directory alone, and the bytes still allowed.
type archive struct {
	parts  map[string]*zip.File // by lower-case name
	lim    Limits
	budget int64
}

var (
	oleMagic = []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}
	zipMagic = []byte("PK\x03\x04")
)

// open looks at the first bytes and the archive's directory and unpacks nothing but the list of
// content types, which says whether there are macros.
func open(r io.ReaderAt, size int64, lim Limits) (*archive, error) {
	if size == 0 {
		return nil, refuse(KeyEmpty)
	}
	if size > lim.File {
		return nil, refuse(KeyTooBig, "limit", megabytes(lim.File))
	}
	head := make([]byte, min(size, 8))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, refuse(KeyUnreadable)
	}
	if bytes.HasPrefix(head, oleMagic) {
		return nil, oleRefusal(r, size)
	}
	if !bytes.HasPrefix(head, zipMagic) {
		return nil, refuse(KeyNotXLSX)
	}
	if n, ok := claimedEntries(r, size); !ok || n > lim.Entries {
		if !ok {
			return nil, refuse(KeyDamaged)
		}
		return nil, refuse(KeyBomb)
	}
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, refuse(KeyDamaged)
	}
	a := &archive{parts: make(map[string]*zip.File, len(z.File)), lim: lim, budget: lim.Total}
	return a, a.check(z.File)
}

// claimedEntries reads the number of entries from the end record, before the directory is read
// into memory. A larger number behind a ZIP64 mark is refused as well: no roster needs it.
func claimedEntries(r io.ReaderAt, size int64) (int, bool) {
	n := min(size, 66<<10)
	tail := make([]byte, n)
	if _, err := r.ReadAt(tail, size-n); err != nil && err != io.EOF {
		return 0, false
	}
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || i+22 > len(tail) {
		return 0, false
	}
	return int(tail[i+10]) | int(tail[i+11])<<8, true
}

func (a *archive) check(files []*zip.File) error {
	if len(files) > a.lim.Entries {
		return refuse(KeyBomb)
	}
	var total uint64
	var verdict error
	flag := func(err *Refusal) {
		if verdict == nil {
			verdict = err
		}
	}
	for _, f := range files {
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, "\\", "/"), "/"))
		switch {
		case f.Flags&1 != 0:
			return refuse(KeyPassword)
		case f.UncompressedSize64 > uint64(a.lim.Part), f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/max(f.CompressedSize64, 1) > uint64(a.lim.Ratio): // #nosec G115 -- limits are positive
			return refuse(KeyBomb)
		case !f.Mode().IsRegular() && !f.Mode().IsDir():
			return refuse(KeyDamaged)
		}
		if total += f.UncompressedSize64; total > uint64(a.lim.Total) { // #nosec G115 -- limits are positive
			return refuse(KeyBomb)
		}
		if _, twice := a.parts[name]; twice {
			return refuse(KeyDamaged) // two parts of one name: which one does the clerk's program show?
		}
		a.parts[name] = f
		flagPart(name, flag)
	}
	if verdict != nil {
		return verdict
	}
	return a.contentTypes()
}

// flagPart refuses by the part's place; content types and relations are looked at besides, because
// names can be anything.
func flagPart(name string, flag func(*Refusal)) {
	base := path.Base(name)
	switch {
	case strings.Contains(base, "vbaproject"), strings.Contains(base, "vbadata"), strings.HasPrefix(name, "xl/macrosheets/"), strings.HasPrefix(name, "xl/dialogsheets/"):
		flag(refuse(KeyMacros))
	case strings.HasPrefix(name, "xl/externallinks/"), base == "connections.xml", strings.HasPrefix(name, "xl/querytables/"), strings.HasPrefix(name, "xl/webextensions/"):
		flag(refuse(KeyExternal))
	case strings.HasPrefix(name, "xl/embeddings/"), strings.HasPrefix(name, "xl/activex/"), strings.HasPrefix(name, "xl/ctrlprops/") && strings.HasSuffix(name, ".bin"):
		flag(refuse(KeyEmbedded))
	case name == "xl/workbook.bin":
		flag(refuse(KeyBinary))
	}
	switch path.Ext(base) {
	case ".zip", ".rar", ".7z", ".gz", ".xz", ".bz2", ".tar", ".xlsx", ".xlsm", ".docx", ".xls", ".jar", ".exe", ".dll", ".js", ".vbs":
		flag(refuse(KeyNested, "name", base))
	}
}

// contentTypes looks at what the parts say they are. A default type for .bin proves nothing: some
// programs write one for macros into every file.
func (a *archive) contentTypes() error {
	if a.parts["[content_types].xml"] == nil {
		return refuse(KeyNotXLSX)
	}
	sheets, other := false, false
	err := a.walk("[content_types].xml", func(_ *xml.Decoder, el xml.StartElement) error {
		kind := strings.ToLower(attr(el, "ContentType"))
		override := el.Name.Local == "Override"
		switch {
		case strings.Contains(kind, "macroenabled"), override && strings.Contains(kind, "vbaproject"), strings.Contains(kind, "macrosheet"):
			return refuse(KeyMacros)
		case override && strings.Contains(kind, "externallink"):
			return refuse(KeyExternal)
		case override && (strings.Contains(kind, "oleobject") || strings.Contains(kind, "activex")):
			return refuse(KeyEmbedded)
		}
		sheets = sheets || strings.Contains(kind, "spreadsheetml")
		other = other || strings.Contains(kind, "wordprocessingml") || strings.Contains(kind, "presentationml")
		return nil
	})
	if err == nil && other && !sheets {
		return refuse(KeyNotXLSX)
	}
	return err
}

// part opens a part for reading; what it yields counts against the budget of all parts.
func (a *archive) part(name string) (io.ReadCloser, error) {
	f := a.parts[strings.ToLower(name)]
	if f == nil {
		return nil, nil
	}
	rc, err := f.Open()
	if err != nil {
		return nil, refuse(KeyDamaged)
	}
	var magic [4]byte
	n, err := io.ReadFull(rc, magic[:])
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		_ = rc.Close()
		return nil, refuse(KeyDamaged)
	}
	if bytes.Equal(magic[:n], zipMagic) {
		_ = rc.Close()
		return nil, refuse(KeyNested, "name", path.Base(name))
	}
	return &counted{r: io.MultiReader(bytes.NewReader(magic[:n]), rc), c: rc, left: a.lim.Part, a: a}, nil
}

// counted stops a part that yields more than its directory entry or the limits promised.
type counted struct {
	r    io.Reader
	c    io.Closer
	left int64
	a    *archive
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.left -= int64(n)
	c.a.budget -= int64(n)
	if c.left < 0 || c.a.budget < 0 {
		return 0, refuse(KeyBomb)
	}
	return n, err
}

func (c *counted) Close() error { return c.c.Close() }

func asRefusal(err error) error {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return refuse(KeyDamaged)
}

// oleRefusal tells a workbook with a password (an .xlsx inside an OLE file) from an old .xls.
func oleRefusal(r io.ReaderAt, size int64) error {
	buf := make([]byte, min(size, 1<<20))
	if _, err := r.ReadAt(buf, 0); err != nil && err != io.EOF {
		return refuse(KeyUnreadable)
	}
	var wide []byte
	for _, c := range []byte("EncryptedPackage") {
		wide = append(wide, c, 0)
	}
	if bytes.Contains(buf, wide) {
		return refuse(KeyPassword)
	}
	return refuse(KeyOldXLS)
}

func megabytes(n int64) string { return strconv.FormatInt(n>>20, 10) }
