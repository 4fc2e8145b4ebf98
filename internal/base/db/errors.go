package db

import (
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"

	"lianxin/internal/base/fault"
)

func notFound() error { return fault.New(fault.NotFound, "fault.not_found") }

// classify turns an engine's error code into a kind; the two engines' codes
// meet here and nowhere else.
func classify(err error) error {
	if err == nil || fault.Of(err) != "" {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return notFound()
	}
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pe.Code {
		case "23505":
			return fault.Wrap(err, fault.Conflict, "fault.duplicate")
		case "23503":
			return fault.Wrap(err, fault.Conflict, "fault.reference")
		case "23514", "23502":
			return fault.Wrap(err, fault.Invalid, "fault.constraint")
		case "53300", "57P03", "55P03":
			return fault.Wrap(err, fault.Busy, "fault.busy")
		}
		return err
	}
	// The driver gives an *Error, and at times a code alone, extended or not; As
	// reads all of them, the plain code being the low byte of the extended one.
	var extended sqlite3.ExtendedErrorCode
	if errors.As(err, &extended) {
		switch extended {
		case sqlite3.CONSTRAINT_UNIQUE, sqlite3.CONSTRAINT_PRIMARYKEY:
			return fault.Wrap(err, fault.Conflict, "fault.duplicate")
		case sqlite3.CONSTRAINT_FOREIGNKEY:
			return fault.Wrap(err, fault.Conflict, "fault.reference")
		case sqlite3.CONSTRAINT_CHECK, sqlite3.CONSTRAINT_NOTNULL:
			return fault.Wrap(err, fault.Invalid, "fault.constraint")
		}
	}
	var code sqlite3.ErrorCode
	if errors.As(err, &code) {
		switch code {
		case sqlite3.BUSY, sqlite3.LOCKED:
			return fault.Wrap(err, fault.Busy, "fault.busy")
		case sqlite3.FULL:
			return fault.Wrap(err, fault.Busy, "fault.disk_full")
		case sqlite3.CONSTRAINT:
			return fault.Wrap(err, fault.Invalid, "fault.constraint")
		}
	}
	return err
}

// ErrAgain asks Write to undo the attempt and run the function again.
var ErrAgain = errors.New("db: run again")

func retryable(err error) bool {
	if errors.Is(err, ErrAgain) {
		return true
	}
	pe, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pe.Code == "40001" || pe.Code == "40P01")
}
