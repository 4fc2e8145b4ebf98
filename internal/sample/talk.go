package sample

import "slices"

// talk fills a visit at which somebody was spoken to.
func (v *round) talk(x *Visit, p *pairState, s *scene, d day) {
	r, w, h, who := v.r, v.w, p.h, p.c.ID
	m := &h.memory
	switch x.How {
	case howPhone:
		x.Place, x.Minutes = "电话", between(r, 3, 14)
	case howMet:
		x.Place, x.Minutes = pick(r, []string{"田间地头", "村口", "村委会", "集市", "路上", "卫生室", "烟站"}), between(r, 8, 30)
	default:
		x.Place, x.Minutes = "家中", between(r, 18, 65)
	}
	topic := w.later(s, d, h, who)
	if topic != "" {
		x.Topics = append(x.Topics, topic)
	} else if x.How != howMet && chance(r, 0.085) {
		x.AsUsual = true
		x.Minutes = min(x.Minutes, 15)
		if q := w.draw("usual", s, d, m, who, nil); q != nil && !chance(r, 0.2) {
			w.say(q, 0, s)
		}
		x.Words = w.take()
		return
	}
	if topic == "" && chance(r, 0.15) && d < v.b.today-1 {
		if v.ask(x, p, s, d) {
			return
		}
	}
	if topic == "" && chance(r, 0.62) {
		if q := w.draw("open/"+x.How, s, d, m, who, nil); q != nil {
			w.say(q, 0, s)
		}
	}
	facts := 1 + btoi(chance(r, 0.45)) + btoi(chance(r, 0.12))
	if x.How == howPhone {
		facts = 1 + btoi(chance(r, 0.2))
	}
	for range facts {
		t := w.topicOf(s, d)
		if slices.Contains(x.Topics, t) && len(x.Topics) > 0 {
			t = w.topicOf(s, d)
		}
		q := w.draw("fact/"+t, s, d, m, who, nil)
		if q == nil {
			t = "life"
			if q = w.draw("fact/life", s, d, m, who, nil); q == nil {
				continue
			}
		}
		w.say(q, 0, s)
		if !slices.Contains(x.Topics, t) {
			x.Topics = append(x.Topics, t)
		}
	}
	if chance(r, 0.2) {
		if q := w.draw("explain", s, d, m, who, nil); q != nil {
			w.say(q, 0, s)
			x.Policies = append(x.Policies, q.topic)
		}
	}
	if chance(r, 0.09) {
		if q := w.draw("handled", s, d, m, who, nil); q != nil {
			x.Measures, x.Result = w.text(q, 0, s), "handled"
		}
	}
	if x.How != howPhone && chance(r, 0.22) {
		if q := w.draw("close", s, d, m, who, nil); q != nil {
			w.say(q, 0, s)
		}
	}
	x.Words = w.take()
	if x.Words == "" {
		x.AsUsual = true
	}
}

// ask lets the home bring up something that needs doing; it becomes a promise.
func (v *round) ask(x *Visit, p *pairState, s *scene, d day) bool {
	w, h := v.w, p.h
	q := w.draw("ask/"+w.topicOf(s, d), s, d, &h.memory, p.c.ID, h.memory.asked)
	if q == nil {
		return false
	}
	h.memory.asked = append(h.memory.asked, q.id)
	if chance(v.r, 0.55) {
		if o := w.draw("open/"+x.How, s, d, &h.memory, p.c.ID, nil); o != nil {
			w.say(o, 0, s)
		}
	}
	w.say(q, askFact, s)
	x.Words = w.take()
	x.Topics = append(x.Topics, q.topic)
	x.Measures, x.Result = w.text(q, askMeasure, s), "promised"
	v.promise(x, p, s, q, d)
	return true
}
