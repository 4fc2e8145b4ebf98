// Package privacy is the registry of personal fields (个人信息目录): every
// column of the database is declared here once, either as plain or with its
// purpose, class, readers, masked form and retention. A column that is not in
// it fails a test, so a new field cannot slip in unconsidered.
//
// Sources: 个人信息保护法 articles 6, 19, 28, 51; GB/T 22239-2019 8.1.4.11;
// GB/T 45574-2025; requirement text in security PRIV-1.
package privacy

// Class says how delicate a field is.
type Class string

// The classes.
const (
	General   Class = "general"   // a name, a post
	Contact   Class = "contact"   // phone, address
	Identity  Class = "identity"  // numbers that identify a person for ever
	Sensitive Class = "sensitive" // health, disability, religion, minors: 个人信息保护法 28
	Words     Class = "words"     // free text that may hold any of these
	Secret    Class = "secret"    // passwords, tokens: stored hashed
)

// Form is how a value is shown where it need not be whole.
type Form string

// The masked forms; rule/mask writes them.
const (
	FormNone    Form = ""        // shown whole to those who may read it
	FormName    Form = "name"    // 王*兰
	FormPhone   Form = "phone"   // 138****5678
	FormID      Form = "id"      // 110***********123X
	FormAddress Form = "address" // to the group only
	FormMonth   Form = "month"   // a day of birth to its year and month
	FormHidden  Form = "hidden"  // whole to its readers, nowhere else
	// FormOpened is told as kept and not shown, to its readers too: they say what
	// for and open it, and the record keeps who did (个人信息保护法 28–30). A test
	// walks these fields and every answer that could hold one.
	FormOpened Form = "opened"
)

// Field is one personal column.
type Field struct {
	Table, Column string
	Class         Class
	Purpose       string // message key privacy.purpose.*
	Readers       string // action of rule/access that opens it
	Form          Form
	Retention     string // message key privacy.keep.*
	Sealed        bool   // encrypted at rest
	Index         string // column with its keyed index, "" when it is not searched
}

// Registry collects the declarations of all tables.
type Registry struct {
	Fields []Field
	plain  map[string]string // "table.column" → why it is not personal
}

// All is the whole registry.
func All() *Registry {
	r := &Registry{plain: map[string]string{}}
	for _, add := range tables {
		add(r)
	}
	return r
}

// tables has one function per noun, each in its own file.
var tables = []func(*Registry){
	base,
	login,
	jobs,
	regions,
	cadres,
	households,
	minors,
	advices,
	pairings,
	visits,
	appeals,
	campaigns,
	progress,
	stays,
	practicals,
	receptions,
	rosters,
	feedbacks,
	complaints,
	opinions,
	leaders,
	notices,
	searches,
	holidays,
	inspections,
	meetings,
	phones,
}

// Plain declares columns that hold nothing personal, with the reason.
func (r *Registry) Plain(table, why string, columns ...string) {
	for _, c := range columns {
		r.plain[table+"."+c] = why
	}
}

// Personal declares personal columns.
func (r *Registry) Personal(fs ...Field) { r.Fields = append(r.Fields, fs...) }

// Knows reports whether a column is declared.
func (r *Registry) Knows(table, column string) bool {
	if _, ok := r.plain[table+"."+column]; ok {
		return true
	}
	_, ok := r.Find(table, column)
	return ok
}

// Find gives the declaration of a personal column.
func (r *Registry) Find(table, column string) (Field, bool) {
	for _, f := range r.Fields {
		if f.Table == table && f.Column == column {
			return f, true
		}
	}
	return Field{}, false
}

// Declared lists "table.column" of everything declared.
func (r *Registry) Declared() map[string]bool {
	m := map[string]bool{}
	for k := range r.plain {
		m[k] = true
	}
	for _, f := range r.Fields {
		m[f.Table+"."+f.Column] = true
	}
	return m
}

func base(r *Registry) {
	r.Plain("schema_steps", "schema", "version", "name", "sum", "taken_at")
	r.Plain("audit_rows", "references and commitments only", "county", "seq", "at", "actor", "roles", "door", "action", "object", "region", "result", "request", "detail", "seal")
	r.Plain("audit_heads", "chain", "county", "seq", "seal")
	r.Plain("operations", "ids and keyed hashes", "county", "id", "kind", "actor", "content", "at")
	r.Personal(Field{Table: "operations", Column: "answer", Class: Words, Purpose: "privacy.purpose.replay", Readers: "self", Form: FormHidden, Retention: "privacy.keep.operation", Sealed: true})
}
