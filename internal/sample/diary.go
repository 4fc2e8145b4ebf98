package sample

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// memory is what a home's diary has said lately, so that it does not repeat
// itself, and the promises that a later visit should come back to.
type memory struct {
	recent []int // piece ids, oldest first
	asked  []int // asks: once a home, never again
	open   []pending
}

// pending is a promise that later visits mention.
type pending struct {
	ask        *piece
	title      string
	name, he   string // of whom it was about
	due, done  day    // done 0: never
	withdrawn  day
	told, next bool
}

// diary draws pieces for one township, the less used first.
type diary struct {
	lex    *lexicon
	r      *rand.Rand
	used   []int
	recent map[string][]int // per official
	cand   []*piece
	sb     strings.Builder
}

func newDiary(lex *lexicon, r *rand.Rand) *diary {
	return &diary{lex: lex, r: r, used: make([]int, lex.count), recent: map[string][]int{}}
}

// draw takes a fitting piece of a class that neither this home nor this official
// has used lately; nil when nothing fits.
func (w *diary) draw(class string, s *scene, d day, m *memory, cadre string, not []int) *piece {
	w.cand = w.cand[:0]
	mine := w.recent[cadre]
	fallback := (*piece)(nil)
	for _, p := range w.lex.byClass[class] {
		if p.need&^s.mask != 0 || p.months != 0 && p.months>>d.month()&1 == 0 || slices.Contains(not, p.id) {
			continue
		}
		if slices.Contains(m.recent, p.id) || slices.Contains(mine, p.id) {
			if fallback == nil || w.used[p.id] < w.used[fallback.id] {
				fallback = p
			}
			continue
		}
		w.cand = append(w.cand, p)
	}
	if len(w.cand) == 0 {
		short := class == "absent" || class == "declined" // must say something
		if fallback != nil && (short || !slices.Contains(m.recent, fallback.id)) {
			w.note(fallback, m, cadre)
			return fallback
		}
		return nil
	}
	p := pick(w.r, w.cand)
	if q := pick(w.r, w.cand); w.used[q.id] < w.used[p.id] {
		p = q
	}
	w.note(p, m, cadre)
	return p
}

func (w *diary) note(p *piece, m *memory, cadre string) {
	w.used[p.id]++
	m.recent = append(m.recent, p.id)
	if len(m.recent) > 24 {
		m.recent = slices.Delete(m.recent, 0, 8)
	}
	mine := append(w.recent[cadre], p.id)
	if len(mine) > 18 {
		mine = slices.Delete(mine, 0, 6)
	}
	w.recent[cadre] = mine
}

// say writes a field of a piece. After the first sentence the person is often
// only 他 or 她.
func (w *diary) say(p *piece, field int, s *scene) {
	if w.sb.Len() > 0 && chance(w.r, 0.5) {
		s.vals[slotWho] = s.vals[slotPronoun]
	} else {
		s.vals[slotWho] = s.call
	}
	fill(&w.sb, p.fields[field], &s.vals, w.r)
}

// text writes a field on its own, with the full name of the person met.
func (w *diary) text(p *piece, field int, s *scene) string {
	var sb strings.Builder
	vals := s.vals
	vals[slotWho] = s.name
	for i, v := range s.full {
		if v != "" {
			vals[i] = v
		}
	}
	fill(&sb, p.fields[field], &vals, w.r)
	return sb.String()
}

// take returns what was written and starts afresh.
func (w *diary) take() string {
	s := w.sb.String()
	w.sb.Reset()
	return s
}

// topicOf weighs what is likely talked about in this home.
func (w *diary) topicOf(s *scene, d day) string {
	has := func(bit int) bool { return s.mask>>bit&1 == 1 }
	weights := []struct {
		topic string
		n     int
	}{
		{"health", 8 + 10*btoi(has(sitElder)) + 8*btoi(has(slotPatient)) + 8*btoi(has(slotDisabled))},
		{"farming", 22 * btoi(has(slotCorn) || has(slotTobacco) || has(slotWalnut) || has(slotPigs))},
		{"school", 20 * btoi(has(slotPupil))},
		{"income", 9 + 4*btoi(has(slotMigrant))},
		{"housing", 5 + 7*btoi(has(sitOldHouse))},
		{"subsidy", 8 + 4*btoi(d.month() >= 10)},
		{"life", 12 + 10*btoi(has(sitAlone))},
		{"neighbours", 5}, {"water", 5}, {"road", 4}, {"power", 2}, {"safety", 5},
		{"job", 3 + 8*btoi(has(slotYouth))},
	}
	sum := 0
	for _, x := range weights {
		sum += x.n
	}
	n := w.r.IntN(sum)
	for _, x := range weights {
		if n -= x.n; n < 0 {
			return x.topic
		}
	}
	return "life"
}

// later says the first thing that has become of earlier promises; it returns the
// topic, or nothing when there is nothing to say.
func (w *diary) later(s *scene, d day, h *homeState, cadre string) string {
	for i := range h.memory.open {
		p := &h.memory.open[i]
		class := ""
		switch {
		case p.told:
			continue
		case p.done != 0 && p.done < d:
			p.told = true
			if p.ask.need&^(s.mask|1<<sitElder) != 0 {
				continue
			}
			call, he := s.call, s.vals[slotPronoun]
			if p.name != s.name {
				s.call, s.vals[slotPronoun] = p.name, p.he
			}
			w.say(p.ask, askLater, s)
			s.call, s.vals[slotPronoun] = call, he
			return p.ask.topic
		case p.withdrawn != 0 && p.withdrawn < d:
			p.told, class = true, "withdrawn"
		case p.due < d:
			class = "overdue"
		case !p.next:
			p.next, class = true, "pending"
		default:
			continue
		}
		s.set(slotMatter, p.title)
		if q := w.draw(class, s, d, &h.memory, cadre, nil); q != nil {
			w.say(q, 0, s)
			return p.ask.topic
		}
	}
	return ""
}
