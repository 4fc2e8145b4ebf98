package region

import (
	"context"
	"strings"

	"lianxin/internal/base/db"
)

// maxCalled bounds the places one word may mean.
const maxCalled = 40

// Called gives the paths of the present villages and groups that people mean
// by 龙潭, 龙潭村, 青石镇龙潭村 or 龙潭村4组. It asks nobody: the caller narrows a list
// with it that has its own bounds.
func Called(ctx context.Context, r db.Reader, county, words string) ([]string, error) {
	q := strings.Join(strings.Fields(words), "")
	if n := len([]rune(q)); n < 2 || n > 60 || strings.Trim(q, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return nil, nil
	}
	villages, err := db.All(ctx, r, scan, `SELECT `+columns+` FROM regions WHERE county = $1 AND level = 'village' AND valid_to = '' ORDER BY path`, county)
	if err != nil {
		return nil, err
	}
	short := q
	for _, end := range []string{"镇", "乡", "街道"} {
		if i := strings.Index(q, end); i > 0 && i+len(end) < len(q) {
			short = q[i+len(end):]
			break
		}
	}
	var out []string
	for _, v := range villages {
		group, ok := callsVillage(v.Name, q)
		if !ok && short != q {
			group, ok = callsVillage(v.Name, short)
		}
		if !ok || len(out) == maxCalled {
			continue
		}
		if group == "" {
			out = append(out, v.Path)
			continue
		}
		below, err := children(ctx, r, county, v.ID)
		if err != nil {
			return nil, err
		}
		for _, g := range below {
			if g.Name == group || strings.TrimSuffix(g.Name, "组") == strings.TrimSuffix(group, "组") {
				out = append(out, g.Path)
			}
		}
	}
	return out, nil
}

// callsVillage tells whether words mean a village, and what of them is left for
// its group.
func callsVillage(name, q string) (group string, ok bool) {
	if strings.HasPrefix(name, q) && len([]rune(q)) >= 2 {
		return "", true
	}
	if rest, ok := strings.CutPrefix(q, name); ok {
		return rest, true
	}
	core := strings.TrimSuffix(strings.TrimSuffix(name, "村"), "社区")
	if rest, ok := strings.CutPrefix(q, core); ok && len([]rune(core)) >= 2 && rest != "" {
		return rest, true
	}
	return "", false
}
