package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"lianxin/internal/base/db"
	"lianxin/internal/base/vault"
	. "lianxin/internal/work/worktest"
)

var words = vault.Place{Table: "visits", Column: "words", County: County, Row: "bare"}

type bareVisit struct {
	ID, Household, Region, Cadre, Writer, Day, Clock, How, Topics, Policies, Activities, Weather, Words, Voided, VoidWhy string
	Proxy, Need, Usual, Paired                                                                                           bool
	Late, Version                                                                                                        int
	Written                                                                                                              int64
}

// bareList reads the same 50 rows with the same query and writes them as JSON:
// no session, no policy, no opening of sealed words.
func bareList(b *testing.B, d *db.DB) *server {
	scan := func(r db.Row) (v bareVisit, err error) {
		return v, r.Scan(&v.ID, &v.Household, &v.Region, &v.Cadre, &v.Writer, &v.Proxy, &v.Day, &v.Clock, &v.How, &v.Topics, &v.Policies, &v.Activities, &v.Weather, &v.Need, &v.Usual, &v.Words, &v.Paired, &v.Late, &v.Version, &v.Written, &v.Voided, &v.VoidWhy)
	}
	return start(b, d, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		vs, err := db.All(r.Context(), d, scan, `SELECT v.id, v.household, v.region, v.cadre, v.writer, v.proxy, v.day, v.clock, v.how, v.topics, v.policies, v.activities, v.weather, v.need, v.usual, v.words, TRUE, v.late, v.version, v.written_at, v.voided_on, v.void_why
			FROM visits v WHERE v.county = $1 AND v.cadre = $2 AND v.voided_on = '' ORDER BY v.day DESC, v.clock DESC, v.id DESC LIMIT $3`, County, LiMing, 51)
		if err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
		if err := json.NewEncoder(w).Encode(vs[:50]); err != nil {
			return
		}
	}), "")
}
