package db

import (
	"errors"
	"fmt"
	"testing"

	"lianxin/internal/base/fault"

	"github.com/ncruces/go-sqlite3"
)

// The driver gives a code alone at times, extended or plain, wrapped or not.
func TestBareCodesAreWorded(t *testing.T) {
	for _, x := range []struct {
		err  error
		kind fault.Kind
		key  string
	}{
		{sqlite3.BUSY_SNAPSHOT, fault.Busy, "fault.busy"},
		{sqlite3.BUSY_TIMEOUT, fault.Busy, "fault.busy"},
		{sqlite3.BUSY, fault.Busy, "fault.busy"},
		{sqlite3.LOCKED_SHAREDCACHE, fault.Busy, "fault.busy"},
		{sqlite3.FULL, fault.Busy, "fault.disk_full"},
		{sqlite3.CONSTRAINT_UNIQUE, fault.Conflict, "fault.duplicate"},
		{sqlite3.CONSTRAINT_PRIMARYKEY, fault.Conflict, "fault.duplicate"},
		{sqlite3.CONSTRAINT_FOREIGNKEY, fault.Conflict, "fault.reference"},
		{sqlite3.CONSTRAINT_CHECK, fault.Invalid, "fault.constraint"},
		{sqlite3.CONSTRAINT_TRIGGER, fault.Invalid, "fault.constraint"},
		{sqlite3.CONSTRAINT, fault.Invalid, "fault.constraint"},
		{sqlite3.IOERR_READ, "", ""},
		{sqlite3.ErrorCode(1), "", ""},
		{errors.New("something else"), "", ""},
	} {
		for _, err := range []error{x.err, fmt.Errorf("writing: %w", x.err)} {
			got := classify(err)
			if fault.Of(got) != x.kind {
				t.Errorf("%v: %q, want %q", err, fault.Of(got), x.kind)
			}
			if f, ok := errors.AsType[*fault.Error](got); ok && f.Key != x.key {
				t.Errorf("%v: %s, want %s", err, f.Key, x.key)
			}
			if !errors.Is(got, x.err) {
				t.Errorf("%v is lost", err)
			}
		}
	}
}
