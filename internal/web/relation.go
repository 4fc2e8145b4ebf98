package web

// relations are the usual words of a register for how somebody belongs to the
// householder, by their message keys. Other words are shown as they were typed.
var relations = map[string]string{
	"户主":  "head",
	"配偶":  "spouse",
	"妻子":  "wife",
	"丈夫":  "husband",
	"子女":  "child",
	"儿子":  "son",
	"女儿":  "daughter",
	"儿媳":  "daughter_in_law",
	"女婿":  "son_in_law",
	"孙子":  "grandson",
	"孙女":  "granddaughter",
	"外孙":  "grandson_maternal",
	"外孙女": "granddaughter_maternal",
	"父亲":  "father",
	"母亲":  "mother",
	"父母":  "parent",
	"公公":  "father_in_law_h",
	"婆婆":  "mother_in_law_h",
	"岳父":  "father_in_law",
	"岳母":  "mother_in_law",
	"祖父":  "grandfather",
	"祖母":  "grandmother",
	"兄弟":  "brother",
	"姐妹":  "sister",
}

// Relates says how somebody belongs to the householder, in the reader's language.
func (l personLine) Relates() Say {
	if k, ok := relations[l.Relation]; ok {
		return K("household.relation." + k)
	}
	return Plain(l.Relation)
}
