package roster

import (
	"lianxin/internal/rule/grid"
	"lianxin/internal/rule/identity"
)

// settle decides what the rows are and with that what the words mean that have two meanings:
// 姓名 (householder, member or official), 类别 (care or rank), 联系电话 (whose?).
func settle(l *Layout, data []grid.Row) {
	n := map[Field]int{}
	for _, c := range l.Columns {
		n[c.Field]++
	}
	switch {
	case cadreList(n, l.Sheet):
		l.Kind = KindCadres
		settleCadres(l)
	case n[FieldRelation] > 0 || n[FieldMember] > 0 || n[FieldHead] > 0 && n[FieldName] > 0 && differ(l, data):
		l.Kind = KindPeople
		settlePeople(l)
	case n[FieldHead]+n[FieldName] > 0:
		l.Kind = KindHouseholds
		settleHouseholds(l, n)
	default:
		l.Kind = KindSkip
		return
	}
	if l.Kind != KindCadres {
		settleOwners(l, data)
	}
	single(l)
}

// cadreList: a name with a post, rank, unit or posted village, and nothing that only homes have.
func cadreList(n map[Field]int, sheet string) bool {
	if n[FieldHead]+n[FieldMember]+n[FieldRelation]+n[FieldGroup]+n[FieldSize]+n[FieldCadrePhone]+n[FieldCadrePost]+n[FieldIncome]+n[FieldHousing] > 0 {
		return false
	}
	names := n[FieldName] + n[FieldCadre]
	if names == 0 || n[FieldName] > 0 && n[FieldCadre] > 0 {
		return false
	}
	office := n[FieldPost] + n[FieldRank] + n[FieldPosted] + n[FieldUnit]
	if n[FieldPost]+n[FieldPosted] > 0 || office > 1 {
		return true
	}
	return names > 0 && (office > 0 || n[FieldPhone] > 0 || n[FieldVillage] > 0) && (has(sheet, "干部", "机关", "工作人员", "职工") && !has(sheet, "联系户", "农户", "结对户") || n[FieldCadre] > 0 && n[FieldAddress]+n[FieldCare] == 0)
}

func settleCadres(l *Layout) {
	ranked := false
	for _, c := range l.Columns {
		ranked = ranked || c.Field == FieldRank
	}
	for i := range l.Columns {
		c := &l.Columns[i]
		switch c.Field {
		case FieldCadre:
			c.Field = FieldName
		case FieldCare:
			if c.Field = FieldRank; ranked {
				c.Field = FieldNone
			}
		case FieldVillage:
			c.Field = FieldPosted
		case FieldAddress, FieldPairedFrom, FieldCadreUnit, FieldTown:
			c.Field = FieldNone
		}
	}
}

func settlePeople(l *Layout) {
	for i := range l.Columns {
		if c := &l.Columns[i]; c.Field == FieldName {
			c.Field = FieldMember
		}
	}
}

func settleHouseholds(l *Layout, n map[Field]int) {
	for i := range l.Columns {
		c := &l.Columns[i]
		if c.Field == FieldName {
			if n[FieldHead] > 0 { // 户主 and 姓名 with the same values: the first is enough
				c.Field = FieldNone
			} else {
				c.Field = FieldHead
			}
		}
	}
}

// differ: 户主 and 姓名 side by side mean one row a person when they differ somewhere.
func differ(l *Layout, data []grid.Row) bool {
	head, name := -1, -1
	for _, c := range l.Columns {
		if c.Field == FieldHead && head < 0 {
			head = c.Index
		}
		if c.Field == FieldName && name < 0 {
			name = c.Index
		}
	}
	for i, r := range data {
		if i >= evidence {
			break
		}
		h, m := r.At(head), r.At(name)
		if m.Text != "" && (h.Text == "" || h.Flag&grid.Merged != 0 || !identity.SameName(h.Text, m.Text)) {
			return true
		}
	}
	return false
}

// settleOwners gives posts, units and telephones to the person whose name stands before them.
func settleOwners(l *Layout, data []grid.Row) {
	cadre := -1
	phones := 0
	for i, c := range l.Columns {
		if c.Field == FieldCadre && cadre < 0 {
			cadre = i
		}
		if c.Field == FieldPhone {
			phones++
		}
	}
	owner := FieldNone
	for i := range l.Columns {
		c := &l.Columns[i]
		switch c.Field {
		case FieldHead, FieldMember, FieldCadre:
			owner = c.Field
		case FieldPost, FieldRank:
			c.Field = keep(cadre >= 0, FieldCadrePost)
		case FieldUnit:
			c.Field = keep(cadre >= 0, FieldCadreUnit)
		case FieldPosted:
			c.Field = FieldNone
		case FieldPhone:
			if owner == FieldCadre && (phones > 1 || followsCadre(l.Columns[cadre].Index, c.Index, data)) {
				c.Field = FieldCadrePhone
				phones--
			}
		}
	}
}

func keep(yes bool, f Field) Field {
	if yes {
		return f
	}
	return FieldNone
}

// followsCadre: the number belongs to the official when each official always has the same one and
// some official comes twice.
func followsCadre(cadre, phone int, data []grid.Row) bool {
	seen := map[string]string{}
	repeats := 0
	for i, r := range data {
		if i >= evidence {
			break
		}
		who, num := identity.Squeeze(r.Text(cadre)), identity.Squeeze(r.Text(phone))
		if who == "" || num == "" {
			continue
		}
		if before, ok := seen[who]; ok {
			if before != num {
				return false
			}
			repeats++
		}
		seen[who] = num
	}
	return repeats > 0
}

// single leaves a field to its best column where a second one would only confuse; several columns
// may hold telephones, officials, notes and care words.
func single(l *Layout) {
	best := map[Field]int{}
	for i, c := range l.Columns {
		switch c.Field {
		case FieldNone, FieldPhone, FieldCadre, FieldNote, FieldCare, FieldCadrePhone, FieldCadrePost, FieldCadreUnit:
			continue
		}
		j, ok := best[c.Field]
		switch {
		case !ok:
			best[c.Field] = i
		case c.Confidence > l.Columns[j].Confidence && len(c.Samples) > 0:
			l.Columns[j].Field, l.Columns[j].Confidence = FieldNone, 0
			best[c.Field] = i
		case len(l.Columns[j].Samples) == 0 && len(c.Samples) > 0:
			l.Columns[j].Field, l.Columns[j].Confidence = FieldNone, 0
			best[c.Field] = i
		default:
			l.Columns[i].Field, l.Columns[i].Confidence = FieldNone, 0
		}
	}
}
