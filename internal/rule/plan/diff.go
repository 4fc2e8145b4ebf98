package plan

// Change is one value that differs between two versions. An absent value is
// nil.
type Change struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Rank  Rank   `json:"rank,omitempty"`
	Old   *Value `json:"old"`
	New   *Value `json:"new"`
}

// Diff lists the values that differ from a to b: changed and dropped ones in
// a's order, then added ones in b's. Words of the source alone are not a
// change of the rule.
func Diff(a, b Plan) []Change {
	var out []Change
	old, now := a.Values(), b.Values()
	byKey := make(map[string]*Value, len(now))
	for i := range now {
		byKey[now[i].Key] = &now[i]
	}
	had := make(map[string]bool, len(old))
	for i := range old {
		o := &old[i]
		had[o.Key] = true
		n := byKey[o.Key]
		if n == nil || n.Raw != o.Raw {
			out = append(out, Change{o.Key, o.Label, o.Rank, o, n})
		}
	}
	for i := range now {
		if n := &now[i]; !had[n.Key] {
			out = append(out, Change{n.Key, n.Label, n.Rank, nil, n})
		}
	}
	return out
}
