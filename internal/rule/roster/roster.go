// Package roster reads officials and households out of the lists that township offices keep in
// spreadsheets, as different as they are: titles above, heads in one or two rows, 户主 or 农户姓名 or
// 联系对象, one row a household or one row a person, several sheets, sums and notes in between.
//
// Recognise proposes what each column means, so that a person can look at three samples and change
// it. Extract then reads the rows. Every row ends in one of three places: among the good ones, among
// the problems (with sheet, row, column, value and how to repair it), or among the skipped ones
// (with the reason). A problem never holds up the good rows, and nothing is guessed: a digit that is
// lost stays lost, a village that is not known is asked for.
//
// Pure functions over values; nothing is stored here. Source: requirement A7 and A2, domain.md §5
// (complaint 1: the same data typed again and again), ux.md "Import wizard".
package roster

import (
	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
)

// Field is what a column means.
type Field string

// Fields of a household or a person.
const (
	FieldNone        Field = ""             // not used
	FieldSerial      Field = "serial"       // 序号
	FieldHouseholdNo Field = "household_no" // 户号: the same number on each row of one household
	FieldHead        Field = "head"         // 户主, 农户姓名, 联系对象
	FieldMember      Field = "member"       // 姓名 of a member, on sheets with one row a person
	FieldRelation    Field = "relation"     // 与户主关系
	FieldSex         Field = "sex"
	FieldID          Field = "id_number"
	FieldBirth       Field = "birth"
	FieldVillage     Field = "village"
	FieldGroup       Field = "group"
	FieldAddress     Field = "address"
	FieldPhone       Field = "phone"
	FieldSize        Field = "size" // 家庭人口
	FieldCare        Field = "care" // 困难类型, 对象类别
	FieldHousing     Field = "housing"
	FieldIncome      Field = "income"
	FieldHealth      Field = "health"
	FieldEducation   Field = "education"
	FieldEthnic      Field = "ethnic"
	FieldOccupation  Field = "occupation"
	FieldNote        Field = "note"
	FieldTown        Field = "town"
)

// Fields of a pairing.
const (
	FieldCadre      Field = "cadre" // 联系干部, 帮扶责任人, 挂联人
	FieldCadrePost  Field = "cadre_post"
	FieldCadreUnit  Field = "cadre_unit"
	FieldCadrePhone Field = "cadre_phone"
	FieldPairedFrom Field = "paired_from"
)

// Fields of a sheet of officials.
const (
	FieldName   Field = "name"
	FieldPost   Field = "post"
	FieldRank   Field = "rank" // 镇领导, 镇干部, 村两委
	FieldUnit   Field = "unit"
	FieldPosted Field = "posted" // 驻村
)

// Fields lists every field in the order a wizard offers them.
func Fields() []Field {
	return []Field{FieldNone, FieldHead, FieldMember, FieldRelation, FieldSex, FieldID, FieldBirth, FieldVillage, FieldGroup, FieldAddress,
		FieldPhone, FieldSize, FieldCare, FieldCadre, FieldCadrePost, FieldCadreUnit, FieldCadrePhone, FieldPairedFrom, FieldName, FieldPost,
		FieldRank, FieldUnit, FieldPosted, FieldHousing, FieldIncome, FieldHealth, FieldEducation, FieldEthnic, FieldOccupation, FieldTown,
		FieldSerial, FieldHouseholdNo, FieldNote}
}

// Kind is what a sheet's rows are.
type Kind string

const (
	KindSkip       Kind = ""           // no list was recognised, or the sheet is not to be read
	KindCadres     Kind = "cadres"     // one row an official
	KindHouseholds Kind = "households" // one row a household
	KindPeople     Kind = "people"     // one row a person
)

// Column is one column and its proposed meaning.
type Column struct {
	Index      int      // from 0
	Ref        string   // letters: F
	Header     string   // as written; two rows of heads are joined by /
	Field      Field    // proposed meaning
	Confidence float64  // 1 exact word, 0.8 by rule, 0.6 from the values, 0 none
	Samples    []string // up to three different values
	// Hidden in the workbook. It is read where no column in sight says the same: offices hide what is
	// in the way on paper, ID numbers and telephones above all. It is said in any case.
	Hidden bool
}

// Layout is how one sheet is read, or one part of it where a second head with other columns stands
// below the first. A wizard may change any part of it before Extract.
type Layout struct {
	Sheet    string
	Kind     Kind
	HeadRow  int // number of the first head row, 0 when none
	HeadRows int
	FirstRow int // number of the first row of data
	LastRow  int // number of the last one where another head follows, 0 to the end of the sheet
	Columns  []Column
	// Village is the village of all rows without one of their own: from the sheet's name or title.
	Village string
	Titles  []string // texts above the head
	// SkipHidden leaves hidden rows out, when a person says so; a filter left on hides good ones.
	SkipHidden bool
}

// Holds says whether a row lies below the head and above the next one.
func (l Layout) Holds(row int) bool {
	return l.FirstRow > 0 && row >= l.FirstRow && (l.LastRow == 0 || row <= l.LastRow)
}

// Of finds the sheet that a layout describes.
func (l Layout) Of(sheets []grid.Sheet) grid.Sheet {
	for _, s := range sheets {
		if s.Name == l.Sheet {
			return s
		}
	}
	return grid.Sheet{}
}

