package sample

import (
	"embed"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// The diary is put together from pieces that fit the home, the month and the
// hour. The pieces lie in texts/*.txt so that somebody who knows the villages,
// and no Go, can add to them; texts/open.txt explains the notation.
//
//go:embed texts/*.txt
var textFiles embed.FS

// piece is one line of the text files. fields has one entry, or six for asks:
// fact, measure, title, result, later, and nothing else.
type piece struct {
	id     int
	topic  string
	need   uint64 // situations and slots that must be there
	months uint16 // bit per month; 0: any
	fields [][]token
	days   int // asks: working days
	item   string
	lo, hi int // yuan
}

// The fields of an ask.
const (
	askFact = iota
	askMeasure
	askTitle
	askResult
	askLater
)

// token is literal text, a slot, a choice or a range of numbers.
type token struct {
	text   string
	slot   int // -1: none
	choice []string
	lo, hi int
}

// lexicon holds all pieces by class, asks and facts also by topic.
type lexicon struct {
	count   int
	byClass map[string][]*piece
}

// slots and situations share one mask.
func slotNames() []string {
	return strings.Fields("人 他 伴 娃 年级 外 外地 残 病人 病 小 青 亩 烟 核 猪 苞 组 村 邻 房 年 事")
}

func situationNames() []string {
	return strings.Fields("elder couple alone left disabled ill serious low migrant oldhouse orphan pig walnut am pm eve there face limb party")
}

const situationBase = 32

func bitOf(names []string, base int) map[string]int {
	m := map[string]int{}
	for i, n := range names {
		m[n] = base + i
	}
	return m
}

// loadTexts reads the embedded text files; an error is a slip in one of them.
func loadTexts() (*lexicon, error) {
	lex := &lexicon{byClass: map[string][]*piece{}}
	slots, situations := bitOf(slotNames(), 0), bitOf(situationNames(), situationBase)
	entries, err := textFiles.ReadDir("texts")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		raw, err := textFiles.ReadFile("texts/" + e.Name())
		if err != nil {
			return nil, err
		}
		var class, topic string
		var need uint64
		var months uint16
		for n, line := range strings.Split(string(raw), "\n") {
			fail := func(why string) error { return fmt.Errorf("sample: texts/%s:%d: %s", e.Name(), n+1, why) }
			switch {
			case line == "" || line[0] == '#':
			case line[0] == '@':
				class, topic, need, months = "", "", 0, 0
				for i, f := range strings.Fields(line[1:]) {
					key, value, has := strings.Cut(f, "=")
					switch {
					case i == 0:
						class = f
					case !has:
						topic = f
					case key == "need":
						bit, ok := situations[value]
						if !ok {
							return nil, fail("unknown situation " + value)
						}
						need |= 1 << bit
					case key == "m":
						if months, err = parseMonths(value); err != nil {
							return nil, fail(err.Error())
						}
					default:
						return nil, fail("unknown condition " + f)
					}
				}
			default:
				p := &piece{id: lex.count, topic: topic, need: need, months: months}
				if s, rest, ok := strings.Cut(line, "]"); ok && line[0] == '[' { // the line's own months
					if p.months, err = parseMonths(s[1:]); err != nil {
						return nil, fail(err.Error())
					}
					if months != 0 {
						p.months &= months
					}
					if line = rest; p.months == 0 || line == "" {
						return nil, fail("no month is left")
					}
				}
				switch line[0] { // what one must have seen with one's own eyes
				case '+':
					p.need, line = p.need|1<<sitThere, line[1:]
				case '=':
					p.need, line = p.need|1<<sitFace, line[1:]
				}
				if err := p.parse(class, line, slots); err != nil {
					return nil, fail(err.Error())
				}
				lex.count++
				lex.byClass[class] = append(lex.byClass[class], p)
				lex.byClass[class+"/"+topic] = append(lex.byClass[class+"/"+topic], p)
			}
		}
	}
	return lex, nil
}

