package roster

import "lianxin/internal/rule/identity"

// Action is what a clerk decided about a problem.
type Action string

const (
	Set    Action = "set"    // put Value into the field of this row ("" empties it)
	Skip   Action = "skip"   // leave this row out
	Accept Action = "accept" // it is right as it stands: two households, a new official
)

// Fix is one decision. With Alike it holds for every row of the file where the same thing is
// wrong: for Set where the field has the same Match value, for Skip and Accept where the problem
// has the same Key (and, when Match is not empty, the same value).
type Fix struct {
	Action Action
	Sheet  string
	Row    int
	Field  Field
	Key    string
	Value  string
	Alike  bool
	Match  string
}

// Acceptable tells which problems may be accepted as they stand.
func Acceptable(key string) bool {
	switch key {
	case KeyDuplicate, KeyDuplicateStored, KeyMaybeDuplicate, KeyCadreUnknown, KeyIDDoubtful, KeyPersonTwice,
		KeyHiddenRead, KeyHiddenLeft, KeyHiddenRows, KeyHiddenSheet:
		return true
	}
	return false
}

// Apply reads the file again with the decisions made so far. The same decisions give the same
// result; a decision about a row that does not exist changes nothing.
func Apply(in Input, fixes []Fix) Result {
	d := decide(fixes)
	if len(d.skipKeys) > 0 {
		for _, p := range extract(in, d).Problems {
			for _, f := range d.skipKeys {
				if f.Key == p.Key && (f.Match == "" || sameText(f.Match, p.Value)) {
					d.skip[RowRef{p.Sheet, p.Row}] = true
				}
			}
		}
	}
	return extract(in, d)
}

type cellKey struct {
	RowRef
	field Field
}

type valueKey struct {
	field Field
	match string
}

type acceptKey struct {
	RowRef
	key string
}

// decisions are fixes in the form the reader asks for them.
type decisions struct {
	set      map[cellKey]string
	alike    map[valueKey]string
	skip     map[RowRef]bool
	accept   map[acceptKey]bool
	skipKeys []Fix
	acceptBy []Fix
}

func decide(fixes []Fix) decisions {
	d := decisions{set: map[cellKey]string{}, alike: map[valueKey]string{}, skip: map[RowRef]bool{}, accept: map[acceptKey]bool{}}
	for _, f := range fixes {
		at := RowRef{f.Sheet, f.Row}
		switch {
		case f.Action == Set && f.Alike:
			d.alike[valueKey{f.Field, identity.Squeeze(f.Match)}] = f.Value
		case f.Action == Set:
			d.set[cellKey{at, f.Field}] = f.Value
		case f.Action == Skip && f.Alike:
			d.skipKeys = append(d.skipKeys, f)
		case f.Action == Skip:
			d.skip[at] = true
		case f.Action == Accept && f.Alike && Acceptable(f.Key):
			d.acceptBy = append(d.acceptBy, f)
		case f.Action == Accept && Acceptable(f.Key):
			d.accept[acceptKey{at, f.Key}] = true
		}
	}
	return d
}

func (d decisions) accepted(at RowRef, key, value string) bool {
	if d.accept[acceptKey{at, key}] {
		return true
	}
	for _, f := range d.acceptBy {
		if f.Key == key && (f.Match == "" || sameText(f.Match, value)) {
			return true
		}
	}
	return false
}

// value gives the text decided for a cell, if any.
func (d decisions) value(at RowRef, f Field, written string) (string, bool) {
	if v, ok := d.set[cellKey{at, f}]; ok {
		return v, true
	}
	if len(d.alike) > 0 {
		v, ok := d.alike[valueKey{f, identity.Squeeze(written)}]
		return v, ok
	}
	return "", false
}

func sameText(a, b string) bool { return identity.Squeeze(a) == identity.Squeeze(b) }
