package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"lianxin/internal/base/lang"
	"lianxin/internal/door"
	"lianxin/internal/rule/calendar"
	"lianxin/internal/rule/quota"
)

// document serves the OpenAPI document made from the table.
func (a *API) document() door.Route {
	return door.Route{Kind: door.JSON, Method: "GET", Pattern: base + "/openapi.json", Policy: door.Open, Limits: door.Small, Audit: door.Quiet, Says: "api.document",
		Handle: func(c *door.Call) error {
			c.W.Header().Set("Content-Type", "application/json; charset=utf-8")
			_, err := c.W.Write(a.doc)
			return err
		}}
}

// Describe makes the OpenAPI 3.1 document of a table; only rows of the API are
// in it. The same table gives the same bytes.
func (a *API) Describe(table []door.Route) ([]byte, error) {
	s := schemas{map[string]any{}, a.Texts}
	problem := s.of(reflect.TypeFor[Problem]())
	paths := map[string]map[string]any{}
	say := func(key string) string { return a.Texts.T(lang.Chinese, key) }
	for _, r := range table {
		if r.Kind != door.JSON || !(strings.HasPrefix(r.Pattern, base+"/") || r.Pattern == "/healthz") {
			continue
		}
		op := map[string]any{"summary": say(r.Says), "description": a.Texts.T(lang.English, r.Says), "operationId": operation(r)}
		var params []any
		for part := range strings.SplitSeq(r.Pattern, "/") {
			if name, ok := strings.CutPrefix(part, "{"); ok {
				params = append(params, map[string]any{"name": strings.Trim(name, "{}."), "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
			}
		}
		for _, q := range r.Query {
			params = append(params, map[string]any{"name": q, "in": "query", "description": say("api.q." + q), "schema": map[string]any{"type": queryType(q)}})
		}
		if params != nil {
			op["parameters"] = params
		}
		if r.In != nil && r.In != reflect.TypeFor[door.Nothing]() && r.Method != "GET" {
			op["requestBody"] = map[string]any{"required": true, "content": map[string]any{"application/json": map[string]any{"schema": s.of(r.In)}}}
		}
		responses := map[string]any{"default": map[string]any{"description": say("api.failure"), "content": map[string]any{"application/problem+json": map[string]any{"schema": problem}}}}
		ok := map[string]any{"description": say("api.success")}
		if r.Out != nil {
			ok["content"] = map[string]any{"application/json": map[string]any{"schema": s.of(r.Out)}}
		}
		responses["200"] = ok
		if r.Method == "POST" && r.Audit == door.Writes && !r.Policy.Open {
			made := map[string]any{"description": say("api.made")}
			if c, has := ok["content"]; has {
				made["content"] = c
			}
			if a.items[r.Pattern] {
				made["headers"] = map[string]any{"Location": map[string]any{"description": say("api.location"), "schema": map[string]any{"type": "string"}}}
			}
			responses["201"] = made
			responses["409"] = map[string]any{"description": say("api.other_content"), "content": map[string]any{"application/problem+json": map[string]any{"schema": problem}}}
		}
		op["responses"] = responses
		if r.Policy.Open {
			op["security"] = []any{}
		} else {
			op["x-needs"] = string(r.Policy.Need)
		}
		if paths[r.Pattern] == nil {
			paths[r.Pattern] = map[string]any{}
		}
		paths[r.Pattern][strings.ToLower(r.Method)] = op
	}
	doc := map[string]any{
		"openapi":    "3.1.0",
		"info":       map[string]any{"title": say("api.title"), "version": "1", "description": say("api.about")},
		"paths":      paths,
		"security":   []any{map[string]any{"bearer": []any{}}},
		"components": map[string]any{"schemas": s.defs, "securitySchemes": map[string]any{"bearer": map[string]any{"type": "http", "scheme": "bearer"}}},
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	return append(b, '\n'), err
}

// Publish fixes the document that is served.
func (a *API) Publish(table []door.Route) error {
	b, err := a.Describe(table)
	a.doc = b
	return err
}

func operation(r door.Route) string {
	var b strings.Builder
	b.WriteString(strings.ToLower(r.Method))
	for part := range strings.SplitSeq(strings.TrimPrefix(r.Pattern, base), "/") {
		if part = strings.Trim(part, "{}"); part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + strings.NewReplacer(".", "", "_", "").Replace(part[1:]))
		}
	}
	return b.String()
}

// queryType is the JSON type of a value of the address.
func queryType(q string) string {
	switch k := door.QueryKind(q); k {
	case "integer", "boolean":
		return k
	}
	return "string"
}

// schemas collects the JSON Schemas of Go types as encoding/json writes them.
type schemas struct {
	defs  map[string]any
	texts *lang.Catalog
}

func (s schemas) of(t reflect.Type) any {
	switch t {
	case reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case reflect.TypeFor[calendar.Day]():
		return map[string]any{"type": "string", "format": "date"}
	case reflect.TypeFor[quota.Halves]():
		return map[string]any{"type": "number", "multipleOf": 0.5}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Slice, reflect.Array:
		return map[string]any{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		name := name(t)
		if _, done := s.defs[name]; !done {
			s.defs[name] = nil // a type may hold itself
			s.defs[name] = s.object(t)
		}
		return map[string]any{"$ref": "#/components/schemas/" + name}
	}
	return map[string]any{}
}

func (s schemas) object(t reflect.Type) any {
	props := map[string]any{}
	var required []string
	facts := inputs[name(t)]
	var add func(reflect.Type)
	add = func(t reflect.Type) {
		for f := range t.Fields() {
			tag := f.Tag.Get("json")
			if f.Anonymous && tag == "" {
				add(f.Type)
				continue
			}
			if !f.IsExported() || tag == "-" {
				continue
			}
			n, opts, _ := strings.Cut(tag, ",")
			if n == "" {
				n = f.Name
			}
			about := facts[n]
			props[n] = s.tell(s.of(f.Type), about)
			if !strings.Contains(opts, "omitempty") && !strings.HasSuffix(t.Name(), "Input") && !strings.HasSuffix(t.Name(), "Change") {
				required = append(required, n)
			} else if about.need {
				required = append(required, n)
			}
		}
	}
	add(t)
	o := map[string]any{"type": "object", "properties": props, "additionalProperties": false}
	if required != nil {
		o["required"] = required
	}
	if each := perMove(facts); each != nil {
		o["allOf"] = each
	}
	return o
}

// name of a type's schema: package and name, and for lists that of the item.
func name(t reflect.Type) string {
	n := t.Name()
	if i := strings.Index(n, "["); i >= 0 {
		item := t.Field(0).Type.Elem()
		return n[:i] + "Of" + strings.ReplaceAll(name(item), ".", "")
	}
	p := t.PkgPath()
	p = p[strings.LastIndex(p, "/")+1:]
	return p + "." + n
}