// parseMonths reads "3-5", "12,1-2" into a bit per month.
func parseMonths(s string) (uint16, error) {
	var out uint16
	for part := range strings.SplitSeq(s, ",") {
		a, z, isRange := strings.Cut(part, "-")
		lo, err1 := strconv.Atoi(a)
		hi := lo
		var err2 error
		if isRange {
			hi, err2 = strconv.Atoi(z)
		}
		if err1 != nil || err2 != nil || lo < 1 || lo > 12 || hi < 1 || hi > 12 {
			return 0, fmt.Errorf("months %q", s)
		}
		for m := lo; ; m = m%12 + 1 {
			out |= 1 << m
			if m == hi {
				break
			}
		}
	}
	return out, nil
}

// parse reads one line of a class.
func (p *piece) parse(class, line string, slots map[string]int) error {
	parts := []string{line}
	if class == "ask" {
		parts = strings.Split(line, "｜")
		if len(parts) < 6 {
			return fmt.Errorf("an ask has six parts, this has %d", len(parts))
		}
		n, err := strconv.Atoi(parts[3])
		if err != nil {
			return fmt.Errorf("working days: %w", err)
		}
		p.days = n
		if len(parts) > 6 {
			kind, amount, _ := strings.Cut(parts[6], ":")
			if _, err := fmt.Sscanf(amount, "%d-%d", &p.lo, &p.hi); err != nil {
				return fmt.Errorf("amount %q: %w", amount, err)
			}
			p.item = kind
		}
		parts = []string{parts[0], parts[1], parts[2], parts[4], parts[5]}
	}
	for _, s := range parts {
		tokens, mask, err := tokens(s, slots)
		if err != nil {
			return err
		}
		p.need |= mask
		p.fields = append(p.fields, tokens)
	}
	return nil
}

// tokens splits a line at its braces.
func tokens(s string, slots map[string]int) (out []token, need uint64, err error) {
	for s != "" {
		i := strings.IndexByte(s, '{')
		if i < 0 {
			if strings.Contains(s, "}") {
				return nil, 0, fmt.Errorf("unbalanced brace in %q", s)
			}
			return append(out, token{text: s, slot: -1}), need, nil
		}
		if i > 0 {
			out = append(out, token{text: s[:i], slot: -1})
		}
		j := strings.IndexByte(s, '}')
		if j < i {
			return nil, 0, fmt.Errorf("unbalanced brace in %q", s)
		}
		body := s[i+1 : j]
		s = s[j+1:]
		lo, hi, isRange := strings.Cut(body, "~")
		slot, isSlot := slots[body]
		switch {
		case strings.Contains(body, "|"):
			out = append(out, token{slot: -1, choice: strings.Split(body, "|")})
		case isRange:
			t := token{slot: -1}
			var e1, e2 error
			t.lo, e1 = strconv.Atoi(lo)
			t.hi, e2 = strconv.Atoi(hi)
			if e1 != nil || e2 != nil || t.hi <= t.lo {
				return nil, 0, fmt.Errorf("range %q", body)
			}
			out = append(out, t)
		case isSlot:
			need |= 1 << slot
			out = append(out, token{slot: slot})
		default:
			return nil, 0, fmt.Errorf("unknown slot %q", body)
		}
	}
	return out, need, nil
}

// fill writes tokens with the values of a scene. Big numbers come out round, as
// people say them.
func fill(sb *strings.Builder, tokens []token, vals *[situationBase]string, r *rand.Rand) {
	for i := range tokens {
		switch t := &tokens[i]; {
		case t.slot >= 0:
			sb.WriteString(vals[t.slot])
		case t.choice != nil:
			sb.WriteString(pick(r, t.choice))
		case t.hi > 0:
			n := between(r, t.lo, t.hi)
			if t.hi >= 1000 {
				n = n / 50 * 50
			} else if t.hi >= 300 {
				n = n / 10 * 10
			}
			sb.WriteString(strconv.Itoa(max(n, t.lo)))
		default:
			sb.WriteString(t.text)
		}
	}
}
