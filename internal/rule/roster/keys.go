package roster

// Keys of problems, grouped by how they are repaired. Their sentences are in ui/lang/*/roster.json.
const (
	KeyHeadMissing     = "roster.head_missing"     // a household's row without the householder's name
	KeyNoHead          = "roster.no_head"          // members without a householder above them
	KeyNameBad         = "roster.name_bad"         // not a name
	KeyMemberName      = "roster.member_name"      // a person's row without a name
	KeyIDChecksum      = "roster.id_checksum"      // wrong check digit
	KeyIDLength        = "roster.id_length"        // too many or too few digits
	KeyIDCharacters    = "roster.id_characters"    // signs no ID number has
	KeyIDBirth         = "roster.id_birth"         // impossible birth date inside
	KeyIDPrecision     = "roster.id_precision"     // digits lost by the spreadsheet
	KeyIDMasked        = "roster.id_masked"        // stars
	KeyIDDoubtful      = "roster.id_doubtful"      // ends in 000, passes by chance one time in eleven
	KeyIDShared        = "roster.id_shared"        // one number, two names
	KeyIDSharedStored  = "roster.id_shared_stored" // the same against the register
	KeyPersonTwice     = "roster.person_twice"     // one person in two households
	KeyPersonStored    = "roster.person_stored"    // the same against the register
	KeyDuplicate       = "roster.duplicate"        // the same household twice in the file
	KeyDuplicateStored = "roster.duplicate_stored" // stored already, in another place
	KeyMaybeDuplicate  = "roster.maybe_duplicate"  // same name and group, other phone or address
	KeyVillageUnknown  = "roster.village_unknown"
	KeyVillageMissing  = "roster.village_missing"
	KeyCadreUnknown    = "roster.cadre_unknown"   // not in the list of officials
	KeyCadreNew        = "roster.cadre_new"       // not in the register; will be added
	KeyCadreAmbiguous  = "roster.cadre_ambiguous" // several officials of that name
	KeyCadreName       = "roster.cadre_name"      // an official's row without a name, or not a name
	KeyCadreTwice      = "roster.cadre_twice"     // the same official twice in the list
	KeyCadrePosts      = "roster.cadre_posts"     // one name with two posts: two people?
	KeyPostedUnknown   = "roster.posted_unknown"  // posted to a village that is not known
	KeyPhoneBad        = "roster.phone_bad"
	KeyDateBad         = "roster.date_bad"
	KeySexMismatch     = "roster.sex_mismatch"
	KeyBirthMismatch   = "roster.birth_mismatch"
	KeySizeBad         = "roster.size_bad"
	KeyCellError       = "roster.cell_error"    // #N/A, #REF!
	KeyFormulaEmpty    = "roster.formula_empty" // a formula whose result the file does not carry
	KeyFormula         = "roster.formula"       // results of formulas were taken, once a column
	KeyHiddenRead      = "roster.hidden_read"   // a hidden column was read
	KeyHiddenLeft      = "roster.hidden_left"   // a hidden column was left out
	KeyHiddenRows      = "roster.hidden_rows"   // hidden rows were read, once a sheet
	KeyHiddenSheet     = "roster.hidden_sheet"  // a hidden sheet was left out
)

// Reasons for skipping a row.
const (
	WhyHeader   = "roster.skip_header"
	WhySubtotal = "roster.skip_subtotal"
	WhyNote     = "roster.skip_note"
	WhyExample  = "roster.skip_example"
	WhySection  = "roster.skip_section"
	WhyEmpty    = "roster.skip_empty"
	WhyAsked    = "roster.skip_asked"
	WhyHidden   = "roster.skip_hidden"
)

// idProblem translates the reasons of package identity; "" means the number needs no repair.
var idProblem = map[string]string{
	"identity.id_checksum": KeyIDChecksum, "identity.id_length": KeyIDLength, "identity.id_characters": KeyIDCharacters,
	"identity.id_birth": KeyIDBirth, "identity.id_precision": KeyIDPrecision, "identity.id_masked": KeyIDMasked,
}
