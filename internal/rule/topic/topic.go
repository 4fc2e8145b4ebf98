// Package topic guesses what a matter is about from the words somebody said, for
// the clerk at the desk who may take the guess or choose himself.
//
// It knows words, not meanings: a topic is guessed only where words of it stand in
// the sentence and no other topic's weigh as much. No guess is better than a wrong
// one, because a wrong one sends the matter to the wrong clock.
package topic

import "strings"

// Topic is one that may be guessed, with the words that people use for it.
type Topic struct {
	ID    string
	Words []string
}

// Guess gives the topic that the words speak of, "" where none does or two do
// alike. A word counts once and by its length; where words overlap, the longest
// that begins first counts alone, so that 助学贷款 is not also 贷款.
func Guess(said string, topics []Topic) string {
	of := map[string]string{}
	longest := 0
	for _, t := range topics {
		for _, w := range t.Words {
			if _, taken := of[w]; !taken && w != "" {
				of[w] = t.ID
				longest = max(longest, len([]rune(w)))
			}
		}
	}
	rs := []rune(strings.ToLower(said))
	weight, seen := map[string]int{}, map[string]bool{}
	for i := 0; i < len(rs); {
		n := min(longest, len(rs)-i)
		for ; n > 0; n-- {
			w := string(rs[i : i+n])
			id, ok := of[w]
			if !ok {
				continue
			}
			if !seen[w] {
				seen[w] = true
				weight[id] += n
			}
			break
		}
		i += max(n, 1)
	}
	best, most, tied := "", 0, false
	for _, t := range topics {
		switch n := weight[t.ID]; {
		case n > most:
			best, most, tied = t.ID, n, false
		case n == most && n > 0 && t.ID != best:
			tied = true
		}
	}
	if tied {
		return ""
	}
	return best
}
