// Package identity reads what people write about people: ID numbers, telephone numbers, names and
// dates as they stand in the lists of a township office, with full-width digits, spaces, +86 and
// lower-case x. It answers in one spelling, so that the same person is found again, and says in a
// Reason what is wrong when something is wrong. It never guesses: digits that a spreadsheet has
// lost stay lost until a person types them again.
//
// It also makes the keys by which a name is found: pinyin with the surname's own reading
// (单 is shan, 仇 is qiu), initials, and pairs of characters.
//
// Pure functions only: no clock, no database. "Today" is an argument.
// Sources: GB 11643-1999 (ID numbers); domain.md §4.6; requirement A7 (roster), A32 (cards).
package identity

// Reason says why a value was not accepted. The empty Reason means "accepted". Its text is the
// message key of ui/lang/*/identity.json.
type Reason string

// Reasons for ID numbers.
const (
	IDBlank      Reason = "identity.id_blank"      // nothing written, or 无: there is no document
	IDLength     Reason = "identity.id_length"     // not 15 and not 18 places
	IDCharacters Reason = "identity.id_characters" // signs that no ID number has
	IDChecksum   Reason = "identity.id_checksum"   // the 18th place does not fit the others
	IDBirth      Reason = "identity.id_birth"      // the birth date inside does not exist or lies ahead
	IDPrecision  Reason = "identity.id_precision"  // a spreadsheet kept only 15 digits
	IDMasked     Reason = "identity.id_masked"     // written with stars
)

// Reasons for telephone numbers.
const (
	PhoneBlank     Reason = "identity.phone_blank"     // nothing written, or 无
	PhoneLength    Reason = "identity.phone_length"    // too few or too many digits
	PhonePattern   Reason = "identity.phone_pattern"   // right length, but no such number range
	PhoneNoDigits  Reason = "identity.phone_no_digits" // words instead of a number
	PhonePrecision Reason = "identity.phone_precision" // shown as 1.38E+10: digits are gone
	PhoneMasked    Reason = "identity.phone_masked"    // written with stars
)

// Reasons for names.
const (
	NameBlank      Reason = "identity.name_blank"
	NameLength     Reason = "identity.name_length"     // more than MaxName characters, or only one
	NameCharacters Reason = "identity.name_characters" // digits or signs inside
)

// Reasons for dates.
const (
	DateBlank     Reason = "identity.date_blank"
	DateUnknown   Reason = "identity.date_unknown"   // no spelling we know
	DateNone      Reason = "identity.date_none"      // no such day, e.g. 30 February
	DateAhead     Reason = "identity.date_ahead"     // after the day given as the latest allowed
	DateAmbiguous Reason = "identity.date_ambiguous" // 3/4/2026: March or April?
)

// Sex as an ID number or a roster states it; the zero value is "not stated".
type Sex string

const (
	SexUnknown Sex = ""
	Male       Sex = "male"
	Female     Sex = "female"
)

// ParseSex reads 男, 女, 男性, M, 1, 2 … (codes of GB/T 2261.1). Anything else is SexUnknown.
func ParseSex(s string) Sex {
	switch Squeeze(s) {
	case "男", "男性", "M", "m", "male", "Male", "1", "男孩":
		return Male
	case "女", "女性", "F", "f", "female", "Female", "2", "女孩":
		return Female
	}
	return SexUnknown
}
