package db

import (
	"context"
	"strconv"
	"strings"
)

// maxArgs bounds the arguments of one statement; both engines take far more,
// but a longer text is not faster.
const maxArgs = 600

// Insert writes many rows with few statements, for imports. into is
// "INSERT INTO t (a, b)", tail what follows the values ("" or "ON CONFLICT …").
// Rows are written in order; all have as many values as the first.
func Insert(ctx context.Context, tx *Tx, into, tail string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	width := len(rows[0])
	step := max(1, maxArgs/width)
	for len(rows) > 0 {
		n := min(step, len(rows))
		if n < step && n > 8 {
			n = n / 8 * 8 // few different lengths, so that prepared statements are used again
		} else if n < step {
			n = 1
		}
		args := make([]any, 0, n*width)
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		if _, err := tx.Exec(ctx, into+" VALUES "+places(n, width)+" "+tail, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// places gives ($1, $2), ($3, $4) …
func places(rows, width int) string {
	var b strings.Builder
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		for k := range width {
			if k == 0 {
				b.WriteString("($")
			} else {
				b.WriteString(", $")
			}
			b.WriteString(strconv.Itoa(i*width + k + 1))
		}
		b.WriteString(")")
	}
	return b.String()
}
