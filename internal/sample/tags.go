package sample

import "math/rand/v2"

// tags marks the homes that need more attention, each on its evidence (A3, c9).
func (b *builder) tags(r *rand.Rand, h *homeState) {
	add := func(kind string, member int, evidence, source string, months int) {
		from := b.first - day(between(r, 20, 500))
		if from < h.from {
			from = h.from
		}
		t := CareTag{Kind: kind, Evidence: evidence, Source: source, From: from.String()}
		if member >= 0 {
			t.Member = h.Members[member].ID
		}
		if months > 0 { // yearly lists are renewed: some run out, and a few have
			t.To = (b.today + day(between(r, -40, months*30))).String()
		}
		h.Tags = append(h.Tags, t)
	}
	for i, m := range h.Members {
		age := b.today.age(h.births[i])
		switch {
		case m.Health == "残疾":
			if chance(r, 0.85) {
				add("残疾", i, "残疾人证，"+m.Disability, "部门数据", 60)
			} else {
				add("残疾", i, "村里核实，尚未办证，"+m.Disability, "村里提供", 12)
			}
		case m.Health == "大病":
			add("大病", i, "县医院诊断证明："+m.Illness, "本人陈述", 12)
		}
		if age >= 80 && m.Left == "" {
			add("高龄", i, "身份证年龄满80岁", "部门数据", 0)
		}
	}
	for i, m := range h.Members {
		if age := b.today.age(h.births[i]); age < 6 || age >= 18 || m.Work != "在校" {
			continue
		}
		switch {
		case h.kind == kindOrphan:
			add("孤儿", i, "民政孤儿认定表", "部门数据", 24)
		case h.kind == kindLeft:
			add("留守学生", i, pick(r, []string{"父母均在外务工满六个月，中心校名单", "父亲在外务工，母亲不在身边，村里核实"}), "村里提供", 12)
		}
	}
	switch h.kind {
	case kindAlone:
		if chance(r, 0.5) {
			add("孤寡老人", 0, "无子女，村民小组证明", "村里提供", 12)
		} else {
			add("独居", 0, "子女不在本村居住，入户看到", "村里提供", 12)
		}
	case kindBachelor:
		if chance(r, 0.6) {
			add("独居", 0, "一人一户，入户看到", "村里提供", 12)
		}
	case kindSingle:
		add("单亲", 0, pick(r, []string{"离异，独自带孩子", "配偶去世，独自带孩子"}), "本人陈述", 12)
	}
	switch h.Kind {
	case "低保户":
		add("低收入", -1, "低保证，民政名单", "部门数据", 12)
	case "特困供养户":
		add("低收入", -1, "特困供养审批表", "部门数据", 12)
	case "防返贫监测户":
		add("突发困难", -1, pick(r, []string{"因病支出骤增，监测系统名单", "因灾收入骤减，监测系统名单", "务工不稳，监测系统名单"}), "部门数据", 12)
	default:
		if h.Income == "7千以下" {
			add("低收入", -1, "村民小组评议", "村里提供", 12)
		}
	}
	h.priority = h.priority || len(h.Tags) > 0 && (h.kind == kindOrphan || h.Kind != "一般户" || len(h.Tags) > 1)
}
