package cli

import (
	"fmt"

	"lianxin/internal/app"
	"lianxin/internal/base/audit"
	"lianxin/internal/base/db"
)

type auditCmd struct {
	Verify auditVerify `cmd:"" help:"audit_verify"`
}

type auditVerify struct {
	JSON bool `help:"json"`
}

// Run recomputes every chain of the audit record and compares the ends with the
// anchors kept outside the database.
func (c *auditVerify) Run(r *run) error {
	return r.with(func(a *app.App) error {
		as, err := audit.ReadAnchors(r.cfg.Anchors())
		if err != nil {
			return err
		}
		total, err := db.One(r.ctx, a.DB, db.Int64, `SELECT COALESCE(SUM(seq), 0) FROM audit_heads`)
		if err != nil {
			return err
		}
		tick, end := r.progress("cli.verifying", false)
		rows, found, err := audit.Verify(r.ctx, a.DB, as, func(n int64) {
			if tick != nil {
				tick(n, total)
			}
		})
		end()
		if err != nil {
			return err
		}
		if c.JSON {
			if err := r.json(struct {
				Rows     int64           `json:"rows"`
				Anchors  int             `json:"anchors"`
				Findings []audit.Finding `json:"findings"`
			}{rows, len(as), append([]audit.Finding{}, found...)}); err != nil {
				return err
			}
		} else {
			for _, f := range found {
				fmt.Fprintf(r.Out, "%s  %s\n", f.County, r.t(f.Key, "seq", f.Seq))
			}
			if len(found) == 0 {
				r.say("cli.audit_good", "rows", rows, "anchors", len(as))
			} else {
				r.say("cli.audit_bad", "rows", rows, "n", len(found))
			}
		}
		if len(found) > 0 {
			return errProblems
		}
		return nil
	})
}
