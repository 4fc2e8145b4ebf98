package cli

import (
	"fmt"
	"strings"

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
// anchors kept outside the database. A file that cannot be read because somebody
// changed it is what is looked for here, not a failure of the command.
func (c *auditVerify) Run(r *run) error {
	var rows int64
	var as []audit.Anchor
	var found []audit.Finding
	err := r.with(func(a *app.App) (err error) {
		if as, err = audit.ReadAnchors(r.cfg.Anchors()); err != nil {
			return err
		}
		total, err := db.One(r.ctx, a.DB, db.Int64, `SELECT COALESCE(SUM(seq), 0) FROM audit_heads`)
		if err != nil {
			return err
		}
		tick, end := r.progress("cli.verifying", false)
		defer end()
		rows, found, err = audit.Verify(r.ctx, a.DB, as, func(n int64) {
			if tick != nil {
				tick(n, total)
			}
		})
		return err
	})
	if f, ok := r.damage(err); ok {
		found = append(found, f)
	} else if err != nil {
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
			fmt.Fprintln(r.Out, strings.TrimSpace(f.County+"  "+r.t(f.Key, "seq", f.Seq, "page", f.Page)))
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
}

// damage says where the database's file was changed outside the program or is
// damaged, when that is what an error is about.
func (r *run) damage(err error) (audit.Finding, bool) {
	page, ok := db.Damaged(err)
	if !ok {
		return audit.Finding{}, false
	}
	if page == 0 { // the engine does not say which; the first that does not fit is told
		page, _ = db.Damaged(db.Scrub(r.ctx, r.cfg.DSN()))
	}
	if page == 0 {
		return audit.Finding{Key: "audit.damaged"}, true
	}
	return audit.Finding{Key: "audit.page", Page: page}, true
}