// Input is everything Extract looks at.
type Input struct {
	Sheets  []grid.Sheet
	Layouts []Layout
	Known   Known
	Today   identity.Date // bounds birth dates
}

// Known is what the office's register holds already.
type Known struct {
	// Villages of the township. When empty, the villages named in the file are taken as they are.
	Villages   []KnownVillage
	Cadres     []KnownCadre
	Households []KnownHousehold
	// Blind makes the keyed index of an ID number, as the register stores it; nil compares plainly.
	Blind func(idNumber string) string
	// CadresComplete says that every official is in Cadres already: a pairing with anybody else is an
	// error even when the file has no list of officials of its own.
	CadresComplete bool
}

// KnownVillage is a village with its earlier or short names.
type KnownVillage struct {
	Ref, Name string
	Other     []string
}

// KnownCadre is an official in the register. Phone may be empty when it is not to be read.
type KnownCadre struct{ Ref, Name, Phone, Post, Village string }

// KnownHousehold is a household in the register; keys are made by Known.Blind of the canonical
// 18-place number.
type KnownHousehold struct {
	Ref, Head, Village, Group string
	HeadKey                   string
	MemberKeys                []string
}

// Result is what a file holds: good, wrong and left out.
type Result struct {
	Cadres     []Cadre
	Households []Household
	Problems   []Problem
	// Held are the rows that are not among the good ones because of an error.
	Held []RowRef
	// Skipped are rows that hold no person: heads again, sums, notes, examples.
	Skipped []SkippedRow
	// Namesakes are people of one name kept apart because their numbers or homes differ.
	Namesakes []Namesakes
	// Villages named in the file, when none were known.
	Villages []string
	// Missing counts the good households without a phone or an ID number; information, no problem.
	Missing Missing
}

// Counts are the figures a clerk compares with the list in hand.
type Counts struct{ Cadres, Households, Members, Pairings, Errors, Warnings int }

// Counts adds up a result.
func (r Result) Counts() Counts {
	c := Counts{Cadres: len(r.Cadres), Households: len(r.Households)}
	for _, h := range r.Households {
		c.Members += len(h.Members)
		c.Pairings += len(h.Pairings)
	}
	for _, p := range r.Problems {
		if p.Severity == Error {
			c.Errors++
		} else {
			c.Warnings++
		}
	}
	return c
}

// Cadre is an official of a list, or one named in a pairing when the file has no list.
type Cadre struct {
	Sheet    string
	Row      int    // 0 when only named in pairings
	Existing string // reference in the register, when he is there already
	Name     string
	Post     string
	Rank     string // as written: 镇领导, 镇干部, 村两委
	Unit     string
	Posted   []string // villages
	Phones   []identity.Phone
	Sex      identity.Sex
	ID       identity.IDNumber
	Note     string
}

// Household is one home with its members; the householder comes first.
type Household struct {
	Sheet      string
	Row        int
	Rows       []int  // every row that was read for it
	Existing   string // reference in the register when it is there already
	Head       string
	Members    []Member
	Village    string // the register's name of it
	VillageRef string
	Group      string // 8组, 3社, 大寨组
	GroupNo    int    // 0 when the group has no number
	Address    string
	Phones     []identity.Phone
	Size       int      // as written in the list; may differ from the members listed
	Care       []string // tags, see CareTags
	CareWords  string   // as written
	Housing    string
	Income     string
	Note       string
	Pairings   []Pairing
}

// Member is one person of a household.
type Member struct {
	Row        int
	Name       string
	Relation   string // 户主 for the householder
	Sex        identity.Sex
	ID         identity.IDNumber
	Birth      identity.Date
	Phones     []identity.Phone // only when different from the household's
	Care       []string
	Health     string
	Education  string
	Ethnic     string
	Occupation string
	Note       string
}

// Pairing says who helps a household. The first named is the helper, the others help jointly.
type Pairing struct {
	Cadre int // index in Result.Cadres, or -1 when the official is only in the register
	Ref   string
	Name  string
	Joint bool
	From  identity.Date
}

// RowRef points at a row as the spreadsheet numbers it.
type RowRef struct {
	Sheet string
	Row   int
}

// SkippedRow is a row that holds no person; Why is a message key.
type SkippedRow struct {
	RowRef
	Why  string
	Text string
}

// Namesakes are rows with different people of one name.
type Namesakes struct {
	Name string
	Rows []RowRef
}

// Missing counts good households that lack something useful.
type Missing struct{ Phone, ID, Pairing int }

// Severity of a problem: an Error holds the row back, a Warning leaves out or marks a value.
type Severity string

const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Problem is one thing to repair. Problems with the same Key are repaired the same way.
type Problem struct {
	Sheet     string
	Row       int    // as the spreadsheet numbers it
	Column    string // head of the column
	ColumnRef string // letters: F
	Field     Field
	Value     string // as written
	Key       string // message key, roster.…
	Args      map[string]string
	Severity  Severity
	Fixes     []Suggestion
}

// Suggestion is one way to repair a problem; the wizard turns it into a Fix.
type Suggestion struct {
	Action Action
	Value  string
}
