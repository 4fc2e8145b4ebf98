package matrix_test

import (
	"fmt"
	"strconv"
)

// canary is what stands in the personal fields of one set: words that occur
// nowhere else, so that finding one says whose it is and which field it is.
type canary struct {
	mark                     string // one character, only of this set
	number                   int    // one digit, only of this set
	heads                    [3]string
	member, minor, guardian  string
	witness, waiting, listed string
	idNumber                 string
}

var canaries = map[string]canary{}

func init() {
	for i, x := range []struct{ key, mark string }{{"cadre", "鸢"}, {"committee", "鹂"}, {"same village", "鹧"}, {"other village", "鸬"}, {"other township", "鹪"}, {"other county", "鸱"}, {"handler", "鹮"}, {"village_head", "鸲"}, {"inspector", "鸻"}} {
		m := x.mark
		canaries[x.key] = canary{mark: m, number: i + 1, heads: [3]string{"冀" + m + "春", "冀" + m + "夏", "冀" + m + "秋"}, member: "蒲" + m + "冬", minor: "冀" + m + "小", guardian: "蒲" + m + "梅",
			witness: "蒲" + m + "松", waiting: "桑" + m + "候", listed: "桑" + m + "入", idNumber: idNumber(i + 1)}
	}
}

// text is the word planted in a field.
func (c canary) text(field string) string { return c.mark + "鸟" + field + "。" }

// phone is the i-th number of the set.
func (c canary) phone(i int) string { return fmt.Sprintf("1380001%d00%d", c.number, i) }

// idNumber makes a number of nobody (area 990101) with its check character.
func idNumber(n int) string {
	s := fmt.Sprintf("99010119500307%d02", n)
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		d, _ := strconv.Atoi(s[i : i+1])
		sum += d * w
	}
	return s + string("10X98765432"[sum%11])
}
