package door

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"lianxin/internal/base/fault"
	"lianxin/internal/rule/calendar"
)

// QueryKind is what the value of an address may be, by its name: the same name
// means the same everywhere.
func QueryKind(name string) string {
	switch name {
	case "limit", "year":
		return "integer"
	case "mine", "unpaired", "priority", "left", "ended", "voided", "oldest", "any", "all":
		return "boolean"
	case "from", "to", "due_before", "week":
		return "day"
	case "month":
		return "month"
	}
	return "string"
}

// asked refuses an address whose declared values are not what they should be:
// a filter that is ignored shows somebody a list he did not ask for. An API row
// refuses names it does not know as well; pages leave them, links carry some. What a
// list's own words and keys may be, the list says (scope.Known, scope.After).
func asked(c *Call, rt Route) error {
	strict := rt.Kind == JSON && c.R.Method == http.MethodGet
	if c.R.URL.RawQuery == "" || len(rt.Query) == 0 && !strict {
		return nil
	}
	var f fault.Fields
	q := c.values()
	if strict { // a program that misspells a filter must not take the whole list for its answer
		for _, name := range slices.Sorted(maps.Keys(q)) {
			f.Check(declares(rt, name), cut(name), "fault.query_unknown")
		}
	}
	for _, name := range rt.Query {
		s := q.Get(name)
		if s == "" {
			continue
		}
		switch QueryKind(name) {
		case "integer":
			n, err := strconv.Atoi(s)
			if name == "year" {
				f.Check(err == nil && n >= 2000 && n <= 2100, name, "fault.query_year")
			} else {
				f.Check(err == nil && n > 0, name, "fault.query_number")
			}
		case "boolean":
			f.Check(s == "true" || s == "false" || s == "1" || s == "0", name, "fault.query_flag", "name", name)
		case "day":
			f.Check(calendar.Day(s).Valid(), name, "fault.query_day")
		case "month":
			f.Check(len(s) == 7 && calendar.Day(s+"-01").Valid(), name, "fault.query_month")
		}
	}
	if from, to := q.Get("from"), q.Get("to"); len(f) == 0 && from != "" && to != "" && declares(rt, "from") && declares(rt, "to") {
		f.Check(from <= to, "to", "fault.query_turned")
	}
	if err := f.Err(); err != nil {
		return err
	}
	return nil
}

// cut keeps the name of a value that is told back short.
func cut(name string) string {
	if r := []rune(name); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return name
}

func declares(rt Route, name string) bool {
	for _, n := range rt.Query {
		if n == name {
			return true
		}
	}
	return false
}
