package identity

import "strings"

// IDKind tells what kind of document a number belongs to.
type IDKind string

const (
	IDNone     IDKind = ""         // no number
	IDResident IDKind = "resident" // 居民身份证, 18 places
	IDOld      IDKind = "old"      // 15 places, issued before 1999; its holder may be alive and have no other
	IDPermit   IDKind = "permit"   // 港澳台居民居住证: 810000, 820000, 830000
	IDOther    IDKind = "other"    // passport, return permit: letter and digits, nothing to check
)

// IDNumber is a number that passed its checks.
type IDNumber struct {
	// Text is the number as we keep it: no spaces, capital X, places as issued.
	Text string
	Kind IDKind
	// Birth and Sex are what the number itself says; zero for IDOther.
	Birth Date
	Sex   Sex
	// Doubtful is set on a number that passes although its last three places are 000, as a
	// spreadsheet leaves them when it has lost digits. One in eleven such numbers passes by chance.
	Doubtful bool
}

var (
	idWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	idMap     = "10X98765432"
)

// IDCheck computes the 18th place for 17 digits (GB 11643-1999, ISO 7064 MOD 11-2).
// It answers 0 when body is not 17 digits.
func IDCheck(body string) byte {
	if len(body) != 17 || !digitsOnly(body) {
		return 0
	}
	sum := 0
	for i, w := range idWeights {
		sum += int(body[i]-'0') * w
	}
	return idMap[sum%11]
}

// Canonical gives the spelling to compare by: an old number is carried over to its 18 places
// (19 before the year, check digit behind), as the registration offices did in 1999.
func (n IDNumber) Canonical() string {
	if n.Kind != IDOld {
		return n.Text
	}
	body := n.Text[:6] + "19" + n.Text[6:]
	return body + string(IDCheck(body))
}

// ParseID reads an ID number. today bounds the birth date; a zero today leaves it open.
// A wrong or lost digit is reported and never put right.
func ParseID(s string, today Date) (IDNumber, Reason) {
	t := cleanID(s)
	if Nothing(s) || Nothing(t) || t == "无证" || t == "无身份证" || t == "未办理" {
		return IDNumber{}, IDBlank
	}
	if LostDigits(t) {
		return IDNumber{}, IDPrecision
	}
	if strings.ContainsAny(t, "*") {
		return IDNumber{}, IDMasked
	}
	if otherDocument(t) {
		return IDNumber{Text: t, Kind: IDOther}, ""
	}
	for i := 0; i < len(t); i++ {
		if (t[i] < '0' || t[i] > '9') && (i != 17 || t[i] > 'Z' || t[i] < 'A') {
			return IDNumber{}, IDCharacters
		}
	}
	switch len(t) {
	case 15:
		return parseOld(t, today)
	case 18:
		return parse18(t, today)
	}
	return IDNumber{}, IDLength
}

func parse18(t string, today Date) (IDNumber, Reason) {
	if IDCheck(t[:17]) != t[17] {
		if strings.HasSuffix(t, "000") {
			return IDNumber{}, IDPrecision
		}
		return IDNumber{}, IDChecksum
	}
	birth := Date{atoi(t[6:10]), atoi(t[10:12]), atoi(t[12:14])}
	if !birth.Valid() || birth.Year < 1850 || !today.IsZero() && today.Before(birth) {
		return IDNumber{}, IDBirth
	}
	n := IDNumber{Text: t, Kind: IDResident, Birth: birth, Sex: sexOf(t[16]), Doubtful: strings.HasSuffix(t, "000")}
	if p := t[:6]; p == "810000" || p == "820000" || p == "830000" {
		n.Kind = IDPermit
	}
	return n, ""
}

func parseOld(t string, today Date) (IDNumber, Reason) {
	birth := Date{1900 + atoi(t[6:8]), atoi(t[8:10]), atoi(t[10:12])}
	if !birth.Valid() || !today.IsZero() && today.Before(birth) {
		return IDNumber{}, IDBirth
	}
	return IDNumber{Text: t, Kind: IDOld, Birth: birth, Sex: sexOf(t[14])}, ""
}

func sexOf(c byte) Sex {
	if (c-'0')%2 == 1 {
		return Male
	}
	return Female
}

// LostDigits recognises a number that a spreadsheet rounded: 9.90101E+17, or 18 digits and a
// fraction. Whole digits ending in 000 are judged by ParseID, with the check digit.
func LostDigits(s string) bool {
	t := strings.ToUpper(Squeeze(s))
	e := strings.IndexByte(t, 'E')
	if e < 1 || e == len(t)-1 {
		return false
	}
	exp := strings.TrimPrefix(t[e+1:], "+")
	if !digitsOnly(exp) || len(exp) > 3 {
		return false
	}
	mant := t[:e]
	if dot := strings.IndexByte(mant, '.'); dot >= 0 {
		return digitsOnly(mant[:dot]) && (dot == len(mant)-1 || digitsOnly(mant[dot+1:]))
	}
	return digitsOnly(mant) && len(mant) <= 2
}

// cleanID drops what typists put around a number: spaces, dashes, dots, a leading apostrophe,
// the words 身份证; and writes the Greek, Cyrillic or multiplication sign that looks like X as X.
func cleanID(s string) string {
	t := Squeeze(s)
	for _, word := range []string{"公民身份号码", "居民身份证", "身份证号码", "身份证号", "身份证", "证件号码"} {
		if rest, ok := strings.CutPrefix(t, word); ok && strings.ContainsAny(rest, "0123456789") {
			t = strings.TrimLeft(rest, ":")
		}
	}
	t = strings.TrimLeft(t, "'`’‘\"“=")
	t = strings.TrimRight(t, "'`’‘\"”;,。，；、.")
	if LostDigits(t) {
		return t
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '-' || r == '_' || r == '—' || r == '–' || r == '‐' || r == '‑':
			return -1
		case r == '×' || r == 'Χ' || r == 'χ' || r == 'Х' || r == 'х' || r == '✕':
			return 'X'
		case r >= 'a' && r <= 'z':
			return r - 32
		}
		return r
	}, t)
}

// otherDocument: 1–2 letters and 7–9 digits (passport, 回乡证 H12345678, 台胞证 with 8 digits does not
// begin with a letter and is not accepted here).
func otherDocument(t string) bool {
	n := 0
	for n < len(t) && t[n] >= 'A' && t[n] <= 'Z' {
		n++
	}
	rest := t[n:]
	return n >= 1 && n <= 2 && len(rest) >= 7 && len(rest) <= 10 && digitsOnly(rest)
}

func atoi(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
