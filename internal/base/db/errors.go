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
	if se, ok := errors.AsType[*sqlite3.Error](err); ok {
		switch se.ExtendedCode() {
		case sqlite3.CONSTRAINT_UNIQUE, sqlite3.CONSTRAINT_PRIMARYKEY:
			return fault.Wrap(err, fault.Conflict, "fault.duplicate")
		case sqlite3.CONSTRAINT_FOREIGNKEY:
			return fault.Wrap(err, fault.Conflict, "fault.reference")
		case sqlite3.CONSTRAINT_CHECK, sqlite3.CONSTRAINT_NOTNULL:
			return fault.Wrap(err, fault.Invalid, "fault.constraint")
		}
		switch se.Code() {
		case sqlite3.BUSY, sqlite3.LOCKED:
			return fault.Wrap(err, fault.Busy, "fault.busy")
		case sqlite3.FULL:
			return fault.Wrap(err, fault.Busy, "fault.disk_full")
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
