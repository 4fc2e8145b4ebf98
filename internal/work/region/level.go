package region

import (
	"context"

	"lianxin/internal/base/db"
)

// AtLevel gives the present places of one level at or below a path, in
// administrative order, without asking who looks.
func AtLevel(ctx context.Context, r db.Reader, path string, l Level) ([]Region, error) {
	lo, hi := db.Under(path)
	return db.All(ctx, r, scan, `SELECT `+columns+` FROM regions WHERE path >= $1 AND path < $2 AND level = $3 AND valid_to = '' ORDER BY path`, lo, hi, string(l))
}
